#include "io/container.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include "io/audio_file.h"

namespace burnish {

namespace {

struct Row {
    InputKind kind;
    std::string_view name;
    std::string_view magic;  ///< the first bytes; none for MPEG, which has no header of the whole file
    std::string_view form;   ///< bytes 8..11; none: anything
};

constexpr auto kinds = std::to_array<Row>({
    {InputKind::wav, "WAV", "RIFF", "WAVE"},
    {InputKind::rf64, "RF64", "RF64", "WAVE"},
    {InputKind::bw64, "BW64", "BW64", "WAVE"},
    {InputKind::w64, "W64", "riff\x2e\x91\xcf\x11", ""},
    {InputKind::aiff, "AIFF", "FORM", "AIFF"},
    {InputKind::aiff, "AIFC", "FORM", "AIFC"},
    {InputKind::flac, "FLAC", "fLaC", ""},
    {InputKind::ogg, "Ogg (Vorbis, Opus)", "OggS", ""},
    {InputKind::mpeg, "MP3", "", ""},
    {InputKind::caf, "CAF", "caff", ""},
    {InputKind::au, "AU", ".snd", ""},
});

/// Bytes in the MPEG audio frame that starts with these four; 0 if they are not the header of one.
/// Source: ISO/IEC 11172-3 section 2.4.1.3 and 13818-3 section 2.4.1.3.
std::int64_t mpeg_frame_bytes(std::span<const std::uint8_t> h) {
    if (h.size() < 4 || h[0] != 0xFF || (h[1] & 0xE0) != 0xE0) return 0;
    const int version = h[1] >> 3 & 3;  // 0: MPEG-2.5, 2: MPEG-2, 3: MPEG-1
    const int layer = 4 - (h[1] >> 1 & 3);
    const int bit_rate_index = h[2] >> 4;
    const int rate_index = h[2] >> 2 & 3;
    const int padding = h[2] >> 1 & 1;
    if (version == 1 || layer == 4 || bit_rate_index == 0 || bit_rate_index == 15 || rate_index == 3) return 0;
    static constexpr int kbits[5][15] = {
        {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},  // MPEG-1 layer I
        {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},     // MPEG-1 layer II
        {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},      // MPEG-1 layer III
        {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},     // MPEG-2 layer I
        {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},          // MPEG-2 layers II and III
    };
    static constexpr int rates_hz[3] = {44100, 48000, 32000};
    const int table = version == 3 ? layer - 1 : layer == 1 ? 3 : 4;
    const int rate_hz = rates_hz[rate_index] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    const int bits = kbits[table][bit_rate_index] * 1000;
    if (layer == 1) return (12 * bits / rate_hz + padding) * 4;
    const int slots = layer == 3 && version != 3 ? 72 : 144;
    return slots * bits / rate_hz + padding;
}

std::array<std::uint8_t, 16> first_bytes(int descriptor, std::int64_t offset) {
    std::array<std::uint8_t, 16> bytes{};
    (void)read_at(descriptor, offset, bytes);
    return bytes;
}

bool starts_with(std::span<const std::uint8_t> bytes, std::string_view text) {
    return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

/// Length of an ID3v2 tag at the start, 0 if there is none. Source: ID3v2.4 section 3.1.
std::int64_t id3_bytes(int descriptor) {
    const auto head = first_bytes(descriptor, 0);
    if (!starts_with(head, "ID3")) return 0;
    return 10 + (std::int64_t{head[6]} << 21 | head[7] << 14 | head[8] << 7 | head[9]);
}

std::optional<InputKind> kind_of(int descriptor) {
    // The tag belongs before MP3, but by mistake stands before FLAC too.
    if (const auto tag = id3_bytes(descriptor); tag > 0)
        return starts_with(first_bytes(descriptor, tag), "fLaC") ? InputKind::flac : InputKind::mpeg;
    const auto head = first_bytes(descriptor, 0);
    for (const auto& row : kinds)
        if (!row.magic.empty() && starts_with(head, row.magic) && starts_with(std::span(head).subspan(8), row.form))
            return row.kind;
    // Two bytes of sync come by chance in any file: the next frame has to be where this one says.
    const auto frame = mpeg_frame_bytes(head);
    if (frame > 0 && (frame >= file_bytes(descriptor) || mpeg_frame_bytes(first_bytes(descriptor, frame)) > 0))
        return InputKind::mpeg;
    return std::nullopt;
}

}  // namespace

std::string_view name_of(InputKind kind) noexcept {
    return std::find_if(kinds.begin(), kinds.end(), [&](const Row& row) { return row.kind == kind; })->name;
}

std::string input_formats() {
    std::string names;
    for (const auto& row : kinds) names += (names.empty() ? "" : ", ") + std::string(row.name);
    return names;
}

bool mpeg_tells_length(int descriptor) {
    std::array<char, 4096> start{};  // more than the first frame
    (void)read_at(descriptor, id3_bytes(descriptor), {reinterpret_cast<std::uint8_t*>(start.data()), start.size()});
    const std::string_view text(start.data(), start.size());
    return std::ranges::any_of(std::to_array<std::string_view>({"Xing", "Info", "VBRI"}),
                               [&](std::string_view name) { return text.find(name) != std::string_view::npos; });
}

bool ogg_ends_with_its_stream(int descriptor) {
    constexpr std::int64_t largest_page = 65307;
    constexpr std::size_t flags_at = 5, segment_count_at = 26, header_bytes = 27;
    constexpr std::uint8_t end_of_stream = 4;
    const auto start = std::max<std::int64_t>(0, file_bytes(descriptor) - largest_page);
    std::vector<std::uint8_t> tail(static_cast<std::size_t>(file_bytes(descriptor) - start));
    if (read_at(descriptor, start, tail) != static_cast<std::int64_t>(tail.size())) return false;
    const std::string_view text(reinterpret_cast<const char*>(tail.data()), tail.size());
    const auto page = text.rfind("OggS");
    if (page == std::string_view::npos || page + header_bytes > tail.size()) return false;
    const auto header = std::span(tail).subspan(page);
    const std::size_t segments = header[segment_count_at];
    if (header.size() < header_bytes + segments) return false;
    const auto lengths = header.subspan(header_bytes, segments);
    const auto page_bytes = std::accumulate(lengths.begin(), lengths.end(), header_bytes + segments);
    return (header[flags_at] & end_of_stream) != 0 && header.size() >= page_bytes;
}

Result<Input> open_input(const std::filesystem::path& path) {
    const auto problem = [&](const std::string& found) {
        return Error{ErrorCode::input, path.string() + ": " + found};
    };
    // Not to hang on a pipe that nobody writes to.
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file) return problem(std::string("cannot be read: ") + std::strerror(errno));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return problem(std::string("cannot be read: ") + std::strerror(errno));
    if (S_ISDIR(status.st_mode)) return problem("is a directory, an audio file is needed");
    if (!S_ISREG(status.st_mode))
        return problem("is a pipe or a device, a regular file is needed: it is read more than once");
    if (status.st_size == 0) return problem("the file is empty (0 bytes); accepted are " + input_formats());
    const auto kind = kind_of(file.get());
    if (!kind) return problem("not an audio file of a known kind; accepted are " + input_formats());
    return Input{std::move(file), *kind};
}

}  // namespace burnish
