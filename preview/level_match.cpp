#include "preview/level_match.h"

#include <algorithm>
#include <cmath>

#include "core/decibels.h"

namespace burnish {

namespace {

constexpr double heard_section_s = 20.0;

float between(float a, float b, double share) noexcept { return a + static_cast<float>(share) * (b - a); }

}  // namespace

MatchGains match_gains(double original_lufs, double master_lufs, double reference_lufs) noexcept {
    double quietest_lufs = 0.0;
    bool any = false;
    for (const double lufs : {original_lufs, master_lufs, reference_lufs}) {
        if (lufs <= silence_db) continue;
        quietest_lufs = any ? std::min(quietest_lufs, lufs) : lufs;
        any = true;
    }
    const auto gain = [&](double lufs) {
        return lufs <= silence_db ? 1.0F : static_cast<float>(db_to_gain(quietest_lufs - lufs));
    };
    return {gain(original_lufs), gain(master_lufs), gain(reference_lufs)};
}

MatchGains MatchCurve::at(double seconds) const noexcept {
    const double position =
        std::clamp(seconds * LoudnessProfile::steps_per_second, 0.0, static_cast<double>(steps_.size() - 1));
    const auto step = static_cast<std::size_t>(position);
    const auto& a = steps_[step];
    const auto& b = steps_[std::min(step + 1, steps_.size() - 1)];
    const double share = position - static_cast<double>(step);
    return {between(a.original, b.original, share), between(a.master, b.master, share),
            between(a.reference, b.reference, share)};
}

MatchCurve match_curve(const LoudnessProfile& original, const LoudnessProfile& master, double reference_lufs,
                       const std::optional<Section>& loop) {
    const auto gains_for = [&](double first_s, double last_s) {
        return match_gains(original.section_lufs(first_s, last_s), master.section_lufs(first_s, last_s),
                           reference_lufs);
    };
    if (loop) return MatchCurve(gains_for(loop->first_s, loop->last_s));
    const double duration_s = static_cast<double>(original.step_powers().size()) / LoudnessProfile::steps_per_second;
    std::vector<MatchGains> steps;
    for (std::size_t step = 0; step <= original.step_powers().size(); ++step) {
        // Near the ends the section does not shrink, it stays where it is.
        const double centre_s = static_cast<double>(step) / LoudnessProfile::steps_per_second;
        const double first_s =
            std::clamp(centre_s - 0.5 * heard_section_s, 0.0, std::max(0.0, duration_s - heard_section_s));
        steps.push_back(gains_for(first_s, first_s + heard_section_s));
    }
    return MatchCurve(std::move(steps));
}

}  // namespace burnish
