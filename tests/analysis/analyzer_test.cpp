#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/thinned_rows.h"
#include "core/random.h"
#include "tests/support/signals.h"

namespace burnish {
namespace {

template <class Visit>
void for_each_number(const TrackAnalysis& analysis, Visit visit) {
    for (const auto& row : analysis_numbers) visit(std::string(row.name), analysis.*row.member);
    for_each_curve_group([&](const auto& group) {
        for (const auto& row : group.curves)
            for (const double value : (analysis.*group.member).*row.member)
                visit(std::string(group.name) + "." + std::string(row.name), value);
    });
}

bool same_bits(const TrackAnalysis& a, const TrackAnalysis& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

}  // namespace

TEST_CASE("the tables name every number once", "[analysis][table]") {
    std::set<std::string> names;
    std::set<double TrackAnalysis::*, bool (*)(double TrackAnalysis::*, double TrackAnalysis::*)> members(
        [](auto a, auto b) {
            const TrackAnalysis analysis;
            return &(analysis.*a) < &(analysis.*b);
        });
    for (const auto& row : analysis_numbers) {
        INFO(row.name);
        CHECK(names.insert(std::string(row.name)).second);
        CHECK(members.insert(row.member).second);
        CHECK_FALSE(row.label.empty());
        CHECK_FALSE(row.help.empty());
        CHECK(row.decimals >= 0);
    }
    for_each_curve_group([&](const auto& group) {
        const TrackAnalysis analysis;
        std::set<const void*> curves;
        for (const auto& row : group.curves) {
            INFO(group.name << "." << row.name);
            CHECK(names.insert(std::string(group.name) + "." + std::string(row.name)).second);
            CHECK(curves.insert(&((analysis.*group.member).*row.member)).second);
            CHECK_FALSE(row.help.empty());
        }
    });
}

TEST_CASE("an analysis does not depend on the block size", "[analysis]") {
    for (const double rate_hz : {22050.0, 44100.0}) {
        const auto audio = test::toy_music(4.321, rate_hz);
        const auto whole = analyze(audio.view(), rate_hz);
        Random random(5);
        for (const int largest : {1, 100, 5000, 1000000}) {
            INFO("blocks of up to " << largest);
            Analyzer analyzer;
            analyzer.prepare({rate_hz, 2, audio.frames(), 0});
            for (int first = 0; first < audio.frames();) {
                const int wanted = 1 + static_cast<int>(random.uniform() * largest);
                const int count = std::min(wanted, audio.frames() - first);
                analyzer.process(audio.view().part(first, count));
                first += count;
            }
            CHECK(same_bits(analyzer.finish(), whole));
        }
    }
}

TEST_CASE("prepare starts over", "[analysis]") {
    const auto noise = test::white_noise(0.5, 3, 48000);
    const auto music = test::toy_music(3, 44100, 1);
    Analyzer analyzer;
    analyzer.prepare({48000, 2, 0, 0});
    analyzer.process(noise.view());
    CHECK(analyzer.finish().channels == 2);
    analyzer.prepare({44100, 1, 0, 0});
    analyzer.process(music.view());
    CHECK(same_bits(analyzer.finish(), analyze(music.view(), 44100)));
}

TEST_CASE("every number is finite for every track", "[analysis]") {
    for (const double rate_hz : {8000.0, 44100.0, 192000.0})
        for (const int channels : {1, 2})
            for (const double seconds : {0.0, 0.00013, 0.09, 0.3, 1.9}) {
                const int frames = static_cast<int>(seconds * rate_hz);
                auto noise = test::white_noise(1.5, seconds, rate_hz, channels);
                auto direct_current = AudioBuffer(channels, frames);
                for (int c = 0; c < channels; ++c)
                    for (float& sample : direct_current.channel(c)) sample = 1.0F;
                auto denormal = AudioBuffer(channels, frames);
                for (int c = 0; c < channels; ++c)
                    for (float& sample : denormal.channel(c)) sample = 1e-40F;
                for (const auto& audio : {noise, AudioBuffer(channels, frames), direct_current, denormal,
                                          test::impulse(frames / 2, frames, channels)}) {
                    INFO(channels << " channels of " << audio.frames() << " frames at " << rate_hz << " Hz");
                    const auto analysis = analyze(audio.view(), rate_hz);
                    for_each_number(analysis, [](const std::string& name, double value) {
                        if (!std::isfinite(value)) FAIL(name << " = " << value);
                    });
                    REQUIRE(analysis.frames == audio.frames());
                }
            }
}

TEST_CASE("silence reads as an empty track", "[analysis]") {
    const auto analysis = analyze(AudioBuffer(2, 5 * 44100).view(), 44100);
    const TrackAnalysis empty;
    for (const auto& row : analysis_numbers) {
        INFO(row.name);
        const std::set<std::string_view> of_the_stream{"duration_s", "sample_rate_hz", "channels", "frames",
                                                       "leading_silence_s"};
        if (!of_the_stream.contains(row.name)) CHECK(analysis.*row.member == empty.*row.member);
    }
    for_each_curve_group([&](const auto& group) {
        for (const auto& row : group.curves) {
            INFO(group.name << "." << row.name);
            CHECK((analysis.*group.member).*row.member == (empty.*group.member).*row.member);
        }
    });
}

// Less than one spectrum, in the middle of the window: the level still is that of the sine.
// More than an hour of it, after which every second row of levels is thrown away: of the music behind it none may be,
// or a track with hours of silence would be mastered by what little is left of it. The silences are whole windows of
// every measurement, so that the music is cut into the same pieces; what is an average over time is left out.
TEST_CASE("hours of silence leave the music's numbers alone", "[analysis]") {
    constexpr double rate_hz = 8000.0;
    constexpr int window_frames = 819200;
    const auto music = test::toy_music(20.0, rate_hz, 1);
    const AudioBuffer silence(1, window_frames);
    const auto analysis_after = [&](int windows) {
        Analyzer analyzer;
        analyzer.prepare({rate_hz, 1, std::int64_t{windows} * window_frames + music.frames(), 16});
        for (int i = 0; i < windows; ++i) analyzer.process(silence.view());
        analyzer.process(music.view());
        return analyzer.finish();
    };
    const auto soon = analysis_after(1);
    const auto late = analysis_after(35);
    const std::set<std::string> averages_over_time{"duration_s", "frames",       "rms_db",
                                                   "crest_db",   "onsets_per_s", "flux_db_per_s",
                                                   "dc_left",    "dc_right",     "leading_silence_s"};
    std::vector<double> expected;
    for_each_number(soon, [&](const std::string&, double value) { expected.push_back(value); });
    std::size_t at = 0;
    for_each_number(late, [&](const std::string& name, double value) {
        INFO(name);
        if (!averages_over_time.contains(name)) CHECK(value == Approx(expected[at]).epsilon(1e-6));
        ++at;
    });
    CHECK(late.leading_silence_s > 3500.0);
}

TEST_CASE("a short track has a spectrum", "[analysis]") {
    for (const double seconds : {0.03, 0.06, 0.09}) {
        const auto analysis = analyze(test::sine(1000, 0.5, seconds, 44100).view(), 44100);
        CHECK(analysis.third_octave.mid_mean_db[16] == Approx(-9.03).margin(0.5));
        CHECK(analysis.centroid_hz == Approx(1000).margin(30));
    }
}

TEST_CASE("thinned rows stay evenly spread and bounded", "[analysis]") {
    ThinnedRows rows;
    rows.prepare(2, 16);
    for (int i = 0; i < 1000; ++i) {
        const float row[] = {static_cast<float>(i), static_cast<float>(-i)};
        rows.add(row);
        REQUIRE(rows.rows() <= 16);
        REQUIRE(rows.rows() >= std::min(i + 1, 8));
    }
    const float step = rows.row(1)[0] - rows.row(0)[0];
    CHECK(rows.row(0)[0] == 0.0F);
    CHECK(step == 64.0F);
    for (int i = 0; i < rows.rows(); ++i) {
        CHECK(rows.row(i)[0] == static_cast<float>(i) * step);
        CHECK(rows.row(i)[1] == -rows.row(i)[0]);
    }
}

}  // namespace burnish
