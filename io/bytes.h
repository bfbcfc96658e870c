#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace burnish {

using Bytes = std::vector<std::uint8_t>;

enum class Endian : std::uint8_t { little, big };

/// Takes numbers and text from a stretch of bytes in turn; past its end it gives zeros and empty text.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::uint8_t> bytes, Endian endian = Endian::little) noexcept
        : bytes_(bytes), endian_(endian) {}

    [[nodiscard]] std::size_t left() const noexcept { return bytes_.size(); }
    [[nodiscard]] std::span<const std::uint8_t> take(std::size_t count) noexcept {
        const auto taken = bytes_.first(count < left() ? count : left());
        bytes_ = bytes_.subspan(taken.size());
        return taken;
    }
    void skip(std::size_t count) noexcept { (void)take(count); }
    [[nodiscard]] std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(number(1)); }
    [[nodiscard]] std::uint16_t u16() noexcept { return static_cast<std::uint16_t>(number(2)); }
    [[nodiscard]] std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(number(4)); }
    [[nodiscard]] std::uint64_t u64() noexcept { return number(8); }
    /// `count` bytes as they are, up to the first zero if there is one.
    [[nodiscard]] std::string text(std::size_t count) {
        const auto taken = take(count);
        std::string text(taken.begin(), taken.end());
        return text.substr(0, text.find('\0'));
    }

private:
    [[nodiscard]] std::uint64_t number(std::size_t size) noexcept {
        const auto taken = take(size);
        if (taken.size() < size) return 0;
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < size; ++i) value = (value << 8) | taken[endian_ == Endian::big ? i : size - 1 - i];
        return value;
    }

    std::span<const std::uint8_t> bytes_;
    Endian endian_;
};

/// Strings numbers and text together.
class ByteWriter {
public:
    explicit ByteWriter(Endian endian = Endian::little) noexcept : endian_(endian) {}

    void u8(std::uint64_t value) { number(value, 1); }
    void u16(std::uint64_t value) { number(value, 2); }
    void u32(std::uint64_t value) { number(value, 4); }
    void u64(std::uint64_t value) { number(value, 8); }
    void raw(std::span<const std::uint8_t> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    void text(std::string_view text) {
        for (const char letter : text) bytes_.push_back(static_cast<std::uint8_t>(letter));
    }
    /// Text in a field of fixed size: cut to fit, filled up with zeros.
    void field(std::string_view value, std::size_t size) {
        text(value.substr(0, size));
        zeros(size - (value.size() < size ? value.size() : size));
    }
    void zeros(std::size_t count) { bytes_.insert(bytes_.end(), count, 0); }
    void pad_to_even() { zeros(bytes_.size() % 2); }

    [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }

private:
    void number(std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            bytes_.push_back(static_cast<std::uint8_t>(value >> 8 * (endian_ == Endian::big ? size - 1 - i : i)));
    }

    Bytes bytes_;
    Endian endian_;
};

}  // namespace burnish
