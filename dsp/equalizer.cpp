#include "dsp/equalizer.h"

namespace burnish {

void Equalizer::prepare(const ProcessSpec& spec) {
    sample_rate_hz_ = spec.sample_rate_hz;
    set({});
    reset();
}

void Equalizer::set(const Settings& settings) noexcept {
    const double rate_hz = sample_rate_hz_;
    cascade_.set_section(0, low_shelf(settings.low_shelf_hz, settings.low_shelf_db, rate_hz));
    cascade_.set_section(1, bell(settings.bell_1_hz, settings.bell_1_q, settings.bell_1_db, rate_hz));
    cascade_.set_section(2, bell(settings.bell_2_hz, settings.bell_2_q, settings.bell_2_db, rate_hz));
    cascade_.set_section(3, bell(settings.bell_3_hz, settings.bell_3_q, settings.bell_3_db, rate_hz));
    cascade_.set_section(4, bell(settings.bell_4_hz, settings.bell_4_q, settings.bell_4_db, rate_hz));
    cascade_.set_section(5, high_shelf(settings.high_shelf_hz, settings.high_shelf_db, rate_hz));
}

}  // namespace burnish
