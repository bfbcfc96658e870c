#include "mixing/balance_model.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "mixing/panning.h"
#include "tests/mixing/band.h"

namespace burnish::test {
namespace {

std::vector<Voice> band_voices(const std::vector<Part>& parts) {
    const Rehearsal rehearsal(parts);
    const auto& session = *rehearsal.session;
    auto voices = voices_of(session.stems(), session.measures(), roles_of(session.stems(), session.measures()));
    // What they point to goes with the session.
    static std::vector<std::unique_ptr<TrackAnalysis>> kept;
    for (auto& voice : voices) {
        kept.push_back(std::make_unique<TrackAnalysis>(*voice.track));
        voice.track = kept.back().get();
    }
    return voices;
}

BalanceModel some_model() {
    BalanceModel model;
    model.deviation.fill(20.0);
    model.weights.fill(0.3);
    model.weights[8] = -0.7;
    model.spread_lu = 2.5;
    model.spread.deviation.fill(20.0);
    model.spread.weights.fill(-0.1);
    for (const double weight_lu : {0.8, -0.4}) {
        auto& kind = model.kinds.emplace_back();
        kind.centre.fill(weight_lu);
        kind.weight_lu = weight_lu;
    }
    return model;
}

}  // namespace

TEST_CASE("the model of the program can be read", "[mixing][model]") {
    const auto model = embedded_balance_model();
    REQUIRE(model.ok());
    CHECK(std::ranges::all_of(model->weights, [](double weight) { return std::abs(weight) < 10.0; }));
}

TEST_CASE("a model survives its file", "[mixing][model]") {
    const auto model = some_model();
    const auto text = balance_model_json(model);
    const auto read = read_balance_model("m.json", text);
    REQUIRE(read.ok());
    CHECK(read->weights == model.weights);
    CHECK(read->deviation == model.deviation);
    CHECK(read->spread_lu == model.spread_lu);
    CHECK(read->spread.weights == model.spread.weights);
    CHECK(read->spread.deviation == model.spread.deviation);
    REQUIRE(read->kinds.size() == 2);
    CHECK(read->kinds[1].centre == model.kinds[1].centre);
    CHECK(read->kinds[1].weight_lu == model.kinds[1].weight_lu);
    const auto cut = read_balance_model("m.json", R"({"format": "burnish-balance-4", "spread_lu": 1, "features": {}})");
    REQUIRE_FALSE(cut.ok());
    CHECK_THAT(cut.error().message, Catch::Contains("other features"));
    for (const auto& [kinds, what] : {std::pair{R"("all")", "\"kinds\""},
                                      {R"([1])", "\"weight_lu\""},
                                      {R"([{"weight_lu": 1, "centre": [1, 2]}])", "31 numbers"}}) {
        auto document = nlohmann::ordered_json::parse(text);
        document["kinds"] = nlohmann::ordered_json::parse(kinds);
        const auto bad = read_balance_model("m.json", document.dump());
        REQUIRE_FALSE(bad.ok());
        CHECK_THAT(bad.error().message, Catch::Contains(what));
    }
}

TEST_CASE("a kind counts in full where it lies, and fades with distance", "[mixing][model]") {
    BalanceModel model;
    model.deviation.fill(1.0);
    model.kinds.push_back({VoiceFeatures{2.0}, 3.0});
    CHECK(model.correction_lu({2.0}) == Approx(3.0));
    // exp(-d^2 / (2 * 4^2))
    CHECK(model.correction_lu({-2.0}) == Approx(3.0 * std::exp(-0.5)));
    CHECK(model.correction_lu({2.0, 4.0, 4.0}) == Approx(3.0 * std::exp(-1.0)));
}

TEST_CASE("a model of pans survives its file, and moves what may move", "[mixing][model]") {
    PanModel model;
    static_cast<FeatureWeights&>(model) = some_model();
    model.bias = -0.1;
    model.error = 0.2;
    const auto read = read_pan_model("m.json", pan_model_json(model));
    REQUIRE(read.ok());
    CHECK(read->weights == model.weights);
    CHECK(read->bias == model.bias);
    CHECK(read->error == model.error);
    CHECK_THAT(read_pan_model("m.json", R"({"format": "burnish-pan-1"})").error().message,
               Catch::Contains("other features"));
    REQUIRE(embedded_pan_model().ok());

    const auto voices = band_voices(small_band());
    PanModel shifted;
    shifted.deviation.fill(20.0);
    shifted.bias = -0.1;
    shifted.error = 0.2;
    const auto rules = widths_by_rules(voices);
    const auto learned = widths_by_model(voices, shifted);
    for (std::size_t i = 0; i < voices.size(); ++i)
        CHECK(learned[i] == Approx(rules[i] > 0.0 ? std::max(0.0, rules[i] - 0.1) : 0.0));
}

TEST_CASE("what is learned corrects the rules within bounds, level and order aside", "[mixing][model]") {
    auto parts = small_band();
    const auto voices = band_voices(parts);
    const auto rules = expected_by_rules(voices);
    const auto learned = expected_by_model(voices, some_model());
    double most = 0.0;
    for (std::size_t i = 0; i < voices.size(); ++i)
        most = std::max(most, std::abs(learned[i].loudness_lu - rules[i].loudness_lu));
    CHECK(most > 0.05);
    CHECK(most <= 9.0);
    double widest = 0.0, narrowest = 10.0;
    for (const auto& row : learned) {
        widest = std::max(widest, row.spread_lu);
        narrowest = std::min(narrowest, row.spread_lu);
    }
    CHECK(widest > narrowest);
    CHECK(widest <= 2.5 * std::exp(0.7));
    CHECK(narrowest >= 2.5 * std::exp(-0.7));

    // A model of nothing leaves the rules standing, and so does one of what never varied.
    const auto nothing = expected_by_model(voices, BalanceModel{});
    auto constant = some_model();
    constant.deviation.fill(1e-3);
    constant.kinds.clear();
    const auto unlearned = expected_by_model(voices, constant);
    for (std::size_t i = 0; i < voices.size(); ++i) {
        CHECK(nothing[i].loudness_lu == rules[i].loudness_lu);
        CHECK(unlearned[i].loudness_lu == rules[i].loudness_lu);
    }

    // What is further out than 5 deviations counts as 5.
    BalanceModel crest;
    const auto at =
        static_cast<std::size_t>(std::ranges::find(voice_feature_names(), "crest_db") - voice_feature_names().begin());
    crest.deviation[at] = 2.0;
    crest.weights[at] = 0.5;
    for (const auto& [db, lu] : {std::pair{3.0, 0.75}, {40.0, 2.5}, {-40.0, -2.5}}) {
        VoiceFeatures features{};
        features[at] = db;
        CHECK(crest.correction(features) == Approx(lu));
    }

    for (auto& part : parts) part = louder(part, part.name == "Keys" ? 7.0 : -2.0);
    const auto other_levels = band_voices(parts);
    const auto again = expected_by_model(other_levels, some_model());
    for (std::size_t i = 0; i < voices.size(); ++i) {
        const auto same = std::ranges::find(other_levels, voices[i].name, &Voice::name) - other_levels.begin();
        CHECK(again[static_cast<std::size_t>(same)].loudness_lu == Approx(learned[i].loudness_lu).margin(0.02));
    }
}

}  // namespace burnish::test
