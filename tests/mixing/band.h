#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mixing/mix.h"
#include "tests/support/memory_audio.h"

/// A made-up band in memory, so that mixes can be tested without files.
namespace burnish::test {

inline constexpr double band_rate_hz = 32000.0;
inline constexpr double band_seconds = 6.0;

/// One part: its sound, and what it is called.
struct Part {
    std::string name;
    AudioBuffer audio;
    StemWish wish{};
    double start_s = 0.0;
};

/// Kick, snare, bass, a keyboard, a guitar and a singing tone, all mono and dry, at levels that make a balance.
[[nodiscard]] std::vector<Part> small_band();
[[nodiscard]] Part part_named(const std::vector<Part>& parts, const std::string& name);
/// The same sound, louder.
[[nodiscard]] Part louder(Part part, double db);

/// A session of parts, measured. Owns the sound.
struct Rehearsal {
    explicit Rehearsal(const std::vector<Part>& parts, bool concurrent = false);
    [[nodiscard]] MixPlan plan(const MixTarget& target = {}) const {
        return plan_mix(session->stems(), session->measures(), expected_by_rules, target);
    }
    [[nodiscard]] AudioBuffer mix(const MixSettings& settings) const;
    /// Of a stem in the plan, by name.
    [[nodiscard]] static const NamedStrip& strip(const MixPlan& plan, const std::string& name);

    std::vector<std::unique_ptr<MemorySource>> sources;
    std::unique_ptr<MixSession> session;
};

}  // namespace burnish::test
