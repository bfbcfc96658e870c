#include "mixing/variant_choice.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace burnish {

namespace {

constexpr double least_level_db = 0.5;
constexpr double least_pan = 0.05;
constexpr double least_send_db = 1.0;
constexpr double least_threshold_db = 0.5;

bool are_different(const GlueCompressor::Settings& one, const GlueCompressor::Settings& other) {
    if (one.ratio != other.ratio) return true;
    return one.ratio > 1.0 && std::abs(one.threshold_db - other.threshold_db) >= least_threshold_db;
}

/// Where a stem stands, not how loud it is.
bool are_at_different_places(const FaderSettings& one, const FaderSettings& other) {
    if (std::abs(one.pan - other.pan) >= least_pan) return true;
    return std::ranges::any_of(reverb_sends,
                               [&](const auto send) { return std::abs(one.*send - other.*send) >= least_send_db; });
}

}  // namespace

bool are_different_mixes(const MixPlan& one, const MixPlan& other) {
    // The level of all together says nothing: the sum is brought to its headroom.
    double lowest_db = 1e9, highest_db = -1e9;
    for (std::size_t i = 0; i < one.stems.size(); ++i) {
        const auto& strip = one.settings.strips[i];
        if (one.stems[i].is_silent || strip.mute) continue;
        const auto& fader = strip.settings.fader;
        const auto& other_fader = other.settings.strips[i].settings.fader;
        if (are_at_different_places(fader, other_fader)) return true;
        lowest_db = std::min(lowest_db, fader.gain_db - other_fader.gain_db);
        highest_db = std::max(highest_db, fader.gain_db - other_fader.gain_db);
    }
    if (highest_db - lowest_db >= least_level_db) return true;
    return !std::ranges::equal(one.settings.glue, other.settings.glue,
                               [](const auto& a, const auto& b) { return !are_different(a, b); });
}

std::vector<MixVariant> choose_variants(const std::function<MixPlan(const MixVariant&)>& plan, int count) {
    std::vector<MixVariant> chosen;
    std::vector<MixPlan> plans{plan(mix_variants[0])};
    for (const auto& variant : std::span(mix_variants).subspan(1)) {
        if (static_cast<int>(chosen.size()) == count) break;
        auto own = plan(variant);
        const bool is_new =
            std::ranges::all_of(plans, [&](const MixPlan& known) { return are_different_mixes(own, known); });
        if (!is_new) continue;
        chosen.push_back(variant);
        plans.push_back(std::move(own));
    }
    return chosen;
}

}  // namespace burnish
