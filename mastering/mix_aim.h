#pragma once

#include "core/param.h"

namespace burnish {

/// What a genre or a style asks of a mix, over one that suits any music. The room for it is in `mixing`; it lies here
/// because presets hold it.
struct MixAim {
    double lead_lu = 0.0;
    double drums_lu = 0.0;
    double bass_lu = 0.0;
    double width_percent = 100.0;
    double send_db = 0.0;
    double glue_db = 1.0;
};

/// Ranges of the aim's numbers; the names are those of a preset's `mix`.
inline constexpr auto mix_aim_params = std::to_array<Param<MixAim>>({
    {"lead_lu", -6.0, 6.0, Scale::linear, &MixAim::lead_lu, "how much louder what leads is"},
    {"drums_lu", -6.0, 6.0, Scale::linear, &MixAim::drums_lu, "the same for drums and percussion"},
    {"bass_lu", -6.0, 6.0, Scale::linear, &MixAim::bass_lu, "the same for the bass"},
    {"width_percent", 0.0, 200.0, Scale::linear, &MixAim::width_percent, "of what is panned"},
    {"send_db", -60.0, 12.0, Scale::linear, &MixAim::send_db, "more into the reverbs"},
    {"glue_db", 0.0, 6.0, Scale::linear, &MixAim::glue_db, "off the loudest moments of a bus"},
});
static_assert(covers_every_member<MixAim>(mix_aim_params));

}  // namespace burnish
