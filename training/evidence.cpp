#include "training/evidence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "training/formatted.h"
#include "training/rendered_faults.h"

namespace burnish::training {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// What is taken off rendered faults of 3 and 6 dB, and in brackets the share of the former that are made worse.
std::string help_text(const std::array<LadderCell, 2>& cells) {
    return formatted("%.1f, %.1f %% (%.0f %%)", 100.0 * cells[0].reduction, 100.0 * cells[1].reduction,
                     100.0 * cells[0].harm_rate);
}

/// What is left with a group of features left out, and with no other group than it.
std::string ablations(std::string_view head_name, std::span<const Example> known, const Lesson& lesson,
                      const FaultFit& whole) {
    const auto& head = head_named(head_name);
    const auto trust = trusts_of(lesson);
    const bool has_faults = head_name != "dynamics";  // that are rendered
    const auto cells = [&](const FaultFit& fit) {
        return formatted(" | %.3f | ", fit.left_over) +
               (has_faults ? help_text(rendered_faults(head, fit, trust, known)) : std::string("–"));
    };
    const auto with = [&](const std::map<std::string, double>& weights) {
        FaultFitOptions options;
        options.shape.group_weights = weights;
        options.ridge = whole.ridge;
        return cells(fit_faults(head, known, lesson.table, options));
    };
    std::string text = "| group of features, for " + std::string(head_name) +
                       " | what it counts | rms left without it, dB | help | with it alone | help |\n"
                       "|---|---|---|---|---|---|\n| none left out; nothing but the mean | " +
                       cells(whole) + formatted(" | %.3f | |\n", whole.mean_only);
    for (const auto& group : feature_schema().groups) {
        if (std::ranges::find(head.blind_groups, group.name) != head.blind_groups.end()) continue;
        auto without = whole.group_weights;
        without[group.name] = 0.0;
        std::map<std::string, double> alone;
        for (const auto& each : feature_schema().groups) alone[each.name] = each.name == group.name ? 1.0 : 0.0;
        text +=
            formatted("| %s (%d numbers) | %.2f", group.name.c_str(), group.count, whole.group_weights.at(group.name)) +
            with(without) + with(alone) + " |\n";
    }
    return text + "\n";
}

/// Fits to more and more artists, each size drawn several times, judged by the same tracks: an eighth of the artists,
/// who are in every draw, each track without its own artist. Then what is left if artists are known, and of masters
/// around the mean of their album.
std::string learning_curve(std::span<const Example> known, const Lesson& lesson) {
    constexpr int parts = 8;
    constexpr int draws = 4;
    constexpr std::array sizes{1, 2, 4, 8};  // of these parts
    constexpr std::array heads{"tone", "width", "dynamics"};
    constexpr std::size_t with_faults = 2;  // that are rendered
    const std::array whole{&lesson.tone, &lesson.width, &lesson.dynamics};
    const auto artist = numbered(known, &TrackRow::artist);
    const int artists = *std::ranges::max_element(artist) + 1;
    std::string text =
        "The artists that are left out of a size change from draw to draw: mean, and the least and the most of "
        "them. Help: what is taken off 3 and 6 dB that were rendered into the same tracks, half of them each.\n\n"
        "| artists | tone, rms that is left on the same tracks, dB | help at 3 dB, % | at 6 dB | width, rms | help at "
        "3 "
        "dB | at 6 dB | dynamics, rms |\n|---|---|---|---|---|---|---|---|\n";
    for (const int size : sizes) {
        std::array<std::vector<double>, heads.size()> left;
        std::array<std::array<std::vector<double>, 2>, with_faults> help;
        std::size_t chosen_artists = 0;
        for (int draw = 0; draw < (size == 1 || size == parts ? 1 : draws); ++draw) {
            // Every eighth artist, for the list is in the order of packages, and so many of the other eighths.
            std::array<int, parts - 1> others{};
            std::iota(others.begin(), others.end(), 1);
            Random random(60 + static_cast<std::uint64_t>(10 * size + draw));
            for (std::size_t i = others.size(); i > 1; --i) std::swap(others[i - 1], others[random.bits() % i]);
            const auto in_draw = [&](int eighth) {
                return eighth == 0 ||
                       std::find(others.begin(), others.begin() + size - 1, eighth) != others.begin() + size - 1;
            };
            std::vector<Example> some;
            std::vector<Index> judged;
            std::set<int> chosen;
            for (std::size_t i = 0; i < known.size(); ++i) {
                const int eighth = artist[i] % parts;
                if (!in_draw(eighth)) continue;
                if (eighth == 0) judged.push_back(static_cast<Index>(some.size()));
                some.push_back(known[i]);
                chosen.insert(artist[i]);
            }
            if (some.size() < 10) break;  // too few for a fit
            const auto table = feature_table(some);
            chosen_artists = chosen.size();
            for (std::size_t h = 0; h < heads.size(); ++h) {
                FaultFitOptions options;
                options.shape.group_weights = whole[h]->group_weights;
                options.ridge = whole[h]->ridge;
                const auto fit = fit_faults(head_named(heads[h]), some, table, options);
                double sum = 0.0;
                double count = 0.0;
                for (const Index i : judged) {
                    const auto heard = fit.measured[static_cast<std::size_t>(i)].heard.cast<double>();
                    sum += (fit.excess.row(i).transpose().array().square() * heard).sum();
                    count += heard.sum();
                }
                left[h].push_back(std::sqrt(sum / std::max(1.0, count)));
                if (h >= with_faults) continue;
                const std::vector<double> trust(static_cast<std::size_t>(fit.excess.rows()), 1.0);
                const auto is_judged = [&](std::size_t i) {
                    return std::ranges::count(judged, static_cast<Index>(i)) > 0;
                };
                const auto cells = rendered_faults(head_named(heads[h]), fit, trust, some, {true, is_judged});
                for (std::size_t size_at = 0; size_at < 2; ++size_at)
                    help[h][size_at].push_back(100.0 * cells[size_at].reduction);
            }
        }
        if (left[0].empty()) continue;
        text += formatted("| %zu of %d", chosen_artists, artists);
        const auto mean_and_range = [](const std::vector<double>& values, int decimals) {
            return formatted(" | %.*f (%.*f to %.*f)", decimals,
                             std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()),
                             decimals, *std::ranges::min_element(values), decimals, *std::ranges::max_element(values));
        };
        for (std::size_t h = 0; h < heads.size(); ++h) {
            text += mean_and_range(left[h], 3);
            if (h < with_faults)
                for (const auto& of_size : help[h]) text += mean_and_range(of_size, 1);
        }
        text += " |\n";
    }
    return text + "\n";
}

