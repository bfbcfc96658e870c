#include "mastering/usual_tone.h"

#include <algorithm>
#include <cmath>

#include "core/decibels.h"

namespace burnish {

namespace {

constexpr double first_knot_hz = 20.0;

/// What finished tracks have: levels of the octaves around the tone curve's knots, over their mean from 80 Hz to
/// 10 kHz. Medians of 39 mastered tracks; half of the tracks lie within some 3 dB (bench/usual_tone prints both).
constexpr KnotLevels usual_octave_db{-11.3, 3.1, 7.6, 5.7, 4.3, 2.4, -0.3, -3.3, -6.7, -9.5, -21.0};

}  // namespace

const std::array<double ToneCurve::Settings::*, tone_knots> mid_tone_knots{
    &ToneCurve::Settings::mid_20_hz_db,    &ToneCurve::Settings::mid_40_hz_db,   &ToneCurve::Settings::mid_80_hz_db,
    &ToneCurve::Settings::mid_160_hz_db,   &ToneCurve::Settings::mid_320_hz_db,  &ToneCurve::Settings::mid_640_hz_db,
    &ToneCurve::Settings::mid_1280_hz_db,  &ToneCurve::Settings::mid_2560_hz_db, &ToneCurve::Settings::mid_5120_hz_db,
    &ToneCurve::Settings::mid_10240_hz_db, &ToneCurve::Settings::mid_20480_hz_db};

const std::array<double TreatmentAim::*, tone_knots> aim_tone_knots{
    &TreatmentAim::tone_20_hz_db,    &TreatmentAim::tone_40_hz_db,   &TreatmentAim::tone_80_hz_db,
    &TreatmentAim::tone_160_hz_db,   &TreatmentAim::tone_320_hz_db,  &TreatmentAim::tone_640_hz_db,
    &TreatmentAim::tone_1280_hz_db,  &TreatmentAim::tone_2560_hz_db, &TreatmentAim::tone_5120_hz_db,
    &TreatmentAim::tone_10240_hz_db, &TreatmentAim::tone_20480_hz_db};

double tone_knot_hz(int knot) noexcept { return first_knot_hz * std::exp2(knot); }

// A silent octave says nothing about the balance of the others: the comparison is among those that sound.
std::array<std::optional<double>, tone_knots> octave_excess_db(const TrackAnalysis& track) {
    KnotLevels levels{};
    for (int knot = 0; knot < tone_knots; ++knot) {
        double power = 0.0;
        for (std::size_t band = 0; band < third_octaves_hz.size(); ++band)
            if (std::abs(std::log2(third_octaves_hz[band] / tone_knot_hz(knot))) <= 0.5)
                power += db_to_power(track.third_octave.mid_mean_db[band]);
        levels[knot] = power_to_db(power);
    }
    const double strongest_db = *std::max_element(levels.begin(), levels.end());
    const auto sounds = [&](int knot) {
        return levels[knot] > strongest_db - 50.0 && tone_knot_hz(knot) * std::sqrt(2.0) < 0.5 * track.sample_rate_hz;
    };
    double offset_db = 0.0;
    int compared = 0;
    for (int knot = 2; knot < tone_knots - 1; ++knot)
        if (sounds(knot)) {
            offset_db += levels[knot] - usual_octave_db[knot];
            ++compared;
        }
    std::array<std::optional<double>, tone_knots> excess;
    if (compared < 4) return excess;
    for (int knot = 0; knot < tone_knots; ++knot)
        if (sounds(knot)) excess[knot] = levels[knot] - usual_octave_db[knot] - offset_db / compared;
    return excess;
}

}  // namespace burnish
