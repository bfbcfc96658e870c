#include "training/corpus.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>

#include "analysis/analyzer.h"
#include "core/fingerprint.h"
#include "io/audio_file.h"

namespace burnish::training {

namespace {

constexpr std::array splits{"train", "validation", "test"};

/// An artist's split where the list says nothing: 70 %, 15 % and 15 % of all.
std::string split_of(const std::string& artist) {
    const auto twentieth = fingerprint(artist) % 20;
    return splits[twentieth < 14 ? 0 : twentieth < 17 ? 1 : 2];
}

std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields;
    std::istringstream text(line);
    for (std::string field; std::getline(text, field, '\t');) fields.push_back(field);
    return fields;
}

Result<Example> measure(const TrackRow& row, const std::filesystem::path& file) {
    constexpr int block_frames = 8192;
    auto opened = open_audio(file);
    if (!opened) return opened.error();
    const auto& source = *opened;
    Analyzer analyzer;
    analyzer.prepare(source->info());
    AudioBuffer block(source->info().channels, block_frames);
    while (true) {
        const auto got = source->read(block.view());
        if (!got) return got.error();
        if (*got == 0) break;
        analyzer.process(block.view().part(0, *got));
    }
    const auto analysis = analyzer.finish();
    if (analysis.integrated_lufs <= silence_db) return Error{ErrorCode::input, file.string() + ": silent"};
    return example_of(row, analysis);
}

/// Names of all that is measured, in order: what a file of the cache holds.
std::string analysis_names() {
    std::string names;
    for (const auto& row : analysis_numbers) names += std::string(row.name) + '\n';
    for_each_curve_group([&](const auto& group) {
        for (const auto& row : group.curves) names += std::string(group.name) + '.' + std::string(row.name) + '\n';
    });
    return names;
}

std::optional<Example> read_cached(const TrackRow& row, const std::filesystem::path& file) {
    TrackAnalysis analysis;
    std::ifstream stream(file, std::ios::binary);
    if (!stream.read(reinterpret_cast<char*>(&analysis), sizeof analysis) || stream.peek() != EOF) return std::nullopt;
    return example_of(row, analysis);
}

void write_cached(const Example& example, const std::filesystem::path& file) {
    const std::filesystem::path unfinished = file.string() + ".part";
    {
        std::ofstream stream(unfinished, std::ios::binary);
        stream.write(reinterpret_cast<const char*>(&example.analysis), sizeof example.analysis);
    }
    std::filesystem::rename(unfinished, file);
}

}  // namespace

Example example_of(const TrackRow& row, const TrackAnalysis& analysis) {
    return {row, analysis, track_features(analysis)};
}

std::filesystem::path track_file(const TrackRow& row, const std::filesystem::path& corpus) {
    return row.package.empty() ? std::filesystem::path(row.path) : corpus / row.package / row.path;
}

Result<std::vector<TrackRow>> read_manifest(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::string line;
    if (!std::getline(stream, line)) return Error{ErrorCode::input, file.string() + ": cannot be read, or is empty"};
    const auto header = fields_of(line);
    struct Column {
        const char* name;
        std::string TrackRow::*member;
        bool is_needed;
    };
    constexpr auto columns = std::to_array<Column>({{"package", &TrackRow::package, false},
                                                    {"path", &TrackRow::path, true},
                                                    {"genre", &TrackRow::genre, true},
                                                    {"artist", &TrackRow::artist, true},
                                                    {"licence", &TrackRow::licence, false},
                                                    {"split", &TrackRow::split, false}});
    for (const auto& column : columns)
        if (column.is_needed && std::ranges::find(header, column.name) == header.end())
            return Error{ErrorCode::input,
                         file.string() + ": column \"" + column.name + "\" is missing in the first line"};
    std::vector<TrackRow> rows;
    while (std::getline(stream, line)) {
        const auto fields = fields_of(line);
        const auto where = file.string() + ": line " + std::to_string(rows.size() + 2);
        if (fields.size() != header.size())
            return Error{ErrorCode::input, where + " has " + std::to_string(fields.size()) + " columns, " +
                                               std::to_string(header.size()) + " expected"};
        TrackRow row;
        for (const auto& column : columns) {
            const auto at = std::ranges::find(header, column.name) - header.begin();
            if (at < std::ssize(header)) row.*column.member = fields[static_cast<std::size_t>(at)];
        }
        if (row.split.empty()) row.split = split_of(row.artist);
        if (std::ranges::find(splits, row.split) == splits.end())
            return Error{ErrorCode::input, where + ": split \"" + row.split + "\", not train, validation or test"};
        if (row.package.empty()) row.path = (file.parent_path() / row.path).lexically_normal().string();
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<Example> measure_corpus(const std::vector<TrackRow>& rows, const std::filesystem::path& corpus,
                                    const std::filesystem::path& cache, int jobs,
                                    const std::function<void(const std::string&)>& tell) {
    // Another version's analyses have another folder.
    const auto folder = cache / hexadecimal(fingerprint(analysis_names()));
    std::filesystem::create_directories(folder);
    std::vector<std::optional<Example>> examples(rows.size());
    std::atomic<std::size_t> next = 0;
    std::mutex telling;
    const auto work = [&] {
        for (std::size_t i = next++; i < rows.size(); i = next++) {
            const auto file = track_file(rows[i], corpus);
            auto name = rows[i].package.empty() ? std::filesystem::absolute(file).string()
                                                : rows[i].package + "/" + rows[i].path;
            std::ranges::replace(name, '/', '~');
            examples[i] = read_cached(rows[i], folder / name);
            if (examples[i]) continue;
            auto measured = measure(rows[i], file);
            const std::scoped_lock lock(telling);
            if (measured) {
                write_cached(*measured, folder / name);
                examples[i] = *std::move(measured);
                tell("measured " + rows[i].path);
            } else {
                tell("left out: " + measured.error().message);
            }
        }
    };
    std::vector<std::thread> threads;
    for (int job = 1; job < jobs; ++job) threads.emplace_back(work);
    work();
    for (auto& thread : threads) thread.join();

    std::vector<Example> kept;
    for (auto& example : examples)
        if (example) kept.push_back(*std::move(example));
    return kept;
}

}  // namespace burnish::training
