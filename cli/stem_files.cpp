#include "cli/stem_files.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "cli/text_file.h"
#include "io/metadata.h"
#include "mastering/patch.h"
#include "mixing/session.h"

namespace burnish {

namespace {

namespace fs = std::filesystem;

// What is taken for a stem in a folder; a file that is named may have any name.
constexpr auto audio_extensions =
    std::to_array<std::string_view>({".wav", ".wave", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".flac",
                                     ".ogg", ".oga", ".opus", ".mp3", ".caf", ".au"});
// Stamps further apart than this are of other takes, not of other places in the song.
constexpr double farthest_start_s = 3600.0;

struct FileWish {
    fs::path path;
    std::optional<double> start_s;
    StemWish wish;
};

std::string extension_of(const fs::path& path) {
    auto extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
    return extension;
}

Status add_folder(const fs::path& folder, std::vector<FileWish>& wishes) {
    std::error_code problem;
    std::vector<fs::path> found;
    for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end; entry.increment(problem)) {
        const auto& path = entry->path();
        const bool is_audio = std::ranges::find(audio_extensions, extension_of(path)) != audio_extensions.end();
        const bool is_hidden = path.filename().string().starts_with('.');
        if (is_audio && !is_hidden) found.push_back(path);
    }
    if (problem) return Error{ErrorCode::input, folder.string() + ": cannot be read: " + problem.message()};
    if (found.empty()) return Error{ErrorCode::input, folder.string() + ": there is no sound file in it"};
    std::ranges::sort(found);
    for (auto& path : found) wishes.push_back({std::move(path), std::nullopt, {}});
    return success();
}

Status add_session(const fs::path& file, std::vector<FileWish>& wishes) {
    const auto text = read_text(file, ErrorCode::input);
    if (!text) return text.error();
    const auto session = read_session(file.string(), *text);
    if (!session) return session.error();
    for (const auto& stem : *session) wishes.push_back({file.parent_path() / stem.file, stem.start_s, stem.wish});
    return success();
}

Result<std::vector<FileWish>> list_files(const std::vector<fs::path>& inputs) {
    std::vector<FileWish> wishes;
    for (const auto& input : inputs) {
        std::error_code ignored;
        Status status = success();
        if (fs::is_directory(input, ignored))
            status = add_folder(input, wishes);
        else if (extension_of(input) == ".json")
            status = add_session(input, wishes);
        else if (!fs::exists(input, ignored))
            status = Error{ErrorCode::input, input.string() + ": no such file or folder"};
        else
            wishes.push_back({input, std::nullopt, {}});
        if (!status) return status.error();
    }
    if (wishes.size() < 2 || wishes.size() > most_stems)
        return Error{ErrorCode::input, std::to_string(wishes.size()) + " stem" + (wishes.size() == 1 ? "" : "s") +
                                           " found, 2 to " + std::to_string(most_stems) + " can be mixed"};
    return wishes;
}

/// The same sound at the same place is a slip, not a wish: it would be 6 dB louder.
Status refuse_repeats(const std::vector<FileWish>& wishes) {
    for (auto wish = wishes.begin(); wish != wishes.end(); ++wish)
        for (auto before = wishes.begin(); before != wish; ++before)
            if (before->start_s == wish->start_s && same_file(before->path, wish->path))
                return Error{ErrorCode::input, wish->path.string() + ": is there twice"};
    return success();
}

/// Names that no two stems share: the file's, with its extension, its folder or a number where that is needed.
std::vector<std::string> names_of(const std::vector<FileWish>& wishes) {
    std::vector<std::string> names;
    const auto count = [&](const auto& name_of, const fs::path& path) {
        return std::ranges::count_if(wishes,
                                     [&](const FileWish& other) { return name_of(other.path) == name_of(path); });
    };
    const auto plain = [](const fs::path& path) { return path.stem().string(); };
    const auto extended = [](const fs::path& path) { return path.filename().string(); };
    for (const auto& wish : wishes) {
        if (count(plain, wish.path) == 1)
            names.push_back(plain(wish.path));
        else if (count(extended, wish.path) == 1)
            names.push_back(extended(wish.path));
        else
            names.push_back(wish.path.string());
        const auto again = std::ranges::count(names, names.back());
        if (again > 1) names.back() += " " + std::to_string(again);
    }
    return names;
}

/// Starts by the time stamps of broadcast files, the earliest at 0. A stem without one starts with the earliest.
void place_by_stamps(const std::vector<FileWish>& wishes, const std::vector<std::optional<double>>& stamps_s,
                     StemFiles& opened) {
    double first = 1e18, last = -1.0;
    for (const auto& stamp : stamps_s)
        if (stamp) first = std::min(first, *stamp), last = std::max(last, *stamp);
    const bool is_usable = last - first <= farthest_start_s;
    if (last > first && !is_usable)
        opened.warnings.push_back("the time stamps lie " + number_text(std::round(last - first)) +
                                  " s apart and are not used: all stems start together");
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        if (wishes[i].start_s)
            opened.stems[i].start_s = *wishes[i].start_s;
        else if (is_usable && stamps_s[i])
            opened.stems[i].start_s = *stamps_s[i] - first;
        else if (is_usable && last > first)
            opened.warnings.push_back(opened.stems[i].name + " has no time stamp: it starts with the earliest stem");
    }
}

Status take_roles(const std::map<std::string, Role>& chosen, StemFiles& opened) {
    for (const auto& [name, role] : chosen) {
        bool is_known = false;
        std::vector<std::string_view> known;
        for (std::size_t i = 0; i < opened.stems.size(); ++i) {
            auto& stem = opened.stems[i];
            known.push_back(stem.name);
            if (stem.name != name && opened.paths[i].filename() != name) continue;
            stem.wish.role = role;
            is_known = true;
        }
        if (!is_known)
            return Error{ErrorCode::usage, "--roles: no stem is called \"" + name + "\"" + did_you_mean(name, known)};
    }
    return success();
}

}  // namespace

Result<StemFiles> open_stems(const std::vector<fs::path>& inputs, const std::map<std::string, Role>& chosen) {
    const auto wishes = list_files(inputs);
    if (!wishes) return wishes.error();
    if (auto status = refuse_repeats(*wishes); !status) return status.error();
    const auto names = names_of(*wishes);
    StemFiles opened;
    std::vector<std::optional<double>> stamps_s;
    for (std::size_t i = 0; i < wishes->size(); ++i) {
        const auto& wish = (*wishes)[i];
        auto file = open_audio(wish.path);
        if (!file) return file.error();
        for (const auto& warning : (*file)->warnings())
            opened.warnings.push_back(warning.starts_with(wish.path.string()) ? warning
                                                                              : wish.path.string() + ": " + warning);
        const auto metadata = read_metadata(wish.path);
        if (!metadata) return metadata.error();
        const auto& bext = metadata->broadcast;
        stamps_s.push_back(
            bext ? std::optional(static_cast<double>(bext->time_reference_frames) / (*file)->info().sample_rate_hz)
                 : std::nullopt);
        opened.paths.push_back(wish.path);
        opened.files.push_back(*std::move(file));
        opened.stems.push_back({names[i], opened.files.back().get(), 0.0, wish.wish});
    }
    place_by_stamps(*wishes, stamps_s, opened);
    if (auto status = take_roles(chosen, opened); !status) return status.error();
    return opened;
}

}  // namespace burnish
