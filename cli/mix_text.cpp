#include "cli/mix_text.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "cli/number_format.h"
#include "cli/paragraphs.h"
#include "cli/printable_text.h"
#include "cli/summary_text.h"
#include "mastering/patch.h"

namespace burnish {

namespace {

constexpr std::size_t least_name_columns = 14;
constexpr std::size_t level_columns = 43;      // between a stem's name and its treatment
constexpr std::size_t treatment_columns = 22;  // that a name leaves it

std::string left(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

std::string right(const std::string& text, std::size_t width) {
    return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

std::string pan_text(double pan) {
    const auto percent = std::lround(100.0 * std::abs(pan));
    return percent == 0 ? "C" : (pan < 0.0 ? "L" : "R") + std::to_string(percent);
}

/// What is done to a stem beside its fader, in a few words.
std::string treatment_text(const StripSettings& strip) {
    std::string text;
    const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
    if (strip.rumble.cutoff_hz > 0.0) add("high-pass " + fixed_text(strip.rumble.cutoff_hz, 0) + " Hz");
    int cuts = 0;
    double deepest_db = 0.0;
    for (const double db : {strip.eq.bell_1_db, strip.eq.bell_2_db, strip.eq.bell_3_db, strip.eq.bell_4_db}) {
        cuts += db != 0.0 ? 1 : 0;
        deepest_db = std::min(deepest_db, db);
    }
    if (cuts > 0)
        add(std::to_string(cuts) + (cuts == 1 ? " cut" : " cuts") + " to " + fixed_text(deepest_db, 1) + " dB");
    if (strip.compressor.ratio > 1.0) add("compressed " + number_text(strip.compressor.ratio) + ":1");
    if (strip.fader.room_db > send_off_db) add("room " + fixed_text(strip.fader.room_db, 0) + " dB");
    if (strip.fader.hall_db > send_off_db) add("hall " + fixed_text(strip.fader.hall_db, 0) + " dB");
    // A line may only end between two of them.
    for (auto blank = text.find(' '); blank != text.npos; blank = text.find(' ', blank + 1))
        if (text[blank - 1] != ',') text[blank] = no_break;
    return text;
}

std::string levels_text(double lufs, double peak_dbtp) {
    if (peak_dbtp <= silence_db) return "silence";
    return (lufs > silence_db ? fixed_text(lufs, 2) + " LUFS, " : "") + "true peak " + fixed_text(peak_dbtp, 2) +
           " dBTP";
}

/// "hit.flac, other.flac (0.5): tone off by 3.1 -> 2.2 dB, side over mid -14.2 dB -> -11.0 dB (theirs -9.8 dB)"
std::string reference_text(const MixReferenceReport& reference) {
    std::string names;
    for (const auto& row : reference.references) {
        names += (names.empty() ? "" : ", ") + printable(row.name);
        if (row.weight != 1.0) names += " (" + number_text(row.weight) + ")";
    }
    const auto side = [](double side_mid_db) {
        return side_mid_db <= -mono_below_db ? std::string("none") : fixed_text(side_mid_db, 1) + " dB";
    };
    return names + ": tone off by " + fixed_text(reference.tone_before_db, 1) + " -> " +
           fixed_text(reference.tone_after_db, 1) + " dB, side over mid " + side(reference.side_mid_before_db) +
           " -> " + side(reference.side_mid_after_db) + " (theirs " + side(reference.wanted_side_mid_db) + ")" +
           (reference.faders_left.empty() ? "" : "; faders left: " + reference.faders_left);
}

/// "kick            98 %   -21.4  +3.2  L20": what there is of a stem beside its name.
std::string level_row(const std::string& role, const std::string& sure, const std::string& lufs, const std::string& db,
                      const std::string& pan) {
    return " " + left(role, 14) + right(sure, 5) + right(lufs, 8) + right(db, 7) + right(pan, 6);
}

void add_stem(std::ostringstream& text, const StemPlan& stem, const NamedStrip& strip, std::size_t name_width,
              bool in_full, const TextStyle& style) {
    const auto columns = static_cast<std::size_t>(style.columns);
    const auto& fader = strip.settings.fader;
    const auto role = std::string(row_of(stem.role.role).name);
    const auto sure = fixed_text(100.0 * stem.role.confidence, 0) + " %";
    text << "  " << flush_left(printable(stem.name), name_width, style.unicode);
    if (strip.mute || stem.is_silent) {
        text << level_row(role, sure, strip.mute ? "muted" : "silent", "", "") << '\n';
        return;
    }
    // The name may hold anything: only what stands behind it is broken into lines.
    const auto rest =
        level_row(role, sure, fixed_text(stem.lufs, 1), signed_text(fader.gain_db, 1), pan_text(fader.pan)) + "  " +
        treatment_text(strip.settings);
    std::istringstream lines(wrapped(std::string(name_width + 2, ' ') + rest, columns));
    std::string line;
    for (bool is_first = true; std::getline(lines, line); is_first = false) {
        std::ranges::replace(line, no_break, ' ');
        text << (is_first ? line.substr(name_width + 2) : line) << '\n';
    }
    if (!in_full) return;
    const auto say = [&](const std::string& row) { text << wrapped(row, columns) << '\n'; };
    say("        role: " + stem.role.reason);
    std::string reason;
    for (const auto& decision : stem.decisions) {
        const auto head = "        " + left(decision.parameter, 24) + right(number_text(decision.value), 8);
        say(decision.reason == reason ? head : head + "  " + decision.reason);
        reason = decision.reason;
    }
}

std::string balance_text(const MixPlan& plan) {
    if (plan.balance_mode == BalanceMode::keep) return "kept as asked";
    if (plan.balance_mode == BalanceMode::rules) return "made anew as asked";
    const auto chance = " (" + fixed_text(100.0 * plan.kept_chance, 0) + " %)";
    const auto but = plan.brought_back == 0 ? std::string() : " but for " + std::to_string(plan.brought_back);
    return plan.balance_kept ? "kept" + but + ": likely meant" + chance + "; --balance rules makes it anew"
                             : "made anew: hardly meant" + chance + "; --balance keep leaves it";
}

}  // namespace

std::string mix_text(const MixOutcome& mix, const MixJobOutcome& outcome, const MasterOptions& options,
                     const TextStyle& style) {
    const bool in_full = options.verbosity == Verbosity::verbose;
    std::ostringstream text;
    const auto& plan = mix.plan;
    if (mix.variant.name == mix_variants[0].name || in_full) {
        const auto room = std::max<std::size_t>(style.columns, 0) -
                          std::min<std::size_t>(style.columns, 2 + level_columns + treatment_columns);
        std::size_t name_width = 4;
        for (const auto& stem : plan.stems) name_width = std::max(name_width, shown_width(printable(stem.name)));
        name_width = std::min(name_width, std::max(least_name_columns, room));
        text << "  " << style.dim(left("stem", name_width) + level_row("role", "sure", "LUFS", "dB", "pan")) << '\n';
        for (std::size_t i = 0; i < plan.stems.size(); ++i)
            add_stem(text, plan.stems[i], plan.settings.strips[i], name_width, in_full, style);
    }
    Paragraphs lines(style);
    if (!outcome.replayed) {
        lines.add("balance", balance_text(plan));
        lines.add("masking", "stems cover one another by " + fixed_text(plan.masking_before_db, 0) + " dB in all, " +
                                 fixed_text(plan.masking_after_db, 0) + " dB after the cuts");
    }
    if (in_full)
        for (const auto& decision : plan.buses)
            lines.add("bus",
                      left(decision.parameter, 25) + right(number_text(decision.value), 8) + "  " + decision.reason,
                      35);
    if (mix.reference) lines.add("reference", reference_text(*mix.reference));
    if (!mix.reopened.empty()) lines.add("re-opened", mix.reopened);
    lines.add("mix", levels_text(mix.integrated_lufs, mix.true_peak_dbtp) + ", " + place_text(mix.duration_s) +
                         " with its reverberation");
    text << lines.str();
    const auto label = [&](const std::string& name) { return "  " + style.bold(left(name, 11)); };
    if (mix.master) text << style.bold("master") << '\n' << master_text(*mix.master, options, style);
    if (!mix.output.empty()) text << label("written") << mix.output.string() << " (" << mix.encoding << ")\n";
    if (!mix.stem_files.empty())
        text << label("stems") << mix.stem_files.size() << " files in "
             << std::filesystem::path(mix.stem_files[0]).parent_path().string() << '\n';
    return text.str();
}

}  // namespace burnish
