#pragma once

#include <array>

#include "mastering/chain.h"
#include "mastering/match_curve.h"
#include "mastering/reference_aim.h"
#include "mastering/target.h"

namespace burnish {

/// The numbers of a compressor's band, and where it is, in words.
struct BandMembers {
    double MultibandCompressor::Settings::*level_db;
    double MultibandCompressor::Settings::*threshold_db;
    double MultibandCompressor::Settings::*ratio;
    const char* where;
};
inline constexpr std::array<BandMembers, 4> dynamics_bands{{
    {&MultibandCompressor::Settings::low_level_db, &MultibandCompressor::Settings::low_threshold_db,
     &MultibandCompressor::Settings::low_ratio, "below 120 Hz"},
    {&MultibandCompressor::Settings::low_mid_level_db, &MultibandCompressor::Settings::low_mid_threshold_db,
     &MultibandCompressor::Settings::low_mid_ratio, "120 Hz to 1 kHz"},
    {&MultibandCompressor::Settings::high_mid_level_db, &MultibandCompressor::Settings::high_mid_threshold_db,
     &MultibandCompressor::Settings::high_mid_ratio, "1 to 6 kHz"},
    {&MultibandCompressor::Settings::high_level_db, &MultibandCompressor::Settings::high_threshold_db,
     &MultibandCompressor::Settings::high_ratio, "above 6 kHz"},
}};

/// The match as it stands; draws settings at any amounts.
class ReferenceMatcher {
public:
    /// Takes up what the track misses as it came. @param base  what is the track's own, whatever the references say
    ReferenceMatcher(const ReferenceAim& aim, const Target& target, const ChainSettings& base,
                     const TrackAnalysis& passages);

    /// Takes up what the rendered passages still miss.
    void refine(const TrackAnalysis& now, bool is_last);

    /// Amounts are shares: 1 is all of the match.
    [[nodiscard]] ChainSettings settings(double tone, double dynamics, double width) const;

private:
    void cap_side();
    void refine_dynamics(const TrackAnalysis& now);

    const ReferenceAim& aim_;
    const Target& target_;
    ChainSettings base_;
    ToneMatcher tone_;
    double highest_hz_;
    bool matches_tone_ = false;
    bool matches_dynamics_ = false;
    bool matches_width_ = false;
    std::array<double, 3> side_db_{};
    std::array<double, 4> band_slope_{};  // 1 - 1/ratio
    std::array<double, 4> band_level_db_{};
    std::array<double, 4> band_above_db_{};
    double glue_slope_ = 0.0;
    double glue_threshold_db_ = 0.0;
    double glue_above_db_ = 0.0;
};

}  // namespace burnish
