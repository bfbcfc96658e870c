#include "training/mix_ladder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <sstream>
#include <string>

#include "core/decibels.h"
#include "training/bars.h"
#include "training/interval.h"
#include "training/mix_invariance.h"
#include "training/mix_rungs.h"
#include "training/mix_trials.h"
#include "training/pan_ladder.h"

namespace burnish::training {

namespace {

constexpr int draws = 9;
constexpr const char* every_set = "all";
/// The rungs that bars are about: what `burnish mix` does by itself, with `--balance rules`, and what it is compared
/// with.
constexpr const char* by_itself = "learned, gated + masking EQ";
constexpr const char* made_anew = "learned";
constexpr const char* equal_loudness = "equal LUFS";

/// Levels of the octaves of a mix under its own.
OctaveLevels tone_of(const std::vector<Voice>& voices, const Found& found) {
    OctaveLevels powers{};
    double whole = 0.0;
    for (std::size_t i = 0; i < voices.size(); ++i)
        for (std::size_t f = 0; f < octave_count; ++f) {
            const double cut_db = found.cuts_db.empty() ? 0.0 : found.cuts_db[i][f];
            const double power = voices[i].octaves[f] * db_to_power(found.gains_db[i] + cut_db);
            powers[f] += power;
            whole += power;
        }
    OctaveLevels tone{};
    for (std::size_t f = 0; f < octave_count; ++f)
        tone[f] = std::max(-50.0, power_to_db(powers[f]) - power_to_db(std::max(whole, 1e-12)));
    return tone;
}

double masking_db(const std::vector<Voice>& voices, const Found& found) {
    auto levels = mix_levels(voices, found.gains_db);
    for (std::size_t i = 0; i < found.cuts_db.size(); ++i)
        for (std::size_t f = 0; f < octave_count; ++f) levels[i][f] += found.cuts_db[i][f];
    return Masking(voices).index_db(levels);
}

/// The columns of the table of levels.
constexpr auto columns = std::to_array<std::string_view>({"per stem, LU", "lead, LU", "tone, dB", "masking, dB"});
using Row = std::array<double, columns.size()>;

Row judged(const std::vector<Voice>& author, const std::vector<Voice>& voices, const Found& found, std::size_t lead) {
    const auto wanted = relative_lufs(author, Gains(author.size()));
    const auto got = relative_lufs(voices, found.heard_db());
    Row row{};
    for (std::size_t i = 0; i < wanted.size(); ++i)
        row[0] += std::abs(got[i] - wanted[i]) / static_cast<double>(wanted.size());
    row[1] = std::abs(got[lead] - wanted[lead]);
    const auto wanted_tone = tone_of(author, {Gains(author.size())});
    const auto tone = tone_of(voices, found);
    for (std::size_t f = 0; f < octave_count; ++f)
        row[2] += std::abs(tone[f] - wanted_tone[f]) / static_cast<double>(octave_count);
    row[3] = masking_db(voices, found);
    return row;
}

/// The voice that a mix is about: a song's guitar over the rest, or the loudest.
std::size_t lead_of(const std::vector<Voice>& voices, const std::vector<double>& relative) {
    for (std::size_t i = 0; i < voices.size(); ++i)
        if (voices[i].name == "guitar") return i;
    return static_cast<std::size_t>(std::ranges::max_element(relative) - relative.begin());
}

/// Every rung's row for every song, by set.
using Levels = std::map<std::string, std::map<std::string, std::array<std::vector<double>, columns.size()>>>;

Levels levels_in(const MixTrial& trial, std::span<const MixSong> songs, const HeldOut& learned) {
    Levels table;
    const auto rungs = mix_rungs(learned);
    for (std::size_t s = 0; s < songs.size(); ++s) {
        const auto& song = songs[s];
        const auto author = voices_of_song(song, song.measures);
        if (author.size() < 2) continue;
        const auto lead = lead_of(author, relative_lufs(author, Gains(author.size())));
        std::map<std::string, Row> sums;
        int heard = 0;  // copies of a stem that were perturbed apart are no longer one voice
        for (int draw = 0; draw < draws; ++draw) {
            const auto voices = voices_of_song(song, tried(song, trial, s, draw));
            if (voices.size() != author.size()) continue;
            ++heard;
            for (const auto& [name, rung] : rungs) {
                const auto row = judged(author, voices, rung(s, author, voices), lead);
                for (std::size_t c = 0; c < columns.size(); ++c) sums[name][c] += row[c];
            }
        }
        if (heard == 0) continue;
        for (const auto& set : {song.set, std::string(every_set)})
            for (const auto& [name, sum] : sums)
                for (std::size_t c = 0; c < columns.size(); ++c) table[set][name][c].push_back(sum[c] / heard);
    }
    return table;
}

void print_levels(const MixTrial& trial, const Levels& table, const HeldOut& learned, std::ostream& out) {
    for (const auto& [set, rows] : table) {
        out << "| " << set << ", " << rows.begin()->second[0].size() << " songs, " << trial.name << " |";
        for (const auto column : columns) out << ' ' << column << " |";
        out << "\n|---|---|---|---|---|\n";
        for (const auto& [name, rung] : mix_rungs(learned)) {
            out << "| " << name << " |";
            for (const auto& by_song : rows.at(name)) out << ' ' << interval_text(by_song) << " |";
            out << '\n';
        }
        out << '\n';
    }
}

double mean_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) /
           static_cast<double>(std::max<std::size_t>(values.size(), 1));
}

