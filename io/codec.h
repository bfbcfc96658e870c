#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "io/audio_file.h"

namespace burnish {

/// A lossy codec that services and players use.
enum class CodecKind { aac, vorbis, opus, mp3 };

struct CodecRow {
    std::string_view name;  ///< on the command line
    CodecKind kind;
    std::string_view label;
    int usual_kbps;
};
inline constexpr auto codec_rows = std::to_array<CodecRow>({
    {"aac", CodecKind::aac, "AAC", 256},        // Apple Music
    {"ogg", CodecKind::vorbis, "Vorbis", 160},  // Spotify, normal quality
    {"opus", CodecKind::opus, "Opus", 128},     // YouTube
    {"mp3", CodecKind::mp3, "MP3", 192},
});

struct Codec {
    CodecKind kind = CodecKind::aac;
    int kbps = 0;
    bool operator==(const Codec&) const = default;
};

/// Reads "mp3" or "mp3:128". @param flag  for error messages
[[nodiscard]] Result<Codec> read_codec(std::string_view flag, std::string_view text);
/// "MP3 at 128 kbit/s".
[[nodiscard]] std::string name_of(const Codec& codec);

/// Sound encoded and decoded again, from its start to its end; at the rate that the codec works at. Peaks beyond full
/// scale are kept. The files in between lie in the directory for temporary files and are gone, by name, on return.
///
/// How: libsndfile (libvorbis, libopus, LAME and mpg123); for AAC the program ffmpeg, which must be in PATH.
/// @param tick  called with the share that is done; false cancels
[[nodiscard]] Result<std::unique_ptr<AudioFile>> through_codec(AudioSource& source, const Codec& codec,
                                                               const std::function<bool(double)>& tick);

/// An error if this machine lacks what the codec takes.
[[nodiscard]] Status codec_is_there(const Codec& codec);

}  // namespace burnish
