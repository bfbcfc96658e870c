#include "mastering/tone_features.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/fingerprint.h"

namespace burnish {

namespace {

/// Single numbers, with the ranges in which they mean the same for every kind of file.
struct NumberFeature {
    std::string_view name;
    double (*value)(const TrackAnalysis&);
};

constexpr auto number_features = std::to_array<NumberFeature>({
    {"loudness_range_lu", [](const TrackAnalysis& track) { return track.loudness_range_lu; }},
    {"onsets_per_s", [](const TrackAnalysis& track) { return track.onsets_per_s; }},
    {"percussive_share", [](const TrackAnalysis& track) { return track.percussive_share; }},
    {"flux_db_per_s", [](const TrackAnalysis& track) { return track.flux_db_per_s; }},
    {"codec_cutoff_khz",
     [](const TrackAnalysis& track) {
         return (track.codec_cutoff_hz > 0.0 ? track.codec_cutoff_hz : 22050.0) / 1000.0;
     }},
    {"sample_rate_khz", [](const TrackAnalysis& track) { return std::min(track.sample_rate_hz, 44100.0) / 1000.0; }},
    {"log_tempo", [](const TrackAnalysis& track) { return std::log(track.tempo_bpm + 30.0); }},
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
    auto side_mid_db = track.bark.side_mid_db;
    for (double& db : side_mid_db) db = std::clamp(db, -40.0, 10.0);
    visit_curve("stereo", "bark.side_mid_db", side_mid_db);
    visit_curve("stereo", "bark.correlation", track.bark.correlation);
    for (const auto& feature : number_features) visit("whole track", std::string(feature.name), feature.value(track));
}

}  // namespace

std::uint64_t FeatureSchema::fingerprint() const noexcept {
    std::string lines;
    for (const auto& name : names) lines += name + '\n';
    return burnish::fingerprint(lines);
}

const FeatureSchema& tone_schema() {
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

std::vector<double> tone_features(const TrackAnalysis& track) {
    std::vector<double> features;
    features.reserve(tone_schema().names.size());
    for_each_feature(track, [&](const std::string&, const std::string&, double value) { features.push_back(value); });
    return features;
}

Curve<bark_bands_hz.size()> tone_of(const TrackAnalysis& track) {
    auto tone = track.bark.mid_mean_db;
    const double lowest_db = *std::ranges::max_element(tone) - 70.0;
    for (double& db : tone) db = std::max(db, lowest_db);
    const double mean_db = std::accumulate(tone.begin(), tone.end(), 0.0) / static_cast<double>(tone.size());
    for (double& db : tone) db -= mean_db;
    return tone;
}

}  // namespace burnish
