#include "cli/number_format.h"

#include <array>
#include <charconv>
#include <cmath>

namespace burnish {

std::string fixed_text(double value, int decimals) {
    std::array<char, 400> buffer{};  // the largest double has 309 digits
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals).ptr;
    std::string text(buffer.data(), end);
    const bool is_zero = text.find_first_not_of("-0.") == std::string::npos;
    return is_zero && text.starts_with('-') ? text.substr(1) : text;
}

std::string duration_text(double seconds) {
    const auto two_digits = [](long long n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    const long long whole = std::llround(seconds);
    const auto rest = ":" + two_digits(whole % 60);
    if (whole < 3600) return std::to_string(whole / 60) + rest;
    return std::to_string(whole / 3600) + ":" + two_digits(whole / 60 % 60) + rest;
}

std::string place_text(double seconds) {
    const double whole = std::floor(seconds);
    return duration_text(whole) + fixed_text(std::min(seconds - whole, 0.9), 1).substr(1);
}

std::string signed_text(double value, int decimals) {
    auto text = fixed_text(value, decimals);
    const bool is_zero = text.find_first_not_of("0.") == std::string::npos;
    return value > 0.0 && !is_zero ? "+" + text : text;
}

std::string gain_text(double db) { return signed_text(db, 1) + " dB"; }

std::string speed_text(double audio_seconds, double elapsed_seconds) {
    const double speed = audio_seconds / std::max(elapsed_seconds, 1e-6);
    return fixed_text(speed, speed < 1.0 ? 2 : speed < 10.0 ? 1 : 0);
}

}  // namespace burnish
