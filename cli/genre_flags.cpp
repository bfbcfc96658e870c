#include "cli/genre_flags.h"

#include <algorithm>
#include <functional>

#include "cli/flag_values.h"
#include "cli/preset_files.h"
#include "mastering/genre_mixture.h"
#include "mastering/learned_predictor.h"

namespace burnish {

namespace {

/// The model's name for what was typed: a genre of its own, or the one that a preset stands for.
std::string genre_named(const std::string& typed, const std::vector<std::string>& known) {
    if (std::ranges::find(known, typed) != known.end()) return typed;
    const auto alias = std::ranges::find(preset_aliases, typed, &PresetAlias::typed);
    return std::string(genre_of_preset(alias != preset_aliases.end() ? alias->name : typed));
}

Result<GenreShare> read_genre(const std::string& typed, const std::vector<std::string>& known) {
    const auto colon = typed.find(':');
    GenreShare genre{genre_named(typed.substr(0, colon), known), 1.0};
    if (colon != typed.npos) {
        const auto weight = read_weight("--genre", typed.substr(colon + 1), "genres");
        if (!weight) return weight.error();
        genre.share = *weight;
    }
    if (std::ranges::find(known, genre.name) != known.end()) return genre;
    std::string names;
    for (const auto& each : known) names += (names.empty() ? "" : ", ") + each;
    return usage("--genre: \"" + typed.substr(0, colon) + "\" found, one of " + names +
                 " expected, or a preset that stands for one of them");
}

}  // namespace

Status read_genres(const std::vector<std::string>& typed, MasterOptions& options) {
    if (typed.empty()) return success();
    if (options.predictor != PredictorKind::learned)
        return usage("--genre and --predictor contradict each other: only the learned predictor goes by genres");
    const auto known = options.model ? genre_names(*options.model) : genre_names();
    if (!known) return success();
    auto& genres = options.target.genres;
    double sum = 0.0;
    for (const auto& each : typed) {
        const auto genre = read_genre(each, *known);
        if (!genre) return genre.error();
        sum += genre->share;
        const auto same = std::ranges::find(genres, genre->name, &GenreShare::name);
        if (same != genres.end())
            same->share += genre->share;
        else
            genres.push_back(*genre);
    }
    for (auto& genre : genres) genre.share /= sum;
    std::ranges::stable_sort(genres, std::ranges::greater{}, &GenreShare::share);
    return success();
}

}  // namespace burnish
