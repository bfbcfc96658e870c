#pragma once

#include "dsp/limiter_gain.h"
#include "dsp/soft_clipper.h"
#include "mastering/peak_envelope.h"
#include "mastering/scratch_column.h"

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
    /// Length of its cells.
    [[nodiscard]] static int cell_frames(double sample_rate_hz) noexcept;

    /// Forgets what was there.
    [[nodiscard]] Status start(const MasterServices& services, double sample_rate_hz);
    /// Energy of the next cell; the last one may be of fewer frames.
    [[nodiscard]] Status add_energy(double energy) { return energies_.add(static_cast<float>(energy)); }
    /// To be called after the last.
    [[nodiscard]] Status finish() { return energies_.finish(); }

    /// What a pass with these settings would give, nearly.
    /// @param peaks    in cells of the same length
    /// @param clipper  in front of the limiter; what it takes off is taken to be no loss of loudness
    [[nodiscard]] Result<LevelPass> estimate(PeakEnvelope& peaks, const LimiterSettings& settings,
                                             const SoftClipper::Settings& clipper);

private:
    double sample_rate_hz_ = 48000.0;
    ScratchColumn energies_;
};

}  // namespace burnish
