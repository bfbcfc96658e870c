#include <catch2/catch.hpp>
#include <cmath>

#include "core/random.h"
#include "training/evaluation.h"
#include "training/ladder.h"

namespace burnish::training {
namespace {

/// Tracks whose tone is a slope that their features tell, and 1 dB of chance; whose width is what it is by chance.
std::vector<Example> made_up_tracks(int count, std::uint64_t seed) {
    Random random(seed);
    std::vector<Example> examples;
    for (int i = 0; i < count; ++i) {
        Example example;
        example.row.artist = "artist " + std::to_string(seed) + "." + std::to_string(i / 2);
        example.row.package = "package " + std::to_string(i / 4);
        example.row.genre = i % 3 == 0 ? "one" : "other";
        example.row.split = "train";
        const double slope = random.uniform(-1.0, 1.0);
        auto& analysis = example.analysis;
        analysis.sample_rate_hz = 44100.0;
        analysis.channels = 2.0;
        analysis.integrated_lufs = -14.0;
        analysis.plr_db = 13.0 + random.uniform(-1.0, 1.0);
        for (std::size_t b = 0; b < analysis.bark.mid_mean_db.size(); ++b)
            analysis.bark.mid_mean_db[b] =
                -30.0 + 0.6 * slope * (static_cast<double>(b) - 11.5) + random.uniform(-1.0, 1.0);
        for (double& db : analysis.image.side_mid_db) db = random.uniform(-12.0, -6.0);
        for (double& db : analysis.dynamics.spread_db) db = random.uniform(4.0, 8.0);
        for (double& db : analysis.dynamics.level_db) db = -30.0;
        for (int f = 0; f < feature_schema().size(); ++f)
            example.features.push_back(slope + 0.2 * random.uniform(-1.0, 1.0));
        examples.push_back(example);
    }
    return examples;
}

const ModelHead& tone_head() { return model_heads().front(); }

}  // namespace

TEST_CASE("a lesson of a dozen tracks finds what their features tell, and the same one twice", "[training]") {
    const auto examples = made_up_tracks(12, 1);
    const auto lesson = learn(examples);
    CHECK(lesson.tone.mean_only > 2.0);
    CHECK(lesson.tone.left_over < 1.2);
    const auto bytes = serialize_model(model_of(lesson).file());
    CHECK(bytes == serialize_model(model_of(learn(examples)).file()));
    const auto file = parse_model("m", bytes);
    REQUIRE(file);
    const auto model = MasterModel::from("m", *file);
    REQUIRE(model);
    for (const auto& example : made_up_tracks(20, 2)) {
        const auto tone = tone_of(example.analysis);
        const auto opinion =
            model->parts().tone.judge(model->standardized(example.features, balance_of(example.analysis)), tone);
        CHECK(error_size(opinion.excess, tone, true) < 1.5);
    }
}

// Leaving a group out of a fit in closed form must say what a fit without the group says.
TEST_CASE("what is left over without an artist is that of a fit without them", "[training]") {
    const auto examples = made_up_tracks(30, 4);
    const auto table = feature_table(examples);
    const auto kernel = kernel_of(table.standardized, {});
    Eigen::MatrixXd values(30, 1);
    for (int i = 0; i < 30; ++i) values(i, 0) = examples[static_cast<std::size_t>(i)].analysis.bark.mid_mean_db[3];
    const auto known = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>::Constant(30, 1, true);
    constexpr double ridge = 3.0;
    const auto all = regress(kernel, values, known, table.artist, ridge, false);

    // The first artist has tracks 0 and 1. The mean that is taken out before is that of all tracks in both fits.
    const Eigen::VectorXd centred = values.col(0).array() - all.mean(0);
    Eigen::MatrixXd rest = (kernel.array() + all.offset).matrix().bottomRightCorner(28, 28);
    rest.diagonal().array() += ridge;
    const Eigen::VectorXd coefficients = rest.ldlt().solve(centred.tail(28));
    for (int i = 0; i < 2; ++i) {
        const double predicted = (kernel.row(i).tail(28).array() + all.offset).matrix().dot(coefficients.transpose());
        CHECK(all.left_over(i, 0) == Approx(centred(i) - predicted).margin(1e-6));
    }
}

// Half of the features hear the fault, each a little, all in one direction; the others do not. Where the tone moves
// with the fault, features say the same with one as without to the last digit; where it does not, the fit must learn
// by itself to disregard what moves.
TEST_CASE("a fit that has met faults expects the same with one as without", "[training]") {
    const bool is_in_tone = GENERATE(true, false);
    CAPTURE(is_in_tone);
    auto examples = made_up_tracks(60, 6);
    Random random(7);
    for (auto& example : examples) {
        Example::Spoiled spoiled{6.0, example.analysis, example.features};
        const double tilt = is_in_tone ? random.uniform(-1.0, 1.0) : 1.0;
        if (is_in_tone)
            for (std::size_t b = 0; b < spoiled.analysis.bark.mid_mean_db.size(); ++b)
                spoiled.analysis.bark.mid_mean_db[b] += 0.5 * tilt * (static_cast<double>(b) - 11.5);
        for (std::size_t f = 0; f < spoiled.features.size(); f += 2) spoiled.features[f] += 0.4 * tilt;
        example.spoiled = spoiled;
    }
    const auto moved_db = [&](const MasterModel& model) {
        double sum = 0.0;
        for (const auto& example : examples) {
            const auto& tone = model.parts().tone;
            const auto& [size_db, analysis, features] = *example.spoiled;
            sum += (tone.expected(model.standardized(features, balance_of(analysis))) -
                    tone.expected(model.standardized(example.features, balance_of(example.analysis))))
                       .cwiseAbs()
                       .mean();
        }
        return sum / static_cast<double>(examples.size());
    };
    const auto aware = learn(examples);
    CHECK(aware.tone.excess.rows() == 120);
    auto clean = examples;
    for (auto& example : clean) example.spoiled.reset();
    const auto unaware = learn(clean);
    CHECK(unaware.tone.excess.rows() == 60);
    const double before_db = moved_db(model_of(unaware));
    CHECK(before_db > (is_in_tone ? 0.1 : 0.2));
    CHECK(moved_db(model_of(aware)) < (is_in_tone ? 0.1 : 0.5) * before_db);
    CHECK(aware.tone.left_over < 1.2);
}

TEST_CASE("without features a fit is the mean", "[training]") {
    const auto examples = made_up_tracks(40, 5);
    FaultFitOptions options;
    options.is_plain = true;
    const auto fit = fit_faults(tone_head(), examples, feature_table(examples), options);
    CHECK(fit.left_over == Approx(fit.mean_only).epsilon(0.06));  // an artist has a twentieth of the tracks
    CHECK(fit.doubt.cwiseAbs().maxCoeff() == 0.0);
}

// Mean |x| of a normal error of 1 dB is sqrt(2 / pi) = 0.80 dB; its mean over the bands, which is taken out, leaves
// less.
TEST_CASE("a ladder's rows are between the error put in and nothing", "[training]") {
    const auto examples = made_up_tracks(20, 3);
    std::vector<Subject> subjects;
    for (std::size_t i = 0; i < examples.size(); ++i)
        subjects.push_back({i, static_cast<int>(i / 2), tone_of(examples[i].analysis)});
    const LadderRow nothing{"nothing",
                            [](std::size_t, const Degradation& fault) { return Eigen::VectorXd(0.0 * fault.tone_db); }};
    const LadderRow oracle{"oracle",
                           [](std::size_t, const Degradation& fault) { return Eigen::VectorXd(-fault.tone_db); }};
    for (const Fault fault : {Fault::smooth, Fault::equalizer}) {
        const auto none = climb(nothing, subjects, fault, 3.0);
        CHECK(none.residual_db > 1.2);
        CHECK(none.residual_db < 3.0 * 0.85);
        CHECK(none.reduction == Approx(0.0).margin(1e-6));
        CHECK(none.harm_rate == 0.0);
        CHECK(none.low_db < none.residual_db);
        CHECK(none.high_db > none.residual_db);
        CHECK(climb(oracle, subjects, fault, 3.0).residual_db < 1e-9);
        CHECK(climb(oracle, subjects, fault, 3.0).reduction == Approx(1.0));
        CHECK(climb(nothing, subjects, fault, 0.0).p95_db == 0.0);
    }
}

}  // namespace burnish::training
