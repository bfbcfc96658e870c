#include "mastering/corrections.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <random>

namespace burnish {

using Eigen::VectorXd;

namespace {

FaultOpinion opinion_of(double error_db, double deviation_db, double clean_probability) {
    return {VectorXd::Zero(1), VectorXd::Constant(1, error_db), VectorXd::Constant(1, deviation_db), clean_probability,
            0.0};
}

}  // namespace

// A normal fault of 2 dB, give or take 1 dB, in all tracks: 1 dB less helps if it is more than 0.5 dB, 1.5 deviations
// below its mean.
TEST_CASE("a confidence is the probability that a gain helps", "[mastering][corrections]") {
    CHECK(confidence_of(opinion_of(2.0, 1.0, 0.0), 0, -1.0) == Approx(0.93319).margin(1e-5));
    CHECK(confidence_of(opinion_of(-2.0, 1.0, 0.0), 0, 1.0) == Approx(0.93319).margin(1e-5));
    CHECK(confidence_of(opinion_of(2.0, 1.0, 0.0), 0, 1.0) == Approx(0.00621).margin(1e-5));
    CHECK(confidence_of(opinion_of(2.0, 1.0, 0.0), 0, -4.0) == Approx(0.5));
    CHECK(confidence_of(opinion_of(2.0, 1.0, 0.0), 0, 0.0) == 0.0);
    CHECK(confidence_of(opinion_of(0.0, 0.0, 1.0), 0, -1.0) == 0.0);
}

// Two tracks in five are clean, the others 3 dB off, give or take 1 dB: the opinion of all of them is their mean, and
// so is its deviation; what is drawn so is nearer to nothing afterwards as often as was said.
TEST_CASE("a confidence counts the clean tracks, that no gain helps", "[mastering][corrections]") {
    constexpr double clean = 0.4, fault_db = 3.0, deviation_db = 1.0;
    const double mean_db = (1.0 - clean) * fault_db;
    const double square = (1.0 - clean) * (fault_db * fault_db + deviation_db * deviation_db);
    const auto opinion = opinion_of(mean_db, std::sqrt(square - mean_db * mean_db), clean);
    for (const double gain_db : {-0.5, -2.0, -5.0, 1.0}) {
        INFO(gain_db << " dB");
        std::mt19937 random(5);
        std::uniform_real_distribution<double> share(0.0, 1.0);
        std::normal_distribution<double> fault(fault_db, deviation_db);
        constexpr int draws = 100000;
        int nearer = 0;
        for (int draw = 0; draw < draws; ++draw) {
            const double error_db = share(random) < clean ? 0.0 : fault(random);
            nearer += std::abs(error_db + gain_db) < std::abs(error_db) ? 1 : 0;
        }
        CHECK(confidence_of(opinion, 0, gain_db) == Approx(static_cast<double>(nearer) / draws).margin(0.006));
    }
}

// By how much intensity changes what is done: in quartiles of the opinion, not as a blend.
TEST_CASE("less intensity corrects what is sure, more what is likely", "[mastering][corrections]") {
    const auto done_at_640_hz = [](double error_db, double amount) {
        FaultOpinion opinion;
        opinion.error = VectorXd::Constant(tone_bands, error_db);
        opinion.deviation = VectorXd::Constant(tone_bands, 1.0);
        const auto band = std::ranges::lower_bound(bark_bands_hz, 640.0) - bark_bands_hz.begin();
        return tone_correction(opinion, 1.0, amount, 20000.0).bands_db(band);
    };
    // A quartile of the normal distribution is 0.67 deviations from its mean; the dead zone goes with the amount, too.
    CHECK(done_at_640_hz(2.0, 1.0) == Approx(-(2.0 - 0.1)).margin(0.02));
    CHECK(done_at_640_hz(2.0, 0.5) == Approx(-(2.0 - 0.67 - 0.2)).margin(0.02));
    CHECK(done_at_640_hz(2.0, 0.25) == Approx(-(2.0 - 1.35 - 0.4)).margin(0.02));
    CHECK(done_at_640_hz(2.0, 2.0) == Approx(-(2.0 + 0.67 - 0.05)).margin(0.02));
    // What is less likely a fault than not is left alone sooner, and never more than doubled.
    CHECK(done_at_640_hz(-0.4, 1.0) == Approx(0.4 - 0.1).margin(0.05));
    CHECK(done_at_640_hz(-0.4, 0.5) == Approx(0.0).margin(1e-9));
    CHECK(done_at_640_hz(-0.4, 2.0) == Approx(2 * 0.4 - 0.05).margin(0.05));
}

TEST_CASE("a large correction is made only where a fault is sure", "[mastering][corrections]") {
    const auto corrected = [](double error_db, double clean_probability, double amount) {
        FaultOpinion opinion;
        opinion.error = VectorXd(tone_bands);
        for (int b = 0; b < tone_bands; ++b) opinion.error(b) = error_db * std::cos(std::numbers::pi * b / tone_bands);
        opinion.deviation = VectorXd::Constant(tone_bands, 0.1);
        opinion.clean_probability = clean_probability;
        return tone_correction(opinion, 1.0, amount, 20000.0);
    };
    const auto moved_db = [](const ToneCorrection& correction) {
        return (correction.bands_db.array() - correction.bands_db.mean()).abs().mean();
    };
    const double wanted_db = moved_db(corrected(4.0, 0.0, 1.0));
    REQUIRE(wanted_db > 1.5 * tone_limits.unsure_db);
    double last_db = 0.0;
    for (const double clean : {1.0, 0.5, 0.1, 0.08, 0.05, 0.03, 0.02, 0.001}) {
        INFO("clean with a probability of " << clean);
        const auto correction = corrected(4.0, clean, 1.0);
        const double now_db = moved_db(correction);
        CHECK(now_db >= last_db);
        CHECK(now_db == Approx(correction.done * wanted_db).margin(0.02));
        if (clean > 1.0 / 11.0) CHECK(now_db == Approx(tone_limits.unsure_db).margin(0.02));
        if (clean < 1.0 / 41.0) CHECK(now_db == Approx(wanted_db).margin(1e-9));
        last_db = now_db;
    }
    // What is small needs no more than to be likely, and who asks for half gets half of what is unsure.
    CHECK(corrected(1.0, 0.5, 1.0).done == 1.0);
    CHECK(moved_db(corrected(4.0, 0.5, 0.5)) == Approx(0.5 * tone_limits.unsure_db).margin(0.02));
}

// 6 dB over the threshold at a ratio of 6 / (6 - 2) come out 4 dB over it.
TEST_CASE("a band's ratio takes its 95th percentile down by what is asked for", "[mastering][corrections]") {
    for (const double p95_db : {4.0, 9.0, 15.0})
        for (const double reduction_db : {0.5, 1.0, 2.0, 3.0}) {
            const auto band = band_compression(p95_db, reduction_db);
            const double over_db = p95_db - band.threshold_db;
            CHECK(over_db - over_db / band.ratio == Approx(reduction_db).margin(1e-9));
            CHECK(band.ratio <= 2.0 + 1e-9);
        }
    CHECK(band_compression(9.0, 0.0).ratio == 1.0);
}

}  // namespace burnish
