#include "dsp/subsonic_filter.h"

#include <numbers>

namespace burnish {

void SubsonicFilter::prepare(const ProcessSpec& spec) {
    sample_rate_hz_ = spec.sample_rate_hz;
    set({});
    reset();
}

void SubsonicFilter::set(const Settings& settings) noexcept {
    cascade_.set_section(0, settings.cutoff_hz > 0.0
                                ? high_pass(settings.cutoff_hz, 0.5 * std::numbers::sqrt2, sample_rate_hz_)
                                : BiquadCoefficients{});
}

}  // namespace burnish
