#include "mastering/album.h"

#include <algorithm>
#include <cmath>

#include "core/decibels.h"
#include "mastering/reason_text.h"
#include "mastering/shaped_prediction.h"

namespace burnish {

namespace {

constexpr double audible_side_db = -35.0;

constexpr std::array width_bands{&StereoWidth::Settings::low_db, &StereoWidth::Settings::mid_db,
                                 &StereoWidth::Settings::high_db};

double median(std::vector<double> values) {
    if (values.empty()) return 0.0;
    std::ranges::sort(values);
    const auto middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

bool has_loudness(const TrackAnalysis& track) { return track.integrated_lufs > silence_db; }

Curve<bark_bands_hz.size()> shape_of(const TrackAnalysis& track) {
    auto levels_db = track.bark.mid_mean_db;
    const double floor_db = *std::ranges::max_element(levels_db) - 70.0;  // what is empty is no deviation
    for (double& db : levels_db) db = std::max(db, floor_db);
    double mean_db = 0.0;
    for (const double db : levels_db) mean_db += db / static_cast<double>(levels_db.size());
    for (double& db : levels_db) db -= mean_db;
    return levels_db;
}

/// Half of what is beyond `free_db`, back towards 0, `most_db` at most.
double pull_db(double deviation_db, double free_db, double most_db) {
    const double beyond_db = std::max(0.0, std::abs(deviation_db) - free_db);
    return -std::copysign(std::min(most_db, 0.5 * beyond_db), deviation_db);
}

/// Puts a number and its reason into a proposal; a number that comes to neutral has no reason.
template <class Settings>
void put(Prediction& prediction, Settings ChainSettings::*stage_settings, double Settings::*member, double value,
         const std::string& reason) {
    value = two_decimals(value);
    for_each_parameter([&](const auto& stage, const auto& param) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(stage.settings)>, Settings ChainSettings::*>) {
            if (stage.settings != stage_settings || param.member != member) return;
            (prediction.settings.*stage_settings).*member = value;
            const auto name = std::string(stage.name) + "." + std::string(param.name);
            const auto old = std::ranges::find(prediction.decisions, name, &Decision::parameter);
            if (value == param.default_value()) {
                if (old != prediction.decisions.end()) prediction.decisions.erase(old);
            } else if (old != prediction.decisions.end()) {
                old->value = value;
                old->reason += "; " + reason;
            } else {
                prediction.decisions.push_back({name, value, 0.7, reason});
            }
        }
    });
}

}  // namespace

AlbumCentre album_centre(std::span<const TrackAnalysis> tracks, std::span<const Prediction> proposals,
                         std::optional<std::size_t> anchor) {
    AlbumCentre centre;
    std::vector<std::size_t> members;
    for (std::size_t i = 0; i < tracks.size(); ++i)
        if (has_loudness(tracks[i]) && (!anchor || *anchor == i)) members.push_back(i);
    const auto middle = [&](const auto& value_of) {
        std::vector<double> values;
        for (const auto i : members)
            if (const std::optional<double> value = value_of(i)) values.push_back(*value);
        return values.empty() ? std::nullopt : std::optional(median(std::move(values)));
    };
    for (int knot = 0; knot < tone_knots; ++knot) {
        const auto at = static_cast<std::size_t>(knot);
        centre.excess_db[at] = middle([&](std::size_t i) { return octave_excess_db(tracks[i])[at]; });
    }
    for (std::size_t band = 0; band < bark_bands_hz.size(); ++band)
        centre.bark_db[band] =
            middle([&](std::size_t i) { return std::optional(shape_of(tracks[i])[band]); }).value_or(0.0);
    const auto set_middle = [&](auto stage, auto member) {
        const auto value = middle([&](std::size_t i) { return std::optional((proposals[i].settings.*stage).*member); });
        if (value) (centre.settings.*stage).*member = *value;
    };
    for (const auto member : mid_tone_knots) set_middle(&ChainSettings::tone, member);
    for (const auto member : width_bands) set_middle(&ChainSettings::width, member);
    centre.side_mid_db = middle([&](std::size_t i) {
                             const bool is_wide = tracks[i].channels > 1.0 && tracks[i].side_mid_db > audible_side_db;
                             return is_wide ? std::optional(tracks[i].side_mid_db) : std::nullopt;
                         }).value_or(silence_db);
    return centre;
}

