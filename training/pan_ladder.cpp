#include "training/pan_ladder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <string>

#include "core/decibels.h"
#include "mixing/mix_settings.h"
#include "mixing/panning.h"
#include "training/interval.h"

namespace burnish::training {

namespace {

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

}  // namespace

void print_pan_ladder(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out) {
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
            const auto row =
                judged_pans(author, pan(voices, std::vector<double>(voices.size()), rungs[r].second(s, voices)).pans);
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
            for (const auto& by_song : rows[r]) out << ' ' << interval_text(by_song) << " |";
            out << '\n';
        }
        out << '\n';
    }
}

}  // namespace burnish::training
