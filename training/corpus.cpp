#include "training/corpus.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <fstream>
#include <mutex>
#include <numbers>
#include <optional>
#include <sstream>
#include <thread>
#include <type_traits>

#include "analysis/analyzer.h"
#include "core/fingerprint.h"
#include "core/random.h"
#include "io/audio_file.h"
#include "training/degradation.h"
#include "training/kept.h"

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

Result<TrackAnalysis> measure(AudioSource& source) {
    constexpr int block_frames = 8192;
    Analyzer analyzer;
    analyzer.prepare(source.info());
    AudioBuffer block(source.info().channels, block_frames);
    while (true) {
        const auto got = source.read(block.view());
        if (!got) return got.error();
        if (*got == 0) break;
        analyzer.process(block.view().part(0, *got));
    }
    return analyzer.finish();
}

/// A fault of its own for every track: a smooth curve of 3 or 6 dB, and a width as wrong.
Degradation fault_of(const TrackRow& row) {
    Random random(fingerprint(row.package + "/" + row.path));
    const double size_db = random.bits() % 2 == 0 ? 3.0 : 6.0;
    auto fault = draw_degradation(Fault::smooth, size_db, random);
    const auto wide = draw_degradation(Fault::width, size_db, random);
    fault.settings.tone.side_150_hz_db = wide.settings.tone.side_150_hz_db;
    fault.settings.tone.side_1200_hz_db = wide.settings.tone.side_1200_hz_db;
    fault.settings.tone.side_9600_hz_db = wide.settings.tone.side_9600_hz_db;
    fault.size_db = size_db;
    return fault;
}

Result<TrackAnalysis> measure_track(const TrackRow& row, const std::filesystem::path& file, bool is_spoiled) {
    auto opened = open_audio(file);
    if (!opened) return opened.error();
    const auto faulty = is_spoiled ? degraded(**opened, fault_of(row)) : nullptr;
    auto analysis = measure(faulty ? *faulty : **opened);
    if (analysis && analysis->integrated_lufs <= silence_db) return Error{ErrorCode::input, file.string() + ": silent"};
    return analysis;
}

/// Four seconds of struck tones and hiss, wide enough to have a side.
class ReferenceSound final : public AudioSource {
public:
    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] Status rewind() override {
        random_ = Random(1);
        position_ = 0;
        return success();
    }
    [[nodiscard]] Result<int> read(AudioView into) override {
        const int count = static_cast<int>(std::min<std::int64_t>(into.frames(), info_.frames - position_));
        for (int n = 0; n < count; ++n, ++position_) {
            const auto beat = position_ % beat_frames;
            if (beat == 0) tone_hz_ = 55.0 * std::exp2(5.0 * random_.uniform());
            const double since_s = static_cast<double>(beat) / info_.sample_rate_hz;
            const double tone = 0.3 * std::exp(-6.0 * since_s) * std::sin(2.0 * std::numbers::pi * tone_hz_ * since_s);
            for (int c = 0; c < info_.channels; ++c)
                into.channel(c)[n] = static_cast<float>((c == 0 ? 1.0 : 0.7) * tone + 0.05 * (random_.uniform() - 0.5));
        }
        return count;
    }

private:
    static constexpr int beat_frames = 11025;
    StreamInfo info_{44100.0, 2, 4 * 44100, 0};
    Random random_{1};
    std::int64_t position_ = 0;
    double tone_hz_ = 0.0;
};

/// What a file of the cache holds, and how it is measured: the names of all numbers in order, and what they are for a
/// sound that is always the same, as it is and with a fault in it.
std::string analysis_version() {
    std::string version;
    for (const auto& row : analysis_numbers) version += std::string(row.name) + '\n';
    for_each_curve_group([&](const auto& group) {
        for (const auto& row : group.curves) version += std::string(group.name) + '.' + std::string(row.name) + '\n';
    });
    static_assert(std::is_trivially_copyable_v<TrackAnalysis>);
    const auto add = [&](AudioSource& source) {
        const auto measured = measure(source);
        if (measured) version.append(reinterpret_cast<const char*>(&*measured), sizeof *measured);
    };
    ReferenceSound sound;
    add(sound);
    if (!sound.rewind()) return version;
    const auto faulty = degraded(sound, fault_of({"", "reference sound", "", "", "", ""}));
    add(*faulty);
    return version;
}

}  // namespace

Example example_of(const TrackRow& row, const TrackAnalysis& analysis) {
    return {row, analysis, track_features(analysis)};
}

std::vector<double> reference_features() {
    ReferenceSound sound;
    const auto measured = measure(sound);
    return measured ? track_features(*measured) : std::vector<double>();
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
    // What is measured otherwise has another folder, and so does a file of another size another name.
    const auto folder = cache / hexadecimal(fingerprint(analysis_version()));
    std::filesystem::create_directories(folder);
    std::vector<std::optional<Example>> examples(rows.size());
    std::atomic<std::size_t> next = 0;
    std::mutex telling;
    const auto work = [&] {
        for (std::size_t i = next++; i < rows.size(); i = next++) {
            const auto file = track_file(rows[i], corpus);
            auto name = rows[i].package.empty() ? std::filesystem::absolute(file).string()
                                                : rows[i].package + "/" + rows[i].path;
            std::error_code unread;
            name += " " + std::to_string(std::filesystem::file_size(file, unread));
            std::ranges::replace(name, '/', '~');
            const auto known = [&](const std::string& ending, bool is_spoiled) -> std::optional<TrackAnalysis> {
                if (auto cached = read_kept<TrackAnalysis>(folder / (name + ending))) return cached;
                auto measured = measure_track(rows[i], file, is_spoiled);
                const std::scoped_lock lock(telling);
                if (!measured) {
                    tell("left out: " + measured.error().message);
                    return std::nullopt;
                }
                keep(*measured, folder / (name + ending));
                tell("measured " + rows[i].path + ending);
                return *measured;
            };
            const auto analysis = known("", false);
            if (!analysis) continue;
            const auto spoiled = known(" spoiled", true);
            if (!spoiled) continue;
            examples[i] = example_of(rows[i], *analysis);
            examples[i]->spoiled = {fault_of(rows[i]).size_db, *spoiled, track_features(*spoiled)};
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
