#pragma once

#include <cstdint>
#include <vector>

#include "analysis/band_dynamics.h"
#include "analysis/clip_detector.h"
#include "analysis/loudness_meter.h"
#include "analysis/sample_statistics.h"
#include "analysis/track_analysis.h"
#include "core/audio_buffer.h"
#include "core/audio_stream.h"
#include "dsp/true_peak.h"

namespace burnish {

/// One half of an Analyzer: loudness, peaks, dynamics, stereo balance and the faults that show in the samples.
class LevelAnalyzer {
public:
    void prepare(const StreamInfo& info, AnalysisScope scope = AnalysisScope::track);
    void process(ConstAudioView in);
    /// Writes its numbers into `analysis`, and leaves those of the SpectrumAnalyzer alone. To be called once.
    void finish(TrackAnalysis& analysis);

private:
    static constexpr int chunks_per_second = 100;
    static constexpr int chunks_per_dynamics_block = 5;
    static constexpr int chunks_per_peak = 10;  // as often as the meter notes the short-term loudness

    static constexpr int peaks_per_window = 30;

    void measure(ConstAudioView chunk);
    void find_peaks(ConstAudioView chunk);
    void describe_peaks(TrackAnalysis& analysis) const;

    StreamInfo info_;
    AnalysisScope scope_ = AnalysisScope::track;
    LoudnessMeter loudness_;
    TruePeakDetector true_peaks_;
    SampleStatistics samples_;
    ClipDetector clips_;
    BandDynamics dynamics_;

    // The audio is measured in chunks of 10 ms, so that it does not matter how it comes in.
    AudioBuffer chunk_;
    int filled_ = 0;
    int chunk_frames_ = 0;     // of the present chunk
    std::int64_t chunks_ = 0;  // completed
    std::int64_t chunk_start_ = 0;

    std::vector<float> frame_peaks_;
    float peak_ = 0.0F;         // of the present 100 ms
    float floor_ = 0.0F;        // below it, true peaks need not be exact
    std::vector<float> peaks_;  // true peak of every 100 ms
};

}  // namespace burnish
