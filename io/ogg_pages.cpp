#include "io/ogg_pages.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "io/file_descriptor.h"

namespace burnish {

namespace {

constexpr std::size_t header_bytes = 27;  // of a page, before the table of segments
constexpr std::size_t serial_at = 14;
constexpr std::size_t checksum_at = 22;
constexpr std::size_t segments_at = 26;
constexpr std::uint32_t serial_number = 0x6275726E;
constexpr std::size_t window_bytes = std::size_t{1} << 20;  // many pages; one has 65307 bytes at most

/// CRC-32 of polynomial 0x04C11DB7, high bit first, from 0, without a final inversion.
constexpr auto crc_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte << 24;
        for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x80000000U) != 0 ? 0x04C11DB7U : 0U);
        table[byte] = crc;
    }
    return table;
}();

std::uint32_t checksum(std::span<const std::uint8_t> page) {
    std::uint32_t crc = 0;
    for (const auto byte : page) crc = (crc << 8) ^ crc_table[(crc >> 24) ^ byte];
    return crc;
}

void put_u32(std::span<std::uint8_t> page, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) page[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
}

/// Length of the page at the start of `bytes`; 0 if it is not there as a whole.
std::size_t page_bytes(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < header_bytes || bytes[0] != 'O' || bytes[1] != 'g') return 0;
    const std::size_t segments = bytes[segments_at];
    if (bytes.size() < header_bytes + segments) return 0;
    const auto lengths = bytes.subspan(header_bytes, segments);
    const auto size = header_bytes + std::accumulate(lengths.begin(), lengths.end(), segments);
    return size <= bytes.size() ? size : 0;
}

}  // namespace

int fix_ogg_serial_number(int descriptor) {
    std::vector<std::uint8_t> window(window_bytes);
    for (std::int64_t at = 0; at < file_bytes(descriptor);) {
        const auto got = read_at(descriptor, at, window);
        if (got < 0) return errno;
        const std::span<std::uint8_t> all(window.data(), static_cast<std::size_t>(got));
        std::size_t done = 0;
        while (const auto size = page_bytes(all.subspan(done))) {
            const auto page = all.subspan(done, size);
            put_u32(page, serial_at, serial_number);
            put_u32(page, checksum_at, 0);
            put_u32(page, checksum_at, checksum(page));
            done += size;
        }
        if (done == 0) return EILSEQ;
        if (!write_at(descriptor, at, all.first(done))) return errno;
        at += static_cast<std::int64_t>(done);
    }
    return 0;
}

}  // namespace burnish
