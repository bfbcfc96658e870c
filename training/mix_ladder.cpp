#include "training/mix_ladder.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
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
constexpr const char* every_set = "all";

using Gains = std::vector<double>;
/// What a rung makes of the voices of a song: levels, and cuts if it has any.
struct Found {
    Gains gains_db;
    std::vector<OctaveLevels> cuts_db{};
};
/// @param song    its index @param author  its voices as the author has them; for the oracle alone
using Rung = std::function<Found(std::size_t song, const std::vector<Voice>& author, const std::vector<Voice>& voices)>;

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
        drawn.reserve(by_song.size());
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

Rung to_equal(const std::function<double(const Voice&)>& level_db) {
    return [level_db](std::size_t, const std::vector<Voice>&, const std::vector<Voice>& voices) {
        Found found;
        for (const auto& voice : voices) found.gains_db.push_back(-level_db(voice));
        return found;
    };
}

/// The gains that bring the sum of the voices nearest to the author's, cell by cell and octave by octave, each octave
/// by its own strength: non-negative least squares on powers, by coordinate descent. What no mixer knows.
Found oracle(std::size_t, const std::vector<Voice>& author, const std::vector<Voice>& voices) {
    const auto count = static_cast<Eigen::Index>(voices.size());
    std::size_t cells = 0;
    for (const auto& voice : author) cells = std::max(cells, voice.cells.octaves.size());
    Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(count, count);
    Eigen::VectorXd right = Eigen::VectorXd::Zero(count);
    const auto power = [](const Voice& voice, std::size_t cell, std::size_t octave) {
        return cell < voice.cells.octaves.size() ? double{voice.cells.octaves[cell][octave]} : 0.0;
    };
    for (std::size_t f = 0; f < octave_count; ++f) {
        Eigen::MatrixXd columns(static_cast<Eigen::Index>(cells), count);
        Eigen::VectorXd wanted = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(cells));
        for (std::size_t n = 0; n < cells; ++n)
            for (std::size_t i = 0; i < voices.size(); ++i) {
                columns(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(i)) = power(voices[i], n, f);
                wanted(static_cast<Eigen::Index>(n)) += power(author[i], n, f);
            }
        const double scale = wanted.squaredNorm();
        if (scale <= 0.0) continue;
        normal += columns.transpose() * columns / scale;
        right += columns.transpose() * wanted / scale;
    }
    Eigen::VectorXd gains = Eigen::VectorXd::Ones(count);
    for (int pass = 0; pass < 200; ++pass)
        for (Eigen::Index i = 0; i < count; ++i) {
            if (normal(i, i) <= 0.0) continue;
            const double rest = right(i) - normal.row(i).dot(gains) + normal(i, i) * gains(i);
            gains(i) = std::max(1e-6, rest / normal(i, i));
        }
    Found found;
    for (Eigen::Index i = 0; i < count; ++i) found.gains_db.push_back(power_to_db(gains(i)));
    return found;
}

/// A rung whose cuts against masking are done, too.
Rung with_cuts(Rung rung) {
    return
        [rung = std::move(rung)](std::size_t song, const std::vector<Voice>& author, const std::vector<Voice>& voices) {
            auto found = rung(song, author, voices);
            const auto cuts = unmask(voices, found.gains_db);
            for (std::size_t i = 0; i < voices.size(); ++i) {
                found.gains_db[i] += cuts.makeup_db[i];
                found.cuts_db.push_back(octave_gains_db(cuts.eq[i]));
            }
            return found;
        };
}

