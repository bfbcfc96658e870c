#include "cli/summary_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <sstream>
#include <string_view>
#include <vector>

#include "cli/analysis_text.h"
#include "cli/number_format.h"
#include "cli/paragraphs.h"
#include "cli/printable_text.h"
#include "core/decibels.h"

namespace burnish {

namespace {

std::string levels_text(const TrackAnalysis& analysis) {
    if (analysis.sample_peak_db <= silence_db) return "silence";
    if (analysis.integrated_lufs <= silence_db)
        return "too short or too quiet to have a loudness, true peak " + fixed_text(analysis.true_peak_dbtp, 2) +
               " dBTP";
    return fixed_text(analysis.integrated_lufs, 2) + " LUFS, true peak " + fixed_text(analysis.true_peak_dbtp, 2) +
           " dBTP, peak to loudness " + fixed_text(analysis.plr_db, 1) + " dB, range " +
           fixed_text(analysis.loudness_range_lu, 1) + " LU";
}

std::string_view stage_of(const Decision& decision) {
    return std::string_view(decision.parameter).substr(0, decision.parameter.find('.'));
}

std::string_view param_of(const Decision& decision) {
    return std::string_view(decision.parameter).substr(decision.parameter.find('.') + 1);
}

bool is_unit(std::string_view word) { return word == "db" || word == "hz" || word == "ms"; }

std::string unit_text(std::string_view word) { return word == "db" ? "dB" : word == "hz" ? "Hz" : std::string(word); }

/// "mid 160 Hz +1.59 dB" for mid_160_hz_db.
std::string number_in_words(const Decision& decision) {
    std::istringstream words(std::string(param_of(decision)));
    std::string text;
    std::string unit;
    for (std::string word; std::getline(words, word, '_');) {
        if (!unit.empty()) text += unit_text(unit) + no_break;
        unit = is_unit(word) ? word : "";
        if (unit.empty()) text += word + no_break;
    }
    const bool is_gain = unit == "db" && text.find("range") == text.npos;  // a range is how much is cut at most
    if (is_gain && decision.value > 0.0) text += '+';
    text += number_text(decision.value);
    return unit.empty() ? text : text + no_break + unit_text(unit);
}

/// The number that tells most of what a stage is there for: its ratio, else the largest of its gains, else the first.
const Decision& telling(std::span<const Decision> stage) {
    const auto rank = [](const Decision& decision) {
        const auto param = param_of(decision);
        const bool is_measure = param.ends_with("level_db") || param.ends_with("threshold_db");
        const double size = std::abs(decision.value);
        return param.ends_with("ratio") ? 1e6 + size : param.ends_with("_db") && !is_measure ? 1.0 + size : 0.0;
    };
    return *std::ranges::max_element(stage, {}, rank);
}

/// A paragraph for each stage: its numbers, then the reason for what it is there for.
void add_stages(Paragraphs& text, const std::vector<Decision>& decisions) {
    for (auto first = decisions.begin(); first != decisions.end();) {
        const auto last =
            std::find_if(first, decisions.end(), [&](const auto& d) { return stage_of(d) != stage_of(*first); });
        std::string numbers;
        for (auto decision = first; decision != last; ++decision)
            numbers += (numbers.empty() ? "" : ", ") + number_in_words(*decision);
        text.add(stage_of(*first), numbers);
        text.add(stage_of(*first), telling({first, last}).reason);
        first = last;
    }
}

/// A line for each decision: the number, then why.
void add_decisions(Paragraphs& text, const std::vector<Decision>& decisions) {
    std::size_t name_width = 0;
    std::size_t value_width = 0;
    for (const auto& decision : decisions) {
        name_width = std::max(name_width, param_of(decision).size());
        value_width = std::max(value_width, number_text(decision.value).size());
    }
    for (const auto& decision : decisions) {
        const auto value = number_text(decision.value);
        const auto number =
            padded(param_of(decision), name_width) + "  " + std::string(value_width - value.size(), ' ') + value + "  ";
        const auto confidence = " (confidence " + fixed_text(100.0 * decision.confidence, 0) + " %)";
        text.add(stage_of(decision), number + decision.reason + confidence, number.size());
    }
}

std::string decibels(double db, int decimals) { return fixed_text(db, decimals) + no_break + "dB"; }

void add_level(Paragraphs& text, const MasterReport& report) {
    const auto& limiter = report.settings.limiter;
    const auto& level = report.level;
    if (level.clipper_threshold_db < SoftClipper::Settings{}.threshold_db)
        text.add("clipper", "rounds off peaks above " + decibels(level.clipper_threshold_db, 2) + "FS");
    if (report.target.limit_peaks) {
        auto line = (limiter.drive_db < 0.0 ? "" : "+") + decibels(limiter.drive_db, 2) + " under a ceiling of " +
                    decibels(limiter.ceiling_dbtp, 2) + "TP";
        if (level.reduction_max_db > 0.0)
            line += ", reduction " + decibels(level.reduction_max_db, 1) + " at most and within " +
                    decibels(level.reduction_p95_db, 1) + " for 95" + no_break + "% of the time";
        else
            line += ", no reduction";
        text.add("limiter", line);
    }
    const auto& dither = report.settings.dither;
    if (dither.bits > 0.0)
        text.add("dither", "to " + number_text(dither.bits) + " bits" + (dither.shaping > 0.0 ? ", shaped" : ""));
}

/// How near the master came to its references, in the dimensions that can be matched.
void add_reference(Paragraphs& text, const MasterReport& report) {
    const auto& reference = *report.reference;
    std::string names;
    for (const auto& row : reference.references) names += (names.empty() ? "" : ", ") + printable(row.name);
    const auto pair = [](double before_db, double after_db) {
        return fixed_text(before_db, 1) + " -> " + decibels(after_db, 1);
    };
    text.add("reference", names + ": tone off by " + pair(reference.tone_before_db, reference.tone_after_db) +
                              ", width by " + pair(reference.width_before_db, reference.width_after_db) +
                              ", peak to loudness by " + pair(reference.plr_before_db, reference.plr_after_db));
}

/// How it stands to what its destination asks for.
void add_delivery(Paragraphs& text, const MasterOutcome& outcome, const MasterOptions& options) {
    for (const auto& codec : outcome.report.codecs)
        text.add("codec", codec.codec + ": " + fixed_text(codec.levels.integrated_lufs, 2) + " LUFS, true peak " +
                              fixed_text(codec.levels.true_peak_dbtp, 2) + " dBTP");
    if (outcome.report.attempts > 1)
        text.add("adapted", "made " + std::to_string(outcome.report.attempts) + " times, with the ceiling at " +
                                fixed_text(outcome.report.aimed_ceiling_dbtp, 2) + " dBTP in the end");
    if (!options.delivery || !outcome.check) return;
    const auto& findings = outcome.check->findings;
    const auto missed = std::count_if(findings.begin(), findings.end(),
                                      [](const CheckFinding& f) { return f.verdict == Verdict::failed; });
    text.add("target", options.delivery->title + (missed == 0 ? ": meets what it asks for"
                                                              : ": misses " + std::to_string(missed) + " of " +
                                                                    std::to_string(findings.size()) + " demands"));
    for (const auto& finding : findings)
        if (finding.verdict == Verdict::note)
            text.add("target", finding.label + " " + finding.found + ": " + finding.problem);
}

/// "rock 41 %, metal 22 %": the likeliest three, down to some share; all of them down to none.
std::string genres_text(const std::vector<GenreShare>& genres, double least_share) {
    const std::size_t most = least_share > 0.0 ? 3 : genres.size();
    std::string text;
    for (std::size_t i = 0; i < std::min(most, genres.size()); ++i) {
        if (i > 0 && genres[i].share < least_share) break;
        text +=
            (i == 0 ? "" : ", ") + genres[i].name + no_break + fixed_text(100.0 * genres[i].share, 0) + no_break + "%";
    }
    return text;
}

/// "tone likely in order, width undecided": how likely it is that nothing has to be done, in per cent if wanted.
std::string judgements_text(const std::vector<Judgement>& judgements, bool in_percent) {
    struct Word {
        double least;
        std::string_view word;
    };
    constexpr auto words = std::to_array<Word>({{0.85, "in order"},
                                                {0.65, "likely in order"},
                                                {0.35, "undecided"},
                                                {0.15, "likely at fault"},
                                                {0.0, "at fault"}});
    std::string text;
    for (const auto& judgement : judgements) {
        const double sound = judgement.sound_probability;
        const auto row = std::ranges::find_if(words, [&](const Word& each) { return sound >= each.least; });
        text += (text.empty() ? "" : ", ") + judgement.of + " " + std::string(row->word);
        if (in_percent)
            text += std::string(" (in order by") + no_break + fixed_text(100.0 * sound, 0) + no_break + "%)";
    }
    return text;
}

/// What a user can do who wants it louder all the same.
std::string advice_for(const MasterReport& report) {
    const auto louder = std::ranges::find_if(limiter_modes, [&](const LimiterMode& mode) {
        return mode.release_ms < report.settings.limiter.release_ms;  // the modes are ordered by it
    });
    return std::string("; ") +
           (louder == limiter_modes.end() ? "" : "--limiter " + std::string(louder->name) + " or ") +
           "a higher --reduction-budget gets further";
}

/// Where the master is, and what it took.
std::string status_text(const MasterJob& job, const MasterOutcome& outcome) {
    const auto speed = "in " + fixed_text(outcome.elapsed_s, 1) + " s, " +
                       speed_text(outcome.duration_s(), outcome.elapsed_s) + " x real time";
    if (outcome.encoding.empty())
        return "no master is written in a dry run, nor looked at whether it is nearer to what is expected; " + speed;
    return printable(job.output->string()) + " (" + outcome.encoding + ") " + speed;
}

/// What the master was made of, and what came of it.
void add_master(Paragraphs& text, const MasterOutcome& outcome, const MasterOptions& options) {
    const auto& report = outcome.report;
    if (!report.target.genres.empty()) text.add("genre", genres_text(report.target.genres, 0.0) + ", as you say");
    if (!report.genres.empty()) text.add("sounds", "like " + genres_text(report.genres, 0.1));
    if (!report.judgements.empty())
        text.add("judged", judgements_text(report.judgements, options.verbosity == Verbosity::verbose));
    options.verbosity == Verbosity::verbose ? add_decisions(text, report.decisions)
                                            : add_stages(text, report.decisions);
    if (report.reference) add_reference(text, report);
    if (options.settings)
        text.add("settings",
                 "as in " + printable(options.settings->string()) +
                     (options.patch.pins("limiter", "drive_db") ? ", level included: no loudness is aimed at" : ""));
    for (const auto& assignment : options.sets) text.add("set", assignment);
    if (report.decisions.empty() && options.patch.empty()) text.add("sound", "left as it is");
    if (report.loudness)
        text.add("loudness", fixed_text(report.loudness->value, 1) +
                                 " LUFS, since nobody asked for another: " + report.loudness->reason);
    else if (report.target.choose_loudness && report.before.integrated_lufs > silence_db)
        text.add("loudness", fixed_text(report.target.loudness_lufs, 1) +
                                 " LUFS, what is usual where nobody asks for another and no model decides");
    add_level(text, report);
    if (report.after)
        text.add("result", levels_text(*report.after));
    else if (report.level.achieved_lufs > silence_db)
        text.add("expected", fixed_text(report.level.achieved_lufs, 2) + " LUFS under that ceiling");
    add_delivery(text, outcome, options);
    if (report.referee)
        text.add("referee", fixed_text(report.referee->integrated_lufs, 2) + " LUFS, true peak " +
                                fixed_text(report.referee->true_peak_dbtp, 2) + " dBTP by libebur128");
    if (!report.reason.empty()) text.add("limited", report.reason + advice_for(report));
}

}  // namespace

std::string summary_text(const MasterJob& job, const MasterOutcome& outcome, const TextStyle& style) {
    const auto& options = *job.options;
    if (outcome.skipped) return summary_line(job, outcome, style);
    const auto& report = outcome.report;
    const bool is_verbose = options.verbosity == Verbosity::verbose;
    Paragraphs text(style);
    text.add("found", levels_text(report.before));
    add_master(text, outcome, options);
    text.add(outcome.encoding.empty() ? "planned" : "written", status_text(job, outcome));

    auto page = style.bold(printable(job.input.string())) + "  " +
                style.dim(source_text(outcome.source, outcome.source_format)) + "\n" + text.str();
    if (is_verbose) page += "\n" + comparison_text(report.before, report.after, style);
    return page;
}

std::string master_text(const MasterOutcome& outcome, const MasterOptions& options, const TextStyle& style) {
    Paragraphs text(style);
    add_master(text, outcome, options);
    return text.str();
}

std::string summary_line(const MasterJob& job, const MasterOutcome& outcome, const TextStyle& style) {
    const auto& report = outcome.report;
    if (outcome.skipped)
        return style.bold(padded("skipped", 8)) + printable(job.input.string()) + ": " +
               printable(job.output->string()) + " is there already\n";
    auto line = style.bold(padded(status_name(report.status), 8)) + printable(job.input.string());
    if (!outcome.encoding.empty()) line += " -> " + printable(job.output->string());
    if (report.before.integrated_lufs > silence_db) {
        line += "  " + fixed_text(report.before.integrated_lufs, 2);
        if (report.after) line += " to " + fixed_text(report.after->integrated_lufs, 2);
        line += " LUFS";
    } else {
        line += "  no loudness";
    }
    if (report.after)
        line += report.after->sample_peak_db <= silence_db
                    ? ", silence"
                    : ", " + fixed_text(report.after->true_peak_dbtp, 2) + " dBTP";
    return line + ", " + speed_text(outcome.duration_s(), outcome.elapsed_s) + " x real time\n";
}

std::string decisions_text(const std::vector<Decision>& decisions, const TextStyle& style) {
    Paragraphs text(style);
    add_decisions(text, decisions);
    return text.str();
}

std::string source_text(const StreamInfo& info, const AudioFormat& format) {
    return duration_text(static_cast<double>(info.frames) / info.sample_rate_hz) + ", " +
           (info.channels == 1 ? "mono" : "stereo") + ", " + number_text(info.sample_rate_hz / 1000.0) + " kHz, " +
           format.encoding + (format.encoding == format.container ? "" : " " + format.container);
}

}  // namespace burnish
