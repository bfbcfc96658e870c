#pragma once

#include <optional>

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

/// What is known of a track before anything is done to it. Whoever makes several masters of one track studies it once.
struct Study {
    TrackAnalysis analysis;
    Prediction prediction;
    std::optional<ReferenceReport> reference{};  ///< if the prediction is a match of references
};

/// What to aim at other than the target, so that it is met after something that moves it, a lossy codec say.
struct AimOffset {
    double loudness_lu = 0.0;
    double ceiling_db = 0.0;
};

struct MasterRequest {
    Target target;
    Patch patch;                                     ///< numbers that nobody may change
    Predictor predictor;                             ///< proposes the rest
    References references{};                         ///< if there are any, they take the predictor's place
    double delivery_rate_hz = 0.0;                   ///< 0: the source's
    int delivery_bits = 24;                          ///< word length to dither to; 0 keeps floating point
    bool concurrent = true;                          ///< use a second thread; the result is the same
    AnalysisScope verified = AnalysisScope::master;  ///< what is measured of the written file
    const TrackAnalysis* analysis = nullptr;  ///< of the source, if it has been measured before; outlives the work
    const Study* study = nullptr;             ///< of this source by this predictor, if there is one already
    AimOffset offset{};
    bool source_is_mix = false;  ///< a sum of stems, made here: warnings about it say what to look at
};

/// Measures a track, if that has not been done, and proposes what to do to it.
/// @param tick  called with the share that is done; false cancels
[[nodiscard]] Result<Study> study_track(AudioSource& source, const MasterRequest& request,
                                        const std::function<bool(double)>& tick);

/// Makes a master: analyze, predict, render, solve the loudness, write, and measure what was written.
///
/// Streams: memory does not grow with the length of the track. The source is read two to four times.
/// @param delivery  where the master goes; none for a dry run, which does all but write
/// @return          the report; an error if the source or the delivery fails, or `progress` says no
[[nodiscard]] Result<MasterReport> master(AudioSource& source, const MasterRequest& request,
                                          const MasterServices& services, Delivery* delivery, const Progress& progress);

/// Measures a source from its start to its end. What the scope leaves out reads as that of an empty track.
[[nodiscard]] Result<TrackAnalysis> analyze_source(AudioSource& source, bool concurrent,
                                                   const std::function<bool(double)>& tick,
                                                   AnalysisScope scope = AnalysisScope::track);

}  // namespace burnish
