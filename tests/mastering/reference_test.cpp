#include "mastering/reference.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "core/decibels.h"
#include "dsp/biquad.h"
#include "mastering/loud_passages.h"
#include "mastering/master.h"
#include "mastering/rendered_source.h"
#include "tests/support/memory_audio.h"
#include "tests/support/referees.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

constexpr double rate_hz = 44100.0;

const auto never_stop = [](double) { return true; };

/// Pink noise whose side is 6 dB under its mid.
AudioBuffer stereo_noise(double seconds, double side_gain = 0.5) {
    auto audio = pink_noise(-20.0, seconds, rate_hz);
    for (int n = 0; n < audio.frames(); ++n) {
        const float mid = audio.channel(0)[n];
        const auto side = static_cast<float>(side_gain * audio.channel(1)[n]);
        audio.channel(0)[n] = mid + side;
        audio.channel(1)[n] = mid - side;
    }
    return audio;
}

template <class B>
AudioBuffer through(AudioBuffer audio, const typename B::Settings& settings) {
    const int latency = [&] {
        B block;
        block.prepare({rate_hz, audio.channels(), audio.frames()});
        return block.latency_frames();
    }();
    AudioBuffer padded(audio.channels(), audio.frames() + latency);
    copy(std::as_const(audio).view(), padded.view().part(0, audio.frames()));
    B block;
    block.prepare({rate_hz, audio.channels(), padded.frames()});
    block.set(settings);
    block.process(padded.view());
    copy(std::as_const(padded).view().part(latency, audio.frames()), audio.view());
    return audio;
}

Reference reference_of(const AudioBuffer& audio, double weight = 1.0) {
    MemorySource source(audio, rate_hz);
    auto sound = measure_reference(source, false, never_stop);
    REQUIRE(sound.ok());
    return {"reference", weight, *sound};
}

ReferenceMatch match(const AudioBuffer& audio, const std::vector<Reference>& references, const Target& target = {}) {
    MemorySource source(audio, rate_hz);
    auto track = analyze_source(source, false, never_stop, AnalysisScope::match);
    REQUIRE(track.ok());
    auto matched = match_references(source, *track, references, target, false, never_stop);
    REQUIRE(matched.ok());
    return *std::move(matched);
}

/// What the tone curve and the bells of some settings do to the mid at one frequency, by their own formulas.
double mid_gain_db(const ChainSettings& settings, double frequency_hz) {
    const auto& tone = settings.tone;
    const std::array knots{tone.mid_20_hz_db,   tone.mid_40_hz_db,    tone.mid_80_hz_db,   tone.mid_160_hz_db,
                           tone.mid_320_hz_db,  tone.mid_640_hz_db,   tone.mid_1280_hz_db, tone.mid_2560_hz_db,
                           tone.mid_5120_hz_db, tone.mid_10240_hz_db, tone.mid_20480_hz_db};
    const auto& eq = settings.eq;
    double gain_db = LevelCurve(knots, 20.0, 2.0).level_db(frequency_hz);
    const double bells[4][3] = {{eq.bell_1_hz, eq.bell_1_q, eq.bell_1_db},
                                {eq.bell_2_hz, eq.bell_2_q, eq.bell_2_db},
                                {eq.bell_3_hz, eq.bell_3_q, eq.bell_3_db},
                                {eq.bell_4_hz, eq.bell_4_q, eq.bell_4_db}};
    for (const auto& b : bells) gain_db += magnitude_db(bell(b[0], b[1], b[2], rate_hz), frequency_hz, rate_hz);
    return gain_db;
}

}  // namespace

// What a known equaliser did has to be undone: its gain and that of the match add up to the same at every frequency.
TEST_CASE("a match undoes the equaliser that stands between a track and its reference", "[mastering][reference]") {
    const auto true_master = stereo_noise(8.0);
    Equalizer::Settings fault{.low_shelf_hz = 150.0, .low_shelf_db = 3.0};
    fault.bell_3_hz = 1800.0;
    fault.bell_3_db = -3.0;
    fault.bell_3_q = 1.2;
    fault.high_shelf_hz = 6000.0;
    fault.high_shelf_db = -2.5;
    const auto matched = match(through<Equalizer>(true_master, fault), {reference_of(true_master)});
    std::vector<double> sums_db;
    for (double hz = 60.0; hz < 12000.0; hz *= 1.1)
        sums_db.push_back(mid_gain_db(matched.prediction.settings, hz) +
                          magnitude_db(low_shelf(150.0, 3.0, rate_hz), hz, rate_hz) +
                          magnitude_db(bell(1800.0, 1.2, -3.0, rate_hz), hz, rate_hz) +
                          magnitude_db(high_shelf(6000.0, -2.5, rate_hz), hz, rate_hz));
    const double mean_db = std::accumulate(sums_db.begin(), sums_db.end(), 0.0) / static_cast<double>(sums_db.size());
    for (const double db : sums_db) CHECK(db - mean_db == Approx(0.0).margin(0.6));
    CHECK(matched.report.tone_before_db > 1.0);
    CHECK(matched.report.tone_after_db < 0.25);
}

