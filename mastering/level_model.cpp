#include "mastering/level_model.h"

#include <algorithm>
#include <cmath>

#include "analysis/loudness_meter.h"
#include "dsp/denormals.h"
#include "mastering/gain_stream.h"
#include "mastering/reduction_statistics.h"

namespace burnish {

namespace {

constexpr int most_cell_frames = 32;
constexpr double longest_cell_s = 0.001;
constexpr int block_cells = 4096;
constexpr double steps_per_second = 10.0;  // gating blocks begin that often, and last four steps
constexpr int steps_per_block = 4;

/// Power of every gating block, from the energies of steps of 100 ms.
std::vector<float> block_powers(const std::vector<double>& step_energies, double sample_rate_hz) {
    std::vector<float> powers;
    const double frames = steps_per_block * sample_rate_hz / steps_per_second;
    for (std::size_t i = steps_per_block; i <= step_energies.size(); ++i) {
        double energy = 0.0;
        for (std::size_t k = i - steps_per_block; k < i; ++k) energy += step_energies[k];
        powers.push_back(static_cast<float>(energy / frames));
    }
    return powers;
}

}  // namespace

int LevelModel::cell_frames(double sample_rate_hz) noexcept {
    int frames = most_cell_frames;
    while (frames / sample_rate_hz > longest_cell_s) frames /= 2;
    return frames;
}

Status LevelModel::start(const MasterServices& services, double sample_rate_hz) {
    sample_rate_hz_ = sample_rate_hz;
    return energies_.start(services, sample_rate_hz / cell_frames(sample_rate_hz));
}

Result<LevelPass> LevelModel::estimate(PeakEnvelope& peaks_of_cells, const LimiterSettings& settings,
                                       const SoftClipper::Settings& clipper) {
    const FlushDenormals no_denormals;
    if (auto status = energies_.rewind(); !status) return status.error();
    if (auto status = peaks_of_cells.rewind(); !status) return status.error();
    const auto knee_start = static_cast<float>(db_to_gain(clipper.threshold_db - clipper.knee_db));
    const auto read_peaks = [&](std::span<float> into) -> Status {
        if (auto status = peaks_of_cells.read_cells(into); !status) return status;
        for (float& peak : into)
            if (peak > knee_start) peak = static_cast<float>(soft_clip(peak, clipper));
        return success();
    };
    const int frames = cell_frames(sample_rate_hz_);
    GainStream stream(sample_rate_hz_ / frames, settings, block_cells, read_peaks);
    if (auto status = stream.start(); !status) return status.error();

    const float without_drive = static_cast<float>(1.0 / db_to_gain(settings.drive_db));
    const float near_silence = near_silence_of(stream.threshold());
    const double cells_per_step = sample_rate_hz_ / (steps_per_second * frames);
    ReductionStatistics reductions;
    std::vector<double> step_energies;
    std::vector<float> energies(block_cells);
    std::vector<float> peaks(block_cells);
    std::vector<float> gains(block_cells);
    double next_step = cells_per_step;
    double step_energy = 0.0;
    std::int64_t cell = 0;
    while (true) {
        const auto got = energies_.read(energies);
        if (!got) return got.error();
        if (*got == 0) break;
        const auto count = static_cast<std::size_t>(*got);
        if (auto status = stream.next(std::span(peaks).first(count), std::span(gains).first(count)); !status)
            return status.error();
        for (std::size_t i = 0; i < count; ++i, ++cell) {
            if (static_cast<double>(cell) >= next_step) {
                step_energies.push_back(step_energy);
                step_energy = 0.0;
                next_step += cells_per_step;
            }
            step_energy += static_cast<double>(energies[i]) * (gains[i] * gains[i]);
            reductions.note_lowest(gains[i] * without_drive);
            if (peaks[i] > near_silence) reductions.add(gains[i] * without_drive);
        }
    }
    if (static_cast<double>(cell) >= next_step - 0.5) step_energies.push_back(step_energy);
    return LevelPass{gated_loudness_lufs(block_powers(step_energies, sample_rate_hz_)), reductions.p95_db(),
                     reductions.max_db()};
}

}  // namespace burnish
