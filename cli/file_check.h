#pragma once

#include <string>
#include <vector>

#include "cli/master_job.h"
#include "io/audio_file.h"
#include "mastering/delivery_check.h"
#include "mastering/playback.h"

namespace burnish {

/// What a file is to be checked for.
struct CheckTask {
    std::vector<DeliveryTarget> targets;
    std::vector<DeliveryTarget> simulations;
    bool has_dialogue = true;
};

/// What services make of a file: one forecast for each of their modes.
struct Simulation {
    std::string target;
    std::vector<PlaybackForecast> forecasts;
};

struct FileCheck {
    std::optional<Error> error;  ///< why there is nothing else
    StreamInfo info;
    AudioFormat format;
    std::vector<std::string> warnings;
    TrackAnalysis analysis;
    std::vector<CheckReport> reports;
    std::vector<Simulation> simulations;
};

/// What is known of an open file besides its sound.
[[nodiscard]] Result<FileFacts> facts_of(const AudioFile& file);

/// Measures a file and judges it. Never throws.
[[nodiscard]] FileCheck check_file(const std::string& path, const CheckTask& task, bool concurrent,
                                   const JobProgress& progress) noexcept;

}  // namespace burnish
