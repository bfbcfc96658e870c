#include "cli/master_outcome.h"

#include <cmath>

#include "cli/number_format.h"

namespace burnish {

namespace {

constexpr double loudness_tolerance_lu = 0.05;
constexpr double peak_tolerance_db = 0.005;  // half of the last digit that is printed

std::optional<std::string> missed_by(const Target& target, double found_lufs, double peak_dbtp) {
    if (target.normalize && std::abs(found_lufs - target.loudness_lufs) > loudness_tolerance_lu)
        return fixed_text(found_lufs, 2) + " LUFS measured, " + fixed_text(target.loudness_lufs, 2) + " LUFS asked for";
    if (target.limit_peaks && peak_dbtp > target.ceiling_dbtp + peak_tolerance_db)
        return "a true peak of " + fixed_text(peak_dbtp, 2) + " dBTP measured, " + fixed_text(target.ceiling_dbtp, 2) +
               " dBTP asked for";
    return std::nullopt;
}

}  // namespace

MeasuredLoudness loudness_of(const TrackAnalysis& after, bool as_replaygain) {
    return {.integrated_lufs = after.integrated_lufs,
            .loudness_range_lu = after.loudness_range_lu,
            .true_peak_dbtp = after.true_peak_dbtp,
            .max_momentary_lufs = after.max_momentary_lufs,
            .max_short_term_lufs = after.max_short_term_lufs,
            .as_replaygain = as_replaygain};
}

std::string encoding_text(const OutputEncoding& encoding) {
    const auto name = std::string(encoding.format->name);
    if (!encoding.depth) return name;
    const int bits = integer_bits(*encoding.depth);
    return (bits > 0 ? std::to_string(bits) + "-bit " : "32-bit float ") + name;
}

std::optional<std::string> missed_target(const MasterReport& report) {
    if (report.status == MasterStatus::limited) return report.reason;
    if (!report.after) return std::nullopt;
    auto missed = missed_by(report.target, report.after->integrated_lufs, report.after->true_peak_dbtp);
    if (missed || !report.referee) return missed;
    missed = missed_by(report.target, report.referee->integrated_lufs, report.referee->true_peak_dbtp);
    if (missed) *missed += " (by libebur128)";
    return missed;
}

std::string outcome_line(const MasterJob& job, const MasterOutcome& outcome) {
    nlohmann::ordered_json json{{"input", job.input.string()}};
    if (job.output) json["output"] = job.output->string();
    if (job.options->delivery) json["target"] = job.options->delivery->name;
    const auto& report = outcome.report;
    json["status"] = outcome.skipped ? "skipped" : outcome.finished() ? status_name(report.status) : "failed";
    if (outcome.error) {
        json["error"] = outcome.error->message;
        json["exit_code"] = static_cast<int>(exit_code_for(outcome.error->code));
    }
    if (outcome.finished() && !outcome.skipped) {
        if (!report.reason.empty()) json["reason"] = report.reason;
        const auto levels = [](const TrackAnalysis& analysis) {
            return nlohmann::ordered_json{{"integrated_lufs", analysis.integrated_lufs},
                                          {"true_peak_dbtp", analysis.true_peak_dbtp},
                                          {"loudness_range_lu", analysis.loudness_range_lu}};
        };
        json["before"] = levels(report.before);
        if (report.after) json["after"] = levels(*report.after);
        if (outcome.check) json["verdict"] = verdict_name(outcome.check->worst());
        json["warnings"] = report.warnings;
        json["elapsed_s"] = outcome.elapsed_s;
    }
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

nlohmann::ordered_json outcome_json(const MasterJob& job, const MasterOutcome& outcome) {
    nlohmann::ordered_json json;
    json["input"] = job.input.string();
    if (outcome.error) {
        json["error"] = outcome.error->message;
        json["exit_code"] = static_cast<int>(exit_code_for(outcome.error->code));
    }
    if (outcome.skipped) json["status"] = "skipped";
    if (!outcome.finished() || outcome.skipped) return json;
    if (job.output) json["output"] = job.output->string();
    json.update(report_json(outcome.report));
    if (outcome.check) json["check"] = check_json(*outcome.check);
    return json;
}

std::string json_text(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace burnish