std::vector<std::pair<std::string, Rung>> ladder(const HeldOut& learned) {
    const auto by = [](auto expect, BalanceMode mode) {
        return [=](std::size_t song, const std::vector<Voice>&, const std::vector<Voice>& voices) {
            return Found{balance(voices, expect(song, voices), mode).gains_db};
        };
    };
    const auto rules = [](std::size_t, const std::vector<Voice>& voices) { return expected_by_rules(voices); };
    const auto model = [&learned](std::size_t song, const std::vector<Voice>& voices) {
        return expected_by_model(voices, learned.balance[song]);
    };
    return {
        {"as perturbed", [](std::size_t, const std::vector<Voice>&,
                            const std::vector<Voice>& voices) { return Found{Gains(voices.size())}; }},
        {"equal peak",
         to_equal([](const Voice& voice) { return gain_to_db(*std::ranges::max_element(voice.cells.peak)); })},
        {"equal RMS", to_equal(octaves_db)},
        {"equal LUFS", to_equal([](const Voice& voice) { return voice.lufs; })},
        {"role rules", by(rules, BalanceMode::rules)},
        {"role rules + masking EQ", with_cuts(by(rules, BalanceMode::rules))},
        {"role rules, gated", by(rules, BalanceMode::automatic)},
        {"learned", by(model, BalanceMode::rules)},
        {"learned, gated", by(model, BalanceMode::automatic)},
        {"learned, gated + masking EQ", with_cuts(by(model, BalanceMode::automatic))},
        {"oracle least squares", oracle},
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
    const auto rungs = ladder(learned);
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
            for (const auto& by_song : table[set][name]) out << ' ' << cell(by_song) << " |";
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
    std::map<std::string, std::map<std::string, std::vector<double>>> kept;
    std::map<std::string, int> counts;
    for (std::size_t s = 0; s < songs.size(); ++s) {
        const auto voices = voices_of_song(songs[s], songs[s].measures);
        if (voices.size() < 2) continue;
        for (const auto& set : {songs[s].set, std::string(every_set)}) ++counts[set];
        for (const auto& [name, rung] : ladder(learned)) {
            if (!name.ends_with("gated")) continue;
            const double is_kept = largest_change(voices, rung(s, voices, voices).gains_db) <= 1.0 ? 100.0 : 0.0;
            for (const auto& set : {songs[s].set, std::string(every_set)}) kept[name][set].push_back(is_kept);
        }
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

/// How voices are set that have no place of their own: by their distances from the centre, or none at all.
using PanRung = std::function<std::vector<double>(std::size_t song, const std::vector<Voice>&)>;

constexpr auto pan_columns =
    std::to_array<std::string_view>({"error of |pan|", "width", "author's width", "balance", "mono loss, dB"});
using PanRow = std::array<double, pan_columns.size()>;

PanRow judged_pans(const std::vector<Voice>& author, const std::vector<double>& pans) {
    PanRow row{};
    double left = 0.0, right = 0.0, mono = 0.0, whole = 0.0;
    for (std::size_t i = 0; i < author.size(); ++i) {
        row[0] += std::abs(std::abs(pans[i]) - pan_distance(author[i])) / static_cast<double>(author.size());
        const auto gains = pan_gains(pans[i]);
        const double power = std::accumulate(author[i].octaves.begin(), author[i].octaves.end(), 0.0);
        whole += power;
        row[1] += power * std::abs(pans[i]);
        row[2] += power * pan_distance(author[i]);
        left += 0.5 * power * gains[0] * gains[0];
        right += 0.5 * power * gains[1] * gains[1];
        mono += 0.25 * power * (gains[0] + gains[1]) * (gains[0] + gains[1]);
    }
    row[1] /= std::max(whole, 1e-12);
    row[2] /= std::max(whole, 1e-12);
    row[3] = std::abs(left - right) / std::max(left + right, 1e-12);
    row[4] = power_to_db((left + right) / std::max(mono, 1e-12));
    return row;
}

void print_pans(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out) {
    const std::array<std::pair<std::string_view, PanRung>, 3> rungs{{
        {"centre", [](std::size_t, const std::vector<Voice>& voices) { return std::vector<double>(voices.size()); }},
        {"rules", [](std::size_t, const std::vector<Voice>& voices) { return widths_by_rules(voices); }},
        {"learned",
         [&](std::size_t s, const std::vector<Voice>& voices) { return widths_by_model(voices, learned.pan[s]); }},
    }};
    std::map<std::string, std::array<std::array<std::vector<double>, pan_columns.size()>, rungs.size()>> table;
    for (std::size_t s = 0; s < songs.size(); ++s) {
        if (songs[s].set == "frets") continue;  // two stereo stems: nothing to place
        const auto author = voices_of_song(songs[s], songs[s].measures);
        auto voices = author;
        for (auto& voice : voices) {
            voice.is_mono = true;
            voice.left_power = voice.right_power = 0.5 * (voice.left_power + voice.right_power);
        }
        for (std::size_t r = 0; r < rungs.size(); ++r) {
            const auto row = judged_pans(author, pan(voices, Gains(voices.size()), rungs[r].second(s, voices)).pans);
            for (std::size_t c = 0; c < pan_columns.size(); ++c) table[songs[s].set][r][c].push_back(row[c]);
        }
    }
    out << "**Pan.** Voices taken for mono and placed anew at the author's levels: error of the distance from the "
           "centre "
           "(0 to 1); that\ndistance on the whole, voices by their power, and the author's; what is left of the "
           "balance, "
           "|L - R| / (L + R); loss of the sum\nin mono.\n\n";
    for (const auto& [set, rows] : table) {
        out << "| " << set << " |";
        for (const auto column : pan_columns) out << ' ' << column << " |";
        out << "\n|---|---|---|---|---|---|\n";
        for (std::size_t r = 0; r < rungs.size(); ++r) {
            out << "| " << rungs[r].first << " |";
            for (const auto& by_song : rows[r]) out << ' ' << cell(by_song) << " |";
            out << '\n';
        }
        out << '\n';
    }
}

}  // namespace

void print_mix_ladder(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out) {
    print_levels(songs, learned, out);
    print_untouched(songs, learned, out);
    print_masking(songs, out);
    print_pans(songs, learned, out);
}

}  // namespace burnish::training
