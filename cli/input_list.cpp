#include "cli/input_list.h"

#include <glob.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace burnish {

namespace {

namespace fs = std::filesystem;

constexpr auto all_sound_extensions =
    std::to_array<std::string_view>({".wav", ".wave", ".bwf", ".rf64", ".bw64", ".w64", ".aif", ".aiff", ".aifc",
                                     ".flac", ".ogg", ".oga", ".opus", ".mp3", ".mp2", ".caf", ".au", ".snd"});

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

Result<std::vector<TrackInput>> files_below(const fs::path& folder, const std::optional<fs::path>& output) {
    std::vector<TrackInput> found;
    std::error_code problem;
    std::error_code missing;
    for (fs::recursive_directory_iterator entry(folder, problem), end; !problem && entry != end;
         entry.increment(problem)) {
        const bool is_folder = entry->is_directory(missing);
        const bool is_output = is_folder && output && fs::equivalent(entry->path(), *output, missing);
        if (is_folder && (is_hidden(entry->path()) || is_output)) entry.disable_recursion_pending();
        if (!entry->is_regular_file(missing) || is_hidden(entry->path()) || !is_sound_file(entry->path())) continue;
        found.push_back({entry->path(), entry->path().parent_path().lexically_relative(folder)});
        if (found.back().folder == ".") found.back().folder.clear();
    }
    if (problem) return Error{ErrorCode::input, folder.string() + ": cannot be listed: " + problem.message()};
    if (found.empty()) return Error{ErrorCode::input, folder.string() + ": there is no sound file in it"};
    std::sort(found.begin(), found.end(), [](const TrackInput& a, const TrackInput& b) { return a.path < b.path; });
    return found;
}

Result<std::vector<TrackInput>> files_matching(const std::string& pattern) {
    std::vector<TrackInput> found;
    glob_t matches{};
    const bool has_matches = ::glob(pattern.c_str(), 0, nullptr, &matches) == 0;
    std::error_code missing;
    for (std::size_t i = 0; has_matches && i < matches.gl_pathc; ++i)
        if (!fs::is_directory(matches.gl_pathv[i], missing)) found.push_back({matches.gl_pathv[i]});
    ::globfree(&matches);
    if (found.empty()) return Error{ErrorCode::input, pattern + ": no file matches"};
    return found;
}

Result<std::vector<TrackInput>> files_for(const std::string& word, const std::optional<fs::path>& output) {
    std::error_code missing;
    if (fs::is_directory(word, missing)) return files_below(word, output);
    const bool is_pattern = word.find_first_of("*?[") != word.npos && !fs::exists(word, missing);
    if (is_pattern) return files_matching(word);
    return std::vector<TrackInput>{{word}};
}

}  // namespace

std::span<const std::string_view> sound_extensions() noexcept { return all_sound_extensions; }

bool is_sound_file(const fs::path& path) {
    auto extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto known = sound_extensions();
    return std::find(known.begin(), known.end(), extension) != known.end();
}

Result<std::vector<TrackInput>> find_inputs(const std::vector<std::string>& words,
                                            const std::optional<fs::path>& output) {
    std::vector<TrackInput> inputs;
    std::set<fs::path> known;
    for (const auto& word : words) {
        auto files = files_for(word, output);
        if (!files) return files.error();
        // A file that is named twice on its own is for the plan to complain about.
        const bool is_many = files->size() > 1;
        for (auto& file : *files)
            if (known.insert(file.path).second || !is_many) inputs.push_back(std::move(file));
    }
    return inputs;
}

Result<std::vector<std::string>> find_paths(const std::vector<std::string>& words) {
    std::vector<std::string> paths;
    for (const auto& word : words) {
        const auto found = find_inputs({word}, std::nullopt);
        if (!found) return found.error();
        for (const auto& input : *found) paths.push_back(input.path.string());
    }
    return paths;
}

}  // namespace burnish
