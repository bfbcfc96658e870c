#include "cli/mix_paths.h"

#include <algorithm>

#include "cli/mix_files.h"
#include "cli/text_file.h"

namespace burnish {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> written_files(const MixOptions& options, std::span<const MixVariant> variants) {
    std::vector<fs::path> paths;
    for (const auto& variant : variants)
        for (const auto* path : {&options.shared.output, &options.save_settings, &options.report})
            if (*path && !(options.shared.dry_run && path == &options.shared.output))
                paths.push_back(variant_path(**path, variant));
    return paths;
}

/// What would stop stems from being written, as far as it can be known before the work.
Status check_stems_out(const MixOptions& options, std::span<const MixVariant> variants, const StemFiles& stems) {
    std::error_code ignored;
    for (const auto& variant : variants) {
        const auto folder = variant_folder(*options.stems_out, variant);
        if (!fs::exists(folder, ignored)) continue;
        if (!fs::is_directory(folder, ignored))
            return Error{ErrorCode::output, folder.string() + ": is no directory, stems need one"};
        for (const auto& stem : stems.stems) {
            if (stem.wish.mute) continue;
            const auto path = stem_path(folder, stem.name);
            if (auto status = may_be_written(path, options.shared.force); !status) return status;
        }
    }
    return success();
}

}  // namespace

std::filesystem::path variant_path(const fs::path& path, const MixVariant& variant) {
    if (variant.name == mix_variants[0].name) return path;
    auto name = path.stem();
    name += "." + std::string(variant.name);
    name += path.extension();
    return path.parent_path() / name;
}

std::filesystem::path variant_folder(const fs::path& folder, const MixVariant& variant) {
    return variant.name == mix_variants[0].name ? folder : folder / std::string(variant.name);
}

Status check_written(const MixOptions& options, std::span<const MixVariant> variants, const StemFiles& stems) {
    std::vector<fs::path> sounds;
    if (options.shared.output) sounds.push_back(fs::absolute(*options.shared.output).parent_path());
    if (options.stems_out) sounds.push_back(fs::absolute(*options.stems_out / "").parent_path());
    for (const auto& input : options.shared.inputs)
        for (const auto& folder : sounds)
            if (fs::is_directory(input.path) && same_file(input.path, folder))
                return Error{ErrorCode::usage, input.path.string() +
                                                   ": what is written there would be among the stems; name " +
                                                   "another place for it"};
    const auto paths = written_files(options, variants);
    for (auto path = paths.begin(); path != paths.end(); ++path) {
        for (const auto& input : stems.paths)
            if (same_file(*path, input))
                return Error{ErrorCode::usage, path->string() + ": cannot be a stem and an output at once"};
        for (const auto& reference : options.shared.references)
            if (same_file(*path, reference.path))
                return Error{ErrorCode::usage, path->string() + ": cannot be a reference and an output at once"};
        if (std::find(paths.begin(), path, *path) != path)
            return Error{ErrorCode::usage, path->string() + ": two outputs at once; give each a name of its own"};
        if (auto status = may_be_written(*path, options.shared.force); !status) return status;
    }
    return options.stems_out ? check_stems_out(options, variants, stems) : success();
}

}  // namespace burnish
