#pragma once

#include <sndfile.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/audio_buffer.h"
#include "core/audio_stream.h"
#include "core/result.h"
#include "io/output_format.h"

/// Files for the tests of io, made and judged by libsndfile alone.
namespace burnish::test {

/// A directory that nobody else has, removed with all that is in it.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory();

    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    /// The names in it, hidden ones too.
    [[nodiscard]] std::vector<std::string> names() const;

private:
    std::filesystem::path path_;
};

/// A file name that chooses the format: "x.wav".
[[nodiscard]] std::string name_in(const OutputFormat& format);

using FileBytes = std::vector<std::uint8_t>;
[[nodiscard]] FileBytes load(const std::filesystem::path& path);
void save(const std::filesystem::path& path, const FileBytes& bytes);

/// Noise on the grid of integers of so many bits, with both ends of the range in it.
[[nodiscard]] AudioBuffer grid_noise(int bits, int frames, int channels);

/// Interleaved samples of any type that libsndfile writes (short, int, float, double).
template <class Sample>
void write_with_libsndfile(const std::filesystem::path& path, int format, int sample_rate_hz, int channels,
                           const std::vector<Sample>& interleaved);
/// Exactly, if the samples are on the grid of the format: integers are handed over as integers.
void write_with_libsndfile(const std::filesystem::path& path, int format, int sample_rate_hz, const AudioBuffer& audio);
[[nodiscard]] std::vector<float> interleaved(const AudioBuffer& audio);

struct SndfileContents {
    SF_INFO info{};
    std::vector<int> integers;  ///< interleaved, at the top of 32 bits
    std::vector<float> floats;  ///< interleaved
};
[[nodiscard]] SndfileContents read_with_libsndfile(const std::filesystem::path& path);

/// The rest of a source, read in pieces of `piece_frames`.
[[nodiscard]] AudioBuffer read_all(AudioSource& source, int piece_frames = 1000);
[[nodiscard]] bool same_bits(const AudioBuffer& a, const AudioBuffer& b);

/// The value, or a failed test with the message of the error.
template <class T>
T need(Result<T> result) {
    if (!result) FAIL(result.error().message);
    return *std::move(result);
}
inline void need(const Status& status) {
    if (!status) FAIL(status.error().message);
}

}  // namespace burnish::test
