#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <type_traits>

namespace burnish::training {

/// Results that took long, kept in files of their own so that an interrupted run goes on where it was. The files are of
/// this machine and this build: their folders are named by what made them.

/// Nothing if there is no such file, or if it holds something else.
template <class Numbers>
[[nodiscard]] std::optional<Numbers> read_kept(const std::filesystem::path& file) {
    static_assert(std::is_trivially_copyable_v<Numbers>);
    Numbers numbers;
    std::ifstream stream(file, std::ios::binary);
    if (!stream.read(reinterpret_cast<char*>(&numbers), sizeof numbers) || stream.peek() != EOF) return std::nullopt;
    return numbers;
}

/// The file appears whole or not at all; what cannot be kept is made again another time.
template <class Numbers>
void keep(const Numbers& numbers, const std::filesystem::path& file) {
    static_assert(std::is_trivially_copyable_v<Numbers>);
    const std::filesystem::path unfinished = file.string() + ".part";
    std::error_code ignored;
    {
        std::ofstream stream(unfinished, std::ios::binary);
        if (!stream.write(reinterpret_cast<const char*>(&numbers), sizeof numbers).flush()) {
            std::filesystem::remove(unfinished, ignored);
            return;
        }
    }
    std::filesystem::rename(unfinished, file, ignored);
}

}  // namespace burnish::training
