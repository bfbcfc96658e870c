#include "io/output_format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <sstream>

#include "io/audio_file.h"

namespace burnish {

namespace {

struct Depth {
    BitDepth depth;
    std::string_view name;
    int integer_bits;
    int bytes;
};

constexpr auto depth_rows = std::to_array<Depth>({
    {BitDepth::int16, "16", 16, 2},
    {BitDepth::int24, "24", 24, 3},
    {BitDepth::float32, "32f", 0, 4},
});

constexpr std::array all_depths = {BitDepth::int16, BitDepth::int24, BitDepth::float32};
constexpr std::array integers = {BitDepth::int16, BitDepth::int24};
constexpr std::array opus_rates_hz = {8000, 12000, 16000, 24000, 48000};
constexpr std::array mp3_rates_hz = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000};

/// Layer III has these; what is below 32 kHz halves them, and shares only some.
constexpr std::array mp3_kbps = {32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
constexpr std::array vorbis_kbps = {48, 480};
constexpr std::array opus_kbps = {12, 512};

constexpr std::array<std::string_view, 1> wav = {".wav"};
constexpr std::array<std::string_view, 1> w64 = {".w64"};
constexpr std::array<std::string_view, 2> aiff = {".aiff", ".aif"};
constexpr std::array<std::string_view, 1> aifc = {".aifc"};
constexpr std::array<std::string_view, 1> flac = {".flac"};
constexpr std::array<std::string_view, 2> vorbis = {".ogg", ".oga"};
constexpr std::array<std::string_view, 1> opus = {".opus"};
constexpr std::array<std::string_view, 1> mp3 = {".mp3"};

constexpr std::int64_t four_gib = std::int64_t{1} << 32;

/// A long WAV becomes RF64, under the same extension.
constexpr auto formats = std::to_array<OutputFormat>({
    {Container::wav, "WAV", wav, all_depths, {}, 0, {}},
    {Container::flac, "FLAC", flac, integers, {}, 0, {}},
    {Container::aiff, "AIFF", aiff, integers, {}, four_gib, {}},
    {Container::aifc, "AIFC", aifc, all_depths, {}, four_gib, {}},
    {Container::w64, "W64", w64, all_depths, {}, 0, {}},
    {Container::vorbis, "Ogg Vorbis", vorbis, {}, {}, 0, vorbis_kbps},
    {Container::opus, "Opus", opus, {}, opus_rates_hz, 0, opus_kbps},
    {Container::mp3, "MP3", mp3, {}, mp3_rates_hz, 0, mp3_kbps},
});

const Depth& row_of(BitDepth depth) {
    return *std::find_if(depth_rows.begin(), depth_rows.end(), [&](const Depth& row) { return row.depth == depth; });
}

template <class Items, class ToText>
std::string list_of(const Items& items, ToText to_text) {
    std::ostringstream list;
    const char* separator = "";
    for (const auto& item : items) {
        list << separator << to_text(item);
        separator = ", ";
    }
    return list.str();
}

const OutputFormat* format_for(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const auto& format : formats)
        if (std::find(format.extensions.begin(), format.extensions.end(), extension) != format.extensions.end())
            return &format;
    return nullptr;
}

bool takes_bitrate(const OutputFormat& format, int kbps) {
    const auto& rates = format.bitrates_kbps;
    if (rates.size() == 2) return kbps >= rates.front() && kbps <= rates.back();
    return std::find(rates.begin(), rates.end(), kbps) != rates.end();
}

}  // namespace

std::span<const BitDepth> bit_depths() noexcept { return all_depths; }

std::string_view name_of(BitDepth depth) noexcept { return row_of(depth).name; }

std::optional<BitDepth> bit_depth_named(std::string_view name) noexcept {
    for (const auto& row : depth_rows)
        if (row.name == name) return row.depth;
    return std::nullopt;
}

int integer_bits(BitDepth depth) noexcept { return row_of(depth).integer_bits; }

int bytes_per_sample(BitDepth depth) noexcept { return row_of(depth).bytes; }

std::span<const OutputFormat> output_formats() noexcept { return formats; }

