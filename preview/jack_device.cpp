// The outputs of a JACK server, which are the clients that take sound. No other file knows libjack.
//
// Without RtAudio: when the server dies, RtAudio closes the client while libjack's own thread is still inside RtAudio's
// handler. Closing cancels libjack's threads wherever they are, and C++ code that is cancelled in a function that must
// not throw ends the program. So whoever closes here waits until no thread is in our code.

#include <jack/jack.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "preview/quiet_stderr.h"
#include "preview/sound_system.h"

namespace burnish {

namespace {

constexpr std::string_view api_name = "jack";

bool has_ended(pid_t thread) { return ::syscall(SYS_tgkill, ::getpid(), thread, 0) != 0; }

/// Clients that are being closed. libjack opens none meanwhile: it would wait, for ever if the server hangs.
std::atomic<int> closing = 0;

/// A client of the server. Shared with the thread that closes it, which a server that hangs may keep waiting.
struct Client {
    ~Client() {
        if (handle != nullptr) close();
    }
    Client() = default;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Callbacks that still come find nothing to play.
    void fall_silent() noexcept {
        source = nullptr;
        comes_true_within(server_patience, [&] { return !in_callback; });
    }
    void close() noexcept {
        ++closing;
        // jackd's messenger ends by itself right after it has told; PipeWire's lives on.
        constexpr auto moment = std::chrono::milliseconds(200);
        if (gone) comes_true_within(moment, [&] { return has_ended(messenger); });
        ::jack_client_close(std::exchange(handle, nullptr));
        --closing;
    }

    jack_client_t* handle = nullptr;
    std::array<jack_port_t*, max_channels> ports{};
    int channels = 0;
    std::atomic<FrameSource*> source = nullptr;
    std::atomic<bool> in_callback = false;
    std::atomic<std::int64_t> callbacks = 0;
    std::atomic<int> xruns = 0;
    std::atomic<jack_nframes_t> rate_hz = 0;  ///< as opened; 0: not yet
    std::atomic<bool> changed_rate = false;
    std::atomic<pid_t> messenger = 0;  ///< libjack's thread that told that the server has gone
    std::atomic<bool> gone = false;
};

// None of these is noexcept: libjack may cancel them. What they call that is, is waited for (fall_silent).

int on_process(jack_nframes_t frames, void* user) {
    auto& client = *static_cast<Client*>(user);
    client.in_callback = true;
    ++client.callbacks;
    std::array<float*, max_channels> channels{};
    for (int c = 0; c < client.channels; ++c)
        channels[c] = static_cast<float*>(::jack_port_get_buffer(client.ports[c], frames));
    FrameSource* source = client.gone ? nullptr : client.source.load();
    if (source != nullptr)
        source->fill({channels, client.channels, static_cast<int>(frames)});
    else
        for (int c = 0; c < client.channels; ++c) std::fill_n(channels[c], frames, 0.0F);
    client.in_callback = false;
    return 0;
}

int on_xrun(void* user) {
    ++static_cast<Client*>(user)->xruns;
    return 0;
}

int on_rate(jack_nframes_t rate_hz, void* user) {
    auto& client = *static_cast<Client*>(user);
    if (client.rate_hz != 0 && client.rate_hz != rate_hz) client.changed_rate = true;
    return 0;
}

void on_shutdown(void* user) {
    auto& client = *static_cast<Client*>(user);
    client.messenger = static_cast<pid_t>(::syscall(SYS_gettid));
    client.gone = true;
}

/// nullptr if no server answers, or one that hangs is still being left.
std::shared_ptr<Client> connect_to_server(const char* name) {
    static std::once_flag once;
    std::call_once(once, [] {
        // It would write to the terminal whatever it likes.
        ::jack_set_error_function([](const char*) {});
        ::jack_set_info_function([](const char*) {});
    });
    if (closing > 0) return nullptr;
    const QuietStderr quiet;
    auto client = std::make_shared<Client>();
    client->handle = ::jack_client_open(name, JackNoStartServer, nullptr);
    if (client->handle == nullptr) return nullptr;
    ::jack_on_shutdown(client->handle, on_shutdown, client.get());
    return client;
}

/// Full names of all ports with some flags.
std::vector<std::string> ports_of(const Client& client, unsigned long flags) {
    std::vector<std::string> names;
    const char** ports = ::jack_get_ports(client.handle, nullptr, JACK_DEFAULT_AUDIO_TYPE, flags);
    for (const char** port = ports; port != nullptr && *port != nullptr; ++port) names.emplace_back(*port);
    if (ports != nullptr) ::jack_free(ports);
    return names;
}

std::string client_of(const std::string& port) { return port.substr(0, port.find(':')); }

/// Every client that takes sound; the first that has real outputs is the default one, the first of all if none has.
std::vector<ListedDevice> outputs_of(const Client& client) {
    std::vector<ListedDevice> outputs;
    const auto rate_hz = static_cast<int>(::jack_get_sample_rate(client.handle));
    for (const auto& port : ports_of(client, JackPortIsInput)) {
        const auto name = client_of(port);
        const auto known = std::find_if(outputs.begin(), outputs.end(), [&](const auto& d) { return d.name == name; });
        if (known != outputs.end())
            ++known->channels;
        else
            outputs.push_back({.api = std::string(api_name),
                               .number = static_cast<int>(outputs.size()),
                               .name = name,
                               .channels = 1,
                               .sample_rates_hz = {rate_hz}});
    }
    const auto real = ports_of(client, JackPortIsInput | JackPortIsPhysical);
    const auto usual = std::find_if(outputs.begin(), outputs.end(),
                                    [&](const auto& d) { return real.empty() || d.name == client_of(real.front()); });
    if (usual != outputs.end()) usual->is_default = true;
    return outputs;
}

class JackDevice final : public AudioDevice {
public:
    JackDevice(DeviceFacts facts, std::shared_ptr<Client> client)
        : facts_(std::move(facts)), client_(std::move(client)) {}
    ~JackDevice() override { stop(); }
    JackDevice(const JackDevice&) = delete;
    JackDevice& operator=(const JackDevice&) = delete;

