#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "io/metadata.h"

/// What WAV keeps in chunks of its own, as text tags for containers that have nothing but tags.
namespace burnish {

/// CHAPTER001=hh:mm:ss.mmm and CHAPTER001NAME=label, from 1 on: the custom of Ogg and Matroska.
[[nodiscard]] std::vector<Tag> chapter_tags(const std::vector<Cue>& cues, double sample_rate_hz);
/// ORIGINATOR, TIME_REFERENCE and so on: the names that FFmpeg gives to the fields of bext.
[[nodiscard]] std::vector<Tag> broadcast_tags(const Broadcast& broadcast);

/// Turns such tags back into what they stand for, unless the file had that in its own place.
void take_chapter_tags(Metadata& metadata);
void take_broadcast_tags(Metadata& metadata);

/// The track gain that tags tell, in dB towards -18 LUFS: ReplayGain's, or Opus' own.
/// Sources: ReplayGain 2.0; RFC 7845 section 5.2.1, whose gains are towards -23 LUFS.
[[nodiscard]] std::optional<double> replaygain_of(const std::vector<Tag>& tags);

/// ReplayGain 2.0 of one track: gain towards -18 LUFS and true peak, or the gain in Opus' own way.
[[nodiscard]] std::vector<Tag> replaygain_tags(double integrated_lufs, double true_peak_dbtp, bool for_opus);

/// True for tags that measure the sound as it was or name its encoder, and so are untrue of a master.
[[nodiscard]] bool is_stale(std::string_view key) noexcept;

}  // namespace burnish
