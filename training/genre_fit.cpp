#include "training/genre_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace burnish::training {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Known = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>;

namespace {

/// A head's numbers that are left over, and which of them are known.
struct LeftOver {
    MatrixXd values;  // examples x numbers
    Known known;
};

/// Ridge regression of each number on the news, of all examples but those of one artist.
MatrixXd weights_without(int left_out, const MatrixXd& news, const LeftOver& left_over, const std::vector<int>& artist,
                         double ridge) {
    MatrixXd weights(news.cols(), left_over.values.cols());
    for (Index k = 0; k < weights.cols(); ++k) {
        MatrixXd square = ridge * MatrixXd::Identity(news.cols(), news.cols());
        VectorXd product = VectorXd::Zero(news.cols());
        for (Index i = 0; i < news.rows(); ++i) {
            if (artist[static_cast<std::size_t>(i)] == left_out || !left_over.known(i, k)) continue;
            square += news.row(i).transpose() * news.row(i);
            product += left_over.values(i, k) * news.row(i).transpose();
        }
        weights.col(k) = square.ldlt().solve(product);
    }
    return weights;
}

constexpr int nobody = -1;

}  // namespace

GenreFit fit_genres(std::span<const Example> examples, const FeatureTable& table) {
    constexpr double ridge = 3.0;
    const auto genre = numbered(examples, &TrackRow::genre);
    const Index genres = *std::ranges::max_element(genre) + 1;
    const auto n = static_cast<Index>(examples.size());
    GenreFit fit;
    fit.model.names.resize(static_cast<std::size_t>(genres));
    MatrixXd is_genre = MatrixXd::Zero(n, genres);
    for (Index i = 0; i < n; ++i) {
        const int g = genre[static_cast<std::size_t>(i)];
        fit.model.names[static_cast<std::size_t>(g)] = examples[static_cast<std::size_t>(i)].row.genre;
        is_genre(i, g) = 1.0;
    }
    fit.largest_share = is_genre.colwise().mean().maxCoeff();
    const auto regression = regress(kernel_of(table.standardized, {}), is_genre, Known::Constant(n, genres, true),
                                    table.artist, ridge, false);
    const MatrixXd scores = is_genre - regression.left_over;
    const auto loss_at = [&](double factor) {
        double loss = 0.0;
        for (Index i = 0; i < n; ++i) {
            const VectorXd score = factor * scores.row(i).transpose();
            const double most = score.maxCoeff();
            loss += most + std::log((score.array() - most).exp().sum()) - score(genre[static_cast<std::size_t>(i)]);
        }
        return loss / static_cast<double>(n);
    };
    double factor = 1.0;
    for (int quarters = 4; quarters <= 48; ++quarters)
        if (loss_at(0.25 * quarters) < loss_at(factor)) factor = 0.25 * quarters;
    fit.log_loss = loss_at(factor);
    fit.is_genre = is_genre;
    fit.posterior.resize(n, genres);
    for (Index i = 0; i < n; ++i) {
        Index likeliest = 0;
        const double most = scores.row(i).maxCoeff(&likeliest);
        fit.posterior.row(i) = (factor * (scores.row(i).array() - most)).exp();
        fit.posterior.row(i) /= fit.posterior.row(i).sum();
        fit.accuracy += likeliest == genre[static_cast<std::size_t>(i)] ? 1.0 / static_cast<double>(n) : 0.0;
    }
    fit.model.weights =
        factor * (feature_weights({}).asDiagonal() * (table.standardized.transpose() * regression.coefficients));
    fit.model.bias =
        factor * (regression.mean + regression.offset * regression.coefficients.colwise().sum().transpose());
    return fit;
}

ToldGenres fit_told_genres(const FaultFit& fit, const GenreFit& genres, const std::vector<int>& artist) {
    constexpr std::array ridges{3.0, 10.0, 30.0, 100.0};
    constexpr double most_db = 10.0;  // of what is left over: tracks further off tell nothing of their genre
    constexpr std::size_t least_artists = 3;
    MatrixXd news = genres.is_genre - genres.posterior;
    for (Index g = 0; g < news.cols(); ++g) {
        std::set<int> artists;
        for (Index i = 0; i < news.rows(); ++i)
            if (genres.is_genre(i, g) > 0.0) artists.insert(artist[static_cast<std::size_t>(i)]);
        if (artists.size() < least_artists) news.col(g).setZero();
    }
    LeftOver left_over{fit.excess.topRows(news.rows()), {}};
    left_over.known.resize(news.rows(), left_over.values.cols());
    for (Index i = 0; i < news.rows(); ++i)
        left_over.known.row(i) = fit.measured[static_cast<std::size_t>(i)].heard.transpose();
    const auto rms_of = [&](const MatrixXd& values) {
        const auto known = left_over.known.cast<double>();
        return std::sqrt((values.array().square() * known).sum() / std::max(1.0, known.sum()));
    };
    const LeftOver held{left_over.values.cwiseMax(-most_db).cwiseMin(most_db), left_over.known};
    ToldGenres best;
    best.untold = rms_of(left_over.values);
    for (const double ridge : ridges) {
        MatrixXd still = left_over.values;
        for (int who = 0; who <= *std::ranges::max_element(artist); ++who) {
            const auto weights = weights_without(who, news, held, artist, ridge);
            for (Index i = 0; i < news.rows(); ++i)
                if (artist[static_cast<std::size_t>(i)] == who) still.row(i) -= news.row(i) * weights;
        }
        const double rms = rms_of(still);
        if (best.ridge > 0.0 && rms >= best.told) continue;
        best.told = rms;
        best.ridge = ridge;
    }
    best.weights = best.told < best.untold ? weights_without(nobody, news, held, artist, best.ridge)
                                           : MatrixXd::Zero(news.cols(), held.values.cols());
    return best;
}

}  // namespace burnish::training
