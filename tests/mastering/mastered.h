#pragma once

#include "mastering/master.h"

/// The engine from end to end, in memory.
namespace burnish::test {

struct Mastered {
    MasterReport report;
    AudioBuffer audio;
};

/// By rules, for 24 bits.
[[nodiscard]] MasterRequest request_for(double loudness_lufs, double ceiling_dbtp = -1.0);

/// Nothing but the limiter at a drive, as float.
[[nodiscard]] MasterRequest driven(double drive_db, const LimiterMode& mode);

/// Fails the test if there is no master. @param bits  the source's word length; 0 floating point
[[nodiscard]] Mastered run_master(const AudioBuffer& audio, const MasterRequest& request,
                                  double source_rate_hz = 44100.0, int bits = 0);

}  // namespace burnish::test
