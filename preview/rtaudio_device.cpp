// The devices of PulseAudio and ALSA, through RtAudio; where its versions differ is in rtaudio_versions.cpp. No other
// file knows it.

#include <algorithm>
#include <array>
#include <atomic>
#include <string_view>

#include "preview/quiet_stderr.h"
#include "preview/rtaudio_versions.h"
#include "preview/sound_system.h"

namespace burnish {

namespace {

/// A stream and what its callback needs. Shared with the thread that closes it, which a dead server may keep waiting.
struct Stream {
    std::unique_ptr<RtAudio> audio;
    int channels = max_channels;
    std::atomic<FrameSource*> source = nullptr;
    std::atomic<bool> in_callback = false;
    std::atomic<int> underflows = 0;
    std::atomic<std::int64_t> callbacks = 0;
};

int on_callback(void* output, void*, unsigned frames, double, RtAudioStreamStatus status, void* user) {
    auto& stream = *static_cast<Stream*>(user);
    auto* samples = static_cast<float*>(output);
    if ((status & RTAUDIO_OUTPUT_UNDERFLOW) != 0) ++stream.underflows;
    ++stream.callbacks;
    stream.in_callback = true;
    if (FrameSource* source = stream.source) {
        std::array<float*, max_channels> channels{};
        for (int c = 0; c < stream.channels; ++c) channels[c] = samples + static_cast<std::ptrdiff_t>(c) * frames;
        source->fill({channels, stream.channels, static_cast<int>(frames)});
    } else {
        std::fill_n(samples, static_cast<std::size_t>(stream.channels) * frames, 0.0F);
    }
    stream.in_callback = false;
    return 0;
}

class RtAudioDevice final : public AudioDevice {
public:
    RtAudioDevice(DeviceFacts facts, std::shared_ptr<Stream> stream)
        : facts_(std::move(facts)), stream_(std::move(stream)) {}
    ~RtAudioDevice() override { stop(); }
    RtAudioDevice(const RtAudioDevice&) = delete;
    RtAudioDevice& operator=(const RtAudioDevice&) = delete;

    [[nodiscard]] const DeviceFacts& facts() const override { return facts_; }

    [[nodiscard]] Status start(FrameSource& source) override {
        stream_->source = &source;
        words_before_ = last_words().count();
        if (!start_stream(*stream_->audio)) {
            stream_->source = nullptr;
            return Error{ErrorCode::output, facts_.name + ": cannot be started: " + last_words().words()};
        }
        watch_.start();
        started_ = true;
        return success();
    }

    void stop() noexcept override {
        if (!stream_) return;
        started_ = false;
        const bool is_closed = closes_in_time([stream = stream_] {
            const QuietStderr quiet;
            close_stream(*stream->audio);
        });
        if (!is_closed) {
            // The server does not answer. What it may still call finds nothing to play.
            stream_->source = nullptr;
            comes_true_within(server_patience, [&] { return !stream_->in_callback; });
        }
        stream_.reset();
    }

    [[nodiscard]] int xruns() const noexcept override { return stream_ ? stream_->underflows.load() : 0; }