    [[nodiscard]] const DeviceFacts& facts() const override { return facts_; }

    [[nodiscard]] Status start(FrameSource& source) override {
        const auto fail = [&](const std::string& what) {
            client_->source = nullptr;
            return Error{ErrorCode::output, facts_.api + ": " + facts_.name + what};
        };
        client_->source = &source;
        started_ = true;
        watch_.start();
        int channel = 0;
        for (const auto& port : ports_of(*client_, JackPortIsInput)) {
            if (client_of(port) != facts_.name) continue;
            if (channel == client_->channels) break;
            if (::jack_connect(client_->handle, ::jack_port_name(client_->ports[channel++]), port.c_str()) != 0)
                return fail(": its port " + port + " takes no connection");
        }
        if (channel == 0) return fail(" has gone");
        return success();
    }

    void stop() noexcept override {
        if (!client_) return;
        started_ = false;
        client_->fall_silent();
        closes_in_time([client = client_] { client->close(); });
        client_.reset();
    }

    [[nodiscard]] int xruns() const noexcept override { return client_ ? client_->xruns.load() : 0; }

    [[nodiscard]] std::optional<std::string> failure() override {
        if (!started_) return std::nullopt;
        const char* why = client_->gone                            ? "the server has ended, or ended this client"
                          : client_->changed_rate                  ? "the server has changed its sample rate"
                          : watch_.has_stalled(client_->callbacks) ? "the server does not answer"
                                                                   : nullptr;
        if (why == nullptr) return std::nullopt;
        return facts_.api + ": " + facts_.name + " has gone (" + why + ")";
    }

private:
    DeviceFacts facts_;
    std::shared_ptr<Client> client_;
    bool started_ = false;
    CallbackWatch watch_;
};

std::vector<ListedDevice> list() {
    const auto client = connect_to_server("burnish-devices");
    return client ? outputs_of(*client) : std::vector<ListedDevice>{};
}

Result<std::unique_ptr<AudioDevice>> open(const DeviceRequest& request) {
    const auto error = [&](const std::string& what) {
        return Error{ErrorCode::output, std::string(api_name) + ": " + what};
    };
    auto client = connect_to_server("burnish");
    if (!client) return error("no JACK server is running");
    const auto outputs = outputs_of(*client);
    if (outputs.empty()) return error("the server has nothing that takes sound");
    const auto chosen = choose_output(outputs, request);
    if (!chosen) return chosen.error();
    const auto& output = outputs[*chosen];
    client->channels = std::min(max_channels, output.channels);
    for (int c = 0; c < client->channels; ++c) {
        client->ports[c] = ::jack_port_register(client->handle, ("out_" + std::to_string(c + 1)).c_str(),
                                                JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
        if (client->ports[c] == nullptr) return error("the server takes no more ports");
    }
    ::jack_set_process_callback(client->handle, on_process, client.get());
    ::jack_set_xrun_callback(client->handle, on_xrun, client.get());
    ::jack_set_sample_rate_callback(client->handle, on_rate, client.get());
    // PipeWire tells the rate to those only who run.
    if (::jack_activate(client->handle) != 0) return error("the server lets this client not run");
    client->rate_hz = ::jack_get_sample_rate(client->handle);
    // Rate and buffer are the server's, whatever was asked for.
    DeviceFacts facts{.api = output.api,
                      .name = output.name,
                      .sample_rate_hz = static_cast<double>(client->rate_hz),
                      .channels = client->channels,
                      .buffer_frames = static_cast<int>(::jack_get_buffer_size(client->handle))};
    return std::unique_ptr<AudioDevice>(std::make_unique<JackDevice>(std::move(facts), std::move(client)));
}

}  // namespace

SoundSystem jack_system() {
    return {.name = api_name, .is_built_in = [] { return true; }, .list = list, .open = open};
}

}  // namespace burnish
