#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/track_analysis.h"

namespace burnish {

/// Onsets and tempo from the levels of the Bark bands, frame by frame.
///
/// The onset strength of a frame is how much the bands have risen over the last two frames, in dB on average, falls
/// not counted, with a floor 50 dB below the recent level of the whole. An onset is a frame that is the strongest
/// within 3 frames to both sides and exceeds the median of the last second by 1.2 dB. Tempo is the strongest period of
/// the onset strength between 40 and 220 per minute: autocorrelation over windows of 512 frames, weighted with a
/// preference for 128 (one octave wide), sharpened at multiples of the period.
/// Source: Dixon, "Onset detection revisited", DAFx 2006; Ellis, "Beat tracking by dynamic programming", JNMR 36, 2007.
class RhythmTracker {
public:
    static constexpr int bands = static_cast<int>(bark_bands_hz.size());

    void prepare(double frames_per_second);
    /// Power of every Bark band.
    void add_frame(std::span<const float> power);
    /// Lets the last frames decide; to be called once, after the last frame.
    void finish();

    [[nodiscard]] std::int64_t onsets() const noexcept { return onsets_; }
    /// Mean rise of a band's level, falls counted as 0, per second.
    [[nodiscard]] double flux_db_per_s() const noexcept;
    /// 0 if no period stands out, or for less than 4 s.
    [[nodiscard]] double tempo_bpm() const;

private:
    static constexpr int lag = 2;
    static constexpr int peak_reach = 3;
    static constexpr int window = 512;
    static constexpr int max_period = 288;

    void add_strength(float strength);
    void correlate(std::span<const float> strengths);

    double frames_per_second_ = 43.0;
    std::array<std::array<float, bands>, lag> past_db_{};  // unclipped levels, one and two frames back
    double recent_level_db_ = 0.0;
    double rise_db_ = 0.0;  // summed over frames, mean over bands
    std::int64_t frames_ = 0;

    std::vector<float> recent_;  // onset strengths of the last second, for the median, then of the next 3 frames
    std::vector<float> sorted_;
    std::int64_t onsets_ = 0;

    std::vector<float> envelope_;      // onset strengths of the present window
    std::vector<double> correlation_;  // summed over windows, by period in frames
    int windows_ = 0;
};

}  // namespace burnish
