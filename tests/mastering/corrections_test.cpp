#include "mastering/corrections.h"

#include <catch2/catch.hpp>
#include <cmath>
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

}  // namespace burnish
