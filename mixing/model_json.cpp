#include "mixing/model_json.h"

#include <span>

#include "mastering/preset.h"

namespace burnish {

[[nodiscard]] std::span<const EmbeddedFile> embedded_mixing_models() noexcept;

Result<std::string_view> embedded_mixing_model(std::string_view name) {
    for (const auto& file : embedded_mixing_models())
        if (file.name == name) return file.text;
    return Error{ErrorCode::internal, "models/mixing/" + std::string(name) + ".json is not part of the program"};
}

Result<double> number_in(std::string_view where, const nlohmann::ordered_json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number())
        return Error{ErrorCode::internal, std::string(where) + ": \"" + key + "\" is missing"};
    return found->get<double>();
}

}  // namespace burnish
