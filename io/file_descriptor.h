#pragma once

#include <unistd.h>

#include <cstdint>
#include <span>
#include <utility>

namespace burnish {

/// Owns an open file.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int descriptor) noexcept : descriptor_(descriptor) {}
    FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~FileDescriptor() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    explicit operator bool() const noexcept { return descriptor_ >= 0; }
    [[nodiscard]] int get() const noexcept { return descriptor_; }

private:
    int descriptor_ = -1;
};

/// Fills `into` from `offset` on. @return bytes read, fewer than asked for at the end of the file; -1 with errno set
[[nodiscard]] std::int64_t read_at(int descriptor, std::int64_t offset, std::span<std::uint8_t> into) noexcept;
/// Writes all of `from` at `offset`. @return false with errno set
[[nodiscard]] bool write_at(int descriptor, std::int64_t offset, std::span<const std::uint8_t> from) noexcept;
/// Length in bytes, 0 if there is none.
[[nodiscard]] std::int64_t file_bytes(int descriptor) noexcept;

}  // namespace burnish
