#pragma once

#include <string>

namespace burnish::training {

/// snprintf into a string of at most 511 characters.
[[nodiscard]] std::string formatted(const char* format, ...) __attribute__((format(printf, 1, 2)));

}  // namespace burnish::training
