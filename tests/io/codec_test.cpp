#include "io/codec.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "core/decibels.h"
#include "io/external_tool.h"
#include "io/output_file.h"
#include "tests/io/audio_files.h"
#include "tests/support/memory_audio.h"
#include "tests/support/signals.h"

namespace burnish::test {

using Catch::Matchers::Contains;

namespace {
bool keep_going(double) { return true; }
}  // namespace

TEST_CASE("sound comes back from every codec as it went in, a little changed", "[io][codec]") {
    for (const auto& row : codec_rows) {
        if (row.kind == CodecKind::aac && !tool_is_there("ffmpeg")) continue;
        INFO(row.name);
        MemorySource source(toy_music(2.0, 44100.0), 44100.0);
        const Codec codec{row.kind, row.usual_kbps};
        const auto decoded = need(through_codec(source, codec, keep_going));
        const double rate_hz = decoded->info().sample_rate_hz;
        CHECK(rate_hz == (row.kind == CodecKind::opus ? 48000.0 : 44100.0));
        const auto audio = read_all(*decoded);
        CHECK(audio.frames() / rate_hz == Approx(2.0).margin(0.1));
        const auto original = toy_music(2.0, 44100.0);
        CHECK(gain_to_db(rms(audio)) == Approx(gain_to_db(rms(original))).margin(0.5));
        CHECK_FALSE(same_bits(audio, original));
    }
}

// White noise at full scale: a codec that throws half of it away moves peaks far beyond full scale.
TEST_CASE("peaks beyond full scale survive decoding", "[io][codec]") {
    for (const auto& row : codec_rows) {
        if (row.kind == CodecKind::aac && !tool_is_there("ffmpeg")) continue;
        INFO(row.name);
        MemorySource source(random_signs(0.99, 1.0, 48000.0), 48000.0);
        CHECK(peak(read_all(*need(through_codec(source, {row.kind, 96}, keep_going)))) > 1.2);
    }
}

TEST_CASE("codecs are named, with their bit rates", "[io][codec]") {
    CHECK(need(read_codec("--codec", "mp3")) == Codec{CodecKind::mp3, 192});
    CHECK(need(read_codec("--codec", "aac:128")) == Codec{CodecKind::aac, 128});
    CHECK(name_of(need(read_codec("--codec", "ogg:96"))) == "Vorbis at 96 kbit/s");
    for (const auto* wrong : {"mp3:", "mp3:fast", "mp3:100", "opus:2000", "", "flac"})
        CHECK_FALSE(read_codec("--codec", wrong).ok());
}

TEST_CASE("a lossy file has the bit rate asked for", "[io][writing]") {
    const TemporaryDirectory directory;
    const auto audio = toy_music(6.0, 48000.0);
    struct Case {
        const char* name;
        int kbps;
        double tolerance;
    };
    for (const auto& [name, kbps, tolerance] : {Case{"a.mp3", 64, 0.03},
                                                {"a.mp3", 128, 0.03},
                                                {"a.mp3", 192, 0.03},
                                                {"a.mp3", 320, 0.03},
                                                {"a.opus", 64, 0.4},
                                                {"a.opus", 128, 0.4},
                                                {"a.ogg", 96, 0.5},
                                                {"a.ogg", 192, 0.5}}) {
        INFO(name << " at " << kbps);
        const auto path = directory / name;
        auto file = need(OutputFile::create(
            path,
            {.sample_rate_hz = 48000.0, .channels = 2, .frames = audio.frames(), .depth = {}, .bitrate_kbps = kbps}, {},
            true));
        need(file->write(audio.view()));
        need(file->finish());
        need(file->commit());
        CHECK(8e-3 * static_cast<double>(std::filesystem::file_size(path)) / 6.0 == Approx(kbps).epsilon(tolerance));
    }
}

TEST_CASE("the broadcast extension tells the loudness that was measured", "[io][metadata]") {
    const TemporaryDirectory directory;
    const auto audio = toy_music(0.5, 48000.0);
    Metadata metadata;
    metadata.sample_rate_hz = 48000.0;
    metadata.broadcast.emplace().description = "a programme";
    const auto path = directory / "b.wav";
    auto file = need(OutputFile::create(
        path, {.sample_rate_hz = 48000.0, .channels = 2, .frames = audio.frames(), .depth = {}}, metadata, true));
    need(file->write(audio.view()));
    need(file->end_sound());
    CHECK(need(file->reopen())->info().frames == audio.frames());
    need(file->finish(MeasuredLoudness{.integrated_lufs = -23.04,
                                       .loudness_range_lu = 7.5,
                                       .true_peak_dbtp = -1.03,
                                       .max_momentary_lufs = -18.2,
                                       .max_short_term_lufs = silence_db}));
    need(file->commit());
    // libsndfile reads the fields by itself. Source: EBU Tech 3285 v2, in hundredths.
    SF_INFO info{};
    SNDFILE* sound = sf_open(path.c_str(), SFM_READ, &info);
    REQUIRE(sound != nullptr);
    SF_BROADCAST_INFO bext{};
    REQUIRE(sf_command(sound, SFC_GET_BROADCAST_INFO, &bext, sizeof bext) == SF_TRUE);
    sf_close(sound);
    CHECK(bext.version == 2);
    CHECK(bext.loudness_value == -2304);
    CHECK(bext.loudness_range == 750);
    CHECK(bext.max_true_peak_level == -103);
    CHECK(bext.max_momentary_loudness == -1820);
    CHECK(bext.max_shortterm_loudness == 0x7FFF);  // not given
    CHECK(std::string(bext.description) == "a programme");
}

TEST_CASE("another program is run without a shell, and its complaint is told", "[io][tool]") {
    const TemporaryDirectory directory;
    const auto path = (directory / "a;b $(touch c)").string();
    need(run_tool({"touch", path}, [] { return true; }));
    CHECK(directory.names() == std::vector<std::string>{"a;b $(touch c)"});
    const auto missing = run_tool({"no-such-program"}, [] { return true; });
    REQUIRE_FALSE(missing.ok());
    CHECK_THAT(missing.error().message, Contains("no-such-program: No such file"));
    const auto failing = run_tool({"ls", (directory / "nowhere").string()}, [] { return true; });
    REQUIRE_FALSE(failing.ok());
    CHECK_THAT(failing.error().message, Contains("ls: ") && Contains("nowhere"));
    const auto stopped = run_tool({"sleep", "60"}, [] { return false; });
    REQUIRE_FALSE(stopped.ok());
    CHECK(stopped.error().code == ErrorCode::canceled);
}

}  // namespace burnish::test
