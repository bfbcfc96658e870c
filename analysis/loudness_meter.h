#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/audio_buffer.h"
#include "dsp/biquad.h"

namespace burnish {

/// The two sections of the K weighting, a high shelf and a high-pass, at any sample rate.
///
/// The standard lists coefficients for 48 kHz only; these are the analogue prototypes behind them, put through the
/// bilinear transform at the rate in hand. At 48 kHz they agree with the standard's to 1e-9.
/// Source: ITU-R BS.1770-5 annex 1; prototypes after Brecht De Man, "Evaluation of implementations of the EBU R128
/// loudness measurement", AES 145, 2018.
[[nodiscard]] std::array<BiquadCoefficients, 2> k_weighting(double sample_rate_hz) noexcept;

/// Two stereo frames of a K weighting's input, of its first section's output and of its second's; mono uses the first
/// lane.
struct KWeightingState {
    using Frame = std::array<double, max_channels>;
    Frame x1{}, x2{}, y1{}, y2{}, z1{}, z2{};
    Frame energy{};  ///< sum of the output's squares
};

/// What a LoudnessMeter keeps: the integrated loudness alone, or everything.
enum class LoudnessDetail { integrated, full };

/// Loudness of a stream of one or two channels.
///
/// Mean squares of the K-weighted channels, in steps of 10 ms. Momentary and short-term loudness look back 400 ms and
/// 3 s and are taken at every step; before the start lies silence. Gating blocks begin every 100 ms; one that the
/// stream does not fill is dropped, so that less than 400 ms has no integrated loudness. A mono stream is one
/// channel, as the standard has it: it reads 3.01 LU less than the same sound on two.
///
/// A level of nothing is silence_db. Results can be asked for at any time, and do not depend on the block size.
/// Memory: 80 bytes per second, for the first hour taken in `prepare`. Cost: two recursions per frame.
/// Source: ITU-R BS.1770-5 annex 1; EBU Tech 3341 and 3342 (2023).
class LoudnessMeter {
public:
    void prepare(double sample_rate_hz, int channels, LoudnessDetail detail = LoudnessDetail::full);
    void process(ConstAudioView in) noexcept;
    void reset() noexcept;

    /// K-weighted energy so far, the sum over frames and channels.
    [[nodiscard]] double energy() const noexcept;

    /// Of everything so far: mean power of the 400 ms blocks above -70 LUFS and above 10 LU below their mean.
    [[nodiscard]] double integrated_lufs() const noexcept;

    // Below here: LoudnessDetail::full only.
    [[nodiscard]] double momentary_lufs() const noexcept;
    [[nodiscard]] double short_term_lufs() const noexcept;
    [[nodiscard]] double max_momentary_lufs() const noexcept;
    [[nodiscard]] double max_short_term_lufs() const noexcept;
    /// 10th to 95th percentile of the short-term loudness above -70 LUFS and above 20 LU below its mean; 1.5 s of
    /// silence are taken to follow the stream. 0 for less than 3 s. Sorts a copy of the history.
    [[nodiscard]] double loudness_range_lu() const;
    /// K-weighted power of every 3 s that ended at a multiple of 100 ms, in order, the first one full; 10 per second.
    [[nodiscard]] std::span<const float> short_term_powers() const noexcept { return short_term_powers_; }

private:
    static constexpr int steps_per_second = 100;
    static constexpr int momentary_steps = 40;
    static constexpr int short_term_steps = 300;
    static constexpr int gate_steps = 10;  // from one gating block to the next

    void end_step() noexcept;
    [[nodiscard]] double recent_power(int steps) const noexcept;

    std::array<BiquadCoefficients, 2> sections_{};
    double sample_rate_hz_ = 48000.0;
    int channels_ = 0;
    LoudnessDetail detail_ = LoudnessDetail::full;

    KWeightingState state_;  // its energy is that of the present step
    std::int64_t frames_ = 0;
    std::int64_t step_ = 0;                                             // steps completed
    std::int64_t step_end_ = 0;                                         // frame where the present one ends
    std::array<double, std::size_t{2} * short_term_steps> energies_{};  // of the last steps, twice: a ring that can be
    double steps_energy_ = 0.0;                                         // of all completed steps
    int next_energy_ = 0;                                               // read in one piece
    double max_momentary_ = 0.0;
    double max_short_term_ = 0.0;
    std::vector<float> block_powers_;  // of the gating blocks
    std::vector<float> short_term_powers_;
};

/// Integrated loudness from the K-weighted powers of gating blocks; silence_db if none is above -70 LUFS.
[[nodiscard]] double gated_loudness_lufs(std::span<const float> block_powers) noexcept;

/// Loudness of a K-weighted mean square summed over channels; silence_db for nothing.
[[nodiscard]] double power_to_lufs(double power) noexcept;

}  // namespace burnish
