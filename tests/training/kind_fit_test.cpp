#include "training/kind_fit.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "core/random.h"

namespace burnish::training {

// Voices in the middle of a feature are 3 LU louder than those at both ends of it: no line tells that.
TEST_CASE("kinds learn what no line does, and the line what it can", "[training][kinds]") {
    Random random(9);
    const auto wanted_lu = [](const VoiceFeatures& at) { return (std::abs(at[0]) < 2.0 ? 3.0 : 0.0) + at[1]; };
    std::vector<KindLesson> lessons;
    for (int i = 0; i < 600; ++i) {
        KindLesson lesson{{}, 0.0, 0.1};
        lesson.features[0] = random.uniform(-6.0, 6.0);
        lesson.features[1] = random.uniform(-3.0, 3.0);
        lesson.missed_lu = wanted_lu(lesson.features) + random.uniform(-0.5, 0.5);
        lessons.push_back(lesson);
    }
    FeatureWeights line;
    line.deviation.fill(1.0);
    const auto model = fit_kinds(lessons, line, 2.0);
    CHECK_FALSE(model.kinds.empty());
    double by_line = 0.0, by_kinds = 0.0;
    for (const double first : {-4.5, -1.0, 0.0, 1.0, 4.5})
        for (const double second : {-2.0, 0.0, 2.0}) {
            VoiceFeatures at{};
            at[0] = first;
            at[1] = second;
            by_kinds += std::abs(model.correction_lu(at) - wanted_lu(at)) / 15.0;
            by_line += std::abs(1.0 + second - wanted_lu(at)) / 15.0;  // the best that a line can
        }
    CHECK(by_line > 1.2);
    CHECK(by_kinds < 0.6);
    // The same again, to the bit.
    const auto again = fit_kinds(lessons, line, 2.0);
    REQUIRE(again.kinds.size() == model.kinds.size());
    CHECK(again.weights == model.weights);
    CHECK(again.kinds.back().weight_lu == model.kinds.back().weight_lu);
}

TEST_CASE("a lesson of few voices has few kinds, and none is no trouble", "[training][kinds]") {
    FeatureWeights line;
    line.deviation.fill(1.0);
    const std::vector<KindLesson> two{{{}, 1.0, 1.0}, {{}, -1.0, 1.0}};
    CHECK(fit_kinds(two, line, 2.0).kinds.empty());
    CHECK(fit_kinds({}, line, 2.0).correction_lu({}) == 0.0);
}

}  // namespace burnish::training
