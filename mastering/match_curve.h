#pragma once

#include <array>

#include "analysis/track_analysis.h"
#include "dsp/equalizer.h"
#include "dsp/tone_curve.h"

namespace burnish {

/// A difference of two spectra, third octave by third octave, and how much each band has to say: 0 nothing.
struct SpectrumDifference {
    Curve<third_octaves_hz.size()> gain_db{};
    Curve<third_octaves_hz.size()> weight{};
};

/// Draws the gain that a difference asks for: the mid's tone curve in octaves, and up to four bells for what the
/// octaves leave. The overall level is free: only the shape counts.
///
/// How: weighted least squares with a ridge on sizes and on steps between neighbours; bells one after the other, each
/// where it leaves least with all others fitted anew, none narrower than half an octave. So the curve is as smooth as
/// it can be made, and without a band's word it runs on flat.
class ToneMatcher {
public:
    explicit ToneMatcher(double sample_rate_hz) : sample_rate_hz_(sample_rate_hz) {}

    /// Adds what is missing, to nothing at first; where that takes another bell, and there is one left, with that.
    void add(const SpectrumDifference& missing);
    /// Writes the gains, times `amount`, none beyond cap_db.
    /// @param highest_hz  nothing is raised above
    void write(double amount, double cap_db, double highest_hz, ToneCurve::Settings& tone,
               Equalizer::Settings& eq) const;

private:
    static constexpr int knots = 11;
    static constexpr int max_bells = 4;
    struct Bell {
        double frequency_hz = 1000.0;
        double q = 1.0;
        double gain_db = 0.0;
    };

    void solve(const SpectrumDifference& missing);
    /// Weighted rms of what is missing after what has been added since `before`, whatever its level.
    [[nodiscard]] double left_db(const SpectrumDifference& missing, const ToneMatcher& before) const;
    [[nodiscard]] double gain_db(double frequency_hz) const;

    double sample_rate_hz_;
    std::array<double, knots> knots_db_{};
    std::array<Bell, max_bells> bells_{};
    int bells_used_ = 0;
};

/// The tone curve's three knots of the side over the mid that come nearest to a difference; here the level counts.
[[nodiscard]] std::array<double, 3> fit_side(const SpectrumDifference& wanted);

}  // namespace burnish
