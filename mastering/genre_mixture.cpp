#include "mastering/genre_mixture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "mastering/preset.h"

namespace burnish {

namespace {

constexpr std::size_t most_parts = 3;
constexpr double least_share = 0.1;

/// Genres of the corpus whose preset has another name.
struct OtherName {
    std::string_view genre, preset;
};
constexpr auto other_names = std::to_array<OtherName>({{"orchestral", "cinematic"}, {"world", "acoustic"}});

/// And what presets that are no genres of the corpus are nearest to.
constexpr auto genres_of_presets = std::to_array<OtherName>({{"orchestral", "cinematic"},
                                                             {"orchestral", "classical"},
                                                             {"folk", "acoustic"},
                                                             {"folk", "country"},
                                                             {"electronic", "house"},
                                                             {"electronic", "techno"},
                                                             {"electronic", "drum-and-bass"},
                                                             {"rock", "indie"},
                                                             {"rock", "punk"},
                                                             {"world", "latin"},
                                                             {"world", "afrobeat"},
                                                             {"world", "reggae"}});

struct Part {
    Target target;  ///< what the preset alone would ask for
    std::string name;
    double share = 0.0;
};

/// Their shares add up to 1. @param sum  what they added up to
std::vector<Part> parts_of(std::span<const GenreShare> genres, double& sum) {
    std::vector<Part> parts;
    sum = 0.0;
    for (const auto& genre : genres) {
        if (parts.size() == most_parts || (genre.share < least_share && !parts.empty())) break;
        const auto* other = std::ranges::find(other_names, genre.name, &OtherName::genre);
        const auto name = other != other_names.end() ? other->preset : std::string_view(genre.name);
        const auto files = embedded_genres();
        const auto file = std::ranges::find(files, name, &EmbeddedFile::name);
        if (file == files.end()) continue;
        const auto preset = read_preset(name, name, file->text);
        if (!preset) continue;
        Part part{{}, std::string(name), genre.share};
        apply_preset(*preset, part.target);
        parts.push_back(std::move(part));
        sum += genre.share;
    }
    for (auto& part : parts) part.share /= sum;
    return parts;
}

}  // namespace

std::string_view genre_of_preset(std::string_view preset) noexcept {
    const auto* other = std::ranges::find(genres_of_presets, preset, &OtherName::preset);
    return other != genres_of_presets.end() ? other->genre : preset;
}

Target with_mixture(const Target& target, std::span<const GenreShare> genres, GenreSource from) {
    double sum = 0.0;
    const auto parts = parts_of(genres, sum);
    if (parts.empty()) return target;
    Target mixed = target;
    mixed.preset_share = from == GenreSource::user ? 1.0 : std::min(1.0, sum);
    const TreatmentAim usual;
    for (const auto& param : treatment_aim_params) {
        double departure = 0.0;
        for (const auto& part : parts) departure += part.share * (part.target.aim.*param.member - usual.*param.member);
        mixed.aim.*param.member += departure;
    }
    const ChainSettings neutral;
    for_each_parameter([&](const auto& stage, const auto& param) {
        double departure = 0.0;
        for (const auto& part : parts)
            departure += part.share * ((part.target.character.*stage.settings).*param.member -
                                       (neutral.*stage.settings).*param.member);
        (mixed.character.*stage.settings).*param.member += departure;
    });
    mixed.preset = auto_preset;
    for (const auto& part : parts)
        mixed.preset += (&part == &parts.front() ? " (" : ", ") + part.name + " " +
                        std::to_string(std::lround(100.0 * mixed.preset_share * part.share)) + " %";
    mixed.preset += ")";
    return mixed;
}

}  // namespace burnish
