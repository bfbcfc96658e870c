#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "mastering/delivery_check.h"
#include "mastering/delivery_target.h"
#include "mastering/playback.h"
#include "mastering/preset.h"
#include "tests/support/memory_audio.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"

namespace burnish::test {

using Catch::Matchers::Contains;

namespace {

DeliveryTarget built_in(std::string_view name) {
    for (const auto& file : embedded_targets()) {
        if (file.name != name) continue;
        auto read = read_delivery_target(name, name, file.text);
        INFO((read ? "" : read.error().message));
        REQUIRE(read.ok());
        return *std::move(read);
    }
    FAIL("no target " << name);
    return {};
}

std::string complaint(const std::string& rest) {
    const auto read = read_delivery_target("mine.json", "mine", R"({"format": "burnish-target-1", )" + rest + "}");
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().code == ErrorCode::usage);
    return read.error().message;
}

TrackAnalysis measured(double lufs, double dbtp) {
    TrackAnalysis track;
    track.sample_rate_hz = 44100.0;
    track.channels = 2.0;
    track.bits_per_sample = 24.0;
    track.duration_s = 200.0;
    track.integrated_lufs = lufs;
    track.true_peak_dbtp = dbtp;
    track.sample_peak_db = dbtp;
    return track;
}

const CheckFinding& about(const CheckReport& report, std::string_view number) {
    for (const auto& finding : report.findings)
        if (finding.number == number) return finding;
    FAIL("nothing about " << number);
    return report.findings.front();
}

}  // namespace

TEST_CASE("every built-in target reads, and says where its numbers come from", "[mastering][delivery]") {
    const std::set<std::string> wanted{"spotify", "apple-music", "youtube",      "tidal",    "amazon",
                                       "deezer",  "soundcloud",  "aes77",        "ebu-r128", "atsc-a85",
                                       "netflix", "podcast",     "podcast-mono", "acx",      "cd",
                                       "club",    "vinyl",       "replaygain",   "none"};
    std::set<std::string> found;
    for (const auto& file : embedded_targets()) {
        const auto target = built_in(file.name);
        found.emplace(target.name);
        CHECK_FALSE(target.title.empty());
        CHECK_FALSE(target.help.empty());
        if (target.name != "none") CHECK_FALSE(target.sources.empty());
        for (const auto& source : target.sources) CHECK_FALSE(source.source.empty());
    }
    CHECK(found == wanted);
}

TEST_CASE("a bad target names its place", "[mastering][delivery]") {
    CHECK_THAT(complaint(R"("titel": "x")"), Contains("mine.json: unknown key \"titel\" (did you mean \"title\"?)"));
    CHECK_THAT(complaint(R"("master": {"loudness_lufs": 3})"),
               Contains("mine.json: master.loudness_lufs: 3 is outside [-40, -5]"));
    CHECK_THAT(complaint(R"("limits": [{"number": "loudness", "max": 1}])"),
               Contains("mine.json: limits[0].number: \"loudness\" found"));
    CHECK_THAT(complaint(R"("limits": [{"number": "true_peak_dbtp"}])"), Contains("min or max expected"));
    CHECK_THAT(complaint(R"("measure": "rms")"), Contains("rms_db"));
    CHECK_THAT(complaint(R"("sources": [{"source": "x", "status": "rumour"}])"),
               Contains("official, third-party, convention"));
    CHECK_THAT(complaint(R"("file": {"channels": 1.5})"), Contains("a whole number expected"));
}

TEST_CASE("a file is judged by what it misses and by how much", "[mastering][delivery]") {
    const auto spotify = built_in("spotify");
    const FileFacts wav{.extension = ".wav"};
    CHECK(check_delivery(measured(-14.0, -1.0), wav, spotify).worst() == Verdict::met);
    CHECK(check_delivery(measured(-14.0, -1.004), wav, spotify).worst() == Verdict::met);  // what is printed counts
    const auto hot = check_delivery(measured(-14.0, -0.5), wav, spotify);
    CHECK(hot.worst() == Verdict::failed);
    CHECK(about(hot, "true_peak_dbtp").excess == Approx(0.5));
    CHECK_THAT(about(hot, "true_peak_dbtp").problem, Contains("0.50 dB above -1.00"));
    const auto soft = check_delivery(measured(-20.0, -3.0), wav, spotify);
    CHECK(soft.worst() == Verdict::note);  // Spotify takes any loudness
    CHECK(about(soft, "integrated_lufs").excess == Approx(-5.0));
    CHECK_THAT(about(soft, "integrated_lufs").problem, Contains("5.00 LU below -15.00"));
    CHECK(check_delivery(measured(silence_db, silence_db), wav, built_in("ebu-r128")).worst() == Verdict::failed);
}

TEST_CASE("masters above -14 LUFS have to stay below -2 dBTP for Spotify", "[mastering][delivery]") {
    const auto spotify = built_in("spotify");
    const FileFacts wav{.extension = ".wav"};
    const auto loud = check_delivery(measured(-9.0, -1.5), wav, spotify);
    CHECK(about(loud, "true_peak_dbtp").verdict == Verdict::failed);
    CHECK(about(loud, "true_peak_dbtp").excess == Approx(0.5));
    CHECK_THAT(about(loud, "true_peak_dbtp").problem, Contains("louder than -14 LUFS"));
    CHECK(about(check_delivery(measured(-9.0, -2.0), wav, spotify), "true_peak_dbtp").verdict == Verdict::met);
    // A master at -14 may measure some hundredths more elsewhere.
    CHECK(about(check_delivery(measured(-13.97, -1.0), wav, spotify), "true_peak_dbtp").verdict == Verdict::met);
}

