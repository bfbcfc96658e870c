#include "training/mix_ladder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <numbers>
#include <numeric>
#include <string>

#include "core/decibels.h"
#include "mixing/masking.h"
#include "mixing/mix_settings.h"
#include "mixing/panning.h"

namespace burnish::training {

namespace {

constexpr int draws = 8;
constexpr double most_gain_db = 9.0;
constexpr double most_octave_db = 6.0;
constexpr int resamples = 1000;

using Gains = std::vector<double>;
/// Levels for the voices of a song, by its index.
using Rung = std::function<Gains(std::size_t song, const std::vector<Voice>&)>;

/// Mean over songs with a 95 % interval from songs drawn anew.
std::string cell(const std::vector<double>& by_song) {
    if (by_song.empty()) return "-";
    const auto mean_of = [](const std::vector<double>& values) {
        return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    };
    Random random(1);
    std::vector<double> means;
    for (int r = 0; r < resamples; ++r) {
        std::vector<double> drawn;
        for (std::size_t i = 0; i < by_song.size(); ++i) drawn.push_back(by_song[random.bits() % by_song.size()]);
        means.push_back(mean_of(drawn));
    }
    std::ranges::sort(means);
    std::array<char, 80> text{};
    std::snprintf(text.data(), text.size(), "%.2f [%.2f, %.2f]", mean_of(by_song), means[resamples / 40],
                  means[resamples - 1 - resamples / 40]);
    return text.data();
}

double octaves_db(const Voice& voice) {
    return power_to_db(std::accumulate(voice.octaves.begin(), voice.octaves.end(), 0.0));
}

Gains to_equal(const std::vector<Voice>& voices, const std::function<double(const Voice&)>& level_db) {
    Gains gains;
    for (const auto& voice : voices) gains.push_back(-level_db(voice));
    return gains;
}

std::vector<std::pair<std::string, Rung>> ladder(const HeldOut& learned) {
    const auto by = [](auto expect, BalanceMode mode) {
        return [=](std::size_t song, const std::vector<Voice>& voices) {
            return balance(voices, expect(song, voices), mode).gains_db;
        };
    };
    const auto rules = [](std::size_t, const std::vector<Voice>& voices) { return expected_by_rules(voices); };
    const auto model = [&learned](std::size_t song, const std::vector<Voice>& voices) {
        return expected_by_model(voices, learned.models[song]);
    };
    return {
        {"as perturbed", [](std::size_t, const std::vector<Voice>& voices) { return Gains(voices.size()); }},
        {"equal peak",
         [](std::size_t, const std::vector<Voice>& voices) {
             return to_equal(
                 voices, [](const Voice& voice) { return gain_to_db(*std::ranges::max_element(voice.cells.peak)); });
         }},
        {"equal RMS", [](std::size_t, const std::vector<Voice>& voices) { return to_equal(voices, octaves_db); }},
        {"equal LUFS",
         [](std::size_t, const std::vector<Voice>& voices) {
             return to_equal(voices, [](const Voice& voice) { return voice.lufs; });
         }},
        {"role rules", by(rules, BalanceMode::rules)},
        {"role rules, gated", by(rules, BalanceMode::automatic)},
        {"learned", by(model, BalanceMode::rules)},
        {"learned, gated", by(model, BalanceMode::automatic)},
    };
}

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

struct Errors {
    double all_lu = 0.0;   ///< mean over the voices
    double lead_lu = 0.0;  ///< of the one that is the loudest in the author's mix
};

Errors errors_of(const std::vector<double>& author, const std::vector<double>& found, std::size_t lead) {
    Errors errors;
    for (std::size_t i = 0; i < author.size(); ++i)
        errors.all_lu += std::abs(found[i] - author[i]) / static_cast<double>(author.size());
    errors.lead_lu = std::abs(found[lead] - author[lead]);
    return errors;
}

/// The voice that a mix is about: a song's guitar over the rest, or the loudest.
std::size_t lead_of(const std::vector<Voice>& voices, const std::vector<double>& relative) {
    for (std::size_t i = 0; i < voices.size(); ++i)
        if (voices[i].name == "guitar") return i;
    return static_cast<std::size_t>(std::ranges::max_element(relative) - relative.begin());
}

void print_levels(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out) {
    std::map<std::string, std::map<std::string, std::vector<double>>> all, lead;
    std::map<std::string, int> counts;
    const auto rungs = ladder(learned);
    for (std::size_t s = 0; s < songs.size(); ++s) {
        const auto& song = songs[s];
        const auto authors_voices = voices_of_song(song, song.measures);
        if (authors_voices.size() < 2) continue;
        ++counts[song.set];
        const auto author = relative_lufs(authors_voices, Gains(authors_voices.size()));
        const auto leading = lead_of(authors_voices, author);
        std::map<std::string, Errors> sums;
        for (int draw = 0; draw < draws; ++draw) {
            const auto voices = voices_of_song(song, perturbed(song, s, draw));
            if (voices.size() != authors_voices.size()) continue;
            for (const auto& [name, rung] : rungs) {
                const auto found = errors_of(author, relative_lufs(voices, rung(s, voices)), leading);
                sums[name].all_lu += found.all_lu / draws;
                sums[name].lead_lu += found.lead_lu / draws;
            }
        }
        for (const auto& [name, sum] : sums) {
            all[song.set][name].push_back(sum.all_lu);
            lead[song.set][name].push_back(sum.lead_lu);
        }
    }
    out << "**Levels.** Relative-loudness error in LU, mean over voices and of the lead, after gains were perturbed by "
           "up "
           "to 9 dB and octaves by up to 6\n\n| |";
    for (const auto& [set, count] : counts) out << ' ' << set << ", " << count << " songs | " << set << ", lead |";
    out << "\n|---|";
    for (std::size_t i = 0; i < counts.size(); ++i) out << "---|---|";
    out << '\n';
    for (const auto& [name, rung] : rungs) {
        out << "| " << name << " |";
        for (const auto& [set, count] : counts)
            out << ' ' << cell(all[set][name]) << " | " << cell(lead[set][name]) << " |";
        out << '\n';
    }
    out << '\n';
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
    std::map<std::string, std::map<std::string, std::vector<double>>> kept;
    std::map<std::string, int> counts;
    for (std::size_t s = 0; s < songs.size(); ++s) {
        const auto voices = voices_of_song(songs[s], songs[s].measures);
        if (voices.size() < 2) continue;
        ++counts[songs[s].set];
        for (const auto& [name, rung] : ladder(learned))
            if (name.ends_with("gated"))
                kept[name][songs[s].set].push_back(largest_change(voices, rung(s, voices)) <= 1.0 ? 100.0 : 0.0);
    }
    out << "**Untouched mixes.** Share of the authors' own mixes of which no voice moves by more than 1 LU, %\n\n| |";
    for (const auto& [set, count] : counts) out << ' ' << set << " |";
    out << "\n|---|";
    for (std::size_t i = 0; i < counts.size(); ++i) out << "---|";
    out << '\n';
    for (const auto& [name, by_set] : kept) {
        out << "| " << name << " |";
        for (const auto& [set, count] : counts) out << ' ' << cell(by_set.at(set)) << " |";
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
        out << "| " << set << " | " << values.size() << " | " << cell(values) << " | " << cell(share[set]) << " | "
            << cell(deepest[set]) << " | " << *std::ranges::max_element(deepest[set]) << " |\n";
    out << '\n';
}

double pan_of(const Voice& voice) {
    return std::atan2(std::sqrt(voice.right_power), std::sqrt(voice.left_power)) * 4.0 / std::numbers::pi - 1.0;
}

void print_pans(std::span<const MixSong> songs, std::ostream& out) {
    std::map<std::string, std::vector<double>> centred, ruled, lean, loss;
    for (const auto& song : songs) {
        if (song.set == "frets") continue;  // two stereo stems: nothing to place
        const auto author = voices_of_song(song, song.measures);
        auto voices = author;
        for (auto& voice : voices) {
            voice.is_mono = true;
            voice.left_power = voice.right_power = 0.5 * (voice.left_power + voice.right_power);
        }
        const auto found = pan(voices, Gains(voices.size()));
        double centre_error = 0.0, rule_error = 0.0, left = 0.0, right = 0.0, mono = 0.0;
        for (std::size_t i = 0; i < voices.size(); ++i) {
            const auto count = static_cast<double>(voices.size());
            centre_error += std::abs(pan_of(author[i])) / count;
            rule_error += std::abs(std::abs(found.pans[i]) - std::abs(pan_of(author[i]))) / count;
            const auto gains = pan_gains(found.pans[i]);
            const double power = std::accumulate(voices[i].octaves.begin(), voices[i].octaves.end(), 0.0);
            left += 0.5 * power * gains[0] * gains[0];
            right += 0.5 * power * gains[1] * gains[1];
            mono += 0.25 * power * (gains[0] + gains[1]) * (gains[0] + gains[1]);
        }
        centred[song.set].push_back(centre_error);
        ruled[song.set].push_back(rule_error);
        lean[song.set].push_back(std::abs(left - right) / std::max(left + right, 1e-12));
        loss[song.set].push_back(power_to_db((left + right) / std::max(mono, 1e-12)));
    }
    out << "**Pan.** Error of |pan|, mono stems placed by the rules or left in the centre; what is left of the "
           "balance, "
           "|L - R| / (L + R); loss of the sum in mono, dB\n\n| | centre | rules | balance | mono loss "
           "|\n|---|---|---|---|---|\n";
    for (const auto& [set, values] : centred)
        out << "| " << set << " | " << cell(values) << " | " << cell(ruled[set]) << " | " << cell(lean[set]) << " | "
            << cell(loss[set]) << " |\n";
    out << '\n';
}

}  // namespace

void print_mix_ladder(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out) {
    print_levels(songs, learned, out);
    print_untouched(songs, learned, out);
    print_masking(songs, out);
    print_pans(songs, out);
}

}  // namespace burnish::training
