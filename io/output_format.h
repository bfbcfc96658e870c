#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace burnish {

/// How a sample is stored in a lossless file.
enum class BitDepth { int16, int24, float32 };

/// Every depth, in rising order.
[[nodiscard]] std::span<const BitDepth> bit_depths() noexcept;
/// "16", "24" or "32f": the word for it on the command line and in messages.
[[nodiscard]] std::string_view name_of(BitDepth depth) noexcept;
[[nodiscard]] std::optional<BitDepth> bit_depth_named(std::string_view name) noexcept;
/// Bits of an integer sample; 0 for floating point, which has no steps to round to.
[[nodiscard]] int integer_bits(BitDepth depth) noexcept;
[[nodiscard]] int bytes_per_sample(BitDepth depth) noexcept;

enum class Container { wav, w64, aiff, aifc, flac, vorbis, opus, mp3 };

/// A kind of file that can be written; the extension of a file name chooses it.
struct OutputFormat {
    Container container;
    std::string_view name;
    std::span<const std::string_view> extensions;  ///< lower case, with the dot; the first is the usual one
    std::span<const BitDepth> depths;              ///< those it can hold, none for a lossy codec
    std::span<const int> rates_hz;                 ///< those it can hold; empty: any that can be read
    std::int64_t max_bytes;                        ///< of the whole file; 0: no limit worth a word
    std::span<const int> bitrates_kbps;  ///< of a lossy codec: each, or if there are two, from one to the other

    [[nodiscard]] bool lossy() const noexcept { return depths.empty(); }
};

/// Every kind of file that can be written, once; `--help`, messages and tests are loops over this table.
[[nodiscard]] std::span<const OutputFormat> output_formats() noexcept;
/// The extensions of all of them: ".wav, .flac, ...".
[[nodiscard]] std::string output_extensions();

/// Kept free below the limit of a format's file size, for headers, tags and pictures.
inline constexpr double metadata_margin_bytes = 0x1p26;

/// What is going to be written. `frames` is how much is expected; it chooses between WAV and RF64 and finds a file
/// that would grow too large before the work is done.
struct OutputSpec {
    double sample_rate_hz = 0.0;
    int channels = 0;
    std::int64_t frames = 0;
    std::optional<BitDepth> depth;  ///< none: 24 bits where there is a choice
    int bitrate_kbps = 0;           ///< of a lossy codec, all channels together; 0: near the top of what it offers
};

/// A format and the depth in it; no depth for a lossy codec.
struct OutputEncoding {
    const OutputFormat* format = nullptr;
    std::optional<BitDepth> depth;
};

/// The rate that a format holds for sound of `source_rate_hz`: the same, or else the next higher one, or else its
/// highest.
[[nodiscard]] double usual_rate_hz(const OutputFormat& format, double source_rate_hz) noexcept;

/// The format that a container is written as.
[[nodiscard]] const OutputFormat& format_of(Container container) noexcept;

/// The encoding that a file of this name gets, or why it cannot be had; touches no file.
[[nodiscard]] Result<OutputEncoding> choose_encoding(const std::filesystem::path& path, const OutputSpec& spec);

}  // namespace burnish
