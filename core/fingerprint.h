#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace burnish {

/// FNV-1a: the same words have the same number, others hardly ever. Source: RFC 9923.
[[nodiscard]] constexpr std::uint64_t fingerprint(std::string_view words) noexcept {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const char c : words) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    return hash;
}

[[nodiscard]] inline std::string hexadecimal(std::uint64_t number) {
    std::string text(16, '0');
    for (std::size_t i = 0; i < text.size(); ++i) text[15 - i] = "0123456789abcdef"[(number >> (4 * i)) & 15U];
    return text;
}

}  // namespace burnish
