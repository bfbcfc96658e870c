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

AudioView as_view(std::span<float> values) { return {{values.data()}, 1, static_cast<int>(values.size())}; }
ConstAudioView as_view(std::span<const float> values) { return {{values.data()}, 1, static_cast<int>(values.size())}; }

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

Status LevelModel::Column::start(const MasterServices& services, double rate_hz) {
    auto made = services.make_scratch(1, rate_hz);
    if (!made) return made.error();
    scratch = std::move(*made);
    pending.clear();
    pending.reserve(block_cells);
    return success();
}

Status LevelModel::Column::add(float value) {
    pending.push_back(value);
    return pending.size() < block_cells ? success() : flush();
}

Status LevelModel::Column::flush() {
    if (pending.empty()) return success();  // it may be read already
    auto status = scratch->write(as_view(std::span<const float>(pending)));
    pending.clear();
    return status;
}

Status LevelModel::start(const MasterServices& services, double sample_rate_hz) {
    sample_rate_hz_ = sample_rate_hz;
    cell_frames_ = most_cell_frames;
    while (cell_frames_ / sample_rate_hz > longest_cell_s) cell_frames_ /= 2;
    if (auto status = energies_.start(services, sample_rate_hz / cell_frames_); !status) return status;
    return start_peaks(services);
}

Status LevelModel::start_peaks(const MasterServices& services) {
    cell_peak_ = 0.0F;
    frames_in_cell_ = 0;
    return peaks_.start(services, sample_rate_hz_ / cell_frames_);
}

Status LevelModel::add_peaks(std::span<const float> peaks) {
    while (!peaks.empty()) {
        const auto count = std::min(peaks.size(), static_cast<std::size_t>(cell_frames_ - frames_in_cell_));
        cell_peak_ = std::max(cell_peak_, *std::max_element(peaks.begin(), peaks.begin() + count));
        frames_in_cell_ += static_cast<int>(count);
        peaks = peaks.subspan(count);
        if (frames_in_cell_ < cell_frames_) continue;
        if (auto status = peaks_.add(cell_peak_); !status) return status;
        cell_peak_ = 0.0F;
        frames_in_cell_ = 0;
    }
    return success();
}

Status LevelModel::finish() {
    if (frames_in_cell_ > 0)
        if (auto status = peaks_.add(cell_peak_); !status) return status;
    frames_in_cell_ = 0;
    for (auto* column : {&energies_, &peaks_})
        if (auto status = column->flush(); !status) return status;
    return success();
}

Result<LevelPass> LevelModel::estimate(const LimiterSettings& settings, const SoftClipper::Settings& clipper) {
    const FlushDenormals no_denormals;
    for (auto* column : {&energies_, &peaks_})
        if (auto status = column->scratch->rewind(); !status) return status.error();
    const auto knee_start = static_cast<float>(db_to_gain(clipper.threshold_db - clipper.knee_db));
    const auto read_peaks = [&](std::span<float> into) -> Status {
        const auto got = peaks_.scratch->read(as_view(into));
        if (!got) return got.error();
        std::fill(into.begin() + *got, into.end(), 0.0F);
        for (float& peak : into)
            if (peak > knee_start) peak = static_cast<float>(soft_clip(peak, clipper));
        return success();
    };
    GainStream stream(sample_rate_hz_ / cell_frames_, settings, block_cells, read_peaks);
    if (auto status = stream.start(); !status) return status.error();

    const float without_drive = static_cast<float>(1.0 / db_to_gain(settings.drive_db));
    const float near_silence = near_silence_of(stream.threshold());
    const double cells_per_step = sample_rate_hz_ / (steps_per_second * cell_frames_);
    ReductionStatistics reductions;
    std::vector<double> step_energies;
    std::vector<float> energies(block_cells);
    std::vector<float> peaks(block_cells);
    std::vector<float> gains(block_cells);
    double next_step = cells_per_step;
    double step_energy = 0.0;
    std::int64_t cell = 0;
    while (true) {
        const auto got = energies_.scratch->read(as_view(std::span(energies)));
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
