#include "io/tag_stream.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <span>
#include <vector>

#include "io/file_descriptor.h"

namespace burnish {

namespace {
std::span<std::uint8_t> bytes_of(TagLib::ByteVector& data) {
    return {reinterpret_cast<std::uint8_t*>(data.data()), data.size()};
}
std::span<const std::uint8_t> bytes_of(const TagLib::ByteVector& data) {
    return {reinterpret_cast<const std::uint8_t*>(data.data()), data.size()};
}
}  // namespace

TagLib::ByteVector TagStream::readBlock(unsigned long length) {
    const long left = std::max(0L, this->length() - position_);
    TagLib::ByteVector data(static_cast<unsigned>(std::min<unsigned long>(length, static_cast<unsigned long>(left))),
                            0);
    const auto got = read_at(descriptor_, position_, bytes_of(data));
    if (got < 0) error_number_ = errno;
    data.resize(static_cast<unsigned>(std::max<std::int64_t>(0, got)));
    position_ += static_cast<long>(data.size());
    return data;
}

void TagStream::writeBlock(const TagLib::ByteVector& data) {
    if (read_only_ || error_number_ != 0) return;
    if (!write_at(descriptor_, position_, bytes_of(data))) error_number_ = errno;
    position_ += static_cast<long>(data.size());
}

void TagStream::insert(const TagLib::ByteVector& data, unsigned long start, unsigned long replace) {
    move_rest(static_cast<long>(start + replace), static_cast<long>(start + data.size()));
    position_ = static_cast<long>(start);
    writeBlock(data);
}

void TagStream::removeBlock(unsigned long start, unsigned long length) {
    move_rest(static_cast<long>(start + length), static_cast<long>(start));
}

void TagStream::move_rest(long from, long to) {
    constexpr long block = 1L << 20;
    const long rest = std::max(0L, length() - from);
    if (read_only_ || from == to) return;
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(std::min(block, rest)));
    for (long done = 0; done < rest && error_number_ == 0;) {
        const long count = std::min(block, rest - done);
        const long at = to < from ? done : rest - done - count;  // the far end first when making room
        const auto part = std::span(bytes).first(static_cast<std::size_t>(count));
        if (read_at(descriptor_, from + at, part) != count || !write_at(descriptor_, to + at, part))
            error_number_ = errno != 0 ? errno : EIO;
        done += count;
    }
    if (to < from) truncate(to + rest);
}

void TagStream::seek(long offset, Position from) {
    position_ = std::max(0L, offset + (from == Beginning ? 0 : from == Current ? position_ : length()));
}

long TagStream::length() { return static_cast<long>(file_bytes(descriptor_)); }

void TagStream::truncate(long length) {
    if (read_only_ || error_number_ != 0) return;
    if (::ftruncate(descriptor_, length) != 0) error_number_ = errno;
}

}  // namespace burnish
