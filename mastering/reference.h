#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analysis/track_analysis.h"
#include "core/audio_stream.h"
#include "mastering/prediction.h"
#include "mastering/reference_report.h"

namespace burnish {

/// What there is to match of a track: the whole, and its loudest passages, which can be compared.
struct ReferenceSound {
    TrackAnalysis whole;
    TrackAnalysis passages;
};

/// A finished track that a master is to sound like.
struct Reference {
    std::string name;
    double weight = 1.0;  ///< beside other references
    ReferenceSound sound;
};

/// Those of one master, shared by all who make it.
using References = std::shared_ptr<const std::vector<Reference>>;

/// "hit.flac", or "2 references".
[[nodiscard]] std::string names_of(std::span<const Reference> references);

/// A proposal after references: settings, reasons, and the loudness that goes with them.
struct ReferenceMatch {
    Prediction prediction;
    ReferenceReport report;
};

/// Lowers a ceiling, to -12 dBTP at the least, so that peaks stand no higher over the loudness than the references' do.
void hold_peaks(const ReferenceReport& reference, Target& target);

/// Measures a track to be matched. Reads it three times.
[[nodiscard]] Result<ReferenceSound> measure_reference(AudioSource& source, bool concurrent,
                                                       const std::function<bool(double)>& tick);

/// Matches tone, dynamics and width of references, on the loudest passages of each; on the whole where track and
/// references go through the same (they are as long, and their loudest passages stand as far over the whole).
///
/// ToneMatcher draws the tone between third-octave spectra, three knots the side; bands compress while their loud
/// moments stand out more than theirs, the bus compressor what peaks have beyond 3 dB over theirs. What is still
/// missing after rendering is added, three times. Several references count as the mean of their levels in dB.
/// Caps: 6 dB (aim.tone_cap_db) for the tone, 4 dB at 20 Hz and 20 kHz, 6 dB for the side; nothing is raised where one
/// of the two is empty. The amounts of the target's dimensions scale the outcome; at 0 a dimension is left alone.
/// @param track       the source's analysis
/// @param references  at least one
[[nodiscard]] Result<ReferenceMatch> match_references(AudioSource& source, const TrackAnalysis& track,
                                                      std::span<const Reference> references, const Target& target,
                                                      bool concurrent, const std::function<bool(double)>& tick);

}  // namespace burnish