Prediction album_prediction(Prediction proposed, const TrackAnalysis& track, const AlbumCentre& centre,
                            const Target& target) {
    constexpr double free_tone_db = 2.5;
    constexpr double free_width_db = 3.0;
    if (!has_loudness(track)) return proposed;
    const double tone = std::min(1.0, amount_of(target, Dimension::tone));
    const double width = std::min(1.0, amount_of(target, Dimension::width));
    const auto excess_db = octave_excess_db(track);
    for (int knot = 0; tone > 0.0 && knot < tone_knots; ++knot) {
        const auto at = static_cast<std::size_t>(knot);
        const auto member = mid_tone_knots[at];
        const double album_db = centre.settings.tone.*member;
        const double own_db = proposed.settings.tone.*member;
        const bool compares = excess_db[at] && centre.excess_db[at];
        const double apart_db = compares ? *excess_db[at] - *centre.excess_db[at] : 0.0;
        double gain_db = own_db + tone * pull_db(apart_db, free_tone_db, album_tone_bound_db);
        gain_db = std::clamp(gain_db, album_db - album_tone_bound_db, album_db + album_tone_bound_db);
        // Where nothing sounds there is nothing to raise: the track itself had none of it proposed.
        if (!excess_db[at]) gain_db = std::min(gain_db, std::max(0.0, own_db));
        if (two_decimals(gain_db) == own_db) continue;
        put(proposed, &ChainSettings::tone, member, gain_db,
            reason_text("the octave stands %+.1f dB apart from the album's", apart_db));
    }
    const double apart_db = width_from_centre_db(track, centre);
    for (const auto member : width_bands) {
        if (width <= 0.0 || track.channels < 2.0) break;
        const double album_db = centre.settings.width.*member;
        const double own_db = proposed.settings.width.*member;
        const bool is_low = member == &StereoWidth::Settings::low_db;  // can only be narrowed, and for its own reasons
        double gain_db = own_db + (is_low ? 0.0 : width * pull_db(apart_db, free_width_db, album_width_bound_db));
        if (!is_low) gain_db = std::clamp(gain_db, album_db - album_width_bound_db, album_db + album_width_bound_db);
        if (two_decimals(gain_db) == own_db) continue;
        put(proposed, &ChainSettings::width, member, gain_db,
            reason_text("the width stands %+.1f dB apart from the album's", apart_db));
    }
    return proposed;
}

AlbumCentre centred_on(AlbumCentre centre, std::span<const Reference> references) {
    double weights = 0.0;
    for (const auto& reference : references) weights += reference.weight;
    centre.bark_db = {};
    centre.side_mid_db = 0.0;
    bool is_wide = true;
    for (const auto& reference : references) {
        const auto& whole = reference.sound.whole;
        const double share = reference.weight / weights;
        const auto shape_db = shape_of(whole);
        for (std::size_t band = 0; band < shape_db.size(); ++band) centre.bark_db[band] += share * shape_db[band];
        centre.side_mid_db += share * whole.side_mid_db;
        is_wide = is_wide && whole.channels > 1.0 && whole.side_mid_db > audible_side_db;
    }
    if (!is_wide) centre.side_mid_db = silence_db;
    return centre;
}

double tone_from_centre_db(const TrackAnalysis& track, const AlbumCentre& centre) noexcept {
    if (!has_loudness(track)) return 0.0;
    const auto shape_db = shape_of(track);
    double sum_db = 0.0;
    for (std::size_t band = 0; band < shape_db.size(); ++band)
        sum_db += std::abs(shape_db[band] - centre.bark_db[band]);
    return sum_db / static_cast<double>(shape_db.size());
}

double width_from_centre_db(const TrackAnalysis& track, const AlbumCentre& centre) noexcept {
    const bool is_wide = track.channels > 1.0 && track.side_mid_db > audible_side_db;
    return is_wide && centre.side_mid_db > silence_db ? track.side_mid_db - centre.side_mid_db : 0.0;
}

double album_loudness_lufs(double track_lufs, double loudest_track_lufs, double loudest_lufs) noexcept {
    return loudest_lufs + track_lufs - loudest_track_lufs;
}

}  // namespace burnish
