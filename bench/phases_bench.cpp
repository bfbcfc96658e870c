// Where the time of a whole job goes: `burnish master` on one thread, by CPU time.
//
//     phases_bench SONG.wav MASTER.wav [FLAG OF burnish master]...       (a stereo song; a replaced master)
//
// Everything that the engine does not do itself stands behind an interface: source, scratch space, predictor, delivery.
// A stopwatch in front of each of them tells what the engine is at. Prints JSON: seconds of every phase, and the whole.

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/file_delivery.h"
#include "cli/master_plan.h"
#include "cli/master_request.h"
#include "cli/program.h"
#include "io/audio_file.h"

namespace {

using namespace burnish;

enum class Phase { files, reading, analyzing, predicting, rendering, planning, limiting, scratch, writing, verifying };
constexpr std::array phase_names{
    "opening and closing",
    "reading and decoding",
    "analysis of the source",
    "prediction",
    "render: chain, energies, peaks",
    "loudness, on the model",
    "limiter passes, dither",
    "scratch space",
    "writing the file",
    "measuring the written file",
};

/// Shares the CPU time of this process out among phases; one at a time.
class Stopwatch {
public:
    void go_on_with(Phase phase) {
        const double now_s = cpu_s();
        spent_s_[static_cast<std::size_t>(phase_)] += now_s - since_s_;
        since_s_ = now_s;
        phase_ = phase;
    }
    [[nodiscard]] Phase phase() const { return phase_; }
    [[nodiscard]] const auto& spent_s() const { return spent_s_; }

private:
    static double cpu_s() {
        timespec now{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
    }

    std::array<double, phase_names.size()> spent_s_{};
    double since_s_ = 0.0;  // from the start of the process
    Phase phase_ = Phase::files;
};

Stopwatch stopwatch;

/// Calls something that is a phase of its own, within another one.
template <class Call>
auto within(Phase phase, Call call) {
    const Phase outer = stopwatch.phase();
    stopwatch.go_on_with(phase);
    auto result = call();
    stopwatch.go_on_with(outer);
    return result;
}

/// The song, or what was written. A render begins where the song is rewound, and ends with it: what the chain still
/// gives after that, some thousand frames, counts for what follows.
class TimedSource final : public AudioSource {
public:
    explicit TimedSource(std::unique_ptr<AudioSource> inner) : inner_(std::move(inner)) {}
    [[nodiscard]] const StreamInfo& info() const override { return inner_->info(); }
    [[nodiscard]] Result<int> read(AudioView into) override {
        auto got = within(Phase::reading, [&] { return inner_->read(into); });
        if (stopwatch.phase() == Phase::rendering && got && *got < into.frames()) stopwatch.go_on_with(Phase::planning);
        return got;
    }
    [[nodiscard]] Status rewind() override {
        if (stopwatch.phase() == Phase::planning) stopwatch.go_on_with(Phase::rendering);
        return within(Phase::reading, [&] { return inner_->rewind(); });
    }

private:
    std::unique_ptr<AudioSource> inner_;
};

/// Of the two kinds, the stereo one holds the programme: a pass through the limiter begins where it is rewound, and
/// ends with it.
class TimedScratch final : public Scratch {
public:
    TimedScratch(std::unique_ptr<Scratch> inner, bool is_programme)
        : inner_(std::move(inner)), is_programme_(is_programme) {}
    [[nodiscard]] const StreamInfo& info() const override { return inner_->info(); }
    [[nodiscard]] Status write(ConstAudioView from) override {
        return within(Phase::scratch, [&] { return inner_->write(from); });
    }
    [[nodiscard]] Result<int> read(AudioView into) override {
        auto got = within(Phase::scratch, [&] { return inner_->read(into); });
        if (is_programme_ && got && *got == 0) stopwatch.go_on_with(Phase::planning);
        return got;
    }
    [[nodiscard]] Status rewind() override {
        if (is_programme_) stopwatch.go_on_with(Phase::limiting);
        return within(Phase::scratch, [&] { return inner_->rewind(); });
    }

private:
    std::unique_ptr<Scratch> inner_;
    bool is_programme_;
};

class TimedDelivery final : public Delivery {
public:
    explicit TimedDelivery(Delivery& inner) : inner_(inner) {}
    [[nodiscard]] Status write(ConstAudioView from) override {
        return within(Phase::writing, [&] { return inner_.write(from); });
    }
    [[nodiscard]] Status restart() override {
        return within(Phase::writing, [&] { return inner_.restart(); });
    }
    [[nodiscard]] Result<std::unique_ptr<AudioSource>> finish() override {
        auto written = within(Phase::writing, [&] { return inner_.finish(); });
        stopwatch.go_on_with(Phase::verifying);
        if (!written) return written;
        return std::unique_ptr<AudioSource>(std::make_unique<TimedSource>(*std::move(written)));
    }

private:
    Delivery& inner_;
};

Predictor timed(Predictor inner) {
    return [inner = std::move(inner)](const TrackAnalysis& track, const Target& target) {
        stopwatch.go_on_with(Phase::predicting);
        auto prediction = inner(track, target);
        stopwatch.go_on_with(Phase::rendering);
        return prediction;
    };
}

MasterServices timed(MasterServices services) {
    auto make_scratch = std::move(services.make_scratch);
    services.make_scratch = [make_scratch](int channels, double rate_hz) -> Result<std::unique_ptr<Scratch>> {
        auto made = make_scratch(channels, rate_hz);
        if (!made) return made;
        return std::unique_ptr<Scratch>(std::make_unique<TimedScratch>(*std::move(made), channels == 2));
    };
    return services;
}

Result<MasterOptions> read_options(int argc, char** argv) {
    Program program;
    std::vector<std::string> words{"-f", argv[2], "-o", argv[1], "master"};
    words.insert(words.begin(), std::reverse_iterator(argv + argc), std::reverse_iterator(argv + 3));
    program.app.parse(std::move(words));  // backwards, as CLI11 takes them
    return read_master_flags(program.master_flags);
}

Status run(const MasterOptions& options) {
    auto opened = open_audio(options.inputs.front().path);
    if (!opened) return opened.error();
    MasterJob job;
    job.input = (*opened)->path();
    job.output = options.output;
    job.options = &options;
    const auto spec = output_spec(*job.output, options, (*opened)->info());
    if (!spec) return spec.error();
    std::vector<std::string> warnings;
    const auto delivery = create_delivery(job, opened->get(), *spec, warnings);
    if (!delivery) return delivery.error();
    auto request = master_request(options, *spec, false, warnings);
    request.predictor = timed(std::move(request.predictor));

    TimedSource source(*std::move(opened));
    TimedDelivery timed_delivery(**delivery);
    stopwatch.go_on_with(Phase::analyzing);
    const auto report = master(source, request, timed(file_services()), &timed_delivery,
                               [](std::string_view /*stage*/, double /*fraction*/) { return true; });
    stopwatch.go_on_with(Phase::files);
    if (!report) return report.error();
    auto& file = (*delivery)->file();
    if (auto status = file.finish(); !status) return status;
    if (auto status = file.commit(); !status) return status;
    stopwatch.go_on_with(Phase::files);
    return success();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "phases_bench SONG.wav MASTER.wav [FLAG OF burnish master]...\n";
        return 2;
    }
    const auto options = read_options(argc, argv);
    const auto status = options ? run(*options) : Status(options.error());
    if (!status) {
        std::cerr << "error: " << status.error().message << "\n";
        return 1;
    }
    std::cout << "{";
    for (std::size_t i = 0; i < phase_names.size(); ++i)
        std::cout << (i > 0 ? ", " : "") << '"' << phase_names[i] << "\": " << stopwatch.spent_s()[i];
    std::cout << "}\n";
    return 0;
}
