#include "mastering/report.h"

#include <cmath>

#include "core/version.h"
#include "mastering/settings_json.h"

namespace burnish {

namespace {
using Json = nlohmann::ordered_json;

/// As many decimals as are worth printing, so that reports can be read and compared.
double rounded(double value, int decimals) {
    const double scale = std::pow(10.0, decimals);
    return std::round(value * scale) / scale;
}

Json reference_json(const ReferenceReport& reference) {
    Json json;
    for (const auto& row : reference.references) json["files"].push_back({{"name", row.name}, {"weight", row.weight}});
    json["loudness_lufs"] = rounded(reference.loudness_lufs, 2);
    json["plr_db"] = rounded(reference.plr_db, 2);
    const auto pair = [&](const char* name, double before, double after) {
        json[name] = {{"before", rounded(before, 2)}, {"after", rounded(after, 2)}};
    };
    pair("tone_distance_db", reference.tone_before_db, reference.tone_after_db);
    pair("side_mid_excess_db", reference.width_before_db, reference.width_after_db);
    pair("plr_excess_db", reference.plr_before_db, reference.plr_after_db);
    return json;
}
}  // namespace

nlohmann::ordered_json decision_json(const Decision& decision) {
    return {{"parameter", decision.parameter},
            {"value", decision.value},
            {"confidence", rounded(decision.confidence, 3)},
            {"reason", decision.reason}};
}

std::string_view status_name(MasterStatus status) noexcept {
    switch (status) {
        case MasterStatus::done:
            return "done";
        case MasterStatus::limited:
            return "limited";
        case MasterStatus::planned:
            return "planned";
    }
    return "";
}

Json analysis_json(const TrackAnalysis& analysis, AnalysisScope scope) {
    const bool is_master = scope == AnalysisScope::master;
    Json json;
    for (const auto& row : analysis_numbers) {
        if (is_master && !row.of_master) continue;
        json[std::string(row.name)] = rounded(analysis.*row.member, std::max(row.decimals, 3));
    }
    for_each_curve_group([&](const auto& group) {
        if (is_master && !group.of_master) return;
        auto& object = json[std::string(group.name)];
        object[std::string(group.axis)] = group.axis_values;
        for (const auto& row : group.curves) {
            auto& values = object[std::string(row.name)];
            for (const double value : analysis.*group.member.*row.member)
                values.push_back(rounded(value, row.decimals + 1));
        }
    });
    return json;
}

Json report_json(const MasterReport& report) {
    Json json;
    json["format"] = "burnish-report-1";
    json["version"] = version;
    json["status"] = status_name(report.status);
    if (!report.reason.empty()) json["reason"] = report.reason;
    json["warnings"] = report.warnings;

    auto& target = json["target"];
    for (const auto& row : target_params) target[std::string(row.name)] = report.target.*row.member;
    if (!report.target.normalize) target["loudness_lufs"] = nullptr;  // none was aimed at
    target["normalize"] = report.target.normalize;
    if (!report.target.preset.empty()) target["preset"] = report.target.preset;
    for (const auto& genre : report.target.genres) target["genre"][genre.name] = rounded(genre.share, 3);
    if (!report.target.delivery.empty()) target["delivery"] = report.target.delivery;
    if (!report.target.style.empty()) target["style"] = report.target.style;
    const TreatmentAim usual;
    for (const auto& row : treatment_aim_params)
        if (report.target.aim.*row.member != usual.*row.member)
            target["aim"][std::string(row.name)] = rounded(report.target.aim.*row.member, 3);

    json["level"] = {{"drive_db", report.level.drive_db},
                     {"achieved_lufs", rounded(report.level.achieved_lufs, 3)},
                     {"reduction_p95_db", rounded(report.level.reduction_p95_db, 2)},
                     {"reduction_max_db", rounded(report.level.reduction_max_db, 2)},
                     {"clipper_threshold_db", report.level.clipper_threshold_db},
                     {"clipped_db", rounded(report.level.clipped_db, 1)},
                     {"passes", report.level.passes},
                     {"corrected_peaks", report.level.corrected_peaks}};
    if (!report.predictor.empty()) json["predictor"] = report.predictor;
    json["treatment_share"] = report.treatment_share;
    if (report.loudness) json["loudness"] = decision_json(*report.loudness);
    for (const auto& genre : report.genres) json["genres"][genre.name] = rounded(genre.share, 3);
    for (const auto& judgement : report.judgements)
        json["judgements"][judgement.of] = {{"sound_probability", rounded(judgement.sound_probability, 3)}};
    if (report.reference) json["reference"] = reference_json(*report.reference);
    auto& decisions = json["decisions"] = Json::array();
    for (const auto& decision : report.decisions) decisions.push_back(decision_json(decision));
    json["settings"] = settings_json(report.settings);
    for (const auto& codec : report.codecs)
        json["codecs"].push_back({{"codec", codec.codec},
                                  {"integrated_lufs", rounded(codec.levels.integrated_lufs, 3)},
                                  {"true_peak_dbtp", rounded(codec.levels.true_peak_dbtp, 3)}});
    if (report.attempts > 1) {
        json["level"]["attempts"] = report.attempts;
        json["level"]["aimed_ceiling_dbtp"] = rounded(report.aimed_ceiling_dbtp, 3);
    }
    if (report.referee)
        json["referee"] = {{"meter", "libebur128"},
                           {"integrated_lufs", rounded(report.referee->integrated_lufs, 3)},
                           {"true_peak_dbtp", rounded(report.referee->true_peak_dbtp, 3)}};
    json["before"] = analysis_json(report.before);
    if (report.after) json["after"] = analysis_json(*report.after, AnalysisScope::master);
    return json;
}

}  // namespace burnish
