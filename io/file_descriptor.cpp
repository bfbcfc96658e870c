#include "io/file_descriptor.h"

#include <sys/stat.h>

#include <cerrno>

namespace burnish {

std::int64_t read_at(int descriptor, std::int64_t offset, std::span<std::uint8_t> into) noexcept {
    std::size_t done = 0;
    while (done < into.size()) {
        const auto count =
            ::pread(descriptor, into.data() + done, into.size() - done, offset + static_cast<std::int64_t>(done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return static_cast<std::int64_t>(done);
}

bool write_at(int descriptor, std::int64_t offset, std::span<const std::uint8_t> from) noexcept {
    std::size_t done = 0;
    while (done < from.size()) {
        const auto count =
            ::pwrite(descriptor, from.data() + done, from.size() - done, offset + static_cast<std::int64_t>(done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        done += static_cast<std::size_t>(count);
    }
    return true;
}

std::int64_t file_bytes(int descriptor) noexcept {
    struct stat status {};
    return ::fstat(descriptor, &status) == 0 ? static_cast<std::int64_t>(status.st_size) : 0;
}

}  // namespace burnish
