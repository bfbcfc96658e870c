#include "mastering/model_file.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

namespace burnish {

namespace {

using Json = nlohmann::json;

constexpr std::size_t length_bytes = 8;
constexpr std::size_t most_header_bytes = std::size_t{1} << 20;
constexpr std::size_t most_dimensions = 4;
constexpr std::string_view metadata_key = "__metadata__";

static_assert(std::endian::native == std::endian::little, "weights are copied as they stand in the file");

Error bad(std::string_view where, const std::string& message) {
    return {ErrorCode::usage, std::string(where) + ": " + message};
}

/// Refuses names that an object holds twice and nesting that no header needs, while the text is still being read.
Json parse_header(const char* first, const char* last, bool& odd) {
    std::vector<std::set<std::string>> open_objects;
    const auto watch = [&](int depth, Json::parse_event_t event, const Json& found) {
        if (depth > 8) odd = true;
        if (event == Json::parse_event_t::object_start) open_objects.emplace_back();
        if (event == Json::parse_event_t::object_end) open_objects.pop_back();
        if (event == Json::parse_event_t::key && !open_objects.back().insert(found.get<std::string>()).second)
            odd = true;
        return true;
    };
    return Json::parse(first, last, watch, /*allow_exceptions=*/false);
}

struct Extent {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  // one beyond
    std::vector<int> shape;
};

Result<Extent> read_extent(std::string_view where, const std::string& name, const Json& entry, std::size_t data_bytes) {
    const auto problem = [&](const std::string& text) { return bad(where, "tensor \"" + name + "\": " + text); };
    if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") || !entry.contains("data_offsets"))
        return problem("dtype, shape and data_offsets expected");
    if (entry["dtype"] != "F32") return problem("dtype " + entry["dtype"].dump() + " found, \"F32\" expected");
    const auto& offsets = entry["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
        !offsets[1].is_number_unsigned())
        return problem("data_offsets of two whole numbers expected");
    Extent extent{offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>(), {}};
    if (extent.first > extent.last || extent.last > data_bytes)
        return problem("data_offsets outside the " + std::to_string(data_bytes) + " bytes of data");
    const auto& shape = entry["shape"];
    if (!shape.is_array() || shape.size() > most_dimensions) return problem("a shape of up to 4 numbers expected");
    std::uint64_t count = 1;
    for (const auto& size : shape) {
        if (!size.is_number_unsigned() || size.get<std::uint64_t>() > largest_model_bytes)
            return problem("shape " + shape.dump() + " found, sizes up to " + std::to_string(largest_model_bytes) +
                           " expected");
        count *= size.get<std::uint64_t>();
        if (count > largest_model_bytes) return problem("shape " + shape.dump() + " is larger than any file");
        extent.shape.push_back(size.get<int>());
    }
    if (count * sizeof(float) != extent.last - extent.first)
        return problem("shape " + shape.dump() + " and data_offsets differ in size");
    return extent;
}

}  // namespace

Result<ModelFile> parse_model(std::string_view where, std::span<const std::byte> bytes) {
    if (bytes.size() < length_bytes || bytes.size() > largest_model_bytes)
        return bad(where, std::to_string(bytes.size()) + " bytes found, a model of 8 bytes to 16 MB expected");
    std::uint64_t header_bytes = 0;
    std::memcpy(&header_bytes, bytes.data(), length_bytes);
    if (header_bytes > most_header_bytes || header_bytes > bytes.size() - length_bytes)
        return bad(where, "a header of " + std::to_string(header_bytes) + " bytes in a file of " +
                              std::to_string(bytes.size()) + " bytes: not a model, or cut off");
    const auto* const text = reinterpret_cast<const char*>(bytes.data()) + length_bytes;
    bool odd = false;
    const auto header = parse_header(text, text + header_bytes, odd);
    if (!header.is_object()) return bad(where, "the header is not a JSON object");
    if (odd) return bad(where, "the header holds a name twice, or objects in objects in objects");

    const auto data = bytes.subspan(length_bytes + header_bytes);
    ModelFile model;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> owned;
    for (const auto& [name, entry] : header.items()) {
        if (name == metadata_key) {
            if (!entry.is_object()) return bad(where, "__metadata__ is not an object");
            for (const auto& [key, value] : entry.items()) {
                if (!value.is_string()) return bad(where, "__metadata__." + key + " is not a text");
                model.metadata[key] = value.get<std::string>();
            }
            continue;
        }
        auto extent = read_extent(where, name, entry, data.size());
        if (!extent) return extent.error();
        Tensor tensor{extent->shape, std::vector<float>((extent->last - extent->first) / sizeof(float))};
        if (!tensor.values.empty())
            std::memcpy(tensor.values.data(), data.data() + extent->first, extent->last - extent->first);
        if (!std::ranges::all_of(tensor.values, [](float value) { return std::isfinite(value); }))
            return bad(where, "tensor \"" + name + "\" holds numbers that are not finite");
        owned.emplace_back(extent->first, extent->last);
        model.tensors.emplace(name, std::move(tensor));
    }
    std::ranges::sort(owned);
    std::uint64_t end = 0;
    for (const auto& [first, last] : owned) {
        if (first != end) return bad(where, "tensors overlap, or leave a gap between them");
        end = last;
    }
    if (end != data.size()) return bad(where, "bytes behind the last tensor");
    return model;
}

std::vector<std::byte> serialize_model(const ModelFile& model) {
    Json header = Json::object();
    if (!model.metadata.empty()) header[std::string(metadata_key)] = model.metadata;
    std::size_t offset = 0;
    for (const auto& [name, tensor] : model.tensors) {
        const std::size_t size = tensor.values.size() * sizeof(float);
        header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + size}}};
        offset += size;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // the data starts aligned
    const std::uint64_t header_bytes = text.size();
    std::vector<std::byte> bytes(length_bytes + text.size() + offset);
    std::memcpy(bytes.data(), &header_bytes, length_bytes);
    std::memcpy(bytes.data() + length_bytes, text.data(), text.size());
    auto* to = bytes.data() + length_bytes + text.size();
    for (const auto& [name, tensor] : model.tensors) {
        if (!tensor.values.empty()) std::memcpy(to, tensor.values.data(), tensor.values.size() * sizeof(float));
        to += tensor.values.size() * sizeof(float);
    }
    return bytes;
}

}  // namespace burnish