/// How much of what is left the artist and the album would tell.
std::string context_text(std::span<const Example> known, const Lesson& lesson) {
    const auto& head = head_named("tone");
    FaultFitOptions options;
    options.shape.group_weights = lesson.tone.group_weights;
    options.ridge = lesson.tone.ridge;
    options.group.resize(known.size());
    std::iota(options.group.begin(), options.group.end(), 0);
    const auto artist_known = fit_faults(head, known, lesson.table, options);
    const auto album = numbered_albums(known);
    std::map<int, std::vector<std::size_t>> albums;
    for (std::size_t i = 0; i < known.size(); ++i) albums[album[i]].push_back(i);
    double sum = 0.0;
    double count = 0.0;
    for (const auto& [number, tracks] : albums) {
        if (tracks.size() < 2) continue;
        for (const std::size_t i : tracks) {
            const auto& measured = lesson.tone.measured[i];
            VectorXd others = VectorXd::Zero(measured.values.size());
            for (const std::size_t other : tracks)
                if (other != i) others += lesson.tone.measured[other].values / static_cast<double>(tracks.size() - 1);
            const auto heard = measured.heard.cast<double>();
            sum += ((measured.values - others).array().square() * heard).sum();
            count += heard.sum();
        }
    }
    return formatted(
        "If an artist's other tracks are learned from, %.2f dB of tone are left in place of %.2f. The mean of the "
        "other "
        "tracks of its album, with no features at all, misses a master by %.2f dB.\n\n",
        artist_known.left_over, lesson.tone.left_over, std::sqrt(sum / std::max(1.0, count)));
}

