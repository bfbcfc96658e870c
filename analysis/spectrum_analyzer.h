#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/band_levels.h"
#include "analysis/band_sums.h"
#include "analysis/hum_detector.h"
#include "analysis/image_analyzer.h"
#include "analysis/partial_analyzer.h"
#include "analysis/percussion_separator.h"
#include "analysis/resonance_finder.h"
#include "analysis/rhythm_tracker.h"
#include "analysis/texture_analyzer.h"
#include "analysis/track_analysis.h"
#include "core/audio_buffer.h"
#include "core/audio_stream.h"
#include "dsp/fft.h"

namespace burnish {

/// The other half of an Analyzer: everything that is read off the spectrum.
///
/// Spectra of mid and side, 93 ms long (4096 frames at 44.1 kHz) and a quarter of that apart, Hann-windowed. Onsets and
/// percussion look at every frame; the curves at the mean of 400 ms, and only where a spectrum lies wholly inside the
/// track. A track shorter than one spectrum gets one around its middle. For AnalysisScope::master, spectra lie side by
/// side and there are the curves only.
class SpectrumAnalyzer {
public:
    void prepare(const StreamInfo& info, AnalysisScope scope = AnalysisScope::track);
    void process(ConstAudioView in);
    /// Writes its numbers into `analysis`, and leaves those of the LevelAnalyzer alone. To be called once.
    void finish(TrackAnalysis& analysis);

private:
    static constexpr int hops_per_frame = 4;

    void end_hop(bool complete);
    /// What moves, frame by frame. @param new_mid  the last hop
    void follow(std::span<const float> new_mid);
    void describe_movement(TrackAnalysis& analysis, std::int64_t frames);
    void transform(std::span<const float> mid, std::span<const float> side, float gain);
    void add_to_block();
    void add_short_track(int frames);
    void end_block();
    void describe_tone(TrackAnalysis& analysis) const;

    StreamInfo info_;
    AnalysisScope scope_ = AnalysisScope::track;
    int size_ = 0;
    int hop_ = 0;
    double bin_hz_ = 0.0;
    int spectra_per_block_ = 0;
    std::vector<RealFft> fft_;   // one, once prepared
    std::vector<float> window_;  // such that the bins of a spectrum add up to the mean square
    AlignedVector<float> time_;
    AlignedVector<std::complex<float>> mid_spectrum_, side_spectrum_;

    // The last `size_` frames before `end_`, and room for some hops more.
    std::vector<float> mid_, side_;
    int end_ = 0;
    int filled_ = 0;  // of the present hop
    std::int64_t hops_ = 0;
    int silent_side_hops_ = 0;

    AlignedVector<float> power_;                                   // mid and side together, of one spectrum
    AlignedVector<float> block_mid_, block_side_, block_product_;  // summed over the present block, then its mean
    AlignedVector<float> block_power_;                             // mid and side together
    int block_spectra_ = 0;
    std::int64_t spectra_ = 0;       // of all blocks
    std::vector<double> long_term_;  // mid and side together, summed over those

    BandLevels levels_;
    BandSums bark_sums_;
    RhythmTracker rhythm_;
    PercussionSeparator percussion_;
    PartialAnalyzer partials_;
    ResonanceFinder resonances_;
    HumDetector hum_;
    TextureAnalyzer texture_;
    ImageAnalyzer image_;
};

}  // namespace burnish
