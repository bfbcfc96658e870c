#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace burnish {

/// Numbers in rows, the last index running fastest.
struct Tensor {
    std::vector<int> shape;
    std::vector<float> values;
};

inline constexpr std::size_t largest_model_bytes = std::size_t{16} << 20;

/// The weights of a model and what is to be known of them.
struct ModelFile {
    std::map<std::string, std::string> metadata;
    std::map<std::string, Tensor> tensors;
};

/// Reads a file of the safetensors layout: the length of the header in eight bytes, little-endian; a JSON object with
/// dtype, shape and data_offsets of every tensor, and texts in __metadata__; then the data.
///
/// The bytes may come from anywhere: whatever they hold, the outcome is a model whose tensors are whole, finite and
/// apart, or an error. Only F32 is read; files beyond 16 MB, headers beyond 1 MB and data that no tensor owns are
/// refused.
/// @param where  the file's name, for error messages
[[nodiscard]] Result<ModelFile> parse_model(std::string_view where, std::span<const std::byte> bytes);

/// The same model always gives the same bytes.
[[nodiscard]] std::vector<std::byte> serialize_model(const ModelFile& model);

/// The model that this program was built with.
[[nodiscard]] std::span<const std::byte> embedded_model() noexcept;

}  // namespace burnish
