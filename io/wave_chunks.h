#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "io/bytes.h"
#include "io/metadata.h"

/// What the chunks of WAV and AIFF say, between bytes and Metadata. Sources: EBU Tech 3285 (bext); Microsoft & IBM,
/// "Multimedia Programming Interface and Data Specifications 1.0", 1991, and its update of 1994 (LIST, cue, smpl);
/// Apple, "Audio Interchange File Format AIFF 1.3", 1989 (MARK and the text chunks).
namespace burnish {

/// Readers add what they find to `metadata`; text tags only where there is none of the key yet.
void parse_bext(std::span<const std::uint8_t> bytes, Metadata& metadata);
void parse_cue(std::span<const std::uint8_t> bytes, Metadata& metadata);
/// After parse_cue: cue labels are in a list of their own.
void parse_list(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> cue, Metadata& metadata);
void parse_smpl(std::span<const std::uint8_t> bytes, Metadata& metadata);
void parse_mark(std::span<const std::uint8_t> bytes, Metadata& metadata);

[[nodiscard]] Bytes make_bext(const Broadcast& broadcast);
/// The five loudness fields alone, which stand at this place in the chunk.
[[nodiscard]] Bytes make_bext_loudness(const std::array<double, 5>& loudness);
inline constexpr std::int64_t bext_loudness_offset = 412;
[[nodiscard]] Bytes make_cue(const std::vector<Cue>& cues);
[[nodiscard]] Bytes make_cue_labels(const std::vector<Cue>& cues);  ///< LIST adtl; empty if no cue has a label
[[nodiscard]] Bytes make_info_list(const std::vector<Tag>& tags);   ///< LIST INFO; empty if no tag has a place there
[[nodiscard]] Bytes make_smpl(const Sampler& sampler, double sample_rate_hz);
[[nodiscard]] Bytes make_mark(const std::vector<Cue>& cues);

/// The tag in a text chunk of AIFF ("NAME", "AUTH", "(c) ", "ANNO"); empty for any other chunk.
[[nodiscard]] std::string_view aiff_text_key(std::string_view chunk_id) noexcept;
/// The other way round; empty if the tag has no such chunk.
[[nodiscard]] std::string_view aiff_text_chunk(std::string_view key) noexcept;

/// Adds a tag unless there is one of its key.
void add_if_new(Metadata& metadata, std::string_view key, std::string value);
[[nodiscard]] bool has_tag(const Metadata& metadata, std::string_view key) noexcept;

}  // namespace burnish
