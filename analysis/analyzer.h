#pragma once

#include "analysis/level_analyzer.h"
#include "analysis/spectrum_analyzer.h"
#include "analysis/track_analysis.h"
#include "core/audio_buffer.h"
#include "core/audio_stream.h"

namespace burnish {

/// Measures a track in one pass, block by block.
///
/// Its two halves know nothing of each other: a LevelAnalyzer and a SpectrumAnalyzer fed with the same audio, on two
/// threads if need be, fill the same TrackAnalysis. The numbers do not depend on the block size. Memory stays below
/// 10 MB plus 0.4 MB per hour.
class Analyzer {
public:
    void prepare(const StreamInfo& info);
    void process(ConstAudioView in);
    /// To be called once, after the last block; `prepare` starts over.
    [[nodiscard]] TrackAnalysis finish();

private:
    LevelAnalyzer levels_;
    SpectrumAnalyzer spectrum_;
};

/// Measures a whole buffer. @param bits_per_sample  of the file it came from; 0 if it was not integer PCM
[[nodiscard]] TrackAnalysis analyze(ConstAudioView audio, double sample_rate_hz, int bits_per_sample = 0);

}  // namespace burnish
