#include "training/tone_fit.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.h"
#include "training/ladder.h"

namespace burnish::training {
namespace {

/// Tracks whose tone is a slope that one feature of each group tells, and 1 dB of chance.
std::vector<Example> made_up_tracks(int count, std::uint64_t seed) {
    Random random(seed);
    std::vector<Example> examples;
    for (int i = 0; i < count; ++i) {
        Example example;
        example.row.artist = "artist " + std::to_string(i / 2);
        example.row.split = "train";
        const double slope = random.uniform(-1.0, 1.0);
        for (int f = 0; f < tone_schema().size(); ++f)
            example.features.push_back(slope + 0.2 * random.uniform(-1.0, 1.0));
        double mean = 0.0;
        for (std::size_t b = 0; b < example.tone.size(); ++b) {
            example.tone[b] = 0.6 * slope * (static_cast<double>(b) - 11.5) + random.uniform(-1.0, 1.0);
            mean += example.tone[b] / tone_bands;
        }
        for (double& db : example.tone) db -= mean;
        examples.push_back(example);
    }
    return examples;
}

}  // namespace

TEST_CASE("a fit of a dozen tracks finds what their features tell, and the same one twice", "[training]") {
    const auto examples = made_up_tracks(12, 1);
    const auto fit = fit_tone(examples);
    CHECK(fit.mean_only_db > 2.0);
    CHECK(fit.left_over_db < 1.2);
    CHECK(serialize_model(fit.model.file()) == serialize_model(fit_tone(examples).model.file()));

    const auto unknown = made_up_tracks(20, 2);
    FitOptions no_features;
    for (const auto& group : tone_schema().groups) no_features.left_out.push_back(group.name);
    CHECK(fit_tone(examples, no_features).left_over_db == Approx(fit.mean_only_db).epsilon(0.01));
    for (const auto& example : unknown) {
        const Eigen::VectorXd expected = fit.model.expected(example.features);
        double error = 0.0;
        for (int b = 0; b < tone_bands; ++b) error += std::abs(expected(b) - example.tone[static_cast<std::size_t>(b)]);
        CHECK(error / tone_bands < 1.5);
    }
}

// Mean |x| of a normal error of 1 dB is sqrt(2 / pi) = 0.80 dB; its mean over the bands, which is taken out, leaves
// less.
TEST_CASE("a ladder's rows are between the error put in and nothing", "[training]") {
    const auto examples = made_up_tracks(20, 3);
    const LadderRow nothing{"nothing", [](const Example&, const Eigen::VectorXd& tone) {
                                return Eigen::VectorXd(Eigen::VectorXd::Zero(tone.size()));
                            }};
    const LadderRow oracle{
        "oracle", [](const Example& example, const Eigen::VectorXd& tone) {
            return Eigen::VectorXd(Eigen::Map<const Eigen::VectorXd>(example.tone.data(), tone_bands) - tone);
        }};
    const auto none = climb(nothing, examples, 3.0);
    CHECK(none.residual_db > 1.2);
    CHECK(none.residual_db < 3.0 * 0.8);
    CHECK(none.reduction == Approx(0.0).margin(1e-6));
    CHECK(none.harm_rate == 0.0);
    CHECK(none.low_db < none.residual_db);
    CHECK(none.high_db > none.residual_db);
    CHECK(climb(nothing, examples, 6.0).residual_db == Approx(2.0 * none.residual_db).epsilon(1e-4));
    CHECK(climb(oracle, examples, 3.0).residual_db < 1e-9);
    CHECK(climb(oracle, examples, 3.0).reduction == Approx(1.0));
    CHECK(climb(nothing, examples, 0.0).p95_db == 0.0);
}

}  // namespace burnish::training
