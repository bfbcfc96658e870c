#pragma once

#include <string>
#include <vector>

#include "dsp/equalizer.h"
#include "mixing/voice.h"

namespace burnish {

/// Levels of the octaves of a voice at its place in a mix, in dB.
using OctaveLevels = std::array<double, octave_count>;

/// K weighting at the centres of the octaves, BS.1770.
inline constexpr OctaveLevels k_weights_db{-9.5, -3.6, -1.2, -0.3, 0.0, 0.7, 2.9, 3.8, 4.0, 4.0};

/// How much the voices of a mix cover each other, in dB summed over pairs and octaves.
///
/// A voice masks another in an octave that is among the three strongest of the other and not of its own, by what it is
/// louder there, as far as both sound at once; weighed with how much the other matters.
/// Source: Hafezi & Reiss, "Autonomous multitrack equalization based on masking reduction", JAES 63(5), 2015.
class Masking {
public:
    explicit Masking(const std::vector<Voice>& voices);

    /// @param levels  for each voice; see mix_levels
    [[nodiscard]] double index_db(const std::vector<OctaveLevels>& levels) const;
    /// What a voice masks most in each octave, weighed likewise, and whom.
    struct Covering {
        double db = 0.0;
        std::size_t masked = 0;
    };
    [[nodiscard]] std::array<Covering, octave_count> covered_by(std::size_t voice,
                                                                const std::vector<OctaveLevels>& levels) const;

private:
    std::vector<double> priorities_;
    std::vector<std::vector<bool>> together_;  // sound at once for a fifth of the time that either does
};

/// Levels of the voices under their faders.
[[nodiscard]] std::vector<OctaveLevels> mix_levels(const std::vector<Voice>& voices,
                                                   const std::vector<double>& gains_db);

/// Cuts that let voices be heard through each other.
struct Unmasking {
    std::vector<Equalizer::Settings> eq;     ///< for each voice, cuts only
    std::vector<double> makeup_db;           ///< what keeps each voice as loud as it was
    std::vector<std::string> reasons;        ///< empty where nothing is cut
    double before_db = 0.0, after_db = 0.0;  ///< masking index
};

/// Cuts 0.3 dB for every dB of masking beyond 0.5, by 6 dB at most, in four octaves of a voice at most, and only where
/// the voice itself has little to lose; less of it if the index would not fall.
[[nodiscard]] Unmasking unmask(const std::vector<Voice>& voices, const std::vector<double>& gains_db);

/// Change of each octave's level by an equaliser, in dB.
[[nodiscard]] OctaveLevels octave_gains_db(const Equalizer::Settings& eq);
/// How much louder an equaliser makes a stem, in LU. @param octaves  its powers
[[nodiscard]] double loudness_change_lu(const OctavePowers& octaves, const Equalizer::Settings& eq);

}  // namespace burnish
