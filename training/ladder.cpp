#include "training/ladder.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "analysis/statistics.h"
#include "training/formatted.h"

namespace burnish::training {

namespace {

using Eigen::VectorXd;

constexpr int errors_per_track = 6;
constexpr int resamples = 1000;

}  // namespace

double error_size(VectorXd error_db, const Measured& measured, bool is_centred) {
    const auto heard = measured.heard.cast<double>();
    const double count = std::max(1.0, heard.sum());
    if (is_centred) error_db.array() -= (error_db.array() * heard).sum() / count;
    return (error_db.array().abs() * heard).sum() / count;
}

LadderCell summary_of(const Draws& draws) {
    LadderCell cell;
    if (draws.after_db.empty()) return cell;
    const auto n = static_cast<double>(draws.after_db.size());
    std::vector<float> left(draws.after_db.begin(), draws.after_db.end());
    struct Sums {
        double before = 0.0, after = 0.0, count = 0.0;
    };
    std::map<int, Sums> sums;  // per cluster
    for (std::size_t i = 0; i < left.size(); ++i) {
        const double before_db = draws.before_db[i];
        const double after_db = draws.after_db[i];
        cell.before_db += before_db / n;
        cell.residual_db += after_db / n;
        cell.harm_rate += after_db > before_db + harm_db ? 1.0 / n : 0.0;
        cell.win_rate += after_db < before_db ? 1.0 / n : 0.0;
        auto& of_cluster = sums[draws.cluster[i]];
        of_cluster.before += before_db;
        of_cluster.after += after_db;
        of_cluster.count += 1.0;
    }
    cell.reduction = cell.before_db > 0.0 ? 1.0 - cell.residual_db / cell.before_db : 0.0;
    std::vector<Sums> clusters;
    clusters.reserve(sums.size());
    for (const auto& [cluster, of_cluster] : sums) clusters.push_back(of_cluster);
    Random random(1);
    std::vector<float> means, reductions;
    for (int resample = 0; resample < resamples; ++resample) {
        Sums drawn;
        for (std::size_t k = 0; k < clusters.size(); ++k) {
            const auto& of_cluster = clusters[random.bits() % clusters.size()];
            drawn.before += of_cluster.before;
            drawn.after += of_cluster.after;
            drawn.count += of_cluster.count;
        }
        means.push_back(static_cast<float>(drawn.after / drawn.count));
        reductions.push_back(static_cast<float>(drawn.before > 0.0 ? 1.0 - drawn.after / drawn.before : 0.0));
    }
    cell.low_db = percentile(means, 0.025);
    cell.high_db = percentile(means, 0.975);
    cell.low_reduction = percentile(reductions, 0.025);
    cell.high_reduction = percentile(reductions, 0.975);
    cell.median_db = percentile(left, 0.5);
    cell.p95_db = percentile(left, 0.95);
    return cell;
}

Interval interval_of(const Draws& draws, const std::function<double(const Draws&)>& number) {
    std::map<int, std::vector<std::size_t>> members;
    for (std::size_t i = 0; i < draws.cluster.size(); ++i) members[draws.cluster[i]].push_back(i);
    std::vector<std::vector<std::size_t>> clusters;
    clusters.reserve(members.size());
    for (auto& [cluster, of_cluster] : members) clusters.push_back(std::move(of_cluster));
    Random random(1);
    std::vector<float> numbers;
    for (int resample = 0; resample < resamples; ++resample) {
        Draws drawn;
        for (std::size_t k = 0; k < clusters.size(); ++k)
            for (const std::size_t i : clusters[random.bits() % clusters.size()]) {
                drawn.before_db.push_back(draws.before_db[i]);
                drawn.after_db.push_back(draws.after_db[i]);
                drawn.cluster.push_back(draws.cluster[i]);
            }
        numbers.push_back(static_cast<float>(number(drawn)));
    }
    return {percentile(numbers, 0.025), percentile(numbers, 0.975)};
}

LadderCell climb(const LadderRow& row, std::span<const Subject> subjects, Fault fault, double size_db) {
    const bool is_tone = fault != Fault::width;
    Draws draws;
    for (const auto& subject : subjects) {
        // The same faults for every row: the generator is that of the track.
        Random random(1000 + subject.index);
        for (int draw = 0; draw < (size_db > 0.0 ? errors_per_track : 1); ++draw) {
            const auto degradation = draw_degradation(fault, size_db, random);
            const VectorXd& error_db = is_tone ? degradation.tone_db : degradation.width_db;
            const VectorXd left_db = error_db + row.correct(subject.index, degradation);
            draws.before_db.push_back(error_size(error_db, subject.measured, is_tone));
            draws.after_db.push_back(error_size(left_db, subject.measured, is_tone));
            draws.cluster.push_back(subject.cluster);
        }
    }
    return summary_of(draws);
}

std::string cell_text(const LadderCell& cell) {
    return formatted(" | %.2f [%.2f, %.2f] (%.0f [%.0f, %.0f], %.0f, %.0f %%)", cell.residual_db, cell.low_db,
                     cell.high_db, 100.0 * cell.reduction, 100.0 * cell.low_reduction, 100.0 * cell.high_reduction,
                     100.0 * cell.win_rate, 100.0 * cell.harm_rate);
}

std::string ladder_table(std::span<const LadderRow> rows, std::span<const Subject> subjects, Fault fault,
                         std::span<const double> sizes_db, const std::function<void(const std::string&)>& tell) {
    std::string text = "| | untouched";
    for (const double size_db : sizes_db) text += formatted(" | %.0f dB", size_db);
    text += " |\n|---|---|";
    for (std::size_t i = 0; i < sizes_db.size(); ++i) text += "---|";
    text += "\n";
    for (const auto& row : rows) {
        tell("ladder: " + row.name);
        const auto drift = climb(row, subjects, fault, 0.0);
        text += "| " + row.name + formatted(" | %.2f / %.2f", drift.median_db, drift.p95_db);
        for (const double size_db : sizes_db) text += cell_text(climb(row, subjects, fault, size_db));
        text += " |\n";
    }
    return text + "\n";
}

}  // namespace burnish::training
