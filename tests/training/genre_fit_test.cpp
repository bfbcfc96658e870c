#include "training/genre_fit.h"

#include <catch2/catch.hpp>

#include "core/random.h"

namespace burnish::training {

using Eigen::Index;

// Of two genres one has 2 dB more of the first number, the other 1 dB less of the second; by their sound half of the
// tracks were taken for the wrong one.
TEST_CASE("what is left over tells what a told genre adds", "[training]") {
    constexpr Index tracks = 200;
    Random random(3);
    GenreFit genres;
    genres.is_genre = Eigen::MatrixXd::Zero(tracks, 2);
    genres.posterior = Eigen::MatrixXd::Zero(tracks, 2);
    FaultFit fit;
    fit.excess.resize(tracks, 2);
    std::vector<int> artist;
    for (Index i = 0; i < tracks; ++i) {
        genres.is_genre(i, i % 2) = 1.0;
        genres.posterior.row(i).setConstant(0.5);
        fit.excess(i, 0) = (i % 2 == 0 ? 1.0 : -1.0) + random.uniform(-1.0, 1.0);
        fit.excess(i, 1) = (i % 2 == 0 ? 0.5 : -0.5) + random.uniform(-1.0, 1.0);
        fit.measured.push_back({Eigen::VectorXd::Zero(2), Eigen::Array<bool, Eigen::Dynamic, 1>::Constant(2, true)});
        fit.measured.back().heard(1) = i % 3 != 0;  // what is not heard is not learned from
        if (i % 3 == 0) fit.excess(i, 1) = 100.0;
        artist.push_back(static_cast<int>(i / 4));
    }
    const auto told = fit_told_genres(fit, genres, artist);
    CHECK(told.told < 0.7 * told.untold);
    const Eigen::MatrixXd moved = (genres.is_genre - genres.posterior) * told.weights;
    CHECK(moved(0, 0) == Approx(1.0).margin(0.2));
    CHECK(moved(1, 0) == Approx(-1.0).margin(0.2));
    CHECK(moved(0, 1) == Approx(0.5).margin(0.2));

    // Where genres have nothing to do with it, nothing much is made of them.
    for (Index i = 0; i < tracks; ++i) fit.excess(i, 0) = fit.excess(i, 1) = random.uniform(-1.0, 1.0);
    const auto chance = fit_told_genres(fit, genres, artist);
    CHECK(chance.told > 0.99 * chance.untold);
    CHECK(chance.weights.cwiseAbs().maxCoeff() < 0.2);
}

}  // namespace burnish::training
