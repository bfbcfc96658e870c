// Makes models/: measures the corpus, fits the model, tells how well it does on artists that it does not know.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "core/fingerprint.h"
#include "core/version.h"
#include "mastering/learned_predictor.h"
#include "training/corpus.h"
#include "training/evaluation.h"
#include "training/formatted.h"
#include "training/rendered_evaluation.h"

namespace {

using namespace burnish;
using namespace burnish::training;

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

/// Nothing if it cannot be read: what is kept is then known by the model alone.
std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

int fail(const std::string& message) {
    std::fprintf(stderr, "error: %s\n", message.c_str());
    return 1;
}

struct Options {
    std::string tracks, corpus, cache, model, evaluation;
    int jobs = 1;
    int every = 1;
    int others_every = 1;
    bool renders = true;
};

int train(const Options& options) {
    const auto tell = [](const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); };
    const auto rows = read_manifest(options.tracks);
    if (!rows) return fail(rows.error().message);
    const auto examples = measure_corpus(*rows, options.corpus, options.cache, options.jobs, tell);
    std::vector<Example> known, unknown;
    for (const auto& example : examples) (example.row.split == "test" ? unknown : known).push_back(example);
    if (known.size() < 10) return fail("fewer than 10 tracks to learn from under " + options.corpus);

    tell("fitting");
    const auto lesson = learn(known);
    const auto model = model_of(lesson);
    auto model_file = model.file();
    model_file.metadata["learned_from"] = formatted("%zu tracks of the list ", known.size()) +
                                          hexadecimal(fingerprint(bytes_of(options.tracks))) + ", by version " +
                                          std::string(version);
    const auto reference = reference_features();
    model_file.tensors[std::string(reference_features_name)] = {{static_cast<int>(reference.size())},
                                                                std::vector<float>(reference.begin(), reference.end())};
    const auto bytes = serialize_model(model_file);
    if (!write_whole(options.model, reinterpret_cast<const char*>(bytes.data()), bytes.size()))
        return fail(options.model + " cannot be written");
    if (options.evaluation.empty()) return 0;

    std::string text =
        "# Evaluation of the model\n\nMade by `./dev train" +
        (options.every > 1 ? formatted(" --render-every %d", options.every) : std::string()) +
        (options.others_every > 1 ? formatted(" --others-every %d", options.others_every) : std::string()) + "`. " +
        formatted("%zu tracks to learn from, %zu of other artists to judge by.\n\n", known.size(), unknown.size());
    std::vector<training::Curve> severity;
    tell("comparing models");
    const auto comparison = comparison_of(lesson, known);
    if (options.renders) {
        // The model as the program will read it.
        auto file = parse_model("the new model", bytes);
        if (!file) return fail(file.error().message);
        auto read = MasterModel::from("the new model", *file);
        if (!read) return fail(read.error().message);
        const auto shared = std::make_shared<const MasterModel>(*std::move(read));
        std::vector<Example> some;
        for (std::size_t i = 0; i < unknown.size(); i += static_cast<std::size_t>(options.every))
            some.push_back(unknown[i]);
        if (options.every > 1)
            text +=
                formatted("Mastered from end to end: every %d. of these, %zu tracks.\n\n", options.every, some.size());
        tell("learning apart from the packages of the test");
        const auto apart = std::make_shared<const MasterModel>(learned_apart(lesson, known, unknown));
        const auto rungs = audio_rungs(shared, apart, lesson, comparison, known);
        const auto others = other_masters(shared, comparison, rungs);
        std::string made_by(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        made_by += bytes_of("/proc/self/exe");
        const auto outcomes = run_trials(
            some, options.corpus,
            std::filesystem::path(options.cache) / ("renders " + hexadecimal(fingerprint(made_by))),
            [shared](const TrackAnalysis& track, const Target& target) {
                return predict_by_model(shared, track, target);
            },
            rungs, others, options.others_every, options.jobs, tell);
        std::vector<double> strangeness;
        strangeness.reserve(some.size());
        for (const auto& example : some)
            strangeness.push_back(MasterModel::strangeness(shared->standardized(example.analysis)));
        if (options.others_every > 1)
            text += formatted("Whole masters in every other way: every %d. of them.\n\n", options.others_every);
        const auto chapter = rendered_chapter(some, outcomes, rungs, others, strangeness, known);
        severity.push_back(chapter.severity);
        std::ostringstream bars;
        bars << "What the model is held to, on audio, 95 % of it by bootstrap over albums, and whether it is met.\n\n";
        print_bars(chapter.bars, bars);
        text += bars.str() + shortfall_chapter(lesson, comparison, known, unknown, chapter.steps) + chapter.text;
    }
    const auto chapters = feature_domain_chapters(lesson, comparison, known, unknown, tell);
    text += chapters.text;
    std::fputs(text.c_str(), stdout);
    severity.insert(severity.begin(), chapters.severity.begin(), chapters.severity.end());
    const auto chart = line_chart("Tone: mean error of tracks by artists that were not learned from",
                                  "error put in, dB", "error left, dB", severity);
    const auto picture = std::filesystem::path(options.evaluation).replace_filename("severity.svg");
    for (const auto& [file, words] : {std::pair{picture, &chart}, {std::filesystem::path(options.evaluation), &text}})
        if (!write_whole(file, words->data(), words->size())) return fail(file.string() + " cannot be written");
    return 0;
}

}  // namespace

int main(int count, char** words) {
    Options options;
    CLI::App app{"Fits the model on the splits train and validation, evaluates it on test."};
    app.add_option("TRACKS", options.tracks, "list of tracks (training/README.md)")->required();
    app.add_option("CORPUS", options.corpus, "folder with them")->required();
    app.add_option("CACHE", options.cache, "folder for what has been measured")->required();
    app.add_option("MODEL", options.model, "file to write")->required();
    app.add_option("EVALUATION", options.evaluation, "file to write; none: no evaluation");
    app.add_option("--jobs", options.jobs, "threads; the result is the same for any number")->check(CLI::Range(1, 64));
    app.add_option("--render-every", options.every, "master only every so-many-th test track on audio")
        ->check(CLI::Range(1, 1000));
    app.add_option("--others-every", options.others_every,
                   "of what is mastered, master only every so-many-th track in every other way too")
        ->check(CLI::Range(1, 1000));
    app.add_flag("!--no-renders", options.renders, "leave out the evaluation on audio");
    CLI11_PARSE(app, count, words);
    return train(options);
}
