// The devices of RtAudio; where its versions differ is in rtaudio_versions.cpp. No other file knows it.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <chrono>
#include <future>
#include <string_view>
#include <thread>

#include "preview/device.h"
#include "preview/rtaudio_versions.h"

namespace burnish {

namespace {

struct ApiRow {
    std::string_view name;
    RtAudio::Api api;
    std::string_view help;  ///< what may be wrong if it does not answer
};
constexpr auto apis = std::to_array<ApiRow>({
    {"jack", RtAudio::UNIX_JACK, "no JACK server is running"},
    {"pulse", RtAudio::LINUX_PULSE, "no PulseAudio or PipeWire server is running"},
    {"alsa", RtAudio::LINUX_ALSA, "there is no sound card, or it may not be used by this user (group audio)"},
});

/// The libraries under RtAudio write to the terminal whatever they like; not while this lives.
class QuietStderr {
public:
    QuietStderr() : kept_(::dup(STDERR_FILENO)) {
        const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (nowhere < 0) return;
        ::dup2(nowhere, STDERR_FILENO);
        ::close(nowhere);
    }
    ~QuietStderr() {
        if (kept_ < 0) return;
        ::dup2(kept_, STDERR_FILENO);
        ::close(kept_);
    }
    QuietStderr(const QuietStderr&) = delete;
    QuietStderr& operator=(const QuietStderr&) = delete;

private:
    int kept_;
};

std::vector<FoundDevice> outputs_of(RtAudio& audio) {
    auto found = all_devices(audio);
    std::erase_if(found, [](const FoundDevice& device) { return device.info.outputChannels == 0; });
    return found;
}

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
        last_progress_ = Clock::now();
        started_ = true;
        return success();
    }

    void stop() noexcept override {
        if (!stream_) return;
        started_ = false;
        std::promise<void> closed;
        auto is_closed = closed.get_future();
        std::thread([stream = stream_, closed = std::move(closed)]() mutable {
            const QuietStderr quiet;
            close_stream(*stream->audio);
            closed.set_value();
        }).detach();
        if (is_closed.wait_for(patience) != std::future_status::ready) {
            // The server does not answer. What it may still call finds nothing to play.
            stream_->source = nullptr;
            for (int i = 0; i < 100 && stream_->in_callback; ++i)
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        stream_.reset();
    }

    [[nodiscard]] int xruns() const noexcept override { return stream_ ? stream_->underflows.load() : 0; }

    [[nodiscard]] std::optional<std::string> failure() override {
        if (!started_) return std::nullopt;
        const auto now = Clock::now();
        const auto callbacks = stream_->callbacks.load();
        if (callbacks != last_callbacks_) last_progress_ = now;
        last_callbacks_ = callbacks;
        const bool spoke = last_words().count() != words_before_;
        if (!spoke && stream_->audio->isStreamRunning() && now - last_progress_ < patience) return std::nullopt;
        return facts_.api + ": " + facts_.name + " has gone" + (spoke ? " (" + last_words().words() + ")" : "");
    }

private:
    using Clock = std::chrono::steady_clock;
    static constexpr auto patience = std::chrono::seconds(2);

    DeviceFacts facts_;
    std::shared_ptr<Stream> stream_;
    bool started_ = false;
    int words_before_ = 0;
    std::int64_t last_callbacks_ = 0;
    Clock::time_point last_progress_{};
};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

/// The device asked for, by number, name or part of its name; the default one if none was.
Result<FoundDevice> choose(const std::vector<FoundDevice>& outputs, const DeviceRequest& request,
                           std::string_view api) {
    if (request.device.empty()) {
        const auto usual =
            std::find_if(outputs.begin(), outputs.end(), [](const auto& d) { return d.info.isDefaultOutput; });
        return usual != outputs.end() ? *usual : outputs.front();
    }
    std::vector<FoundDevice> named;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (request.device == std::to_string(i) || request.device == outputs[i].info.name) return outputs[i];
        if (lower(outputs[i].info.name).find(lower(request.device)) != std::string::npos) named.push_back(outputs[i]);
    }
    if (named.size() == 1) return named.front();
    std::string names;
    for (std::size_t i = 0; i < outputs.size(); ++i)
        names += (i == 0 ? "" : ", ") + std::to_string(i) + " \"" + outputs[i].info.name + "\"";
    return Error{ErrorCode::usage, "--device: \"" + request.device + "\" found" +
                                       (named.empty() ? "" : ", which several have in their names") + "; " +
                                       std::string(api) + " has " + names + " (one that is busy is not listed)"};
}

