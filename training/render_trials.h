#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mastering/prediction.h"
#include "training/audio_rungs.h"
#include "training/corpus.h"

namespace burnish::training {

/// A fault that is rendered into every track, and the master of which is compared with the track as it was.
struct Trial {
    Fault fault;
    double size_db;
    bool with_rungs;  ///< its tone is set in every other way too
};
inline constexpr auto trials = std::to_array<Trial>({{Fault::none, 0.0, true},
                                                     {Fault::smooth, 1.0, true},
                                                     {Fault::smooth, 2.0, true},
                                                     {Fault::smooth, 3.0, true},
                                                     {Fault::smooth, 4.0, true},
                                                     {Fault::smooth, 6.0, true},
                                                     {Fault::equalizer, 3.0, true},
                                                     {Fault::equalizer, 6.0, true},
                                                     {Fault::width, 6.0, false},
                                                     {Fault::transients, 6.0, false}});
/// "smooth curve, 3 dB".
[[nodiscard]] std::string trial_name(const Trial& trial);

/// Distances of a version of a track from the track as it was; not a number: it was not made.
struct Distances {
    double tone_db = std::numeric_limits<double>::quiet_NaN();
    double width_db = tone_db, plr_db = tone_db, spread_db = tone_db, loudness_lu = tone_db;
};

/// How one track went through one trial.
struct Outcome {
    static constexpr std::size_t most_rungs = 16;
    Distances before, after;
    Distances again;            ///< the master mastered once more, from the master
    double simulated_db = 0.0;  ///< of the tone: what the settings should have done, from what they did
    double treatment_share = 1.0;
    double side_regions = 0.0;                      ///< of the image, that have one in the track as it was
    std::array<double, most_rungs> rung_tone_db{};  ///< distances that the ways to set it leave
};
using Outcomes = std::vector<std::optional<Outcome>>;  ///< per example; none: it could not be read

/// Every trial of every example, on `jobs` threads; the result is the same for any number of them. What `kept` has is
/// taken from there: its name should tell program and model. Cost: 11 masters and 100 renders of a track.
[[nodiscard]] std::array<Outcomes, trials.size()> run_trials(std::span<const Example> examples,
                                                             const std::filesystem::path& corpus,
                                                             const std::filesystem::path& kept,
                                                             const Predictor& learned, std::span<const AudioRung> rungs,
                                                             int jobs,
                                                             const std::function<void(const std::string&)>& tell);

}  // namespace burnish::training
