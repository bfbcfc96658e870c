#include "training/role_fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "core/decibels.h"

namespace burnish::training {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr double name_is_sure = 0.6;
constexpr std::size_t fewest = 10;  // stems of a role that is learned
constexpr double ridge = 3e-3;
constexpr int steps = 600;
// Source: Kingma & Ba, "Adam: a method for stochastic optimization", ICLR 2015.
constexpr double rate = 0.05, keep_mean = 0.9, keep_square = 0.999, steady = 1e-8;
constexpr auto unlearned =
    std::to_array({Role::drums, Role::lead_vocal, Role::backing_vocal, Role::submix, Role::other});
constexpr auto numbers = static_cast<Index>(sound_feature_count);

struct RoleLesson {
    SoundFeatures features;
    Role role;
    double weight;
};

std::optional<Role> told_by_name(const MixSong& song, std::size_t stem) {
    const auto guess = role_from_name(song.stems[stem].name);
    const bool counts = guess.confidence >= name_is_sure &&
                        std::ranges::find(unlearned, guess.role) == unlearned.end() &&
                        song.measures[stem].track.integrated_lufs > silence_db;
    return counts ? std::optional(guess.role) : std::nullopt;
}

std::vector<RoleLesson> lessons_of(std::span<const MixSong> all, std::span<const std::size_t> songs) {
    std::map<Role, std::size_t> count;
    std::map<std::string, double> by_author;
    for (const auto s : songs)
        for (std::size_t i = 0; i < all[s].stems.size(); ++i)
            if (const auto role = told_by_name(all[s], i)) ++count[*role], ++by_author[all[s].author];
    std::vector<RoleLesson> lessons;
    for (const auto s : songs)
        for (std::size_t i = 0; i < all[s].stems.size(); ++i) {
            const auto role = told_by_name(all[s], i);
            if (!role || count[*role] < fewest) continue;
            lessons.push_back({sound_features(all[s].measures[i]), *role, 1.0 / std::sqrt(by_author[all[s].author])});
        }
    double sum = 0.0;
    for (const auto& lesson : lessons) sum += lesson.weight;
    for (auto& lesson : lessons) lesson.weight /= sum;
    return lessons;
}

void take_scales(const std::vector<RoleLesson>& lessons, RoleModel& model) {
    const auto count = static_cast<double>(lessons.size());
    for (std::size_t k = 0; k < sound_feature_count; ++k) {
        double sum = 0.0, squares = 0.0;
        for (const auto& lesson : lessons) sum += lesson.features[k];
        model.mean[k] = sum / count;
        for (const auto& lesson : lessons) squares += std::pow(lesson.features[k] - model.mean[k], 2.0);
        model.deviation[k] = std::sqrt(squares / count);
    }
}

MatrixXd chances_of(const MatrixXd& known, const MatrixXd& weights) {
    MatrixXd chance = known * weights;
    for (Index i = 0; i < chance.rows(); ++i) {
        const double largest = chance.row(i).maxCoeff();
        chance.row(i) = (chance.row(i).array() - largest).exp();
        chance.row(i) /= chance.row(i).sum();
    }
    return chance;
}

}  // namespace

