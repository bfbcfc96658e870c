#include "mastering/model_file.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "core/random.h"

namespace burnish {
namespace {

using Catch::Matchers::Contains;

ModelFile small_model() {
    return {{{"format", "test"}}, {{"a", {{2, 2}, {1.0F, 2.0F, 3.0F, 4.0F}}}, {"b", {{1}, {5.0F}}}}};
}

std::vector<std::byte> file_of(const std::string& header, std::size_t data_bytes) {
    std::vector<std::byte> bytes(8 + header.size() + data_bytes);
    const std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, 8);
    std::memcpy(bytes.data() + 8, header.data(), header.size());
    return bytes;
}

std::string refusal(const std::vector<std::byte>& bytes) {
    const auto model = parse_model("m", bytes);
    return model ? "" : model.error().message;
}

}  // namespace

TEST_CASE("a model comes back as it was written", "[mastering][model]") {
    const auto bytes = serialize_model(small_model());
    CHECK(bytes == serialize_model(small_model()));
    const auto model = parse_model("m", bytes);
    REQUIRE(model);
    CHECK(model->metadata == small_model().metadata);
    CHECK(model->tensors.at("a").shape == std::vector{2, 2});
    CHECK(model->tensors.at("a").values == std::vector{1.0F, 2.0F, 3.0F, 4.0F});
    CHECK(model->tensors.at("b").values == std::vector{5.0F});
    // The layout of safetensors: a length, a JSON text of that length, the numbers at the end.
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    CHECK(length % 8 == 0);
    CHECK(bytes.size() == 8 + length + 5 * 4);
    float last = 0.0F;
    std::memcpy(&last, bytes.data() + bytes.size() - 4, 4);
    CHECK(last == 5.0F);
}

TEST_CASE("a damaged model is refused, and the reason told", "[mastering][model]") {
    const auto tensor = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
        return R"({"a":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
    };
    CHECK(refusal(file_of(tensor("\"F32\"", "[2]", "[0,8]"), 8)).empty());
    CHECK_THAT(refusal({}), Contains("0 bytes found"));
    CHECK_THAT(refusal(file_of("[]", 0)), Contains("not a JSON object"));
    CHECK_THAT(refusal(file_of("{", 0)), Contains("not a JSON object"));
    CHECK_THAT(refusal(file_of(tensor("\"F16\"", "[2]", "[0,8]"), 8)), Contains("\"F32\" expected"));
    CHECK_THAT(refusal(file_of(tensor("\"F32\"", "[3]", "[0,8]"), 8)), Contains("differ in size"));
    CHECK_THAT(refusal(file_of(tensor("\"F32\"", "[-2]", "[0,8]"), 8)), Contains("shape"));
    CHECK_THAT(refusal(file_of(tensor("\"F32\"", "[4294967296,4294967296]", "[0,8]"), 8)), Contains("shape"));
    CHECK_THAT(refusal(file_of(tensor("\"F32\"", "[2,2,2,2,2]", "[0,8]"), 8)), Contains("up to 4"));
    CHECK_THAT(refusal(file_of(tensor("\"F32\"", "[2]", "[8,0]"), 8)), Contains("data_offsets"));
    CHECK_THAT(refusal(file_of(tensor("\"F32\"", "[2]", "[8,16]"), 8)), Contains("outside"));
    CHECK_THAT(refusal(file_of(tensor("\"F32\"", "[2]", "[4,12]"), 12)), Contains("gap"));
    CHECK_THAT(refusal(file_of(tensor("\"F32\"", "[2]", "[0,8]"), 12)), Contains("behind the last"));
    CHECK_THAT(refusal(file_of(R"({"a":1,"a":2})", 0)), Contains("twice"));
    CHECK_THAT(refusal(file_of(R"({"a":1})", 0)), Contains("expected"));
    CHECK_THAT(refusal(file_of(R"({"__metadata__":{"x":1}})", 0)), Contains("not a text"));
    auto endless = file_of("{}", 0);
    std::memset(endless.data(), 0xFF, 8);
    CHECK_THAT(refusal(endless), Contains("cut off"));
    auto odd = small_model();
    odd.tensors["a"].values[2] = std::numeric_limits<float>::infinity();
    CHECK_THAT(refusal(serialize_model(odd)), Contains("not finite"));
    auto overlapping = std::string(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)") +
                       R"("b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})";
    CHECK_THAT(refusal(file_of(overlapping, 12)), Contains("overlap"));
}

TEST_CASE("no damage makes a model of unsound numbers", "[mastering][model]") {
    const auto bytes = serialize_model(small_model());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        INFO("cut after " << size << " bytes");
        CHECK_FALSE(parse_model("m", {bytes.data(), size}).ok());
    }
    Random random(7);
    for (int trial = 0; trial < 5000; ++trial) {
        auto mutated = bytes;
        for (std::uint64_t changes = 1 + random.bits() % 4; changes > 0; --changes)
            mutated[random.bits() % mutated.size()] = static_cast<std::byte>(random.bits() & 0xFFU);
        const auto model = parse_model("m", mutated);
        if (!model) continue;
        for (const auto& [name, tensor] : model->tensors)
            for (const float value : tensor.values) REQUIRE(std::isfinite(value));
    }
}

}  // namespace burnish
