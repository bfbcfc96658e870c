#include "mastering/learned_predictor.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "analysis/analyzer.h"
#include "tests/support/signals.h"

namespace burnish {
namespace {

constexpr double rate_hz = 44100.0;

/// A model whose expectation is a given tone, whatever the features: what it does can be told on paper.
ToneModel model_expecting(const Curve<bark_bands_hz.size()>& tone, double spread_db, double clean_prior) {
    const int features = tone_schema().size();
    ToneModel::Parts parts;
    parts.feature_centre = Eigen::VectorXd::Zero(features);
    parts.feature_scale = Eigen::VectorXd::Constant(features, 1e6);  // nothing is strange
    parts.tone_mean = Eigen::Map<const Eigen::VectorXd>(tone.data(), tone_bands);
    parts.weights = Eigen::MatrixXd::Zero(features, tone_bands);
    parts.spread = spread_db * spread_db * Eigen::MatrixXd::Identity(tone_bands, tone_bands);
    parts.error_shape.resize(tone_bands, tone_bands);
    for (int a = 0; a < tone_bands; ++a)
        for (int b = 0; b < tone_bands; ++b)
            parts.error_shape(a, b) = std::exp(-0.25 * std::pow(std::log2(bark_bands_hz[a] / bark_bands_hz[b]), 2.0));
    parts.error_sizes_db = {0.0, 2.0, 6.0};
    parts.priors = {clean_prior, (1.0 - clean_prior) / 2, (1.0 - clean_prior) / 2};
    parts.usual_strangeness = 2.0;
    parts.most_strangeness = 4.0;
    return ToneModel(parts);
}

TrackAnalysis toy_track() {
    static const auto track = analyze(test::toy_music(12.0, rate_hz).view(), rate_hz);
    return track;
}

}  // namespace

TEST_CASE("the features are those of the tables, each once", "[mastering][predictor]") {
    const auto& schema = tone_schema();
    CHECK(schema.names.size() == tone_features({}).size());
    int covered = 0;
    for (const auto& group : schema.groups) {
        CHECK(group.first == covered);
        covered += group.count;
    }
    CHECK(covered == schema.size());
}

TEST_CASE("a track that has the expected tone is left alone", "[mastering][predictor]") {
    const auto track = toy_track();
    const auto prediction = predict_by_model(model_expecting(tone_of(track), 1.0, 0.3), track, {});
    for (const auto& param : ToneCurve::params) CHECK(prediction.settings.tone.*param.member == 0.0);
}

// What is 6 dB too much over two octaves, where tracks agree within 1 dB, is taken out nearly whole; half an amount
// takes out half of it; where tracks vary by 20 dB, it may be as meant.
TEST_CASE("a departure is undone as far as tracks agree", "[mastering][predictor]") {
    const auto track = toy_track();
    auto expected = tone_of(track);
    double mean = 0.0;
    for (std::size_t b = 0; b < expected.size(); ++b) {
        const double octaves = std::log2(bark_bands_hz[b] / 1280.0);
        expected[b] -= 3.0 * std::exp(-0.5 * octaves * octaves);
    }
    for (const double db : expected) mean += db / tone_bands;
    for (double& db : expected) db -= mean;
    const auto strict = predict_by_model(model_expecting(expected, 0.5, 0.3), track, {});
    CHECK(strict.settings.tone.mid_1280_hz_db < -1.0);
    CHECK(strict.settings.tone.mid_1280_hz_db >= -4.0);
    CHECK(strict.settings.tone.mid_1280_hz_db < strict.settings.tone.mid_160_hz_db - 1.5);
    const auto half = predict_by_model(model_expecting(expected, 0.5, 0.3), track, {.intensity_percent = 25.0});
    CHECK(half.settings.tone.mid_1280_hz_db == Approx(0.5 * strict.settings.tone.mid_1280_hz_db).margin(0.011));
    const auto tolerant = predict_by_model(model_expecting(expected, 20.0, 0.3), track, {});
    CHECK(std::abs(tolerant.settings.tone.mid_1280_hz_db) < 0.3);
    for (const auto& decision : strict.decisions) {
        CHECK_FALSE(decision.reason.empty());
        CHECK(decision.confidence > 0.0);
        CHECK(decision.confidence <= 1.0);
    }
}

TEST_CASE("amount 0 and a track without loudness get nothing", "[mastering][predictor]") {
    const auto model = model_expecting({}, 0.5, 0.3);
    CHECK(predict_by_model(model, toy_track(), {.intensity_percent = 0.0}).decisions.empty());
    CHECK(predict_by_model(model, {}, {}).decisions.empty());
}

TEST_CASE("a model survives its file, and the built-in one can be used", "[mastering][predictor]") {
    const auto track = toy_track();
    const auto model = model_expecting({}, 2.0, 0.3);
    const auto bytes = serialize_model(model.file());
    const auto file = parse_model("m", bytes);
    REQUIRE(file);
    const auto read = ToneModel::from("m", *file);
    REQUIRE(read);
    const auto a = model.judge(track);
    const auto b = read->judge(track);
    for (std::size_t band = 0; band < a.error_db.size(); ++band)
        CHECK(a.error_db[band] == Approx(b.error_db[band]).margin(1e-3));

    auto other_version = *file;
    other_version.metadata["features"] = "0123456789abcdef";
    CHECK_FALSE(ToneModel::from("m", other_version).ok());
    auto part_missing = *file;
    part_missing.tensors.erase("weights");
    CHECK_FALSE(ToneModel::from("m", part_missing).ok());
    auto indefinite = *file;
    indefinite.tensors["spread"].values[0] = -5.0F;
    CHECK_FALSE(ToneModel::from("m", indefinite).ok());

    const auto predictor = learned_predictor();
    REQUIRE(predictor);
    const auto prediction = (*predictor)(track, {});
    for (const auto& param : ToneCurve::params) CHECK(std::abs(prediction.settings.tone.*param.member) <= 4.0);
}

}  // namespace burnish
