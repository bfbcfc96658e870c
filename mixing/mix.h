#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "mastering/services.h"
#include "mixing/mix_plan.h"
#include "mixing/mix_render.h"

namespace burnish {

inline constexpr std::size_t most_stems = 64;

/// True peak of a mix: what is left above is the master's.
inline constexpr double mix_peak_dbtp = -6.0;

/// A mix that lies in scratch space, at the level that the sums have before `settings.sum`.
struct Mixdown {
    std::unique_ptr<Scratch> audio;
    double integrated_lufs = silence_db;  ///< under settings.sum
    double true_peak_dbtp = silence_db;   ///< likewise
    MixSettings settings;                 ///< the level of the sum found
    std::optional<Decision> level{};      ///< what it is, if it was to be found
};

/// Stems on one clock, at one rate, and what is measured of them.
class MixSession {
public:
    /// Borrows the stems' sources. @param sample_rate_hz  0: the highest of theirs
    [[nodiscard]] static Result<MixSession> open(std::vector<Stem> stems, double sample_rate_hz,
                                                 const MasterServices& services, bool concurrent);

    /// Measures every stem, several side by side if concurrent.
    [[nodiscard]] Status measure(const Progress& progress);

    /// Mixes into scratch space. With `find_level`, the level of the sum is set for headroom; otherwise it stays.
    [[nodiscard]] Result<Mixdown> mix(const MixSettings& settings, bool find_level, const Progress& progress) const;

    /// Renders each stem as it is in the mix; they add up to it. @param consume  as render_mix's, the level of the sum
    /// included
    [[nodiscard]] Status render_stems(const MixSettings& settings,
                                      const std::function<Status(const MixBlock&)>& consume) const;

    [[nodiscard]] const std::vector<Stem>& stems() const noexcept { return stems_; }
    [[nodiscard]] const std::vector<StemMeasures>& measures() const noexcept { return measures_; }
    [[nodiscard]] double sample_rate_hz() const noexcept { return sample_rate_hz_; }
    [[nodiscard]] double duration_s() const noexcept;
    /// Of the stems that render_stems gives: those that are heard, in an order that hangs on their sound alone.
    [[nodiscard]] std::vector<std::size_t> heard(const MixSettings& settings) const;

private:
    [[nodiscard]] std::vector<MixInput> inputs(const MixSettings& settings) const;

    std::vector<Stem> stems_;
    std::vector<std::unique_ptr<PlacedSource>> sources_;
    std::vector<StemMeasures> measures_;
    MasterServices services_;
    double sample_rate_hz_ = 0.0;
    bool concurrent_ = true;
};

/// Another source, louder or softer.
class GainedSource final : public AudioSource {
public:
    /// Borrows `source`.
    GainedSource(AudioSource& source, double gain_db);
    [[nodiscard]] const StreamInfo& info() const override { return source_->info(); }
    [[nodiscard]] Result<int> read(AudioView into) override;
    [[nodiscard]] Status rewind() override { return source_->rewind(); }

private:
    AudioSource* source_;
    float gain_;
};

}  // namespace burnish