/// By how much a rung comes nearer than equal loudness.
Bar nearer_bar(const MixTrial& trial, const Levels& table, const std::string& set, const char* rung) {
    const auto& rows = table.at(set);
    const double nearer = 100.0 * (1.0 - mean_of(rows.at(rung)[0]) / mean_of(rows.at(equal_loudness)[0]));
    return {std::string(trial.name) + " stems of " + set +
                " songs, nearer to the author's levels than equal loudness: " +
                (rung == by_itself ? "by default" : "`--balance rules`"),
            nearer, 30.0, false, "%"};
}

std::vector<Bar> level_bars(const std::map<std::string_view, Levels>& tables) {
    std::vector<Bar> bars;
    for (const auto& trial : mix_trials)
        for (const auto* rung : {by_itself, made_anew})
            bars.push_back(nearer_bar(trial, tables.at(trial.name), every_set, rung));
    const auto& perturbed = mix_trials.back();
    if (tables.at(perturbed.name).contains("frets")) {
        bars.push_back(nearer_bar(perturbed, tables.at(perturbed.name), "frets", by_itself));
        bars.push_back({"perturbed stems of frets songs, distance from the author's levels: by default",
                        mean_of(tables.at(perturbed.name).at("frets").at(by_itself)[0]), 2.0, true, "LU"});
    }
    return bars;
}

/// Largest change of a voice's relative loudness, in LU.
double largest_change(const std::vector<Voice>& voices, const Gains& gains_db) {
    const auto before = relative_lufs(voices, Gains(voices.size()));
    const auto after = relative_lufs(voices, gains_db);
    double largest = 0.0;
    for (std::size_t i = 0; i < voices.size(); ++i) largest = std::max(largest, std::abs(after[i] - before[i]));
    return largest;
}

