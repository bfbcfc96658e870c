#include "io/sound_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "io/file_descriptor.h"

namespace burnish {

namespace {

/// Longer than any file, and short enough for the sums that are done with it.
constexpr std::int64_t endless_bytes = std::int64_t{1} << 40;
constexpr std::size_t buffer_bytes = 1 << 17;
/// The end of an endless file is zeros, so that a search for tags there finds none.
constexpr std::int64_t endless_tail_bytes = 1 << 16;

/// Puts the part of the patch that lies in `bytes`, which were read from `offset` on.
void apply_patch(const Disguise& disguise, std::int64_t offset, std::span<std::uint8_t> bytes) {
    const auto end = offset + static_cast<std::int64_t>(bytes.size());
    for (std::size_t i = 0; i < disguise.patch.size(); ++i) {
        const auto at = disguise.patch_offset + static_cast<std::int64_t>(i);
        if (at >= offset && at < end) bytes[static_cast<std::size_t>(at - offset)] = disguise.patch[i];
    }
}

}  // namespace

/// As read_at, from the position on.
std::int64_t SoundStream::Access::read(std::span<std::uint8_t> into) {
    if (into.size() >= buffer.size()) return read_at(descriptor, position, into);
    const auto wanted = static_cast<std::int64_t>(into.size());
    if (position < buffered_from || position + wanted > buffered_from + buffered_bytes) {
        const auto got = read_at(descriptor, position, buffer);
        if (got < 0) return got;
        buffered_from = position;
        buffered_bytes = got;
    }
    const auto count = std::min(wanted, buffered_from + buffered_bytes - position);
    std::copy_n(buffer.begin() + (position - buffered_from), count, into.begin());
    return count;
}

bool SoundStream::Access::write(std::span<const std::uint8_t> from) {
    const auto pending_end = pending_from + static_cast<std::int64_t>(pending.size());
    if (position != pending_end || pending.size() + from.size() > buffer_bytes) {
        if (!flush()) return false;
        pending_from = position;
    }
    pending.insert(pending.end(), from.begin(), from.end());
    return true;
}

bool SoundStream::Access::flush() {
    if (error_number == 0 && !pending.empty() && !write_at(descriptor, pending_from, pending)) error_number = errno;
    pending.clear();
    return error_number == 0;
}

std::int64_t SoundStream::Access::length() {
    if (disguise.endless) return endless_bytes;
    flush();
    return file_bytes(descriptor);
}

SF_VIRTUAL_IO SoundStream::callbacks() {
    SF_VIRTUAL_IO io{};
    io.get_filelen = [](void* user) -> sf_count_t { return static_cast<Access*>(user)->length(); };
    io.seek = [](sf_count_t offset, int whence, void* user) -> sf_count_t {
        auto& access = *static_cast<Access*>(user);
        const std::int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? access.position : access.length();
        if (base + offset < 0) return -1;
        return access.position = base + offset;
    };
    io.read = [](void* into, sf_count_t count, void* user) -> sf_count_t {
        auto& access = *static_cast<Access*>(user);
        const std::span<std::uint8_t> to(static_cast<std::uint8_t*>(into), static_cast<std::size_t>(count));
        if (access.disguise.endless && access.position >= endless_bytes - endless_tail_bytes) {
            std::ranges::fill(to, std::uint8_t{0});
            access.position += count;
            return count;
        }
        if (!access.flush()) return 0;
        const auto got = access.read(to);
        if (got < 0) {
            access.error_number = errno;
            return 0;
        }
        apply_patch(access.disguise, access.position, to.first(static_cast<std::size_t>(got)));
        access.position += got;
        return got;
    };
    io.write = [](const void* from, sf_count_t count, void* user) -> sf_count_t {
        auto& access = *static_cast<Access*>(user);
        if (!access.write({static_cast<const std::uint8_t*>(from), static_cast<std::size_t>(count)})) return 0;
        access.position += count;
        return count;
    };
    io.tell = [](void* user) -> sf_count_t { return static_cast<Access*>(user)->position; };
    return io;
}

void SoundStream::open(int descriptor, Disguise disguise, int mode) {
    access_ = std::make_unique<Access>(Access{.descriptor = descriptor, .disguise = std::move(disguise)});
    if (mode == SFM_READ) access_->buffer.resize(buffer_bytes);
    if (mode == SFM_WRITE) access_->pending.reserve(buffer_bytes);
    auto io = callbacks();
    file_.reset(sf_open_virtual(&io, mode, &info_, access_.get()));
}

SoundStream SoundStream::for_reading(int descriptor, Disguise disguise) {
    SoundStream stream;
    stream.open(descriptor, std::move(disguise), SFM_READ);
    return stream;
}

SoundStream SoundStream::for_writing(int descriptor, const SF_INFO& info) {
    SoundStream stream;
    stream.info_ = info;
    stream.open(descriptor, {}, SFM_WRITE);
    return stream;
}

std::string SoundStream::problem() const {
    if (broken()) return std::strerror(access_->error_number);
    std::string text = sf_strerror(file_.get());
    while (!text.empty() && (text.back() == '.' || text.back() == '\n')) text.pop_back();
    for (const std::string_view prefix : {"Error : ", "Error in "})
        if (text.starts_with(prefix)) text.erase(0, prefix.size());
    // What it says where it knows nothing tells a reader nothing.
    const bool is_vague = text.empty() || text.starts_with("No Error") || text.find("SF_INFO") != text.npos;
    return is_vague ? "its contents are not what its header promises" : text;
}

bool SoundStream::close() {
    const bool closed = sf_close(file_.release()) == 0;
    return access_->flush() && closed;
}

}  // namespace burnish
