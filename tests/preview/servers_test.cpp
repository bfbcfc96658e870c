#include <catch2/catch.hpp>

#include <jack/jack.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

#include "preview/output.h"
#include "preview/sound_system.h"
#include "tests/preview/rig.h"
#include "tests/preview/servers.h"

// The preview on real sound servers, which run for the test and need no sound card.

namespace burnish::test {
namespace {

/// What arrives at two JACK ports.
class JackEar {
public:
    explicit JackEar(double seconds) : left_(static_cast<std::size_t>(seconds * 44100.0)), right_(left_.size()) {
        ::jack_set_error_function([](const char*) {});  // it complains each time until the server is up
        REQUIRE(comes_true(20.0, [&] {
            client_ = ::jack_client_open("ear", JackNoStartServer, nullptr);
            return client_ != nullptr;
        }));
        ports_ = {::jack_port_register(client_, "left", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0),
                  ::jack_port_register(client_, "right", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0)};
        ::jack_set_process_callback(client_, hear, this);
        ::jack_on_shutdown(
            client_, [](void*) {}, nullptr);
        REQUIRE(::jack_activate(client_) == 0);
    }
    ~JackEar() { ::jack_client_close(client_); }
    JackEar(const JackEar&) = delete;
    JackEar& operator=(const JackEar&) = delete;

    /// Plugs in what the client called burnish plays.
    void listen() {
        const char** outputs = ::jack_get_ports(client_, "^burnish:", nullptr, JackPortIsOutput);
        REQUIRE(outputs != nullptr);
        REQUIRE(outputs[0] != nullptr);
        REQUIRE(outputs[1] != nullptr);
        CHECK(::jack_connect(client_, outputs[0], "ear:left") == 0);
        CHECK(::jack_connect(client_, outputs[1], "ear:right") == 0);
        ::jack_free(outputs);
        heard_ = 0;
    }
    /// From here on the server runs as fast as its clients can.
    void freewheel(bool on) { REQUIRE(::jack_set_freewheel(client_, on ? 1 : 0) == 0); }
    [[nodiscard]] bool is_there(const char* client_ports) {
        const char** ports = ::jack_get_ports(client_, client_ports, nullptr, JackPortIsOutput);
        const bool found = ports != nullptr;
        if (found) ::jack_free(ports);
        return found;
    }
    [[nodiscard]] std::size_t heard() const { return heard_; }
    [[nodiscard]] std::size_t room() const { return left_.size(); }
    [[nodiscard]] float left(std::size_t n) const { return left_[n]; }
    [[nodiscard]] float right(std::size_t n) const { return right_[n]; }

private:
    static int hear(jack_nframes_t frames, void* self) {
        auto& ear = *static_cast<JackEar*>(self);
        const std::size_t at = ear.heard_;
        const auto count = std::min<std::size_t>(frames, ear.left_.size() - at);
        const auto* left = static_cast<const float*>(::jack_port_get_buffer(ear.ports_[0], frames));
        const auto* right = static_cast<const float*>(::jack_port_get_buffer(ear.ports_[1], frames));
        // It pricks up at the first sound: a freewheeling server may go through minutes of silence before.
        if (at == 0 && std::all_of(left, left + frames, [](float sample) { return sample == 0.0F; })) return 0;
        std::copy_n(left, count, ear.left_.data() + at);
        std::copy_n(right, count, ear.right_.data() + at);
        ear.heard_ = at + count;
        return 0;
    }