/// What is left of the tone of the tracks of one genre by a fit to some tracks of all genres. @param tracks  of them
std::optional<double> left_by_mixture(std::span<const Example> known, const std::string& genre, std::size_t tracks,
                                      std::uint64_t draw, const FaultFitOptions& options) {
    std::vector<std::size_t> order(known.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random random(80 + draw);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.bits() % i]);
    order.resize(tracks);
    std::ranges::sort(order);
    std::vector<Example> some;
    some.reserve(order.size());
    for (const std::size_t i : order) some.push_back(known[i]);
    const auto fit = fit_faults(head_named("tone"), some, feature_table(some), options);
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t i = 0; i < some.size(); ++i) {
        if (some[i].row.genre != genre) continue;
        const auto heard = fit.measured[i].heard.cast<double>();
        sum += (fit.excess.row(static_cast<Index>(i)).transpose().array().square() * heard).sum();
        count += heard.sum();
    }
    if (count == 0.0) return std::nullopt;
    return std::sqrt(sum / count);
}

/// Whether music of one kind is told better by music of that kind alone: the three genres with the most tracks.
std::string genre_text(std::span<const Example> known, const Lesson& lesson) {
    constexpr std::size_t most = 3;
    const auto& head = head_named("tone");
    std::map<std::string, std::vector<std::size_t>> genres;
    for (std::size_t i = 0; i < known.size(); ++i) genres[known[i].row.genre].push_back(i);
    std::vector<std::pair<std::string, std::vector<std::size_t>>> largest(genres.begin(), genres.end());
    std::ranges::stable_sort(largest, std::ranges::greater{}, [](const auto& genre) { return genre.second.size(); });
    std::string text =
        "Whether less variety would help: tracks of one genre, by what was learned of all tracks, of that genre alone, "
        "and of as many of all genres (four draws, and those of the genre among them judged: mean, and the least and "
        "the most); and their spread around its mean.\n\n| genre | tracks | by all, rms that is left, dB | by that "
        "genre alone | by as many of all | around its mean |\n|---|---|---|---|---|---|\n";
    for (std::size_t g = 0; g < std::min(most, largest.size()); ++g) {
        const auto& [name, tracks] = largest[g];
        if (tracks.size() < 10) break;
        std::vector<Example> some;
        double sum = 0.0;
        double count = 1e-9;
        for (const std::size_t i : tracks) {
            some.push_back(known[i]);
            const auto heard = lesson.tone.measured[i].heard.cast<double>();
            sum += (lesson.tone.excess.row(static_cast<Index>(i)).transpose().array().square() * heard).sum();
            count += heard.sum();
        }
        FaultFitOptions options;
        options.shape.group_weights = lesson.tone.group_weights;
        options.ridge = lesson.tone.ridge;
        const auto fit = fit_faults(head, some, feature_table(some), options);
        std::vector<double> mixed;
        for (std::uint64_t draw = 0; draw < 4; ++draw)
            if (const auto left = left_by_mixture(known, name, tracks.size(), draw, options)) mixed.push_back(*left);
        if (mixed.empty()) mixed.push_back(std::numeric_limits<double>::quiet_NaN());
        text += formatted("| %s | %zu | %.2f | %.2f | %.2f (%.2f to %.2f) | %.2f |\n", name.c_str(), tracks.size(),
                          std::sqrt(sum / count), fit.left_over,
                          std::accumulate(mixed.begin(), mixed.end(), 0.0) / static_cast<double>(mixed.size()),
                          *std::ranges::min_element(mixed), *std::ranges::max_element(mixed), fit.mean_only);
    }
    return text + "\n";
}

}  // namespace

std::string evidence_chapters(const Lesson& lesson, std::span<const Example> known,
                              const std::function<void(const std::string&)>& tell) {
    tell("ablations");
    std::string text = "## What each kind of feature buys\n\n" + ablations("tone", known, lesson, lesson.tone) +
                       ablations("width", known, lesson, lesson.width) +
                       ablations("dynamics", known, lesson, lesson.dynamics);
    tell("learning curve");
    text += "## What more music would buy\n\n" + learning_curve(known, lesson) + context_text(known, lesson);
    return text + genre_text(known, lesson);
}

}  // namespace burnish::training
