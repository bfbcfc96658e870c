#pragma once

#include <Eigen/Dense>
#include <array>
#include <memory>
#include <string_view>

#include "core/audio_stream.h"
#include "core/random.h"
#include "mastering/chain.h"
#include "mastering/usual_tone.h"

namespace burnish::training {

/// The side's part of the tone curve, from low to high.
inline constexpr std::array side_tone_knots{&ToneCurve::Settings::side_150_hz_db, &ToneCurve::Settings::side_1200_hz_db,
                                            &ToneCurve::Settings::side_9600_hz_db};

/// What can be wrong with a track, made by the chain's own blocks where these can.
enum class Fault {
    none,
    smooth,      ///< a free curve: what the model expects errors to look like
    equalizer,   ///< shelves and bells, up to 12 dB: a family that the model does not know
    width,       ///< gains of the side that go with frequency
    transients,  ///< peaks that stand out more, up to 6 dB: another one that it does not know
    squashed,    ///< pressed and driven into saturation: a third one, which nothing undoes
    tilt,        ///< a straight line over octaves: a tone that the model does not know either
    hiss,        ///< white noise; its size is how far it lies under full scale
    codec,       ///< encoded to MP3 and decoded; its size is in kbit/s
};
[[nodiscard]] std::string_view fault_name(Fault fault) noexcept;
/// Whether it sets a tone, by curves that are known exactly.
[[nodiscard]] bool is_of_tone(Fault fault) noexcept;

/// What the levels of a tone curve's knots do to the Bark bands.
[[nodiscard]] Eigen::VectorXd curve_at_bands(const KnotLevels& knots_db);
/// The same of the mid's part of some settings.
[[nodiscard]] Eigen::VectorXd tone_gains(const ChainSettings& settings);

/// A fault and what it does to the numbers that are judged; by the filters' responses, not measured.
struct Degradation {
    Fault fault = Fault::none;
    double size_db = 0.0;
    ChainSettings settings;
    double transient_db = 0.0;
    Eigen::VectorXd tone_db;   ///< of the Bark bands, mean 0
    Eigen::VectorXd width_db;  ///< of the regions of the image
};
/// @param size_db  standard deviation over bands and draws, as far as the blocks' ranges reach; or as the fault says
[[nodiscard]] Degradation draw_degradation(Fault fault, double size_db, Random& random);

/// Tracks as they may come: so many need nothing, so many have a fault of the family that the model knows, and the rest
/// one of another family.
inline constexpr double clean_share = 0.35, known_share = 0.45, strange_share = 1.0 - clean_share - known_share;
/// One of them, in the feature domain, of 1 to 6 dB; the other family is shelves and bells, or a tilt. Widths know
/// none.
[[nodiscard]] Degradation draw_from_mixture(bool is_of_width, Random& random);

/// A track with a fault in it, as a stream of the same length. Borrows `source`.
[[nodiscard]] std::unique_ptr<AudioSource> degraded(AudioSource& source, const Degradation& degradation);

}  // namespace burnish::training
