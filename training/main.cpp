// Makes models/: measures the corpus, fits the tone model, tells how well it does on artists that it does not know.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "training/corpus.h"
#include "training/ladder.h"
#include "training/tone_fit.h"

namespace {

using namespace burnish;
using namespace burnish::training;

constexpr const char* usage_text =
    "usage: burnish_train TRACKS.tsv CORPUS CACHE MODEL EVALUATION.md [JOBS]\n"
    "Measures the tracks, fits on the splits train and validation, evaluates on test, writes model and evaluation.\n";

using Rows = std::vector<LadderRow>;

Eigen::VectorXd correction(const ToneModel::Posterior& posterior, double dead_zone_db) {
    return posterior.error_db.unaryExpr(
        [&](double error_db) { return -std::copysign(std::max(0.0, std::abs(error_db) - dead_zone_db), error_db); });
}

/// The rows of the ladder. `plain` knows the mean tone only, `model` the features too.
Rows rows_of(const ToneModel& plain, const ToneModel& model, const std::vector<Example>& known) {
    std::map<std::string, std::pair<Eigen::VectorXd, int>> genres;
    Eigen::VectorXd mean = Eigen::VectorXd::Zero(tone_bands);
    for (const auto& example : known) {
        const Eigen::VectorXd tone = Eigen::Map<const Eigen::VectorXd>(example.tone.data(), tone_bands);
        auto& [sum, count] = genres.emplace(example.row.genre, std::pair{Eigen::VectorXd(mean * 0.0), 0}).first->second;
        sum += tone;
        ++count;
        mean += tone / static_cast<double>(known.size());
    }
    const auto by = [](const ToneModel& which, double dead_zone_db) {
        return [&which, dead_zone_db](const Example& example, const Eigen::VectorXd& tone) {
            Eigen::VectorXd excess = tone - which.expected(example.features);
            excess.array() -= excess.mean();
            return correction(which.posterior(excess), dead_zone_db);
        };
    };
    return {
        {"do nothing",
         [](const Example&, const Eigen::VectorXd&) { return Eigen::VectorXd(Eigen::VectorXd::Zero(tone_bands)); }},
        {"mean curve, full strength",
         [mean](const Example&, const Eigen::VectorXd& tone) { return Eigen::VectorXd(mean - tone); }},
        {"genre's mean curve, half strength",
         [genres, mean](const Example& example, const Eigen::VectorXd& tone) {
             const auto genre = genres.find(example.row.genre);
             const Eigen::VectorXd wanted =
                 genre == genres.end() ? mean : Eigen::VectorXd(genre->second.first / genre->second.second);
             return Eigen::VectorXd(0.5 * (wanted - tone));
         }},
        {"Gaussian MAP, no features", by(plain, 0.0)},
        {"M0, no dead zone", by(model, 0.0)},
        {"M0", by(model, 0.4)},
        {"the error undone (oracle)",
         [](const Example& example, const Eigen::VectorXd& tone) {
             return Eigen::VectorXd(Eigen::Map<const Eigen::VectorXd>(example.tone.data(), tone_bands) - tone);
         }},
    };
}

std::string formatted(const char* format, auto... values) {
    char text[256];
    std::snprintf(text, sizeof text, format, values...);
    return text;
}

std::string evaluation(const Rows& rows, const std::vector<Example>& unknown, const std::string& facts) {
    std::string text =
        "# Evaluation of the tone model\n\nMade by `./dev train`. " + facts +
        "\n\nSmooth errors of a known size are put into the tone of tracks by artists that the model has "
        "not seen, in the feature domain (a filter adds to levels in dB). Shown is what is left of them: "
        "mean absolute error over the 24 Bark bands in dB, with 95 % of it by bootstrap over artists; in "
        "brackets the reduction against doing nothing, and the share of tracks made worse by more than "
        "0.25 dB. The first column is the drift on untouched masters, median and 95th percentile.\n\n"
        "| | untouched | 1 dB | 2 dB | 3 dB | 4 dB | 6 dB |\n|---|---|---|---|---|---|---|\n";
    for (const auto& row : rows) {
        const auto drift = climb(row, unknown, 0.0);
        text += "| " + row.name + " | " + formatted("%.2f / %.2f", drift.median_db, drift.p95_db);
        for (const double size_db : {1.0, 2.0, 3.0, 4.0, 6.0}) {
            const auto cell = climb(row, unknown, size_db);
            text += formatted(" | %.2f [%.2f, %.2f] (%.0f %%, %.0f %%)", cell.residual_db, cell.low_db, cell.high_db,
                              100.0 * cell.reduction, 100.0 * cell.harm_rate);
        }
        text += " |\n";
    }
    return text;
}

bool write_whole(const std::filesystem::path& file, const char* bytes, std::size_t size) {
    const std::filesystem::path unfinished = file.string() + ".part";
    {
        std::ofstream stream(unfinished, std::ios::binary);
        if (!stream.write(bytes, static_cast<std::streamsize>(size)).flush()) return false;
    }
    std::error_code problem;
    std::filesystem::rename(unfinished, file, problem);
    return !problem;
}

int fail(const std::string& message) {
    std::fprintf(stderr, "error: %s\n", message.c_str());
    return 1;
}

}  // namespace

int main(int count, char** words) {
    if (count < 6 || count > 7) {
        std::fputs(usage_text, stderr);
        return 2;
    }
    const auto rows = read_manifest(words[1]);
    if (!rows) return fail(rows.error().message);
    std::size_t measured = 0;
    const auto examples =
        measure_corpus(*rows, words[2], words[3], count == 7 ? std::max(1, std::atoi(words[6])) : 1,
                       [&](const std::string& text) { std::fprintf(stderr, "%4zu %s\n", ++measured, text.c_str()); });
    std::vector<Example> known, unknown;
    for (const auto& example : examples) (example.row.split == "test" ? unknown : known).push_back(example);
    if (known.size() < 10) return fail("fewer than 10 tracks to learn from under " + std::string(words[2]));

    const auto fit = fit_tone(known);
    FitOptions no_features;
    for (const auto& group : tone_schema().groups) no_features.left_out.push_back(group.name);
    const auto plain = fit_tone(known, no_features);

    std::string facts =
        formatted("%zu tracks to learn from, %zu of other artists to judge by; ", known.size(), unknown.size());
    facts += formatted(
        "the tone varies by %.2f dB rms around its mean, by %.2f dB around what the features tell "
        "(cross-validation over artists, ridge %.1f).",
        fit.mean_only_db, fit.left_over_db, fit.ridge);
    std::string text = evaluation(rows_of(plain.model, fit.model, known), unknown, facts);
    text += "\n## What each kind of feature buys\n\n| left out | rms that is left, dB |\n|---|---|\n" +
            formatted("| nothing | %.2f |\n", fit.left_over_db);
    for (const auto& group : tone_schema().groups) {
        FitOptions ablation;
        ablation.left_out = {group.name};
        text += formatted("| %s (%d numbers) | %.2f |\n", group.name.c_str(), group.count,
                          fit_tone(known, ablation).left_over_db);
    }
    std::fputs(text.c_str(), stdout);
    const auto bytes = serialize_model(fit.model.file());
    if (!write_whole(words[4], reinterpret_cast<const char*>(bytes.data()), bytes.size()) ||
        !write_whole(words[5], text.data(), text.size()))
        return fail("the model or its evaluation cannot be written");
    return 0;
}
