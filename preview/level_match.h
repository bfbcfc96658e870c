#pragma once

#include <optional>
#include <vector>

#include "preview/loudness_profile.h"

namespace burnish {

/// A section of a track that is played over and over.
struct Section {
    double first_s = 0.0;
    double last_s = 0.0;
};

/// How far each of what can be heard is turned down, linear and never above 1, so that all are as loud as the quietest.
struct MatchGains {
    float original = 1.0F;
    float master = 1.0F;
    float reference = 1.0F;
};

/// @param ..._lufs  silence_db for what has no loudness: it is left alone, and nothing is matched to it
[[nodiscard]] MatchGains match_gains(double original_lufs, double master_lufs, double reference_lufs) noexcept;

/// Gains along a track, one set for every 100 ms of it and straight lines between; read on the audio thread.
class MatchCurve {
public:
    MatchCurve() = default;
    explicit MatchCurve(MatchGains everywhere) : steps_{everywhere} {}
    explicit MatchCurve(std::vector<MatchGains> steps) : steps_(std::move(steps)) {}

    [[nodiscard]] MatchGains at(double seconds) const noexcept;

private:
    std::vector<MatchGains> steps_{MatchGains{}};
};

/// What matches a track and its master: over the loop if there is one, and otherwise, all along the track, over the
/// 20 s around the place in hand. What is heard is compared with itself, not with a verse minutes away.
[[nodiscard]] MatchCurve match_curve(const LoudnessProfile& original, const LoudnessProfile& master,
                                     double reference_lufs, const std::optional<Section>& loop);

}  // namespace burnish
