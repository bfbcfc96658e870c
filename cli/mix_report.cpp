#include "cli/mix_report.h"

#include <cmath>

#include "core/version.h"
#include "mixing/mix_settings_json.h"

namespace burnish {

namespace {

double rounded(double value) { return std::round(value * 1000.0) / 1000.0; }

nlohmann::ordered_json reference_json(const MixReferenceReport& reference) {
    nlohmann::ordered_json json;
    for (const auto& row : reference.references) json["files"].push_back({{"name", row.name}, {"weight", row.weight}});
    json["tone_distance_db"] = {{"before", rounded(reference.tone_before_db)},
                                {"after", rounded(reference.tone_after_db)}};
    json["side_mid_db"] = {{"before", rounded(reference.side_mid_before_db)},
                           {"after", rounded(reference.side_mid_after_db)},
                           {"references", rounded(reference.wanted_side_mid_db)}};
    if (!reference.faders_left.empty()) json["faders_left"] = reference.faders_left;
    return json;
}

}  // namespace

nlohmann::ordered_json mix_json(const MixOutcome& mix, const MixJobOutcome& outcome) {
    using Json = nlohmann::ordered_json;
    const auto decisions_json = [](const std::vector<Decision>& decisions) {
        auto list = Json::array();
        for (const auto& decision : decisions)
            list.push_back({{"parameter", decision.parameter},
                            {"value", decision.value},
                            {"confidence", decision.confidence},
                            {"reason", decision.reason}});
        return list;
    };
    Json json{{"format", "burnish-mix-report-1"}, {"version", version}};
    if (!mix.output.empty()) json["output"] = mix.output.string();
    json["variant"] = mix.variant.name;
    json["duration_s"] = rounded(mix.duration_s);
    json["sample_rate_hz"] = outcome.sample_rate_hz;
    json["warnings"] = outcome.warnings;
    if (!outcome.replayed) {
        json["balance"] = {{"kept", mix.plan.balance_kept}, {"kept_chance", rounded(mix.plan.kept_chance)}};
        json["masking"] = {{"before_db", rounded(mix.plan.masking_before_db)},
                           {"after_db", rounded(mix.plan.masking_after_db)}};
        json["tempo_bpm"] = rounded(mix.plan.tempo_bpm);
    }
    json["integrated_lufs"] = rounded(mix.integrated_lufs);
    json["true_peak_dbtp"] = rounded(mix.true_peak_dbtp);
    if (mix.reference) json["reference"] = reference_json(*mix.reference);
    if (!mix.reopened.empty()) json["reopened"] = mix.reopened;
    auto& stems = json["stems"] = Json::array();
    for (const auto& stem : mix.plan.stems)
        stems.push_back(
            {{"name", stem.name},
             {"role", row_of(stem.role.role).name},
             {"role_confidence", stem.role.confidence},
             {"role_reason", stem.role.reason},
             {"integrated_lufs", rounded(stem.lufs)},
             {"mix_lufs", rounded(stem.is_silent ? silence_db : stem.mix_lufs + mix.plan.settings.sum.gain_db)},
             {"decisions", decisions_json(stem.decisions)}});
    json["buses"] = decisions_json(mix.plan.buses);
    json["settings"] = mix_settings_json(mix.plan.settings);
    if (!mix.stem_files.empty()) json["stems_out"] = mix.stem_files;
    if (mix.master) {
        json["master"] = report_json(mix.master->report);
        if (mix.master->check) json["master"]["check"] = check_json(*mix.master->check);
    }
    return json;
}

}  // namespace burnish
