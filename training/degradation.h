#pragma once

#include <Eigen/Dense>
#include <array>
#include <memory>
#include <string_view>

#include "core/audio_stream.h"
#include "core/random.h"
#include "mastering/chain.h"

namespace burnish::training {

/// The side's part of the tone curve, from low to high.
inline constexpr std::array side_tone_knots{&ToneCurve::Settings::side_150_hz_db, &ToneCurve::Settings::side_1200_hz_db,
                                            &ToneCurve::Settings::side_9600_hz_db};

/// What can be wrong with a track, made by the chain's own blocks.
enum class Fault {
    none,
    smooth,      ///< a free curve: what the model expects errors to look like
    equalizer,   ///< shelves and bells, up to 12 dB: a family that the model does not know
    width,       ///< gains of the side that go with frequency
    transients,  ///< peaks that stand out more, up to 6 dB: another one that it does not know
    squashed,    ///< pressed and driven into saturation: a third one, which nothing undoes
};
[[nodiscard]] std::string_view fault_name(Fault fault) noexcept;

/// A fault and what it does to the numbers that are judged; by the filters' responses, not measured.
struct Degradation {
    Fault fault = Fault::none;
    double size_db = 0.0;
    ChainSettings settings;
    double transient_db = 0.0;
    Eigen::VectorXd tone_db;   ///< of the Bark bands, mean 0
    Eigen::VectorXd width_db;  ///< of the regions of the image
};
/// @param size_db  standard deviation over bands and draws, as far as the blocks' ranges reach
[[nodiscard]] Degradation draw_degradation(Fault fault, double size_db, Random& random);

/// A track with a fault in it, as a stream of the same length. Borrows `source`.
[[nodiscard]] std::unique_ptr<AudioSource> degraded(AudioSource& source, const Degradation& degradation);

}  // namespace burnish::training
