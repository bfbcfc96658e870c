#pragma once

#include <span>

#include "core/audio_stream.h"
#include "core/progress.h"
#include "core/result.h"
#include "mastering/patch.h"
#include "mastering/prediction.h"
#include "mastering/reference.h"
#include "mastering/report.h"
#include "mastering/services.h"
#include "mastering/target.h"

namespace burnish {

struct MasterRequest {
    Target target;
    Patch patch;                              ///< numbers that nobody may change
    Predictor predictor;                      ///< proposes the rest
    std::span<const Reference> references{};  ///< if there are any, they take the predictor's place
    bool as_loud_as_references = false;       ///< they take the place of the target's loudness too
    double delivery_rate_hz = 0.0;            ///< 0: the source's
    int delivery_bits = 24;                   ///< word length to dither to; 0 keeps floating point
    bool concurrent = true;                   ///< use a second thread; the result is the same
};

/// Makes a master: analyze, predict, render, solve the loudness, write, and measure what was written.
///
/// Streams: memory does not grow with the length of the track. The source is read two to four times.
/// @param delivery  where the master goes; none for a dry run, which does all but write
/// @return          the report; an error if the source or the delivery fails, or `progress` says no
[[nodiscard]] Result<MasterReport> master(AudioSource& source, const MasterRequest& asked,
                                          const MasterServices& services, Delivery* delivery, const Progress& progress);

/// Measures a source from its start to its end. A texture that is left out reads as that of an empty track.
[[nodiscard]] Result<TrackAnalysis> analyze_source(AudioSource& source, bool concurrent,
                                                   const std::function<bool(double)>& tick,
                                                   Texture texture = Texture::measured);

}  // namespace burnish
