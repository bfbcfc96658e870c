#pragma once

#include <string>
#include <vector>

#include "mixing/mix_settings.h"
#include "mixing/voice.h"

namespace burnish {

/// A number of settings and why.
template <class Settings>
struct Treatment {
    Settings settings{};
    std::string reason;  ///< empty where nothing is done
};

/// A high-pass where there is rumble: steady sound below 40 Hz under a stem that does not own the lows, or an offset.
[[nodiscard]] Treatment<SubsonicFilter::Settings> rumble_filter(const Voice& voice);

/// Gentle compression where the peaks of a stem range further than is usual for its role: 3 dB at most, and as loud as
/// before. Attack and release follow its crest.
/// Source: Giannoulis, Massberg & Reiss, "Parameter automation in a dynamic range compressor", JAES 61(10), 2013.
[[nodiscard]] Treatment<GlueCompressor::Settings> compressor(const Voice& voice);

/// Light glue for the sum of a bus: a decibel or so for its loudest moments. None for a bus of one voice.
/// @param gains_db  of the voices' faders @param most_db  reduction in the loudest moments
[[nodiscard]] Treatment<GlueCompressor::Settings> glue(const std::vector<Voice>& voices,
                                                       const std::vector<double>& gains_db, Bus bus, double most_db);

/// Send of a voice into the room or the hall; off where it brings a room along or holds its tones.
struct Send {
    bool in_hall = false;
    double level_db = send_off_db;
    std::string reason;
};
[[nodiscard]] Send send(const Voice& voice);

/// The two reverbs, their times in step with the tempo.
[[nodiscard]] std::array<Reverb::Settings, reverb_count> reverbs(double tempo_bpm);

}  // namespace burnish
