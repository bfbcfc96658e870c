#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "io/output_format.h"
#include "mastering/patch.h"
#include "mastering/target.h"

namespace burnish {

/// `burnish master` as it was typed; what was not given is empty.
struct MasterFlags {
    std::vector<std::string> inputs;
    std::optional<std::string> output;
    std::array<std::optional<std::string>, target_params.size()> target;  ///< in the order of target_params
    std::optional<std::string> preset;
    std::optional<std::string> style;
    std::array<std::optional<std::string>, dimensions.size()> amounts;  ///< in the order of dimensions
    std::optional<std::string> bit_depth;
    std::optional<std::string> rate;
    std::optional<std::string> limiter;
    std::optional<std::string> predictor;
    std::vector<std::string> references;
    std::vector<std::string> sets;
    std::optional<std::string> settings;
    std::optional<std::string> save_settings;
    std::optional<std::string> report;
    std::optional<std::string> jobs;
    bool loop = false;
    bool json = false;
    bool dry_run = false;
    bool strict = false;
    bool force = false;
    bool quiet = false;
    bool verbose = false;
};

enum class Verbosity { quiet, normal, verbose };

/// Who proposes the treatment.
enum class PredictorKind { learned, rules, off };
struct PredictorName {
    std::string_view name;
    PredictorKind kind;
    std::string_view help;
};
inline constexpr auto predictor_names = std::to_array<PredictorName>({
    {"learned", PredictorKind::learned, "tone by a model learned from finished tracks, the rest by rules"},
    {"rules", PredictorKind::rules, "all by rules"},
    {"off", PredictorKind::off, "loudness and peak only"},
});

/// A file to sound like, and its weight beside others.
struct ReferenceFile {
    std::filesystem::path path;
    double weight = 1.0;
};

/// What `burnish master` is to do: every value read, in range, and free of contradictions.
struct MasterOptions {
    std::vector<std::filesystem::path> inputs;
    std::optional<std::filesystem::path> output;
    Target target;
    PredictorKind predictor = PredictorKind::learned;
    Patch patch;
    std::vector<ReferenceFile> references;          ///< take the place of the predictor
    bool as_loud_as_references = false;             ///< no loudness was asked for
    bool loop = false;                              ///< the file plays on at its loop's start
    std::vector<std::string> sets;                  ///< assignments of --set, for the summary
    std::optional<std::filesystem::path> settings;  ///< takes the place of the predictor
    std::optional<std::filesystem::path> save_settings;
    std::optional<std::filesystem::path> report;
    std::optional<BitDepth> depth;        ///< asked for; none: the usual one where there is a choice
    std::optional<BitDepth> usual_depth;  ///< none: the format's own
    double rate_hz = 0.0;                 ///< 0: the input's
    bool json = false;
    bool dry_run = false;
    bool strict = false;
    bool force = false;
    Verbosity verbosity = Verbosity::normal;
    int jobs = 1;
};

/// Words for intensities.
struct IntensityName {
    std::string_view name;
    double percent;
};
inline constexpr auto intensity_names = std::to_array<IntensityName>({{"low", 25.0}, {"medium", 50.0}, {"high", 75.0}});

/// All names of predictors.
[[nodiscard]] std::string predictor_names_text(std::string_view between);
/// The flag of a row of target_params: its name without the unit, "--loudness" for loudness_lufs.
[[nodiscard]] std::string flag_of(std::string_view target_param);
/// The unit of a row of target_params, as it stands for a value in the help: "LUFS".
[[nodiscard]] std::string unit_of(std::string_view target_param);

/// Checks values and combinations; reads the settings file, and no other.
[[nodiscard]] Result<MasterOptions> read_master_flags(const MasterFlags& flags);

/// Jobs at once: as given, or else all cores.
[[nodiscard]] Result<int> read_jobs(const std::optional<std::string>& typed);

}  // namespace burnish
