#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "core/result.h"

namespace burnish {

/// A JSON object whose "format" is the one expected, and which names nothing twice.
/// @param where  the file's name, for error messages
[[nodiscard]] Result<nlohmann::ordered_json> read_document(std::string_view where, std::string_view json_text,
                                                           std::string_view format);

}  // namespace burnish
