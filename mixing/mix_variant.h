#pragma once

#include <array>
#include <string_view>

namespace burnish {

/// A way to mix that departs from the balanced one.
struct MixVariant {
    std::string_view name;
    std::string_view help;
    double lead_lu = 0.0;    ///< what leads
    double melody_lu = 0.0;  ///< the loudest of what neither leads nor is rhythm
    double rhythm_lu = 0.0;  ///< drums and bass
    double evenness = 0.0;   ///< share of the differences between the stems' levels that is taken away
    double width = 1.0;      ///< of what is panned
    double send_db = 0.0;
    double glue_db = 1.0;  ///< off the loudest moments of a bus
};

/// The mix itself, and then others, those that most songs can be offered first.
inline constexpr auto mix_variants = std::to_array<MixVariant>({
    {.name = "balanced", .help = "the mix itself"},
    {.name = "vocal-forward", .help = "what leads is 1.5 LU louder", .lead_lu = 1.5},
    {.name = "punchy",
     .help = "drums and bass are 1.5 LU louder and drier, the buses glued more",
     .rhythm_lu = 1.5,
     .send_db = -4.0,
     .glue_db = 2.0},
    {.name = "wide",
     .help = "panned further out, with 3 dB more reverberation",
     .rhythm_lu = -0.5,
     .width = 1.35,
     .send_db = 3.0},
    {.name = "melody-forward",
     .help = "the loudest part beside lead, drums and bass is 1.5 LU louder",
     .melody_lu = 1.5},
    {.name = "mellow",
     .help = "drums and bass are 1.5 LU quieter, with 1.5 dB more reverberation",
     .rhythm_lu = -1.5,
     .send_db = 1.5},
    {.name = "close", .help = "nearer to the centre, with 6 dB less reverberation", .width = 0.7, .send_db = -6.0},
    {.name = "even", .help = "the stems' levels lie a quarter less far apart", .evenness = 0.25},
});

}  // namespace burnish
