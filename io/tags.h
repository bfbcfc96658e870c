#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/bytes.h"
#include "io/container.h"
#include "io/metadata.h"
#include "io/output_format.h"

/// Tags, pictures and chapters in the ways of FLAC, Ogg and MP3; the only code that knows TagLib.
namespace burnish {

/// Adds what a FLAC, Ogg or MP3 file holds.
void read_tags(int descriptor, InputKind kind, Metadata& metadata);
/// Adds what an ID3v2 tag in a chunk of WAV or AIFF holds.
void parse_id3(std::span<const std::uint8_t> bytes, Metadata& metadata);

/// Puts tags, pictures and chapters into a finished FLAC, Ogg Vorbis, Opus or MP3 file.
/// @param[out] left_out  keys that the format cannot hold
/// @return 0, or the error number of what went wrong
[[nodiscard]] int write_tags(int descriptor, Container container, const Metadata& metadata,
                             std::vector<std::string>& left_out);
/// Text tags and pictures as an ID3v2.4 tag; empty if there are none.
[[nodiscard]] Bytes make_id3(const Metadata& metadata, std::vector<std::string>& left_out);

}  // namespace burnish
