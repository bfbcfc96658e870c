#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mastering/prediction.h"
#include "training/audio_rungs.h"
#include "training/corpus.h"

namespace burnish::training {

/// A fault that is rendered into every track, and the master of which is compared with the track as it was.
struct Trial {
    Fault fault;
    double size_db;
    bool tone_rungs = false;     ///< its tone is set in every other way too
    bool width_rungs = false;    ///< its width is
    bool other_masters = false;  ///< it is mastered in every other way too
    bool only_shown = false;     ///< a size or a kind that is there to be seen beside the others; no bar counts it
};
inline constexpr auto trials = std::to_array<Trial>({
    {.fault = Fault::none, .size_db = 0.0, .tone_rungs = true, .width_rungs = true, .other_masters = true},
    {.fault = Fault::smooth, .size_db = 1.0, .tone_rungs = true, .only_shown = true},
    {.fault = Fault::smooth, .size_db = 2.0, .tone_rungs = true, .only_shown = true},
    {.fault = Fault::smooth, .size_db = 3.0, .tone_rungs = true, .other_masters = true},
    {.fault = Fault::smooth, .size_db = 4.0, .tone_rungs = true, .only_shown = true},
    {.fault = Fault::smooth, .size_db = 6.0, .tone_rungs = true, .other_masters = true},
    {.fault = Fault::equalizer, .size_db = 3.0, .tone_rungs = true},
    {.fault = Fault::equalizer, .size_db = 6.0, .tone_rungs = true},
    {.fault = Fault::width, .size_db = 6.0, .width_rungs = true, .other_masters = true},
    {.fault = Fault::transients, .size_db = 6.0, .other_masters = true},
    {.fault = Fault::tilt, .size_db = 3.0, .only_shown = true},
    {.fault = Fault::tilt, .size_db = 6.0, .tone_rungs = true, .only_shown = true},
    {.fault = Fault::hiss, .size_db = 55.0, .only_shown = true},
    {.fault = Fault::codec, .size_db = 64.0, .only_shown = true},
    {.fault = Fault::squashed, .size_db = 12.0, .only_shown = true},
    {.fault = Fault::width, .size_db = 3.0, .width_rungs = true, .only_shown = true},
});
/// Whether it is gone through by the ways to set a head.
[[nodiscard]] bool with_rungs(const Trial& trial, std::string_view head) noexcept;
/// "smooth curve, 3 dB".
[[nodiscard]] std::string trial_name(const Trial& trial);

/// Distances of a version of a track from the track as it was; not a number: it was not made.
struct Distances {
    double tone_db = std::numeric_limits<double>::quiet_NaN();
    double width_db = tone_db, plr_db = tone_db, spread_db = tone_db, loudness_lu = tone_db;
};

/// How one track went through one trial.
struct Outcome {
    static constexpr std::size_t most_rungs = 40, most_masters = 10;
    /// What a master comes to, and, of an untouched track, how far it moves when it is mastered once more.
    struct Master {
        Distances after, again;
    };
    Distances before;
    Master shipped;
    std::array<Master, most_masters> others{};
    double simulated_db = 0.0;  ///< of the tone: what the settings should have done, from what they did
    double treatment_share = 1.0;
    double side_regions = 0.0;                 ///< of the image, that have one in the track as it was
    std::array<double, most_rungs> rung_db{};  ///< distances that the ways to set a head leave in it
};
using Outcomes = std::vector<std::optional<Outcome>>;  ///< per example; none: it could not be read

/// Every trial of every example, on `jobs` threads; the result is the same for any number of them. What `kept` has is
/// taken from there: its name should tell program and model. Of every so-many-th example (`others_every`) masters are
/// made in every other way, too. Cost: 17 masters of a track and 190 renders of its tone or
/// width, and 60 masters more in every other way.
[[nodiscard]] std::array<Outcomes, trials.size()> run_trials(
    std::span<const Example> examples, const std::filesystem::path& corpus, const std::filesystem::path& kept,
    const Predictor& learned, std::span<const AudioRung> rungs, std::span<const OtherMaster> others, int others_every,
    int jobs, const std::function<void(const std::string&)>& tell);

}  // namespace burnish::training
