#pragma once

#include <filesystem>
#include <span>

#include "cli/mix_options.h"
#include "cli/stem_files.h"

namespace burnish {

/// mix.wav and "wide" make mix.wide.wav; the mix itself keeps its name.
[[nodiscard]] std::filesystem::path variant_path(const std::filesystem::path& path, const MixVariant& variant);

/// The folder of a mix's stems: the one named, or for a variant one in it.
[[nodiscard]] std::filesystem::path variant_folder(const std::filesystem::path& folder, const MixVariant& variant);

/// Whatever would stop a mix from being written, its stems, settings and report included, as far as it can be known
/// before the work: what exists already, what is a stem, what is named twice.
[[nodiscard]] Status check_written(const MixOptions& options, std::span<const MixVariant> variants,
                                   const StemFiles& stems);

}  // namespace burnish