TEST_CASE("an audiobook is judged by rms, peak, noise floor and its file", "[mastering][delivery]") {
    const auto acx = built_in("acx");
    auto track = measured(-19.0, -3.2);
    track.channels = 1.0;
    track.rms_db = -20.0;
    track.noise_floor_db = -65.0;
    FileFacts mp3{.extension = ".mp3", .lossy = true, .bitrate_kbps = 192.0};
    CHECK(check_delivery(track, mp3, acx).worst() == Verdict::met);
    track.noise_floor_db = -52.0;
    track.rms_db = -24.0;
    mp3.bitrate_kbps = 128.0;
    const auto report = check_delivery(track, mp3, acx);
    CHECK(about(report, "noise_floor_db").excess == Approx(8.0));
    CHECK(about(report, "rms_db").excess == Approx(-1.0));
    CHECK(about(report, "bitrate_kbps").verdict == Verdict::failed);
    CHECK(about(check_delivery(track, {.extension = ".wav"}, acx), "format").verdict == Verdict::failed);
}

TEST_CASE("the loudness of dialogue is not guessed from that of the whole", "[mastering][delivery]") {
    const auto netflix = built_in("netflix");
    const FileFacts wav{.extension = ".wav"};
    auto track = measured(-24.0, -3.0);
    track.sample_rate_hz = 48000.0;
    track.loudness_range_lu = 8.0;
    CHECK(about(check_delivery(track, wav, netflix), "integrated_lufs").verdict == Verdict::unknown);
    CHECK(check_delivery(track, wav, netflix, false).worst() == Verdict::met);
    track.integrated_lufs = -18.0;
    CHECK(about(check_delivery(track, wav, netflix, false), "integrated_lufs").excess == Approx(4.0));
}

// Left and right of a bass opposite in phase, and a lead in phase that keeps the whole correlated.
TEST_CASE("bass out of phase fails for vinyl", "[mastering][delivery]") {
    auto track = measured(-16.0, -2.0);
    track.psr_min_db = 12.0;
    track.clip_level_db = 0.0;
    for (std::size_t i = 0; i < third_octaves_hz.size(); ++i) {
        track.third_octave.mid_mean_db[i] = -40.0;
        track.third_octave.side_mean_db[i] = -40.0;
        track.third_octave.correlation[i] = third_octaves_hz[i] < 100.0 ? -0.8 : 0.9;
    }
    const FileFacts wav{.extension = ".wav"};
    const auto report = check_delivery(track, wav, built_in("vinyl"));
    CHECK(about(report, "low_correlation").verdict == Verdict::failed);
    CHECK(about(report, "low_correlation").value == Approx(-0.8));
    for (std::size_t i = 0; i < 7; ++i) track.third_octave.mid_mean_db[i] = track.third_octave.side_mean_db[i] = -70.0;
    CHECK(check_delivery(track, wav, built_in("vinyl")).worst() == Verdict::met);  // too soft to matter
}

// Spotify's own example: -20 LUFS with peaks at -5 dBFS is lifted to -16 LUFS only.
TEST_CASE("playback is forecast as the services describe it", "[mastering][delivery]") {
    const auto spotify = built_in("spotify");
    REQUIRE(spotify.playback.size() == 3);
    const auto example = forecast_playback(measured(-20.0, -5.0), spotify.playback[0]);
    CHECK(example.gain_db == Approx(4.0));
    CHECK(example.loudness_lufs == Approx(-16.0));
    CHECK(example.peak_dbtp == Approx(-1.0));
    CHECK_FALSE(example.is_limited);
    const auto turned_down = forecast_playback(measured(-8.0, -0.5), spotify.playback[0]);
    CHECK(turned_down.gain_db == Approx(-6.0));
    CHECK(turned_down.peak_dbtp == Approx(-6.5));
    CHECK(forecast_playback(measured(-20.0, -5.0), built_in("tidal").playback[0]).gain_db == 0.0);
    CHECK(forecast_playback(measured(-20.0, -5.0), built_in("soundcloud").playback[0]).gain_db == 0.0);
    CHECK(forecast_playback(measured(-20.0, -5.0), spotify.playback[1]).is_limited);
    CHECK(forecast_playback(measured(-20.0, 0.5), spotify.playback[0]).gain_db == 0.0);  // never turned down for peaks
    CHECK(forecast_playback(measured(silence_db, silence_db), spotify.playback[0]).gain_db == 0.0);
}

// A steady tone: after the attack its crests lie at the threshold, give or take what the decay lets go in a period.
TEST_CASE("the limiter of loud playback brings a tone down to its threshold", "[mastering][delivery]") {
    MemorySource source(sine(997.0, db_to_gain(-5.0), 4.0, 48000.0), 48000.0);
    PlaybackForecast forecast{.mode = "loud", .wanted_db = 9.0, .gain_db = 9.0, .is_limited = true};
    REQUIRE(limit_playback(
                source, {.name = "loud", .loudness_lufs = -11.0, .raises = true, .ceiling_dbtp = -1.0, .limits = true},
                forecast, [](double) { return true; })
                .ok());
    CHECK(forecast.reduction_max_db == Approx(5.0).margin(0.3));
    CHECK(forecast.reduction_share > 0.99);
    // BS.1770: a tone of 997 Hz in both channels reads its peak level in LUFS.
    CHECK(forecast.loudness_lufs == Approx(-1.0).margin(0.4));
    CHECK(forecast.peak_dbtp > 3.0);  // the first crests get through
}

}  // namespace burnish::test
