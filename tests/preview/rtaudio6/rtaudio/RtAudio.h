#pragma once

// As much of RtAudio 6's interface as rtaudio_device.cpp uses, without anything behind it: to compile that file
// against, since Debian 12 has version 5 only. Names and types are those of RtAudio 6.0.1.

#include <functional>
#include <string>
#include <vector>

#define RTAUDIO_VERSION_MAJOR 6

using RtAudioFormat = unsigned long;
inline constexpr RtAudioFormat RTAUDIO_FLOAT32 = 0x10;
using RtAudioStreamFlags = unsigned int;
inline constexpr RtAudioStreamFlags RTAUDIO_NONINTERLEAVED = 0x1;
inline constexpr RtAudioStreamFlags RTAUDIO_SCHEDULE_REALTIME = 0x8;
using RtAudioStreamStatus = unsigned int;
inline constexpr RtAudioStreamStatus RTAUDIO_OUTPUT_UNDERFLOW = 0x2;
using RtAudioCallback = int (*)(void* output, void* input, unsigned int frames, double time, RtAudioStreamStatus status,
                                void* user);

enum RtAudioErrorType { RTAUDIO_NO_ERROR = 0, RTAUDIO_WARNING, RTAUDIO_UNKNOWN_ERROR };
using RtAudioErrorCallback = std::function<void(RtAudioErrorType type, const std::string& text)>;

class RtAudio {
public:
    enum Api { UNSPECIFIED, MACOSX_CORE, LINUX_ALSA, UNIX_JACK, LINUX_PULSE, LINUX_OSS, RTAUDIO_DUMMY };
    struct DeviceInfo {
        unsigned int ID{};
        std::string name;
        unsigned int outputChannels{};
        bool isDefaultOutput{false};
        std::vector<unsigned int> sampleRates;
        unsigned int currentSampleRate{};
        unsigned int preferredSampleRate{};
    };
    struct StreamParameters {
        unsigned int deviceId{};
        unsigned int nChannels{};
        unsigned int firstChannel{};
    };
    struct StreamOptions {
        RtAudioStreamFlags flags{};
        unsigned int numberOfBuffers{};
        std::string streamName;
        int priority{};
    };

    static void getCompiledApi(std::vector<RtAudio::Api>& apis);
    RtAudio(RtAudio::Api api = UNSPECIFIED, RtAudioErrorCallback&& errorCallback = nullptr);
    ~RtAudio();
    RtAudio::Api getCurrentApi();
    unsigned int getDeviceCount();
    std::vector<unsigned int> getDeviceIds();
    RtAudio::DeviceInfo getDeviceInfo(unsigned int deviceId);
    RtAudioErrorType openStream(RtAudio::StreamParameters* outputParameters, RtAudio::StreamParameters* inputParameters,
                                RtAudioFormat format, unsigned int sampleRate, unsigned int* bufferFrames,
                                RtAudioCallback callback, void* userData = nullptr,
                                RtAudio::StreamOptions* options = nullptr);
    void closeStream();
    RtAudioErrorType startStream();
    RtAudioErrorType abortStream();
    [[nodiscard]] bool isStreamOpen() const;
    [[nodiscard]] bool isStreamRunning() const;
};
