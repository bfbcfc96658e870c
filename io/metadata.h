#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace burnish {

/// One text tag. Keys are those of Vorbis comments and TagLib in upper case (TITLE, ARTIST, ALBUM, TRACKNUMBER, DATE,
/// GENRE, COMMENT, ISRC ...); any other key goes along. Values are UTF-8; a key may come more than once.
struct Tag {
    std::string key;
    std::string value;
    bool operator==(const Tag&) const = default;
};

struct Picture {
    std::string mime_type;
    std::string description;
    int kind = 3;  ///< of ID3v2's APIC and FLAC alike: 3 is the front cover
    std::vector<std::uint8_t> bytes;
    bool operator==(const Picture&) const = default;
};

struct Cue {
    std::int64_t frame = 0;
    std::string label;
    bool operator==(const Cue&) const = default;
};

/// A sampler's loop: the frames first..last are played `count` times (0: forever).
struct Loop {
    enum class Kind : std::uint8_t { forward, alternating, backward };
    Kind kind = Kind::forward;
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::uint32_t count = 0;
    bool operator==(const Loop&) const = default;
};

/// How a sampler plays the file. Source: the `smpl` chunk of WAV.
struct Sampler {
    std::uint32_t midi_note = 60;
    std::uint32_t pitch_fraction = 0;  ///< of a semitone above midi_note, in 2^-32
    std::vector<Loop> loops;
    bool operator==(const Sampler&) const = default;
};

/// The broadcast extension of WAV. Source: EBU Tech 3285 v2. Its loudness fields are not read: they measure the sound
/// before it was processed.
struct Broadcast {
    std::string description;
    std::string originator;
    std::string originator_reference;
    std::string origination_date;             ///< yyyy-mm-dd
    std::string origination_time;             ///< hh:mm:ss
    std::uint64_t time_reference_frames = 0;  ///< since midnight
    std::array<std::uint8_t, 64> umid{};
    /// Integrated loudness in LUFS, range in LU, true peak in dBTP, largest momentary and short-term loudness in LUFS.
    std::optional<std::array<double, 5>> loudness{};
    std::string coding_history;  ///< a line per coding step, EBU R98; ends of line are CR LF
    bool operator==(const Broadcast&) const = default;
};

/// A chunk of a WAV file that burnish does not read but takes along (iXML, cart, axml ...).
struct OpaqueChunk {
    std::string id;
    std::vector<std::uint8_t> bytes;
    bool operator==(const OpaqueChunk&) const = default;
};

/// All that a file holds besides its sound, free of the container it came from. Positions count frames at
/// `sample_rate_hz`; a writer of another rate scales them.
struct Metadata {
    double sample_rate_hz = 0.0;
    std::vector<Tag> tags;
    std::vector<Picture> pictures;
    std::vector<Cue> cues;
    std::optional<Sampler> sampler;
    std::optional<Broadcast> broadcast;
    std::vector<OpaqueChunk> chunks;
    std::optional<double> replaygain_db{};  ///< track gain as the tags say, of the sound as it was; never carried over
    std::vector<std::string> warnings;      ///< what was found but cannot be carried over, a sentence each
};

/// Sets a tag in place of all of that key.
void set_tag(Metadata& metadata, const Tag& tag);

/// The same with all positions, the time reference among them, counted at another rate.
[[nodiscard]] Metadata at_rate(Metadata metadata, double sample_rate_hz);

/// The same for a part of the sound, `frames` long from `first_frame` on: positions move along, cue points and loops
/// that do not lie in it go, each kind with a warning.
[[nodiscard]] Metadata cropped(Metadata metadata, std::int64_t first_frame, std::int64_t frames);

/// What the file holds besides its sound. Left out without a word: measurements of the sound as it was (ReplayGain,
/// R128 and iTunes gains, peak envelopes) and the name of the encoder, all untrue of the master.
[[nodiscard]] Result<Metadata> read_metadata(const std::filesystem::path& path);

}  // namespace burnish
