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
}  // namespace

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

Json analysis_json(const TrackAnalysis& analysis, Texture texture) {
    Json json;
    for (const auto& row : analysis_numbers)
        json[std::string(row.name)] = rounded(analysis.*row.member, std::max(row.decimals, 3));
    for_each_curve_group([&](const auto& group) {
        if (texture == Texture::left_out && group.name == texture_curves.name) return;
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
    if (report.reference) {
        const auto& reference = *report.reference;
        auto& object = json["reference"];
        for (const auto& row : reference.references)
            object["files"].push_back({{"name", row.name}, {"weight", row.weight}});
        const auto pair = [&](const char* name, double before, double after) {
            object[name] = {{"before", rounded(before, 2)}, {"after", rounded(after, 2)}};
        };
        pair("tone_distance_db", reference.tone_before_db, reference.tone_after_db);
        pair("side_mid_excess_db", reference.width_before_db, reference.width_after_db);
        pair("plr_excess_db", reference.plr_before_db, reference.plr_after_db);
    }
    auto& decisions = json["decisions"] = Json::array();
    for (const auto& decision : report.decisions)
        decisions.push_back({{"parameter", decision.parameter},
                             {"value", decision.value},
                             {"confidence", decision.confidence},
                             {"reason", decision.reason}});
    json["settings"] = settings_json(report.settings);
    if (report.referee)
        json["referee"] = {{"meter", "libebur128"},
                           {"integrated_lufs", rounded(report.referee->integrated_lufs, 3)},
                           {"true_peak_dbtp", rounded(report.referee->true_peak_dbtp, 3)}};
    json["before"] = analysis_json(report.before);
    if (report.after) json["after"] = analysis_json(*report.after, Texture::left_out);
    return json;
}

}  // namespace burnish