Bar print_untouched(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out) {
    std::map<std::string, std::map<std::string, std::vector<double>>> changes;
    std::map<std::string, int> counts;
    for (std::size_t s = 0; s < songs.size(); ++s) {
        const auto voices = voices_of_song(songs[s], songs[s].measures);
        if (voices.size() < 2) continue;
        for (const auto& set : {songs[s].set, std::string(every_set)}) ++counts[set];
        for (const auto& [name, rung] : mix_rungs(learned)) {
            if (name.find("gated") == std::string::npos) continue;
            const double change = largest_change(voices, rung(s, voices, voices).heard_db());
            for (const auto& set : {songs[s].set, std::string(every_set)}) changes[name][set].push_back(change);
        }
    }
    out << "**Untouched mixes.** Share of the authors' own mixes of which no voice moves by more than 1 LU, %; in "
           "parentheses the median\nof what the most moved voice of each moves by, LU\n\n| |";
    for (const auto& [set, count] : counts) out << ' ' << set << " |";
    out << "\n|---|";
    for (std::size_t i = 0; i < counts.size(); ++i) out << "---|";
    out << '\n';
    double kept_percent = 0.0;
    for (auto& [name, by_set] : changes) {
        out << "| " << name << " |";
        for (const auto& [set, count] : counts) {
            auto& largest = by_set.at(set);
            std::vector<double> is_kept;
            is_kept.reserve(largest.size());
            for (const double change : largest) is_kept.push_back(change <= 1.0 ? 100.0 : 0.0);
            if (name == by_itself && set == every_set) kept_percent = mean_of(is_kept);
            std::ranges::nth_element(largest, largest.begin() + static_cast<std::ptrdiff_t>(largest.size() / 2));
            out << ' ' << interval_text(is_kept) << " (" << std::round(100.0 * largest[largest.size() / 2]) / 100.0
                << ") |";
        }
        out << '\n';
    }
    out << '\n';
    return {"authors' own mixes of which no voice moves by more than 1 LU", kept_percent, 95.0, false, "%"};
}

std::vector<Bar> print_masking(std::span<const MixSong> songs, std::ostream& out) {
    std::map<std::string, std::vector<double>> lower, share, deepest;
    std::vector<double> all_lower;
    double most_db = 0.0;
    for (const auto& song : songs) {
        const auto voices = voices_of_song(song, song.measures);
        if (voices.size() < 2) continue;
        const auto result = unmask(voices, Gains(voices.size()));
        if (result.before_db <= 0.0) continue;
        double moved_db = 0.0;
        for (const auto& eq : result.eq)
            for (const double octave_db : octave_gains_db(eq)) moved_db = std::max(moved_db, std::abs(octave_db));
        lower[song.set].push_back(result.after_db < result.before_db ? 100.0 : 0.0);
        share[song.set].push_back(100.0 * result.after_db / result.before_db);
        deepest[song.set].push_back(moved_db);
        all_lower.push_back(lower[song.set].back());
        most_db = std::max(most_db, moved_db);
    }
    out << "**Masking.** The cuts at the authors' levels: songs whose masking index falls below the plain sum's, %; "
           "what is "
           "left of it, %; the most that an octave of a stem is moved, dB\n\n| | songs with masking | index lower | "
           "left | "
           "largest cut, mean | largest cut, of all |\n|---|---|---|---|---|---|\n";
    for (const auto& [set, values] : lower)
        out << "| " << set << " | " << values.size() << " | " << interval_text(values) << " | "
            << interval_text(share[set]) << " | " << interval_text(deepest[set]) << " | "
            << *std::ranges::max_element(deepest[set]) << " |\n";
    out << '\n';
    return {{"songs whose masking index is lower than the plain sum's", mean_of(all_lower), 90.0, false, "%"},
            {"the most that an octave of a stem's own tone is moved", most_db, 6.0, true, "dB"}};
}

}  // namespace

void print_mix_ladder(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out) {
    std::ostringstream chapters;
    chapters << "**Levels.** Octaves of every stem were changed by up to 6 dB; levels came in two ways:\n\n";
    for (const auto& trial : mix_trials) chapters << "- *" << trial.name << "*: " << trial.help << "\n";
    chapters << "\nError of the loudness of stems over that of the mix, and of the lead's; mean distance of the mix's "
                "octaves from the\nauthor's; masking index.\n\n";
    std::map<std::string_view, Levels> tables;
    for (const auto& trial : mix_trials) {
        tables[trial.name] = levels_in(trial, songs, learned);
        print_levels(trial, tables[trial.name], learned, chapters);
    }
    auto bars = level_bars(tables);
    bars.push_back(print_untouched(songs, learned, chapters));
    for (const auto& bar : print_masking(songs, chapters)) bars.push_back(bar);
    for (const auto& bar : print_invariance(songs, learned, chapters)) bars.push_back(bar);
    print_pan_ladder(songs, learned, chapters);
    print_bars(bars, out);
    out << chapters.str();
}

}  // namespace burnish::training
