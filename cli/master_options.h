#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/input_list.h"
#include "cli/reference_files.h"
#include "core/result.h"
#include "io/codec.h"
#include "io/metadata.h"
#include "io/output_format.h"
#include "mastering/delivery_target.h"
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
    std::vector<std::string> genres;
    std::array<std::optional<std::string>, dimensions.size()> amounts;  ///< in the order of dimensions
    std::optional<std::string> bit_depth;
    std::optional<std::string> rate;
    std::optional<std::string> limiter;
    std::optional<std::string> predictor;
    std::vector<std::string> references;
    std::vector<std::string> sets;
    std::vector<std::string> deliveries;
    std::optional<std::string> dialogue;
    std::vector<std::string> codecs;
    std::optional<std::string> bitrate;
    std::optional<std::string> title;
    std::optional<std::string> artist;
    std::optional<std::string> album;
    std::optional<std::string> isrc;
    std::vector<std::string> tags;
    std::optional<std::string> manifest;
    std::optional<std::string> settings;
    std::optional<std::string> save_settings;
    std::optional<std::string> report;
    std::optional<std::string> jobs;
    bool replaygain = false;
    bool skip_existing = false;
    bool json = false;
    bool json_lines = false;
    bool dry_run = false;
    bool trim = false;
    bool loop = false;
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
    {"learned", PredictorKind::learned, "by a model learned from finished tracks, what it does not know by rules"},
    {"rules", PredictorKind::rules, "all by rules"},
    {"off", PredictorKind::off, "loudness and peak only"},
});
/// A file in place of such a name is a model to predict by.
inline constexpr std::string_view model_extension = ".safetensors";

/// What `burnish master` is to do: every value read, in range, and free of contradictions.
struct MasterOptions {
    std::vector<TrackInput> inputs;
    std::optional<std::filesystem::path> output;
    Target target;
    std::optional<DeliveryTarget> delivery;  ///< where the master goes
    bool has_siblings = false;               ///< the same inputs are mastered for other deliveries too
    std::vector<std::string> notes;          ///< what the target changed of what the user might expect
    std::vector<Codec> codecs;               ///< that must not make it clip
    std::vector<Tag> tags;                   ///< to be set in place of the input's
    bool replaygain = false;
    PredictorKind predictor = PredictorKind::learned;
    std::optional<std::filesystem::path> model;  ///< in place of the built-in one
    Patch patch;
    std::vector<ReferenceFile> references;          ///< take the place of the predictor
    std::vector<std::string> sets;                  ///< assignments of --set, for the summary
    std::optional<std::filesystem::path> settings;  ///< takes the place of the predictor
    std::optional<std::filesystem::path> save_settings;
    std::optional<std::filesystem::path> report;
    std::optional<BitDepth> depth;        ///< asked for; none: the usual one where there is a choice
    std::optional<BitDepth> usual_depth;  ///< none: the format's own
    double rate_hz = 0.0;                 ///< 0: the usual one (see output_spec)
    int channels = 0;                     ///< 0: the input's
    int bitrate_kbps = 0;                 ///< of a lossy file; 0: near the codec's top
    bool skip_existing = false;
    bool json_lines = false;
    bool json = false;
    bool dry_run = false;
    bool trim = false;  ///< without the silence at both ends of the input
    bool loop = false;  ///< the file plays on at its loop's start
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

/// Takes --predictor as it was typed.
[[nodiscard]] Status read_predictor(const std::optional<std::string>& typed, MasterOptions& options);
/// All names of predictors.
[[nodiscard]] std::string predictor_names_text(std::string_view between);
/// The flag of a row of target_params: its name without the unit, "--loudness" for loudness_lufs.
[[nodiscard]] std::string flag_of(std::string_view target_param);
/// The unit of a row of target_params, as it stands for a value in the help: "LUFS".
[[nodiscard]] std::string unit_of(std::string_view target_param);

/// Checks values and combinations; reads the settings file and looks into folders. Of several deliveries, the last.
[[nodiscard]] Result<MasterOptions> read_master_flags(const MasterFlags& flags);
/// The same for each delivery; one master if there is none.
[[nodiscard]] Result<std::vector<MasterOptions>> read_deliveries(const MasterFlags& flags);

/// A whole number of Hz that files may have. @param of  whose rate it is, as the message says it
[[nodiscard]] Result<double> read_rate_hz(const std::string& typed, std::string_view of);

/// Jobs at once: as given, or else all cores.
[[nodiscard]] Result<int> read_jobs(const std::optional<std::string>& typed);

}  // namespace burnish
