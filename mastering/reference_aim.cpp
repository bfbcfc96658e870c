#include "mastering/reference_aim.h"

#include <algorithm>
#include <cmath>

namespace burnish {

namespace {

constexpr double empty_below_db = 70.0;  // under the strongest band

bool is_empty(const TrackAnalysis& track, std::size_t band) {
    const auto& mid_db = track.third_octave.mid_mean_db;
    return mid_db[band] < *std::max_element(mid_db.begin(), mid_db.end()) - empty_below_db ||
           (track.codec_cutoff_hz > 0.0 && third_octaves_hz[band] * 1.12 > track.codec_cutoff_hz) ||
           third_octaves_hz[band] * 1.12 > 0.5 * track.sample_rate_hz;
}

double mean_mid_db(const TrackAnalysis& track) {
    double sum = 0.0;
    int count = 0;
    for (std::size_t band = 4; band < third_octaves_hz.size() - 2; ++band)
        if (!is_empty(track, band)) {
            sum += track.third_octave.mid_mean_db[band];
            ++count;
        }
    return count > 0 ? sum / count : 0.0;
}

/// What is compared of a reference: its loudest passages, or all of it.
const TrackAnalysis& heard_of(const ReferenceSound& sound, bool whole) { return whole ? sound.whole : sound.passages; }

/// The ends of the spectrum have less to say: there a track has rumble, hiss, or next to nothing.
double band_weight(std::size_t band) {
    const double hz = third_octaves_hz[band];
    return hz < 36.0 || hz > 17000.0 ? 0.2 : hz < 56.0 || hz > 13000.0 ? 0.6 : 1.0;
}

}  // namespace

double lowest_cutoff(double a_hz, double b_hz) noexcept {
    return a_hz <= 0.0 ? b_hz : b_hz <= 0.0 ? a_hz : std::min(a_hz, b_hz);
}

ReferenceAim aim_of(std::span<const Reference> references, bool whole) {
    ReferenceAim aim;
    double weights = 0.0;
    for (const auto& reference : references) weights += reference.weight;
    aim.has_mid.fill(true);
    for (const auto& reference : references) {
        const auto& heard = heard_of(reference.sound, whole);
        const double share = reference.weight / weights;
        const double mean_db = mean_mid_db(heard);
        for (std::size_t band = 0; band < third_octaves_hz.size(); ++band) {
            if (is_empty(heard, band)) aim.has_mid[band] = false;
            aim.mid_db[band] += share * (heard.third_octave.mid_mean_db[band] - mean_db);
            aim.side_mid_db[band] += share * std::max(-mono_below_db, heard.third_octave.side_mid_db[band]);
        }
        for (std::size_t band = 0; band < 4; ++band) aim.spread_db[band] += share * heard.dynamics.spread_db[band];
        aim.side_mid += share * std::max(-mono_below_db, heard.side_mid_db);
        aim.plr_db += share * reference.sound.whole.plr_db;
        aim.heard_plr_db += share * heard.plr_db;
        aim.loud_lufs += share * heard.integrated_lufs;
        aim.cutoff_hz = lowest_cutoff(aim.cutoff_hz, heard.codec_cutoff_hz);
        aim.is_stereo = aim.is_stereo || (reference.sound.whole.channels > 1.0 && heard.side_mid_db > -mono_below_db);
    }
    return aim;
}

SpectrumDifference tone_missing(const ReferenceAim& aim, const TrackAnalysis& now) {
    SpectrumDifference missing;
    const double mean_db = mean_mid_db(now);
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band) {
        if (!aim.has_mid[band] || is_empty(now, band)) continue;
        missing.gain_db[band] = aim.mid_db[band] - (now.third_octave.mid_mean_db[band] - mean_db);
        missing.weight[band] = band_weight(band);
    }
    return missing;
}

SpectrumDifference side_missing(const ReferenceAim& aim, const TrackAnalysis& now) {
    SpectrumDifference missing;
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band) {
        const double side_mid_db = now.third_octave.side_mid_db[band];
        // What has no side cannot be given one.
        if (!aim.has_mid[band] || is_empty(now, band) || side_mid_db < -mono_below_db) continue;
        missing.gain_db[band] = aim.side_mid_db[band] - side_mid_db;
        missing.weight[band] = band_weight(band);
    }
    return missing;
}

double tone_distance_db(const ReferenceAim& aim, const TrackAnalysis& now) {
    const auto missing = tone_missing(aim, now);
    double mean = 0.0;
    double weights = 0.0;
    for (std::size_t band = 0; band < missing.weight.size(); ++band) {
        mean += missing.weight[band] * missing.gain_db[band];
        weights += missing.weight[band];
    }
    double sum = 0.0;
    for (std::size_t band = 0; band < missing.weight.size(); ++band)
        sum += missing.weight[band] * std::abs(missing.gain_db[band] - mean / std::max(weights, 1e-9));
    return weights > 0.0 ? sum / weights : 0.0;
}

}  // namespace burnish
