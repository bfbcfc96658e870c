#include "training/mix_ladder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

#include "core/decibels.h"
#include "core/random.h"
#include "training/interval.h"
#include "training/mix_rungs.h"
#include "training/pan_ladder.h"

namespace burnish::training {

namespace {

constexpr int draws = 8;
constexpr double most_gain_db = 9.0;
constexpr double most_octave_db = 6.0;
constexpr const char* every_set = "all";

/// A song perturbed: the same for every rung.
std::vector<StemMeasures> perturbed(const MixSong& song, std::size_t index, int draw) {
    Random random(7919 * index + static_cast<std::size_t>(draw) + 1);
    std::vector<StemMeasures> measures;
    for (const auto& stem : song.measures) {
        const double gain_db = random.uniform(-most_gain_db, most_gain_db);
        // From octave to octave smoothly: a random walk that is kept within bounds.
        OctavePowers octaves{};
        double octave_db = random.uniform(-most_octave_db, most_octave_db);
        for (auto& value : octaves) {
            value = static_cast<float>(octave_db);
            octave_db = std::clamp(octave_db + random.uniform(-3.0, 3.0), -most_octave_db, most_octave_db);
        }
        measures.push_back(changed(stem, gain_db, octaves));
    }
    return measures;
}

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
constexpr auto columns =
    std::to_array<std::string_view>({"per stem, LU", "lead, LU", "tone, dB", "masking, % of the plain sum"});
using Row = std::array<double, columns.size()>;

Row judged(const std::vector<Voice>& author, const std::vector<Voice>& voices, const Found& found, std::size_t lead) {
    const auto wanted = relative_lufs(author, Gains(author.size()));
    const auto got = relative_lufs(voices, found.gains_db);
    Row row{};
    for (std::size_t i = 0; i < wanted.size(); ++i)
        row[0] += std::abs(got[i] - wanted[i]) / static_cast<double>(wanted.size());
    row[1] = std::abs(got[lead] - wanted[lead]);
    const auto wanted_tone = tone_of(author, {Gains(author.size())});
    const auto tone = tone_of(voices, found);
    for (std::size_t f = 0; f < octave_count; ++f)
        row[2] += std::abs(tone[f] - wanted_tone[f]) / static_cast<double>(octave_count);
    const double plain_db = masking_db(voices, {Gains(voices.size())});
    row[3] = plain_db > 0.0 ? 100.0 * masking_db(voices, found) / plain_db : 100.0;
    return row;
}

/// The voice that a mix is about: a song's guitar over the rest, or the loudest.
std::size_t lead_of(const std::vector<Voice>& voices, const std::vector<double>& relative) {
    for (std::size_t i = 0; i < voices.size(); ++i)
        if (voices[i].name == "guitar") return i;
    return static_cast<std::size_t>(std::ranges::max_element(relative) - relative.begin());
}

void print_levels(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out) {
    std::map<std::string, std::map<std::string, std::array<std::vector<double>, columns.size()>>> table;
    std::map<std::string, int> counts;
    const auto rungs = mix_rungs(learned);
    for (std::size_t s = 0; s < songs.size(); ++s) {
        const auto& song = songs[s];
        const auto author = voices_of_song(song, song.measures);
        if (author.size() < 2) continue;
        const auto lead = lead_of(author, relative_lufs(author, Gains(author.size())));
        std::map<std::string, Row> sums;
        int heard = 0;  // copies of a stem that were perturbed apart are no longer one voice
        for (int draw = 0; draw < draws; ++draw) {
            const auto voices = voices_of_song(song, perturbed(song, s, draw));
            if (voices.size() != author.size()) continue;
            ++heard;
            for (const auto& [name, rung] : rungs) {
                const auto row = judged(author, voices, rung(s, author, voices), lead);
                for (std::size_t c = 0; c < columns.size(); ++c) sums[name][c] += row[c];
            }
        }
        if (heard == 0) continue;
        for (const auto& set : {song.set, std::string(every_set)}) {
            ++counts[set];
            for (const auto& [name, sum] : sums)
                for (std::size_t c = 0; c < columns.size(); ++c) table[set][name][c].push_back(sum[c] / heard);
        }
    }
    out << "**Levels.** After gains were perturbed by up to 9 dB and octaves by up to 6: error of the loudness of "
           "stems over that of\nthe mix, and of the lead's; mean distance of the mix's octaves from the author's; "
           "masking "
           "index.\n\n";
    for (const auto& [set, count] : counts) {
        out << "| " << set << ", " << count << " songs |";
        for (const auto column : columns) out << ' ' << column << " |";
        out << "\n|---|---|---|---|---|\n";
        for (const auto& [name, rung] : rungs) {
            out << "| " << name << " |";
            for (const auto& by_song : table[set][name]) out << ' ' << interval_text(by_song) << " |";
            out << '\n';
        }
        out << '\n';
    }
}

/// Largest change of a voice's relative loudness, in LU.
double largest_change(const std::vector<Voice>& voices, const Gains& gains_db) {
    const auto before = relative_lufs(voices, Gains(voices.size()));
    const auto after = relative_lufs(voices, gains_db);
    double largest = 0.0;
    for (std::size_t i = 0; i < voices.size(); ++i) largest = std::max(largest, std::abs(after[i] - before[i]));
    return largest;
}

void print_untouched(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out) {
    std::map<std::string, std::map<std::string, std::vector<double>>> changes;
    std::map<std::string, int> counts;
    for (std::size_t s = 0; s < songs.size(); ++s) {
        const auto voices = voices_of_song(songs[s], songs[s].measures);
        if (voices.size() < 2) continue;
        for (const auto& set : {songs[s].set, std::string(every_set)}) ++counts[set];
        for (const auto& [name, rung] : mix_rungs(learned)) {
            if (!name.ends_with("gated")) continue;
            const double change = largest_change(voices, rung(s, voices, voices).gains_db);
            for (const auto& set : {songs[s].set, std::string(every_set)}) changes[name][set].push_back(change);
        }
    }
    out << "**Untouched mixes.** Share of the authors' own mixes of which no voice moves by more than 1 LU, %; in "
           "parentheses the median\nof what the most moved voice of each moves by, LU\n\n| |";
    for (const auto& [set, count] : counts) out << ' ' << set << " |";
    out << "\n|---|";
    for (std::size_t i = 0; i < counts.size(); ++i) out << "---|";
    out << '\n';
    for (auto& [name, by_set] : changes) {
        out << "| " << name << " |";
        for (const auto& [set, count] : counts) {
            auto& largest = by_set.at(set);
            std::vector<double> is_kept;
            is_kept.reserve(largest.size());
            for (const double change : largest) is_kept.push_back(change <= 1.0 ? 100.0 : 0.0);
            std::ranges::nth_element(largest, largest.begin() + static_cast<std::ptrdiff_t>(largest.size() / 2));
            out << ' ' << interval_text(is_kept) << " (" << std::round(100.0 * largest[largest.size() / 2]) / 100.0
                << ") |";
        }
        out << '\n';
    }
    out << '\n';
}

void print_masking(std::span<const MixSong> songs, std::ostream& out) {
    std::map<std::string, std::vector<double>> lower, share, deepest;
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
}

}  // namespace

void print_mix_ladder(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out) {
    print_levels(songs, learned, out);
    print_untouched(songs, learned, out);
    print_masking(songs, out);
    print_pan_ladder(songs, learned, out);
}

}  // namespace burnish::training
