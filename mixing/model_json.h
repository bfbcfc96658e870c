#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "core/result.h"

namespace burnish {

/// A file of models/mixing/, without its ending, as it is part of the program.
[[nodiscard]] Result<std::string_view> embedded_mixing_model(std::string_view name);

[[nodiscard]] Result<double> number_in(std::string_view where, const nlohmann::ordered_json& object, const char* key);

/// Numbers, as many as there are places for.
template <std::size_t count>
[[nodiscard]] Result<std::array<double, count>> numbers_in(std::string_view where, const nlohmann::ordered_json& object,
                                                           const char* key) {
    const auto list = object.find(key);
    const auto is_number = [](const nlohmann::ordered_json& value) { return value.is_number(); };
    if (list == object.end() || !list->is_array() || list->size() != count ||
        !std::all_of(list->begin(), list->end(), is_number))
        return Error{ErrorCode::internal,
                     std::string(where) + ": \"" + key + "\": " + std::to_string(count) + " numbers expected"};
    return list->get<std::array<double, count>>();
}

}  // namespace burnish
