#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/audio_stream.h"

namespace burnish {

inline constexpr double min_sample_rate_hz = 8000.0;
inline constexpr double max_sample_rate_hz = 192000.0;

/// What a file says of itself beyond the stream in it.
struct AudioFormat {
    std::string container;  ///< "WAV", "FLAC", ...
    std::string encoding;   ///< "24-bit integer", "MP3", ...
    bool lossy = false;
};

/// An audio file open for reading. Integer samples are scaled by 2^-(bits - 1), exactly up to 24 bits; samples of
/// floating-point files are kept as they are, beyond full scale too. A sample that is not a number is an error of
/// `read`, which tells how many there are and where the first is: to replace it would hide a broken render.
class AudioFile : public AudioSource {
public:
    [[nodiscard]] virtual const std::filesystem::path& path() const = 0;
    [[nodiscard]] virtual const AudioFormat& format() const = 0;
    /// What is odd about the file and how it was read all the same, a sentence each.
    [[nodiscard]] virtual const std::vector<std::string>& warnings() const = 0;
    /// Where in the file what is read begins; past 0 where silence was cut off.
    [[nodiscard]] virtual std::int64_t first_frame() const { return 0; }
};

/// Opens a mono or stereo file of 8 to 192 kHz. The file stays open, so that it may be replaced on disk meanwhile.
///
/// `info().frames` is what can really be read: where the header does not know the length, gives it wrongly, or only
/// estimates it (streamed FLAC, cut files, MP3), the file is decoded once to count.
[[nodiscard]] Result<std::unique_ptr<AudioFile>> open_audio(const std::filesystem::path& path);

/// The kinds of file that can be read, for messages: "WAV, RF64, ...".
[[nodiscard]] std::string input_formats();

/// True if both names lead to the same file, through links too; false if one of them leads nowhere.
[[nodiscard]] bool same_file(const std::filesystem::path& a, const std::filesystem::path& b) noexcept;

}  // namespace burnish
