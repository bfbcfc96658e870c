#include "preview/rtaudio_versions.h"

namespace burnish {

LastWords& last_words() {
    static LastWords words;
    return words;
}

#if !defined(RTAUDIO_VERSION_MAJOR)  // RtAudio 5: errors are thrown, devices are numbered from 0

namespace {

void hear(RtAudioError::Type, const std::string& words) { last_words().say(words); }

template <class Call>
bool succeeds(Call call) {
    try {
        call();
        return true;
    } catch (const RtAudioError& error) {
        last_words().say(error.getMessage());
        return false;
    }
}

}  // namespace

std::unique_ptr<RtAudio> open_api(RtAudio::Api api) {
    std::unique_ptr<RtAudio> audio;
    succeeds([&] {
        audio = std::make_unique<RtAudio>(api);
        audio->showWarnings(false);
    });
    return audio;
}

std::vector<FoundDevice> all_devices(RtAudio& audio) {
    std::vector<FoundDevice> found;
    succeeds([&] {
        const unsigned count = audio.getDeviceCount();
        for (unsigned id = 0; id < count; ++id) found.push_back({id, audio.getDeviceInfo(id)});
    });
    std::erase_if(found, [](const FoundDevice& device) { return !device.info.probed; });
    return found;
}

bool open_stream(RtAudio& audio, RtAudio::StreamParameters& to, unsigned rate_hz, unsigned& frames,
                 RtAudioCallback callback, void* user, RtAudio::StreamOptions& options) {
    return succeeds([&] {
        audio.openStream(&to, nullptr, RTAUDIO_FLOAT32, rate_hz, &frames, callback, user, &options, hear);
        audio.showWarnings(true);  // through `hear`
    });
}

// Once a stream is open its errors are heard instead of thrown.
bool start_stream(RtAudio& audio) {
    const int words_before = last_words().count();
    return succeeds([&] { audio.startStream(); }) && last_words().count() == words_before;
}
// To stop would wait for a last callback, which a server that has died does not make.
void close_stream(RtAudio& audio) {
    succeeds([&] {
        if (audio.isStreamRunning()) audio.abortStream();
        if (audio.isStreamOpen()) audio.closeStream();
    });
}

#else  // RtAudio 6: errors are returned, devices have identities

std::unique_ptr<RtAudio> open_api(RtAudio::Api api) {
    return std::make_unique<RtAudio>(api, [](RtAudioErrorType, const std::string& words) { last_words().say(words); });
}

std::vector<FoundDevice> all_devices(RtAudio& audio) {
    std::vector<FoundDevice> found;
    for (const unsigned id : audio.getDeviceIds()) found.push_back({id, audio.getDeviceInfo(id)});
    return found;
}

bool open_stream(RtAudio& audio, RtAudio::StreamParameters& to, unsigned rate_hz, unsigned& frames,
                 RtAudioCallback callback, void* user, RtAudio::StreamOptions& options) {
    return audio.openStream(&to, nullptr, RTAUDIO_FLOAT32, rate_hz, &frames, callback, user, &options) ==
           RTAUDIO_NO_ERROR;
}

bool start_stream(RtAudio& audio) { return audio.startStream() == RTAUDIO_NO_ERROR; }

void close_stream(RtAudio& audio) {
    if (audio.isStreamRunning()) audio.abortStream();
    if (audio.isStreamOpen()) audio.closeStream();
}

#endif

}  // namespace burnish
