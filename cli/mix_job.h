#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/master_job.h"
#include "cli/mix_options.h"
#include "cli/stem_files.h"
#include "mixing/mix_referee.h"

namespace burnish {

/// One mix and how it came out.
struct MixOutcome {
    MixVariant variant = mix_variants[0];
    std::filesystem::path output;  ///< empty in a dry run
    MixPlan plan;                  ///< of a replay: the settings alone
    double duration_s = 0.0;       ///< with its reverberation
    double integrated_lufs = silence_db;
    double true_peak_dbtp = silence_db;
    std::string encoding;                         ///< of the output, in words; empty in a dry run
    std::optional<MasterOutcome> master;          ///< with --master
    std::optional<MixReferenceReport> reference;  ///< with references that the mix has followed
    std::string reopened;                         ///< why the mix was made anew; empty if it was not
    std::vector<std::string> stem_files;
};

/// A session and what became of it.
struct MixJobOutcome {
    std::vector<MixOutcome> mixes;  ///< the mix itself, then its variants
    double duration_s = 0.0;        ///< of the stems
    double sample_rate_hz = 0.0;
    bool replayed = false;
    double elapsed_s = 0.0;
    std::vector<std::string> warnings;
};

/// What levels are expected; a model that cannot be used is no reason to stop: the rules take its place, with a
/// warning.
[[nodiscard]] BalancePredictor balance_predictor(PredictorKind kind, std::vector<std::string>& warnings);
/// The same for distances from the centre.
[[nodiscard]] WidthPredictor width_predictor(PredictorKind kind, std::vector<std::string>& warnings);

/// The settings of a file in the order of the stems; every stem has to be in it, and no other.
[[nodiscard]] Result<MixSettings> read_settings_for(const std::filesystem::path& file, const std::vector<Stem>& stems);

/// Opens, measures, decides, mixes, masters if asked to, and writes. Every file appears whole or not at all.
[[nodiscard]] Result<MixJobOutcome> run_mix_job(const MixOptions& options, const JobProgress& progress);

}  // namespace burnish
