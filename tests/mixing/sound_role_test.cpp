#include "mixing/sound_role.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "tests/mixing/band.h"

namespace burnish::test {
namespace {

RoleModel two_roles() {
    RoleModel model;
    model.mean.fill(-10.0);
    model.deviation.fill(5.0);
    model.rows = {{.role = Role::kick, .bias = 1.0}, {.role = Role::keys}};
    model.rows[0].weights[0] = 2.0;
    return model;
}

}  // namespace

TEST_CASE("chances of roles follow the logistic of their scores, and sum to one", "[mixing][roles]") {
    const auto model = two_roles();
    SoundFeatures features{};
    features.fill(-10.0);
    CHECK(model.chances(model.standardized(features))[0] == Approx(1.0 / (1.0 + std::exp(-1.0))));
    features[0] = -12.5;  // half a deviation less: the scores are even
    const auto even = model.chances(model.standardized(features));
    CHECK(even[0] == Approx(0.5));
    CHECK(std::accumulate(even.begin(), even.end(), 0.0) == Approx(1.0));
    features[0] = 1000.0;  // four deviations at most
    CHECK(model.chances(model.standardized(features))[0] == Approx(1.0 / (1.0 + std::exp(-9.0))));
}

TEST_CASE("a model of roles survives its file; a damaged one says what is wrong", "[mixing][roles]") {
    const auto model = two_roles();
    const auto text = role_model_json(model);
    const auto read = read_role_model("r.json", text);
    REQUIRE(read.ok());
    CHECK(read->mean == model.mean);
    CHECK(read->deviation == model.deviation);
    REQUIRE(read->rows.size() == 2);
    CHECK(read->rows[0].role == Role::kick);
    CHECK(read->rows[0].bias == 1.0);
    CHECK(read->rows[0].weights == model.rows[0].weights);
    for (const auto& [key, value, what] : {std::tuple{"features", R"([])", "other features"},
                                           {"mean", R"([1])", "18 numbers expected"},
                                           {"roles", R"([{"role": "cowbell"}])", "one of kick"},
                                           {"roles", R"([{"role": "kick"}])", "\"bias\" is missing"}}) {
        auto document = nlohmann::ordered_json::parse(text);
        document[key] = nlohmann::ordered_json::parse(value);
        const auto bad = read_role_model("r.json", document.dump());
        REQUIRE_FALSE(bad.ok());
        CHECK_THAT(bad.error().message, Catch::Contains(what));
    }
    CHECK_FALSE(embedded_role_model().rows.empty());
}

TEST_CASE("what the sound says does not hang on how loud it is, nor on the name", "[mixing][roles]") {
    auto parts = small_band();
    const Rehearsal first(parts);
    for (auto& part : parts) part = louder(part, -9.0);
    const Rehearsal softer(parts);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto loud = sound_features(first.session->measures()[i]);
        const auto soft = sound_features(softer.session->measures()[i]);
        for (std::size_t k = 0; k < loud.size(); ++k) {
            INFO(parts[i].name << ", " << sound_feature_names()[k]);
            CHECK(soft[k] == Approx(loud[k]).margin(0.2));
        }
    }
}

TEST_CASE("levels go by what plain rules hear, where no name tells", "[mixing][roles]") {
    const RoleGuess heard{Role::keys, 0.8, "", HeardRole{Role::bass, 0.7}};
    CHECK(heard.level_role() == Role::bass);
    CHECK(heard.level_confidence() == 0.7);
    const RoleGuess named{Role::keys, 0.95, ""};
    CHECK(named.level_role() == Role::keys);
    CHECK(named.level_confidence() == 0.95);
}

}  // namespace burnish::test