// Twice the side is 6.02 dB.
TEST_CASE("a match brings the side to the reference's, to its cap at most", "[mastering][reference]") {
    const auto narrow = stereo_noise(6.0, 0.35);
    const auto matched = match(narrow, {reference_of(stereo_noise(6.0, 0.5))});
    const auto& tone = matched.prediction.settings.tone;
    const double expected_db = gain_to_db(0.5 / 0.35);
    for (const double knot_db : {tone.side_1200_hz_db, tone.side_9600_hz_db})
        CHECK(knot_db == Approx(expected_db).margin(0.4));
    CHECK(tone.side_150_hz_db <= 3.0);  // the low end is kept from getting wide
    CHECK(std::abs(matched.report.width_after_db) < 0.3);

    const auto far = match(stereo_noise(6.0, 0.1), {reference_of(stereo_noise(6.0, 0.9))});
    CHECK(far.prediction.settings.tone.side_1200_hz_db == 6.0);
}

TEST_CASE("each dimension of a match has its amount, and none at 0", "[mastering][reference]") {
    const auto reference = reference_of(stereo_noise(6.0, 0.5));
    Equalizer::Settings fault{.low_shelf_hz = 200.0, .low_shelf_db = 4.0};
    const auto track = through<Equalizer>(stereo_noise(6.0, 0.35), fault);
    const auto all = match(track, {reference}).prediction.settings;
    REQUIRE(all.tone.mid_80_hz_db < -1.0);
    REQUIRE(all.tone.side_1200_hz_db > 2.0);
    Target target;
    target.aim.tone_percent = 50.0;
    target.aim.width_percent = 0.0;
    const auto half = match(track, {reference}, target).prediction.settings;
    CHECK(half.tone.mid_80_hz_db == Approx(0.5 * all.tone.mid_80_hz_db).margin(0.1));
    CHECK(half.tone.side_1200_hz_db == 0.0);
    target.aim.tone_percent = target.aim.dynamics_percent = 0.0;
    const auto none = match(track, {reference}, target).prediction;
    CHECK(all_neutral(program_stages, none.settings));
    CHECK(none.decisions.empty());
}

// 12 dB more at one end and 12 less at the other are more than is given: 4 dB at the end knots, 6 dB at those beside.
TEST_CASE("a match is limited, and more so at the ends of the spectrum", "[mastering][reference]") {
    const auto track = stereo_noise(6.0);
    const Equalizer::Settings far{
        .low_shelf_hz = 300.0, .low_shelf_db = 12.0, .high_shelf_hz = 2000.0, .high_shelf_db = -12.0};
    const auto tone = match(track, {reference_of(through<Equalizer>(track, far))}).prediction.settings.tone;
    CHECK(tone.mid_20_hz_db == 4.0);
    CHECK(tone.mid_40_hz_db == 6.0);
    CHECK(tone.mid_80_hz_db == 6.0);
    CHECK(tone.mid_10240_hz_db == -6.0);
    CHECK(tone.mid_20480_hz_db == -4.0);
}

// A quarter of the time 8 dB louder: the loud moments stand that far over the middle, the reference's do not.
TEST_CASE("bands whose loud moments stand out more than the reference's are compressed", "[mastering][reference]") {
    const auto steady = stereo_noise(8.0);
    auto uneven = steady;
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < uneven.frames(); ++n)
            if (n / 22050 % 4 == 0) uneven.channel(c)[n] *= static_cast<float>(db_to_gain(8.0));
    const auto reference = reference_of(steady);
    const auto matched = match(uneven, {reference});
    const auto& bands = matched.prediction.settings.multiband;
    for (const double ratio : {bands.low_mid_ratio, bands.high_mid_ratio, bands.high_ratio}) CHECK(ratio > 1.3);
    MemorySource source(uneven, rate_hz);
    RenderedSource<program_stages> rendered(source, matched.prediction.settings);
    const auto after = analyze_source(rendered, false, never_stop, AnalysisScope::match);
    REQUIRE(after.ok());
    const auto before = reference_of(uneven).sound.whole;
    for (std::size_t band = 1; band < 4; ++band)
        CHECK(after->dynamics.spread_db[band] < before.dynamics.spread_db[band] - 2.0);

    const auto same = match(steady, {reference}).prediction.settings;
    CHECK(same.multiband.low_mid_ratio == 1.0);
    Target target;
    target.aim.dynamics_percent = 0.0;
    CHECK(match(uneven, {reference}, target).prediction.settings.multiband.low_mid_ratio == 1.0);
}