RoleModel fit_roles(std::span<const MixSong> all, std::span<const std::size_t> songs) {
    RoleModel model;
    const auto lessons = lessons_of(all, songs);
    if (lessons.empty()) return model;
    take_scales(lessons, model);
    for (const auto& row : roles)
        if (std::ranges::any_of(lessons, [&](const RoleLesson& lesson) { return lesson.role == row.role; }))
            model.rows.push_back({.role = row.role});
    const auto rows = static_cast<Index>(lessons.size());
    const auto kinds = static_cast<Index>(model.rows.size());
    MatrixXd known(rows, numbers + 1), wanted = MatrixXd::Zero(rows, kinds);
    Eigen::VectorXd counts(rows);
    for (Index i = 0; i < rows; ++i) {
        const auto& lesson = lessons[static_cast<std::size_t>(i)];
        const auto scaled = model.standardized(lesson.features);
        for (Index k = 0; k < numbers; ++k) known(i, k) = scaled[static_cast<std::size_t>(k)];
        known(i, numbers) = 1.0;
        const auto row = std::ranges::find(model.rows, lesson.role, &RoleModel::Row::role) - model.rows.begin();
        wanted(i, static_cast<Index>(row)) = 1.0;
        counts(i) = lesson.weight;
    }
    MatrixXd weights = MatrixXd::Zero(numbers + 1, kinds), mean = weights, square = weights;
    for (int step = 1; step <= steps; ++step) {
        const MatrixXd slope =
            known.transpose() * (counts.asDiagonal() * (chances_of(known, weights) - wanted)) + ridge * weights;
        mean = keep_mean * mean + (1.0 - keep_mean) * slope;
        square = keep_square * square + (1.0 - keep_square) * slope.cwiseAbs2();
        const double mean_share = 1.0 - std::pow(keep_mean, step), square_share = 1.0 - std::pow(keep_square, step);
        weights.array() -= rate * (mean.array() / mean_share) / ((square.array() / square_share).sqrt() + steady);
    }
    for (Index row = 0; row < kinds; ++row) {
        auto& own = model.rows[static_cast<std::size_t>(row)];
        for (Index k = 0; k < numbers; ++k) own.weights[static_cast<std::size_t>(k)] = weights(k, row);
        own.bias = weights(numbers, row);
    }
    return model;
}

void hold_out_roles(std::span<MixSong> songs) {
    for (const auto& [author, held] : songs_by_author(songs)) {
        std::vector<std::size_t> others;
        for (std::size_t s = 0; s < songs.size(); ++s)
            if (!held.contains(s) && songs[s].set != "frets") others.push_back(s);
        const auto model = fit_roles(songs, others);
        for (const auto s : held) songs[s].sounds = model;
    }
}

void print_roles(std::span<const MixSong> songs, std::ostream& out) {
    struct Count {
        int stems = 0, told = 0, right = 0;
    };
    std::map<Role, Count> by_role;
    std::map<int, Count> by_confidence;
    Count all;
    for (const auto& song : songs)
        for (std::size_t i = 0; i < song.stems.size(); ++i) {
            const auto role = told_by_name(song, i);
            if (!role || song.set == "frets") continue;
            const auto guess = role_from_sound(song.measures[i], song.sounds);
            const int told = guess.role != Role::other ? 1 : 0;
            const int right = guess.role == *role ? 1 : 0;
            for (auto* count : {&by_role[*role], &all}) ++count->stems, count->told += told, count->right += right;
            if (told == 0) continue;
            auto& count = by_confidence[static_cast<int>(10.0 * guess.confidence)];
            ++count.stems, count.right += right;
        }
    const auto percent = [](int part, int whole) {
        std::array<char, 16> text{};
        std::snprintf(text.data(), text.size(), "%.0f", 100.0 * part / std::max(whole, 1));
        return std::string(text.data());
    };
    out << "**Roles by the sound alone**, of stems whose names tell, authors not heard:\n\n"
           "| role | stems | told to be something, % | told right, % |\n|---|---|---|---|\n";
    for (const auto& [role, count] : by_role)
        out << "| " << row_of(role).name << " | " << count.stems << " | " << percent(count.told, count.stems) << " | "
            << percent(count.right, count.stems) << " |\n";
    out << "| all | " << all.stems << " | " << percent(all.told, all.stems) << " | " << percent(all.right, all.stems)
        << " |\n\n| confidence | stems | right, % |\n|---|---|---|\n";
    for (const auto& [tenth, count] : by_confidence)
        out << "| from " << tenth * 10 << " % | " << count.stems << " | " << percent(count.right, count.stems)
            << " |\n";
    out << '\n';
}

}  // namespace burnish::training
