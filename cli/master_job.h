#pragma once

#include <functional>
#include <span>

#include "cli/master_outcome.h"
#include "cli/master_plan.h"
#include "cli/progress_bar.h"
#include "core/audio_stream.h"

namespace burnish {

/// Makes the masters of one input and the files around them. It is opened, measured and judged once. A master that
/// fails or is stopped leaves no file behind, and the next one is made all the same. Never throws.
/// @param jobs       of one input
/// @param progress   for a job of these
/// @param outcomes   one for each job
void run_jobs(std::span<const MasterJob> jobs, bool concurrent,
              const std::function<JobProgress(std::size_t job)>& progress, std::span<MasterOutcome> outcomes) noexcept;

/// The same for a sound that is in no file; `job.input` is a name for it in messages.
[[nodiscard]] MasterOutcome run_sound_job(AudioSource& sound, const MasterJob& job, const MasterOptions& options,
                                          bool concurrent, const JobProgress& progress) noexcept;

}  // namespace burnish
