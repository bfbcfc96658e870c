#include "mastering/track_features.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/fingerprint.h"

namespace burnish {

namespace {

/// Single numbers, with the ranges in which they mean the same for every kind of file.
struct NumberFeature {
    std::string_view group;
    std::string_view name;
    double (*value)(const TrackAnalysis&);
};

constexpr auto number_features = std::to_array<NumberFeature>({
    {"movement", "loudness_range_lu", [](const TrackAnalysis& track) { return track.loudness_range_lu; }},
    {"movement", "percussive_share", [](const TrackAnalysis& track) { return track.percussive_share; }},
    {"movement", "flux_db_per_s", [](const TrackAnalysis& track) { return track.flux_db_per_s; }},
    {"movement", "onsets_per_s", [](const TrackAnalysis& track) { return track.onsets_per_s; }},
    {"movement", "log_tempo", [](const TrackAnalysis& track) { return std::log(track.tempo_bpm + 30.0); }},
    {"source", "codec_cutoff_khz",
     [](const TrackAnalysis& track) {
         return (track.codec_cutoff_hz > 0.0 ? track.codec_cutoff_hz : 22050.0) / 1000.0;
     }},
    {"source", "sample_rate_khz",
     [](const TrackAnalysis& track) { return std::min(track.sample_rate_hz, 44100.0) / 1000.0; }},
});

/// Which kind of evidence a curve of the texture is.
std::string group_of(std::string_view curve) {
    const auto has = [&](std::string_view part) { return curve.find(part) != curve.npos; };
    if (has("_with_")) return "relations between bands";
    if (has("loudness_")) return "brightness over loudness";
    if (has("modulation_")) return "modulation";
    if (has("flatness") || has("crest")) return "tonality";
    if (has("level_")) return "spread of levels";
    return "onsets and decays";
}

/// The same of a curve of the partials.
std::string partial_group_of(std::string_view curve) {
    const auto has = [&](std::string_view part) { return curve.find(part) != curve.npos; };
    if (has("octave_") || has("twelfth_")) return "harmonics";
    return has("partial") || has("sharpness") ? "partials" : "tones, hits and noise";
}

/// Calls visit(group, name, value) for every feature, group by group.
template <class Visit>
void for_each_feature(const TrackAnalysis& track, Visit visit) {
    std::vector<std::string> groups;
    for (const auto& row : texture_curves.curves)
        if (const auto group = group_of(row.name); std::ranges::find(groups, group) == groups.end())
            groups.push_back(group);
    const auto visit_curve = [&](const std::string& group, const std::string& name, const auto& curve) {
        for (std::size_t b = 0; b < curve.size(); ++b) visit(group, name + "." + std::to_string(b), curve[b]);
    };
    for (const auto& group : groups)
        for (const auto& row : texture_curves.curves)
            if (group_of(row.name) == group)
                visit_curve(group, "texture." + std::string(row.name), track.texture.*row.member);
    for (const auto* group : {"tones, hits and noise", "partials", "harmonics"})
        for (const auto& row : partial_curves.curves)
            if (partial_group_of(row.name) == group)
                visit_curve(group, "partials." + std::string(row.name), track.partials.*row.member);
    auto side_mid_db = track.bark.side_mid_db;
    for (double& db : side_mid_db) db = std::clamp(db, -40.0, 10.0);
    visit_curve("stereo", "bark.side_mid_db", side_mid_db);
    visit_curve("stereo", "bark.correlation", track.bark.correlation);
    for (const auto& row : image_curves.curves)
        if (row.member != &ImageCurves::side_mid_db)
            visit_curve("image", "image." + std::string(row.name), track.image.*row.member);
    for (const auto& feature : number_features)
        visit(std::string(feature.group), std::string(feature.name), feature.value(track));
}

}  // namespace

std::uint64_t FeatureSchema::fingerprint() const noexcept {
    std::string lines;
    for (const auto& name : names) lines += name + '\n';
    return burnish::fingerprint(lines);
}

const FeatureSchema& feature_schema() {
    static const FeatureSchema schema = [] {
        FeatureSchema made;
        for_each_feature({}, [&](const std::string& group, const std::string& name, double) {
            if (made.groups.empty() || made.groups.back().name != group) made.groups.push_back({group, made.size(), 0});
            ++made.groups.back().count;
            made.names.push_back(name);
        });
        return made;
    }();
    return schema;
}

std::vector<double> track_features(const TrackAnalysis& track) {
    std::vector<double> features;
    features.reserve(feature_schema().names.size());
    for_each_feature(track, [&](const std::string&, const std::string&, double value) { features.push_back(value); });
    return features;
}

Measured tone_of(const TrackAnalysis& track) {
    constexpr double depth_db = 50.0;
    constexpr int first_core = 2, last_core = 17;  // 250 Hz to 4 kHz
    constexpr double edge_margin = 1.06;
    const auto& levels_db = track.bark.mid_mean_db;
    const double strongest_db = *std::ranges::max_element(levels_db);
    const double edge_hz =
        std::min(track.codec_cutoff_hz > 0.0 ? track.codec_cutoff_hz : 1e9, 0.48 * track.sample_rate_hz);
    Measured tone{Eigen::VectorXd(tone_bands), decltype(Measured::heard)(tone_bands)};
    double core_db = 0.0;
    int core = 0;
    for (int b = 0; b < tone_bands; ++b) {
        const auto band = static_cast<std::size_t>(b);
        tone.values(b) = std::max(levels_db[band], strongest_db - 70.0);
        tone.heard(b) = levels_db[band] > strongest_db - depth_db && bark_edges_hz[band + 1] <= edge_margin * edge_hz;
        if (!tone.heard(b) || b < first_core || b > last_core) continue;
        core_db += tone.values(b);
        ++core;
    }
    tone.values.array() -= core > 0 ? core_db / core : strongest_db;
    return tone;
}

Measured width_of(const TrackAnalysis& track) {
    constexpr double least_db = -38.0;
    Measured width{Eigen::VectorXd(image_regions), decltype(Measured::heard)(image_regions)};
    for (int r = 0; r < image_regions; ++r) {
        const double side_mid_db = track.image.side_mid_db[static_cast<std::size_t>(r)];
        width.values(r) = std::clamp(side_mid_db, -40.0, 10.0);
        width.heard(r) = side_mid_db > least_db;
    }
    return width;
}

Measured balance_of(const TrackAnalysis& track) {
    const auto tone = tone_of(track);
    const auto width = width_of(track);
    constexpr int numbers = tone_bands + image_regions;
    Measured balance{Eigen::VectorXd(numbers), decltype(Measured::heard)(numbers)};
    balance.heard << tone.heard, width.heard;
    const double heard = std::max(1.0, static_cast<double>(tone.heard.count()));
    const double mean_db = tone.heard.select(tone.values.array(), 0.0).sum() / heard;
    balance.values << Eigen::VectorXd(tone.values.array() - mean_db), width.values;
    return balance;
}

Measured dynamics_of(const TrackAnalysis& track) {
    constexpr int bands = static_cast<int>(dynamics_bands_hz.size());
    Measured dynamics{Eigen::VectorXd(1 + bands), decltype(Measured::heard)(1 + bands)};
    dynamics.values(0) = track.plr_db;
    dynamics.heard(0) = track.integrated_lufs > silence_db;
    for (int b = 0; b < bands; ++b) {
        const auto band = static_cast<std::size_t>(b);
        dynamics.values(1 + b) = std::clamp(track.dynamics.spread_db[band], 0.0, 30.0);
        dynamics.heard(1 + b) = track.dynamics.level_db[band] > -75.0;
    }
    return dynamics;
}

}  // namespace burnish
