#pragma once

#include <string>

#include "cli/console.h"
#include "cli/master_job.h"

namespace burnish {

/// What was found, what was done and why, what came out. With -v also every measurement, before and after.
[[nodiscard]] std::string summary_text(const MasterJob& job, const MasterOutcome& outcome, const TextStyle& style);

/// What a master was made of and what came of it, without the sound it was made from and the file it went to.
[[nodiscard]] std::string master_text(const MasterOutcome& outcome, const MasterOptions& options,
                                      const TextStyle& style);

/// The same in one line, for one of several files.
[[nodiscard]] std::string summary_line(const MasterJob& job, const MasterOutcome& outcome, const TextStyle& style);

/// Every number of a treatment and its reason, a line each; empty without any.
[[nodiscard]] std::string decisions_text(const std::vector<Decision>& decisions, const TextStyle& style);

/// "3:42, stereo, 44.1 kHz, 24-bit integer WAV"
[[nodiscard]] std::string source_text(const StreamInfo& info, const AudioFormat& format);

}  // namespace burnish
