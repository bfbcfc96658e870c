#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/audio_stream.h"
#include "dsp/limiter_gain.h"
#include "dsp/soft_clipper.h"
#include "mastering/services.h"

namespace burnish {

/// What one pass through the limiter gave.
struct LevelPass {
    double integrated_lufs = 0.0;
    double reduction_p95_db = 0.0;  ///< 0 or above; of the frames that are not near silence
    double reduction_max_db = 0.0;
};

/// A programme as the limiter and the loudness meter see it, at a thirty-second of its rate: the largest true peak and
/// the K-weighted energy of every cell of 32 frames, or of fewer, so that no cell is longer than a millisecond.
///
/// A limiter's gain moves slowly against a cell, so what a pass would give can be told within some hundredths of a LU
/// for a hundredth of the cost. Cells are put aside like audio; beyond that an estimate needs half a megabyte for every
/// hour of it, for the gate.
class LevelModel {
public:
    /// Forgets what was there.
    [[nodiscard]] Status start(const MasterServices& services, double sample_rate_hz);
    /// The same for the peaks alone.
    [[nodiscard]] Status start_peaks(const MasterServices& services);
    /// Length of a cell at the rate it was started with.
    [[nodiscard]] int cell_frames() const noexcept { return cell_frames_; }
    /// Energy of the next cell; the last one may be of fewer frames.
    [[nodiscard]] Status add_energy(double energy) { return energies_.add(static_cast<float>(energy)); }
    /// Peaks of the next frames, linear.
    [[nodiscard]] Status add_peaks(std::span<const float> peaks);
    /// To be called after the last of either.
    [[nodiscard]] Status finish();

    /// What a pass with these settings would give, nearly.
    /// @param clipper  in front of the limiter; what it takes off is taken to be no loss of loudness
    [[nodiscard]] Result<LevelPass> estimate(const LimiterSettings& settings, const SoftClipper::Settings& clipper);

private:
    /// Numbers on their way into a scratch, which likes them in blocks.
    struct Column {
        std::unique_ptr<Scratch> scratch;
        std::vector<float> pending;

        [[nodiscard]] Status start(const MasterServices& services, double rate_hz);
        [[nodiscard]] Status add(float value);
        [[nodiscard]] Status flush();
    };

    double sample_rate_hz_ = 48000.0;
    int cell_frames_ = 32;
    Column energies_;
    Column peaks_;
    float cell_peak_ = 0.0F;
    int frames_in_cell_ = 0;
};

}  // namespace burnish