    [[nodiscard]] std::optional<std::string> failure() override {
        if (!started_) return std::nullopt;
        const bool has_stalled = watch_.has_stalled(stream_->callbacks);
        const bool spoke = last_words().count() != words_before_;
        if (!spoke && stream_->audio->isStreamRunning() && !has_stalled) return std::nullopt;
        return facts_.api + ": " + facts_.name + " has gone" + (spoke ? " (" + last_words().words() + ")" : "");
    }

private:
    DeviceFacts facts_;
    std::shared_ptr<Stream> stream_;
    bool started_ = false;
    int words_before_ = 0;
    CallbackWatch watch_;
};

/// What RtAudio calls an output, and what it says of it.
struct Outputs {
    std::vector<FoundDevice> found;
    std::vector<ListedDevice> listed;
};

Outputs outputs_of(RtAudio& audio, std::string_view api) {
    Outputs outputs{.found = all_devices(audio), .listed = {}};
    std::erase_if(outputs.found, [](const FoundDevice& device) { return device.info.outputChannels == 0; });
    for (const auto& [id, info] : outputs.found)
        outputs.listed.push_back({.api = std::string(api),
                                  .number = static_cast<int>(outputs.listed.size()),
                                  .name = info.name,
                                  .channels = static_cast<int>(info.outputChannels),
                                  .sample_rates_hz = {info.sampleRates.begin(), info.sampleRates.end()},
                                  .is_default = info.isDefaultOutput});
    return outputs;
}

unsigned choose_rate_hz(const RtAudio::DeviceInfo& info, double wanted_hz) {
    const auto wanted = static_cast<unsigned>(wanted_hz > 0.0 ? wanted_hz : 48000.0);
    const auto& rates = info.sampleRates;
    if (rates.empty() || std::find(rates.begin(), rates.end(), wanted) != rates.end()) return wanted;
    if (info.preferredSampleRate != 0) return info.preferredSampleRate;
    const auto higher = std::find_if(rates.begin(), rates.end(), [&](unsigned rate) { return rate > wanted; });
    return higher != rates.end() ? *higher : rates.back();
}

bool is_built_in(RtAudio::Api api) {
    std::vector<RtAudio::Api> compiled;
    RtAudio::getCompiledApi(compiled);
    return std::find(compiled.begin(), compiled.end(), api) != compiled.end();
}

/// A sound system of RtAudio.
struct Row {
    std::string_view name;
    RtAudio::Api api;
    std::string_view help;  ///< what may be wrong if there is no device at all
};
constexpr Row pulse{"pulse", RtAudio::LINUX_PULSE, "no PulseAudio or PipeWire server is running"};
constexpr Row alsa{"alsa", RtAudio::LINUX_ALSA,
                   "there is no sound card, or it may not be used by this user (group audio)"};

std::vector<ListedDevice> list(const Row& row) {
    const QuietStderr quiet;
    const auto audio = open_api(row.api);
    if (!audio || audio->getCurrentApi() != row.api) return {};
    return outputs_of(*audio, row.name).listed;
}

Result<std::unique_ptr<AudioDevice>> open(const Row& row, const DeviceRequest& request) {
    const QuietStderr quiet;
    const auto error = [&](const std::string& what) {
        return Error{ErrorCode::output, std::string(row.name) + ": " + what};
    };
    auto stream = std::make_shared<Stream>();
    stream->audio = open_api(row.api);
    if (!stream->audio || stream->audio->getCurrentApi() != row.api) return error("not part of this build of RtAudio");
    const auto outputs = outputs_of(*stream->audio, row.name);
    if (outputs.found.empty())
        return error(
            stream->audio->getDeviceCount() == 0
                ? std::string(row.help)
                : "none of its devices can be opened: another program holds them, or this user may not use them");
    const auto chosen = choose_output(outputs.listed, request);
    if (!chosen) return chosen.error();
    const auto& device = outputs.found[*chosen];
    stream->channels = std::min<int>(max_channels, static_cast<int>(device.info.outputChannels));

    RtAudio::StreamParameters to;
    to.deviceId = device.id;
    to.nChannels = static_cast<unsigned>(stream->channels);
    RtAudio::StreamOptions options;
    options.flags = RTAUDIO_NONINTERLEAVED | RTAUDIO_SCHEDULE_REALTIME;
    options.numberOfBuffers = 4;  // or PulseAudio would take two seconds
    options.priority = 70;
    options.streamName = "burnish";
    unsigned frames = request.buffer_frames > 0 ? static_cast<unsigned>(request.buffer_frames) : 512U;
    const unsigned rate_hz = choose_rate_hz(device.info, request.sample_rate_hz);
    if (!open_stream(*stream->audio, to, rate_hz, frames, on_callback, stream.get(), options))
        return error(device.info.name + " cannot be opened: " + last_words().words() +
                     " (another program may hold it; burnish devices lists the others)");
    return std::unique_ptr<AudioDevice>(
        std::make_unique<RtAudioDevice>(DeviceFacts{.api = std::string(row.name),
                                                    .name = device.info.name,
                                                    .sample_rate_hz = static_cast<double>(rate_hz),
                                                    .channels = stream->channels,
                                                    .buffer_frames = static_cast<int>(frames)},
                                        stream));
}

template <const Row& row>
SoundSystem system_of() {
    return {.name = row.name,
            .is_built_in = [] { return is_built_in(row.api); },
            .list = [] { return list(row); },
            .open = [](const DeviceRequest& request) { return open(row, request); }};
}

}  // namespace

SoundSystem pulse_system() { return system_of<pulse>(); }
SoundSystem alsa_system() { return system_of<alsa>(); }

}  // namespace burnish