// Loudness: the mean of -20 and -26 weighted 3 to 1 is 1.5 dB below the first.
TEST_CASE("several references count by their weights", "[mastering][reference]") {
    const auto loud = stereo_noise(6.0);
    auto quiet = loud;
    for (int c = 0; c < 2; ++c)
        for (float& sample : quiet.channel(c)) sample *= static_cast<float>(db_to_gain(-6.0));
    const auto first = reference_of(loud, 3.0);
    const auto matched = match(loud, {first, reference_of(quiet, 1.0)});
    CHECK(matched.report.loudness_lufs == Approx(first.sound.whole.integrated_lufs - 1.5).margin(0.01));
}

// The same noise behind ten quiet, narrow seconds whose treble is gone: averages of the whole would see a duller,
// narrower and quieter track.
TEST_CASE("what stands around the loudest passages of a reference has no say", "[mastering][reference]") {
    const auto loud = stereo_noise(8.0);
    const auto intro = through<Equalizer>(stereo_noise(10.0, 0.1), {.high_shelf_hz = 2000.0, .high_shelf_db = -12.0});
    AudioBuffer longer(2, intro.frames() + loud.frames());
    copy(intro.view(), longer.view().part(0, intro.frames()));
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < intro.frames(); ++n) longer.channel(c)[n] *= 0.7F;
    copy(loud.view(), longer.view().part(intro.frames(), loud.frames()));
    const auto reference = reference_of(longer);
    const double loud_lufs = reference_of(loud).sound.whole.integrated_lufs;
    REQUIRE(reference.sound.whole.integrated_lufs < loud_lufs - 1.0);
    const auto matched = match(loud, {reference});
    CHECK(matched.report.tone_before_db < 0.3);
    CHECK(std::abs(matched.report.width_before_db) < 0.3);
    CHECK(matched.report.loudness_lufs == Approx(loud_lufs).margin(0.3));
}

TEST_CASE("a master after a reference has its loudness and its peaks", "[mastering][reference]") {
    const auto mix = toy_music(10.0, rate_hz);  // peaks stand some 14 dB over the loudness
    const auto reference = reference_of(through<Limiter>(mix, {.drive_db = 6.0, .ceiling_dbtp = -3.0}));
    MemorySource source(mix, rate_hz);
    MemoryDelivery delivery(2, rate_hz);
    MasterRequest request;
    request.references = std::make_shared<const std::vector<Reference>>(std::vector{reference});
    request.target.choose_loudness = true;
    const auto report = master(source, request, memory_services(), &delivery, nullptr);
    REQUIRE(report.ok());
    const auto reading = ebur128_reading(delivery.buffer(), rate_hz);
    CHECK(reading.integrated_lufs == Approx(reference.sound.whole.integrated_lufs).margin(0.2));
    CHECK(reading.true_peak_dbtp - reading.integrated_lufs == Approx(reference.sound.whole.plr_db).margin(0.3));
    CHECK(report->reference.has_value());
}

// 10 s at -40 dB, 6 s at -20 dB, 10 s at -40 dB: windows of 3 s that come within 3 dB of the loudest have at least half
// of themselves in the loud part, so that the middle second of the first reaches half a second before it.
TEST_CASE("the loudest passages are found, and read as they are", "[mastering][reference]") {
    auto audio = pink_noise(-20.0, 26.0, rate_hz);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < audio.frames(); ++n)
            if (n < 10 * rate_hz || n >= 16 * rate_hz) audio.channel(c)[n] *= 0.1F;
    MemorySource source(audio, rate_hz);
    const auto passages = find_loud_passages(source, never_stop);
    REQUIRE(passages.ok());
    REQUIRE(passages->size() == 1);
    const auto& passage = passages->front();
    CHECK(static_cast<double>(passage.first) / rate_hz == Approx(9.5).margin(0.3));
    CHECK(static_cast<double>(passage.end) / rate_hz == Approx(16.5).margin(0.3));

    REQUIRE(source.rewind().ok());
    PassagesSource read(source, {{1000, 5000}, {20000, 90000}});
    CHECK(read.info().frames == 74000);
    AudioBuffer block(2, 74001);
    CHECK(*read.read(block.view()) == 74000);
    CHECK(block.channel(0)[0] == 0.0F);
    CHECK(block.channel(0)[2000] == audio.channel(0)[3000]);
    CHECK(block.channel(1)[4000 + 30000] == audio.channel(1)[50000]);
}

}  // namespace burnish::test