std::string output_extensions() {
    return list_of(formats, [](const OutputFormat& format) {
        return list_of(format.extensions, [](std::string_view extension) { return extension; });
    });
}

double usual_rate_hz(const OutputFormat& format, double source_rate_hz) noexcept {
    if (format.rates_hz.empty()) return source_rate_hz;
    double best_hz = 0.0;
    for (const int rate_hz : format.rates_hz) {
        const bool better =
            best_hz < source_rate_hz ? rate_hz > best_hz : rate_hz >= source_rate_hz && rate_hz < best_hz;
        if (better) best_hz = rate_hz;
    }
    return best_hz;
}

const OutputFormat& format_of(Container container) noexcept {
    return *std::find_if(formats.begin(), formats.end(),
                         [&](const OutputFormat& format) { return format.container == container; });
}

Result<OutputEncoding> choose_encoding(const std::filesystem::path& path, const OutputSpec& spec) {
    const auto problem = [&](const auto&... parts) {
        std::ostringstream message;
        message << path.string() << ": ";
        (message << ... << parts);
        return Error{ErrorCode::output, message.str()};
    };
    const auto* format = format_for(path);
    if (format == nullptr) {
        const auto extension = path.extension().string();
        return problem(extension.empty() ? "no extension" : "extension \"" + extension + "\"", " found, one of ",
                       output_extensions(), " is needed to choose the format");
    }
    if (spec.channels < 1 || spec.channels > 2) return problem(spec.channels, " channels asked for, 1 or 2 supported");

    const bool whole = spec.sample_rate_hz == std::floor(spec.sample_rate_hz);
    if (!whole || spec.sample_rate_hz < min_sample_rate_hz || spec.sample_rate_hz > max_sample_rate_hz)
        return problem("a sample rate of ", spec.sample_rate_hz, " Hz asked for, whole numbers from ",
                       min_sample_rate_hz, " to ", max_sample_rate_hz, " are supported");
    const auto& rates = format->rates_hz;
    if (!rates.empty() && std::find(rates.begin(), rates.end(), static_cast<int>(spec.sample_rate_hz)) == rates.end())
        return problem("a sample rate of ", spec.sample_rate_hz, " Hz asked for, ", format->name, " takes ",
                       list_of(rates, [](int rate_hz) { return rate_hz; }), " Hz (try --rate 48000)");

    if (spec.bitrate_kbps > 0 && !format->lossy())
        return problem("a bit rate of ", spec.bitrate_kbps, " kbit/s asked for, but ", format->name,
                       " is lossless and has what it takes");
    if (format->lossy()) {
        const auto& bitrates = format->bitrates_kbps;
        if (spec.bitrate_kbps > 0 && !takes_bitrate(*format, spec.bitrate_kbps))
            return problem("a bit rate of ", spec.bitrate_kbps, " kbit/s asked for, ", format->name, " takes ",
                           bitrates.size() == 2
                               ? std::to_string(bitrates.front()) + " to " + std::to_string(bitrates.back())
                               : list_of(bitrates, [](int kbps) { return kbps; }),
                           " kbit/s");
        if (spec.depth)
            return problem("a bit depth of ", name_of(*spec.depth), " asked for, but ", format->name,
                           " is a lossy codec and has none");
        return OutputEncoding{format, std::nullopt};
    }
    const auto depth = spec.depth.value_or(BitDepth::int24);
    if (std::find(format->depths.begin(), format->depths.end(), depth) == format->depths.end())
        return problem("a bit depth of ", name_of(depth), " asked for, ", format->name, " takes ",
                       list_of(format->depths, [](BitDepth d) { return name_of(d); }));
    const auto bytes = static_cast<double>(spec.frames) * spec.channels * bytes_per_sample(depth);
    if (format->max_bytes > 0 && bytes + metadata_margin_bytes > static_cast<double>(format->max_bytes))
        return problem(std::llround(bytes / 0x1p30), " GiB of sound, ", format->name, " holds ",
                       format->max_bytes >> 30, " GiB at most; .wav, .w64 and .flac hold more");
    return OutputEncoding{format, depth};
}

}  // namespace burnish