unsigned choose_rate_hz(const RtAudio::DeviceInfo& info, double wanted_hz) {
    const auto wanted = static_cast<unsigned>(wanted_hz > 0.0 ? wanted_hz : 48000.0);
    const auto& rates = info.sampleRates;
    if (rates.empty() || std::find(rates.begin(), rates.end(), wanted) != rates.end()) return wanted;
    if (info.preferredSampleRate != 0) return info.preferredSampleRate;
    const auto higher = std::find_if(rates.begin(), rates.end(), [&](unsigned rate) { return rate > wanted; });
    return higher != rates.end() ? *higher : rates.back();
}

Result<std::unique_ptr<AudioDevice>> open_on(const ApiRow& row, const DeviceRequest& request) {
    const QuietStderr quiet;
    const auto error = [&](const std::string& what) {
        return Error{ErrorCode::output, std::string(row.name) + ": " + what};
    };
    auto stream = std::make_shared<Stream>();
    stream->audio = open_api(row.api);
    if (!stream->audio || stream->audio->getCurrentApi() != row.api) return error("not part of this build of RtAudio");
    const auto outputs = outputs_of(*stream->audio);
    if (outputs.empty())
        return error(
            stream->audio->getDeviceCount() == 0
                ? std::string(row.help)
                : "none of its devices can be opened: another program holds them, or this user may not use them");
    const auto device = choose(outputs, request, row.name);
    if (!device) return device.error();
    stream->channels = std::min<int>(max_channels, static_cast<int>(device->info.outputChannels));

    RtAudio::StreamParameters to;
    to.deviceId = device->id;
    to.nChannels = static_cast<unsigned>(stream->channels);
    RtAudio::StreamOptions options;
    options.flags = RTAUDIO_NONINTERLEAVED | RTAUDIO_SCHEDULE_REALTIME;
    options.numberOfBuffers = 4;  // or PulseAudio would take two seconds
    options.priority = 70;
    options.streamName = "burnish";
    unsigned frames = request.buffer_frames > 0 ? static_cast<unsigned>(request.buffer_frames) : 512U;
    const unsigned rate_hz = choose_rate_hz(device->info, request.sample_rate_hz);
    if (!open_stream(*stream->audio, to, rate_hz, frames, on_callback, stream.get(), options))
        return error(device->info.name + " cannot be opened: " + last_words().words() +
                     " (another program may hold it; burnish devices lists the others)");
    return std::unique_ptr<AudioDevice>(
        std::make_unique<RtAudioDevice>(DeviceFacts{.api = std::string(row.name),
                                                    .name = device->info.name,
                                                    .sample_rate_hz = static_cast<double>(rate_hz),
                                                    .channels = stream->channels,
                                                    .buffer_frames = static_cast<int>(frames)},
                                        stream));
}

}  // namespace

std::vector<std::string> audio_apis() {
    std::vector<RtAudio::Api> compiled;
    RtAudio::getCompiledApi(compiled);
    std::vector<std::string> names;
    for (const auto& row : apis)
        if (std::find(compiled.begin(), compiled.end(), row.api) != compiled.end()) names.emplace_back(row.name);
    return names;
}

std::vector<ListedDevice> list_audio_devices() {
    const QuietStderr quiet;
    std::vector<ListedDevice> devices;
    for (const auto& row : apis) {
        const auto audio = open_api(row.api);
        if (!audio || audio->getCurrentApi() != row.api) continue;
        int number = 0;
        for (const auto& [id, info] : outputs_of(*audio))
            devices.push_back({.api = std::string(row.name),
                               .number = number++,
                               .name = info.name,
                               .channels = static_cast<int>(info.outputChannels),
                               .sample_rates_hz = {info.sampleRates.begin(), info.sampleRates.end()},
                               .is_default = info.isDefaultOutput});
    }
    return devices;
}

Result<std::unique_ptr<AudioDevice>> open_audio_device(const DeviceRequest& request) {
    std::string tried;
    for (const auto& row : apis) {
        if (!request.api.empty() && request.api != row.name) continue;
        auto device = open_on(row, request);
        if (device || !request.api.empty() || device.error().code == ErrorCode::usage) return device;
        tried += (tried.empty() ? "" : "; ") + device.error().message;
    }
    return Error{ErrorCode::output, "no audio device: " + tried};
}

}  // namespace burnish
