#include "mastering/delivery_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace burnish {

namespace {

/// Loudness above which a rule for loud masters holds: beyond what meters may differ by (EBU R 128, 2020).
constexpr double meter_tolerance_lu = 0.2;
constexpr double replaygain_lufs = -18.0;
constexpr double replaygain_tolerance_db = 0.1;
constexpr double low_end_hz = 300.0;

/// The least correlation of left and right below 300 Hz, among third octaves within 20 dB of the loudest of them.
double low_correlation(const TrackAnalysis& analysis) {
    const auto& bands = analysis.third_octave;
    const auto level_db = [&](std::size_t i) {
        return power_to_db(db_to_power(bands.mid_mean_db[i]) + db_to_power(bands.side_mean_db[i]));
    };
    double loudest_db = silence_db;
    for (std::size_t i = 0; i < third_octaves_hz.size() && third_octaves_hz[i] < low_end_hz; ++i)
        loudest_db = std::max(loudest_db, level_db(i));
    double least = 1.0;
    for (std::size_t i = 0; i < third_octaves_hz.size() && third_octaves_hz[i] < low_end_hz; ++i)
        if (level_db(i) > loudest_db - 20.0 && loudest_db > silence_db) least = std::min(least, bands.correlation[i]);
    return analysis.channels < 2.0 ? 1.0 : least;
}

/// Numbers that an analysis does not hold by itself.
struct DerivedNumber {
    std::string_view name;
    std::string_view label;
    std::string_view unit;
    int decimals;
    double (*value)(const TrackAnalysis&, const FileFacts&);
};
constexpr auto derived_numbers = std::to_array<DerivedNumber>({
    {"low_correlation", "correlation below 300 Hz", "", 2,
     [](const TrackAnalysis& analysis, const FileFacts&) { return low_correlation(analysis); }},
    {"bitrate_kbps", "bit rate", "kbit/s", 0,
     [](const TrackAnalysis&, const FileFacts& facts) { return facts.bitrate_kbps; }},
    {"lossy", "lossy codec", "", 0,
     [](const TrackAnalysis&, const FileFacts& facts) { return facts.lossy ? 1.0 : 0.0; }},
});

std::string fixed(double value, int decimals) {
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

std::string with_unit(const std::string& text, std::string_view unit) {
    return unit.empty() ? text : text + " " + std::string(unit);
}

/// The unit of a difference.
std::string_view difference_unit(std::string_view unit) {
    if (unit == "LUFS") return "LU";
    return unit.starts_with("dB") && unit != "dB/oct" ? "dB" : unit;
}

CheckFinding reading(std::string_view name, std::string_view label, std::string_view unit, int decimals, double value) {
    return {.number = std::string(name),
            .label = std::string(label),
            .found = with_unit(fixed(value, decimals), unit),
            .verdict = Verdict::met,
            .value = value,
            .excess = 0.0,
            .problem = {}};
}

/// What there is in place of a number that the file's kind does not have; empty if it has it.
std::string_view kind_without(std::string_view number, const TrackAnalysis& analysis, const FileFacts& facts) {
    if (number == "bitrate_kbps" && !facts.lossy) return "lossless";
    if (number != "bits_per_sample" || analysis.bits_per_sample > 0.0) return "";
    return facts.lossy ? "lossy" : "floating point";
}

CheckFinding judge(const TrackAnalysis& analysis, const FileFacts& facts, const DeliveryLimit& limit) {
    CheckFinding finding;
    std::string_view unit;
    int decimals = 0;
    for (const auto& row : analysis_numbers)
        if (row.name == limit.number) {
            finding = reading(row.name, row.label, row.unit, row.decimals, analysis.*row.member);
            unit = row.unit;
            decimals = row.decimals;
        }
    for (const auto& row : derived_numbers)
        if (row.name == limit.number) {
            finding = reading(row.name, row.label, row.unit, row.decimals, row.value(analysis, facts));
            unit = row.unit;
            decimals = row.decimals;
        }
    const double half_digit = 0.5 * std::pow(10.0, -decimals);
    if (limit.max && finding.value > *limit.max + half_digit) finding.excess = finding.value - *limit.max;
    if (limit.min && finding.value < *limit.min - half_digit) finding.excess = finding.value - *limit.min;
    if (finding.excess == 0.0) return finding;
    finding.verdict = limit.is_advice ? Verdict::note : Verdict::failed;
    const double bound = finding.excess > 0.0 ? *limit.max : *limit.min;
    const bool is_exact = limit.min && limit.max && *limit.min == *limit.max;
    const auto kind = kind_without(limit.number, analysis, facts);
    if (limit.number == "lossy") {
        finding.found = "yes";
        finding.problem = "a lossless file is expected";
    } else if (!kind.empty()) {
        finding.found = kind;
        finding.problem = (is_exact ? "" : "at least ") + with_unit(fixed(bound, decimals), unit) + " expected";
    } else if (is_exact) {
        finding.problem = with_unit(fixed(bound, decimals), unit) + " expected";
    } else {
        finding.problem = with_unit(fixed(std::abs(finding.excess), decimals), difference_unit(unit)) +
                          (finding.excess > 0.0 ? " above " : " below ") + fixed(bound, decimals);
    }
    if (!limit.why.empty()) finding.problem += " (" + limit.why + ")";
    return finding;
}

CheckFinding judge_extension(const FileFacts& facts, const DeliveryFile& file) {
    CheckFinding finding{.number = "format", .label = "format", .found = facts.extension, .problem = {}};
    const auto& accepted = file.extensions;
    if (std::find(accepted.begin(), accepted.end(), facts.extension) != accepted.end()) return finding;
    finding.verdict = Verdict::failed;
    for (const auto& extension : accepted) finding.problem += (finding.problem.empty() ? "" : ", ") + extension;
    finding.problem += " expected";
    return finding;
}

CheckFinding judge_replaygain(const TrackAnalysis& analysis, const FileFacts& facts) {
    CheckFinding finding{.number = "replaygain", .label = "ReplayGain track gain", .found = "none", .problem = {}};
    const double expected_db = replaygain_lufs - analysis.integrated_lufs;
    finding.verdict = Verdict::failed;
    finding.problem = fixed(expected_db, 2) + " dB expected";
    if (!facts.has_replaygain) return finding;
    finding.value = facts.replaygain_db;
    finding.found = fixed(facts.replaygain_db, 2) + " dB";
    finding.excess = facts.replaygain_db - expected_db;
    if (std::abs(finding.excess) > replaygain_tolerance_db) return finding;
    finding.verdict = Verdict::met;
    finding.problem.clear();
    return finding;
}

/// The limit with what a loud master has to keep to instead.
DeliveryLimit for_loudness(DeliveryLimit limit, const TrackAnalysis& analysis, const DeliveryTarget& target) {
    const bool is_loud = target.loud && analysis.integrated_lufs > target.loud->above_lufs + meter_tolerance_lu;
    if (!is_loud || limit.number != "true_peak_dbtp") return limit;
    limit.max = target.loud->ceiling_dbtp;
    limit.why = "louder than " + fixed(target.loud->above_lufs, 0) + " LUFS";
    return limit;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::met:
            return "ok";
        case Verdict::note:
            return "note";
        case Verdict::unknown:
            return "unknown";
        case Verdict::failed:
            return "fail";
    }
    return "";
}

Verdict CheckReport::worst() const noexcept {
    Verdict worst = Verdict::met;
    for (const auto& finding : findings) worst = std::max(worst, finding.verdict);
    return worst;
}

std::vector<std::string_view> check_number_names() {
    std::vector<std::string_view> names;
    names.reserve(analysis_numbers.size() + derived_numbers.size());
    for (const auto& row : analysis_numbers) names.push_back(row.name);
    for (const auto& row : derived_numbers) names.push_back(row.name);
    return names;
}

CheckReport check_delivery(const TrackAnalysis& analysis, const FileFacts& facts, const DeliveryTarget& target,
                           bool has_dialogue) {
    CheckReport report{.target = target.name, .findings = {}};
    if (!target.file.extensions.empty()) report.findings.push_back(judge_extension(facts, target.file));
    for (const auto& limit : target.limits) {
        auto finding = judge(analysis, facts, for_loudness(limit, analysis, target));
        const bool is_loudness = limit.number == "integrated_lufs";
        if (is_loudness && analysis.integrated_lufs <= silence_db && !limit.is_advice) {
            finding.verdict = Verdict::failed;
            finding.found = "none";
            finding.problem = "too short or too quiet to have a loudness";
        } else if (is_loudness && target.dialogue_lufs && has_dialogue) {
            finding.verdict = Verdict::unknown;
            finding.problem = "all of it together; the dialogue alone, which has to be " +
                              fixed(*target.dialogue_lufs, 0) +
                              " LKFS, is not told apart (--dialogue none if there is none)";
        }
        report.findings.push_back(std::move(finding));
    }
    if (target.file.replaygain) report.findings.push_back(judge_replaygain(analysis, facts));
    return report;
}

std::vector<std::string> missed_demands(const CheckReport& report) {
    std::vector<std::string> missed;
    for (const auto& finding : report.findings)
        if (finding.verdict == Verdict::failed)
            missed.push_back(report.target + ": " + finding.label + " " + finding.found + ", " + finding.problem);
    return missed;
}

nlohmann::ordered_json check_json(const CheckReport& report) {
    nlohmann::ordered_json json;
    json["target"] = report.target;
    json["verdict"] = verdict_name(report.worst());
    auto& findings = json["findings"] = nlohmann::ordered_json::array();
    for (const auto& finding : report.findings) {
        nlohmann::ordered_json item{{"number", finding.number}, {"verdict", verdict_name(finding.verdict)}};
        if (finding.number != "format") item["value"] = finding.value;
        if (finding.excess != 0.0) item["excess"] = finding.excess;
        item["found"] = finding.found;
        if (!finding.problem.empty()) item["problem"] = finding.problem;
        findings.push_back(std::move(item));
    }
    return json;
}

}  // namespace burnish
