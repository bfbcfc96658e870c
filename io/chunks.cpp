#include "io/chunks.h"

#include <algorithm>
#include <array>

namespace burnish {

namespace {

constexpr std::uint32_t size_is_in_ds64 = 0xFFFFFFFF;

struct Layout {
    Endian endian = Endian::little;
    int id_bytes = 4;  ///< W64 writes a GUID that starts with the four letters
    int size_bytes = 4;
    bool counts_header = false;  ///< whether a chunk's size includes its own header
    int alignment = 2;
    std::int64_t first = 12;  ///< where the first chunk starts
};

Layout layout_of(InputKind kind) {
    if (kind == InputKind::aiff) return {.endian = Endian::big};
    if (kind == InputKind::w64)
        return {.id_bytes = 16, .size_bytes = 8, .counts_header = true, .alignment = 8, .first = 40};
    return {};
}

bool is_chunked(InputKind kind) {
    return kind == InputKind::wav || kind == InputKind::rf64 || kind == InputKind::bw64 || kind == InputKind::w64 ||
           kind == InputKind::aiff;
}

template <std::size_t size>
std::array<std::uint8_t, size> bytes_at(int descriptor, std::int64_t offset) {
    std::array<std::uint8_t, size> bytes{};
    (void)read_at(descriptor, offset, bytes);
    return bytes;
}

}  // namespace

std::vector<Chunk> list_chunks(int descriptor, InputKind kind) {
    std::vector<Chunk> chunks;
    if (!is_chunked(kind)) return chunks;
    const auto layout = layout_of(kind);
    const std::int64_t header = layout.id_bytes + layout.size_bytes;
    const std::int64_t end = file_bytes(descriptor);
    std::int64_t data_size = -1;  // from the ds64 chunk of RF64
    for (std::int64_t at = layout.first; at + header <= end;) {
        const auto head = bytes_at<24>(descriptor, at);
        ByteReader reader(head, layout.endian);
        Chunk chunk{.id = reader.text(4), .offset = at + header, .size = 0};
        reader.skip(static_cast<std::size_t>(layout.id_bytes) - 4);
        chunk.size = layout.size_bytes == 8 ? static_cast<std::int64_t>(reader.u64()) : std::int64_t{reader.u32()};
        if (layout.counts_header) chunk.size -= header;
        if (chunk.id == "ds64") {
            const auto sizes = bytes_at<16>(descriptor, chunk.offset);
            ByteReader ds64(sizes);
            ds64.skip(8);
            data_size = static_cast<std::int64_t>(ds64.u64());
        }
        if (chunk.id == "data" && chunk.size == size_is_in_ds64 && data_size >= 0) chunk.size = data_size;
        if (chunk.size < 0) break;
        chunks.push_back(chunk);
        if (chunk.size > end - chunk.offset) break;
        at = chunk.offset + (chunk.size + layout.alignment - 1) / layout.alignment * layout.alignment;
    }
    return chunks;
}

Bytes read_chunk(int descriptor, const Chunk& chunk) {
    const auto there = std::max<std::int64_t>(0, std::min(chunk.size, file_bytes(descriptor) - chunk.offset));
    Bytes bytes(static_cast<std::size_t>(there));
    const auto got = read_at(descriptor, chunk.offset, bytes);
    bytes.resize(static_cast<std::size_t>(std::max<std::int64_t>(0, got)));
    return bytes;
}

bool append_chunk(int descriptor, InputKind kind, std::string_view id, std::span<const std::uint8_t> contents) {
    const auto layout = layout_of(kind);
    const auto end = file_bytes(descriptor);
    ByteWriter chunk(layout.endian);
    chunk.zeros(static_cast<std::size_t>(end % 2));
    chunk.field(id, 4);
    chunk.u32(contents.size());
    chunk.raw(contents);
    const auto padding = (end + static_cast<std::int64_t>(chunk.bytes().size())) % 2;
    chunk.zeros(static_cast<std::size_t>(padding));
    if (!write_at(descriptor, end, chunk.bytes())) return false;

    // The size of the whole: all that follows it, at the start; in RF64 in the ds64 chunk, which comes first.
    const auto whole = static_cast<std::uint64_t>(file_bytes(descriptor) - 8);
    ByteWriter size(layout.endian);
    if (kind == InputKind::rf64)
        size.u64(whole);
    else
        size.u32(whole);
    return write_at(descriptor, kind == InputKind::rf64 ? 20 : 4, size.bytes());
}

}  // namespace burnish