    std::vector<float> left_;
    std::vector<float> right_;
    std::atomic<std::size_t> heard_ = 0;
    jack_client_t* client_ = nullptr;
    std::array<jack_port_t*, 2> ports_{};
};

AudioBuffer offline_master(const AudioBuffer& audio, const MasterRequest& request) {
    MemorySource source(audio, rate_hz);
    MemoryDelivery delivery(audio.channels(), rate_hz);
    REQUIRE(master(source, request, memory_services(), &delivery, nullptr));
    return delivery.buffer();
}

/// A 16-bit WAV file, by hand: 44 bytes of head, then the samples.
void write_wav(const std::string& path, const AudioBuffer& audio) {
    std::ofstream file(path, std::ios::binary);
    const auto number = [&](std::uint32_t value, int bytes) {
        for (int i = 0; i < bytes; ++i) file.put(static_cast<char>(value >> 8 * i & 0xFFU));
    };
    const auto bytes = static_cast<std::uint32_t>(audio.frames() * 4);
    file << "RIFF";
    number(36 + bytes, 4);
    file << "WAVEfmt ";
    for (const auto& [value, size] :
         {std::pair{16U, 4}, {1U, 2}, {2U, 2}, {44100U, 4}, {176400U, 4}, {4U, 2}, {16U, 2}})
        number(value, size);
    file << "data";
    number(bytes, 4);
    for (int n = 0; n < audio.frames(); ++n)
        for (int c = 0; c < 2; ++c) number(static_cast<std::uint32_t>(std::lround(32767.0F * audio.channel(c)[n])), 2);
}

/// A session on a device that plays the offline master, from the start.
struct Sitting {
    Sitting(const AudioBuffer& music, const MasterRequest& request)
        : session(track_of(music), memory_services()), output(session) {
        session.set_matched(false);
        session.want(request);
    }
    void settle() {
        session.wait_until_settled();
        REQUIRE(comes_true(20.0, [&] {
            const auto state = session.player().state();
            return state.exact && state.measured;
        }));
    }
    Session session;
    Output output;
};

}  // namespace

TEST_CASE("on JACK, B is the offline master to the bit, from a client called burnish", "[preview][jack]") {
    const auto music = framed_music(3.0);
    const auto request = request_for(-12.0);
    const auto expected = offline_master(music, request);
    JackServer server;
    JackEar ear(6.0);
    Sitting sitting(music, request);
    const auto opened = sitting.output.open({.api = "jack", .sample_rate_hz = rate_hz});
    INFO((opened ? "" : opened.error().message));
    REQUIRE(opened);
    CHECK(sitting.output.facts().sample_rate_hz == 44100.0);
    CHECK(sitting.output.facts().buffer_frames == 256);
    sitting.settle();
    ear.listen();
    ear.freewheel(true);
    sitting.session.play(true);
    REQUIRE(comes_true(20.0, [&] { return ear.heard() == ear.room() || sitting.session.player().state().at_end; }));
    ear.freewheel(false);
    // It fades in while all is silent; from the first sound on every frame is there, in its place.
    std::size_t first = 0;
    while (first < ear.heard() && ear.left(first) == 0.0F) ++first;
    int start = 0;
    while (start < expected.frames() && expected.channel(0)[start] == 0.0F) ++start;
    REQUIRE(first < ear.heard());
    for (int n = start; n < expected.frames() - 2048; ++n) {
        const auto at = first + static_cast<std::size_t>(n - start);
        REQUIRE(at < ear.heard());
        REQUIRE(ear.left(at) == expected.channel(0)[n]);
        REQUIRE(ear.right(at) == expected.channel(1)[n]);
    }
    CHECK_FALSE(sitting.output.watch());
}

TEST_CASE("a script of a minute on JACK toggles, jumps and changes presets without an xrun", "[preview][jack]") {
    JackServer server;
    JackEar ear(1.0);
    const ScratchPlace place;
    const auto song = place / "song.wav";
    write_wav(song, toy_music(20.0, rate_hz));
    std::ofstream script(place / "script");
    script << "0 play\n";
    const std::array<const char*, 6> presets{"pop", "metal", "jazz", "none", "next", "previous"};
    for (int second = 1; second < 60; ++second) {
        script << second << (second % 2 == 0 ? " A\n" : " B\n");
        if (second % 5 == 0) script << second << ".3 seek " << second % 17 << '\n';
        if (second % 8 == 0) script << second << ".5 preset " << presets[second / 8 % 6] << '\n';
        if (second % 13 == 0) script << second << ".7 loop 3 5\n" << second + 3 << ".1 loop off\n";
    }
    script << "60 quit\n";
    script.close();
    const auto report = place / "report";
    ear.freewheel(true);  // time is the clients' own: what the machine does besides makes no xruns
    Companion preview({BURNISH_PROGRAM, "preview", song, "--api", "jack", "--script", place / "script"}, report);
    const int status = preview.wait(100.0);
    const auto said = text_of(report);
    INFO(said);
    CHECK(status == 0);
    CHECK(said.find("60.000  quit: quits") != said.npos);
    CHECK(said.find(" 0 xruns") != said.npos);
    CHECK(said.find("error") == said.npos);
}

TEST_CASE("a JACK server that dies leaves a message, a clock and no hanging program", "[preview][jack]") {
    JackServer server;
    {
        JackEar ear(0.1);  // waits until it is there
    }
    Sitting sitting(framed_music(3.0), request_for(-12.0));
    const auto opened = sitting.output.open({.api = "jack", .sample_rate_hz = rate_hz});
    REQUIRE(opened);
    sitting.session.play(true);
    REQUIRE(comes_true(20.0, [&] { return sitting.output.played_s() > 0.05; }));
    server.kill();
    std::optional<std::string> failure;
    REQUIRE(comes_true(10.0, [&] { return (failure = sitting.output.watch()).has_value(); }));
    CHECK(failure->find("jack") != failure->npos);
    CHECK(failure->find("has gone") != failure->npos);
    CHECK_FALSE(sitting.session.controls().playing);
    CHECK(sitting.output.facts().api == "null");
    const double then_s = sitting.output.played_s();
    sitting.session.play(true);
    CHECK(comes_true(10.0, [&] { return sitting.output.played_s() > then_s + 0.1; }));
    CHECK_FALSE(sitting.output.watch());
}

// A stopped process is what a server looks like that hangs: its sockets are open, and nobody answers.
TEST_CASE("a JACK server that hangs is left, and not asked again", "[preview][jack]") {
    JackServer server;
    { JackEar ear(0.1); }
    Sitting sitting(framed_music(3.0), request_for(-12.0));
    REQUIRE(sitting.output.open({.api = "jack", .sample_rate_hz = rate_hz}));
    sitting.session.play(true);
    REQUIRE(comes_true(20.0, [&] { return sitting.output.played_s() > 0.05; }));
    server.hang();
    std::optional<std::string> failure;
    REQUIRE(comes_true(10.0, [&] { return (failure = sitting.output.watch()).has_value(); }));
    CHECK_THAT(*failure, Catch::Contains("system has gone (the server does not answer)"));
    CHECK(sitting.output.facts().api == "null");
    const auto again = sitting.output.open({.api = "jack"});
    REQUIRE_FALSE(again);
    CHECK(sitting.output.facts().api == "null");
    server.kill();
}

// Such a server lets a client go while its callback may still run.
TEST_CASE("a device on a JACK server that waits for nobody is opened and closed again and again", "[preview][jack]") {
    JackServer server(false);
    { JackEar ear(0.1); }
    Sitting sitting(framed_music(3.0), request_for(-12.0));
    for (int turn = 0; turn < 10; ++turn) {
        REQUIRE(sitting.output.open({.api = "jack", .sample_rate_hz = rate_hz}));
        sitting.session.play(true);
        const double then_s = sitting.output.played_s();
        REQUIRE(comes_true(20.0, [&] { return sitting.output.played_s() > then_s + 0.02; }));
        CHECK_FALSE(sitting.output.watch());
        CHECK(sitting.output.facts().api == "jack");
    }
}

TEST_CASE("an output is chosen by number, name, or a part that no other has", "[preview][device]") {
    const std::vector<ListedDevice> outputs{{.api = "jack", .name = "system"},
                                            {.api = "jack", .number = 1, .name = "Recorder 1", .is_default = true},
                                            {.api = "jack", .number = 2, .name = "Recorder 2"}};
    for (const auto& [asked, place] :
         {std::pair{"", 1U}, {"0", 0U}, {"2", 2U}, {"Recorder 2", 2U}, {"SYS", 0U}, {"er 1", 1U}}) {
        INFO(asked);
        const auto chosen = choose_output(outputs, {.device = asked});
        REQUIRE(chosen);
        CHECK(*chosen == place);
    }
    for (const auto& [asked, words] :
         {std::pair{"recorder", "which several have in their names"}, {"3", "found; jack"}}) {
        const auto chosen = choose_output(outputs, {.device = asked});
        REQUIRE_FALSE(chosen);
        CHECK_THAT(chosen.error().message, Catch::Contains(words) && Catch::Contains("2 \"Recorder 2\""));
    }
    const std::vector<ListedDevice> without_default(1, {.api = "alsa", .name = "card"});
    CHECK(*choose_output(without_default, {}) == 0);
}

TEST_CASE("on PulseAudio, B is the offline master", "[preview][pulse]") {
    const auto music = framed_music(3.0);
    const auto request = request_for(-12.0);
    const auto expected = offline_master(music, request);
    PulseServer server;
    REQUIRE(comes_true(20.0, [] { return output_of("pactl info").find("Default Sink: null") != std::string::npos; }));
    Sitting sitting(music, request);
    const auto opened = sitting.output.open({.api = "pulse", .sample_rate_hz = rate_hz});
    INFO((opened ? "" : opened.error().message));
    REQUIRE(opened);
    sitting.settle();
    const auto recording = server / "heard.f32";
    Companion ear({"parec", "--raw", "-d", "null.monitor", "--format=float32le", "--rate=44100", "--channels=2",
                   "--latency-msec=50"},
                  recording);
    REQUIRE(comes_true(20.0, [&] {
        std::error_code missing;
        return std::filesystem::file_size(recording, missing) > 8000 && !missing;
    }));
    sitting.session.play(true);
    REQUIRE(comes_true(20.0, [&] { return sitting.session.player().state().at_end; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    ear.end(SIGTERM);
    std::ifstream file(recording, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    std::vector<float> heard(bytes.size() / sizeof(float));
    std::memcpy(heard.data(), bytes.data(), heard.size() * sizeof(float));
    // A loaded machine may make the server skip: the longest piece that is right, frame by frame, has to be long.
    int longest = 0;
    for (std::size_t at = 0; at + 2 < heard.size(); at += 2) {
        if (std::abs(heard[at]) < 0.02F) continue;
        const auto from = std::find(expected.channel(0).begin(), expected.channel(0).end(), heard[at]);
        if (from == expected.channel(0).end()) continue;
        const auto start = static_cast<int>(from - expected.channel(0).begin());
        int length = 0;
        while (start + length < expected.frames() && at + 2 * length + 1 < heard.size() &&
               heard[at + 2 * length] == expected.channel(0)[start + length] &&
               heard[at + 2 * length + 1] == expected.channel(1)[start + length])
            ++length;
        longest = std::max(longest, length);
        if (length > 4) at += 2 * static_cast<std::size_t>(length - 1);
    }
    CHECK(longest > 22050);
}

TEST_CASE("a PulseAudio server that dies leaves a message and a clock", "[preview][pulse]") {
    PulseServer server;
    REQUIRE(comes_true(20.0, [] { return output_of("pactl info").find("Default Sink: null") != std::string::npos; }));
    Sitting sitting(framed_music(3.0), request_for(-12.0));
    REQUIRE(sitting.output.open({.api = "pulse", .sample_rate_hz = rate_hz}));
    sitting.session.play(true);
    REQUIRE(comes_true(20.0, [&] { return sitting.output.played_s() > 0.05; }));
    server.kill();
    std::optional<std::string> failure;
    REQUIRE(comes_true(10.0, [&] { return (failure = sitting.output.watch()).has_value(); }));
    CHECK(failure->find("pulse") != failure->npos);
    CHECK(sitting.output.facts().api == "null");
}

// RtAudio 5 lists ALSA's default device; without a card, ALSA's plugin to PulseAudio stands behind it.
TEST_CASE("on ALSA the preview is heard", "[preview][pulse][alsa]") {
    PulseServer server;
    REQUIRE(comes_true(20.0, [] { return output_of("pactl info").find("Default Sink: null") != std::string::npos; }));
    const ScratchPlace home;
    std::ofstream(home / ".asoundrc") << "pcm.!default { type pulse }\nctl.!default { type pulse }\n";
    write_wav(home / "song.wav", toy_music(3.0, rate_hz));
    std::ofstream(home / "script") << "0 play\n1.5 quit\n";
    const auto recording = home / "heard.f32";
    Companion ear({"parec", "--raw", "-d", "null.monitor", "--format=float32le", "--rate=44100", "--channels=2",
                   "--latency-msec=50"},
                  recording);
    const auto said = output_of("HOME=" + (home / "") + " " BURNISH_PROGRAM " preview --api alsa --script " +
                                (home / "script") + " " + (home / "song.wav"));
    INFO(said);
    CHECK(said.find("played 1.5 s") != said.npos);
    ear.end(SIGTERM);
    const auto bytes = text_of(recording);
    std::vector<float> heard(bytes.size() / sizeof(float));
    std::memcpy(heard.data(), bytes.data(), heard.size() * sizeof(float));
    CHECK(std::count_if(heard.begin(), heard.end(), [](float sample) { return std::abs(sample) > 0.02F; }) > 10000);
}

// What a card that another program holds looks like to RtAudio: it is there, and cannot be opened.
TEST_CASE("an ALSA device that cannot be opened is not called missing", "[preview][pulse][alsa]") {
    PulseServer server;
    REQUIRE(comes_true(20.0, [] { return output_of("pactl info").find("Default Sink: null") != std::string::npos; }));
    const ScratchPlace home;
    std::ofstream(home / "alsa.conf") << "pcm.default { type hw card 31 }\nctl.default { type pulse }\n";
    write_wav(home / "song.wav", toy_music(0.5, rate_hz));
    const auto said = output_of("ALSA_CONFIG_PATH=" + (home / "alsa.conf") +
                                " " BURNISH_PROGRAM " preview --api alsa " + (home / "song.wav"));
    CHECK_THAT(said, Catch::Contains("alsa: none of its devices can be opened: another program holds them"));
    CHECK_THAT(said, Catch::Contains("--null"));
}

TEST_CASE("devices are listed, and asked for by number, name or part of it", "[preview][jack][pulse]") {
    JackServer jack;
    PulseServer pulse;
    { JackEar ear(0.1); }
    REQUIRE(comes_true(20.0, [] { return output_of("pactl info").find("Default Sink: null") != std::string::npos; }));
    const auto devices = list_audio_devices();
    const auto count = [&](const std::string& api) {
        return std::count_if(devices.begin(), devices.end(), [&](const auto& device) { return device.api == api; });
    };
    CHECK(count("jack") == 1);
    CHECK(count("pulse") == 1);
    Session session(track_of(framed_music(1.0)), memory_services());
    for (const char* name : {"0", "system", "SYS"}) {
        Output output(session);
        CHECK(output.open({.api = "jack", .device = name}));
        CHECK(output.facts().name == "system");
    }
    Output output(session);
    const auto unknown = output.open({.api = "jack", .device = "grand piano"});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code == ErrorCode::usage);
    CHECK(unknown.error().message.find("0 \"system\"") != std::string::npos);
}

TEST_CASE("without any server there is a message that says what was tried", "[preview][device]") {
    ::setenv("JACK_DEFAULT_SERVER", "nobody", 1);
    ::setenv("JACK_NO_START_SERVER", "1", 1);
    ::setenv("PULSE_SERVER", "unix:/nowhere", 1);
    Session session(track_of(framed_music(1.0)), memory_services());
    Output output(session);
    const auto opened = output.open({});
    ::unsetenv("JACK_DEFAULT_SERVER");
    ::unsetenv("PULSE_SERVER");
    if (opened) {
        WARN("this machine has a sound card that ALSA opens: " << output.facts().name);
        return;
    }
    CHECK(opened.error().code == ErrorCode::output);
    for (const char* word : {"jack: no JACK server", "pulse: ", "alsa: "})
        CHECK(opened.error().message.find(word) != std::string::npos);
}

}  // namespace burnish::test
