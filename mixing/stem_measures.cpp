#include "mixing/stem_measures.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <numeric>

#include "analysis/level_analyzer.h"
#include "analysis/loudness_meter.h"
#include "analysis/spectrum_analyzer.h"
#include "analysis/statistics.h"
#include "core/fingerprint.h"
#include "dsp/biquad.h"
#include "dsp/denormals.h"

namespace burnish {

namespace {

constexpr int block_frames = 8192;
constexpr int hops_per_cell = 2;
constexpr int cells_per_gating_block = 4;

/// Time that 60 dB take at the rate of the steepest tenth of the falls from cell to cell.
double decay_of(const StemCells& cells) {
    const float top = cells.loudness.empty() ? 0.0F : *std::ranges::max_element(cells.loudness);
    std::vector<float> falls_db;
    for (std::size_t i = 1; i < cells.loudness.size(); ++i) {
        const float before = cells.loudness[i - 1];
        const float now = std::max(cells.loudness[i], top * 1e-6F);
        if (before > top * 1e-4F && now < before) falls_db.push_back(10.0F * std::log10(before / now));
    }
    if (falls_db.size() < 8) return 0.0;
    const double steep_db = percentile(falls_db, 0.9);
    return steep_db > 0.1 ? 60.0 / (steep_db * cells.per_second) : 0.0;
}

std::uint64_t fingerprint_of(const StemCells& cells) {
    std::string bytes(cells.octaves.size() * sizeof(OctavePowers), '\0');
    if (!bytes.empty()) std::memcpy(bytes.data(), cells.octaves.data(), bytes.size());
    return fingerprint(bytes);
}

}  // namespace

void CellMeter::prepare(double sample_rate_hz, int channels) {
    *this = {};
    channels_ = channels;
    size_ = 512;
    while (size_ < 0.07 * sample_rate_hz) size_ *= 2;
    fft_.emplace_back(size_);
    const int bins = fft_[0].bins();
    const double bin_hz = sample_rate_hz / size_;
    window_.resize(static_cast<std::size_t>(size_));
    for (int n = 0; n < size_; ++n)
        window_[static_cast<std::size_t>(n)] =
            static_cast<float>(0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * (n + 0.5) / size_));
    // The bins of a spectrum, each for itself and its mirror image, add up to the mean square.
    const double scale = std::sqrt(2.0 / (0.375 * static_cast<double>(size_) * size_));
    for (auto& w : window_) w *= static_cast<float>(scale);
    const auto sections = k_weighting(sample_rate_hz);
    k_weights_.resize(static_cast<std::size_t>(bins));
    for (int k = 0; k < bins; ++k) {
        double db = 0.0;
        for (const auto& section : sections) db += magnitude_db(section, std::max(k, 1) * bin_hz, sample_rate_hz);
        k_weights_[static_cast<std::size_t>(k)] = static_cast<float>(db_to_power(db));
    }
    bands_.prepare(bands_around(octaves_hz, 1.0), bin_hz, bins);
    time_.resize(static_cast<std::size_t>(size_));
    spectrum_.resize(static_cast<std::size_t>(bins));
    power_.resize(static_cast<std::size_t>(bins));
    for (auto& last : last_) last.assign(static_cast<std::size_t>(size_), 0.0F);
    const int cell_frames = size_ / 2 * hops_per_cell;
    cells_.per_second = sample_rate_hz / cell_frames;
}

void CellMeter::process(ConstAudioView in) {
    const int hop = size_ / 2;
    for (int done = 0; done < in.frames();) {
        const int count = std::min(in.frames() - done, hop - filled_);
        for (int c = 0; c < channels_; ++c) {
            const auto from = in.part(done, count).channel(c);
            std::copy(from.begin(), from.end(), last_[static_cast<std::size_t>(c)].begin() + hop + filled_);
            double energy = 0.0;
            for (const float x : from) {
                hop_peak_ = std::max(hop_peak_, std::abs(x));
                energy += static_cast<double>(x) * x;
            }
            energy_[static_cast<std::size_t>(c)] += energy;
        }
        frames_ += count;
        filled_ += count;
        done += count;
        if (filled_ == hop) end_hop();
    }
}

void CellMeter::end_hop() {
    const int hop = size_ / 2;
    std::fill(power_.begin(), power_.end(), 0.0F);
    for (int c = 0; c < channels_; ++c) {
        auto& last = last_[static_cast<std::size_t>(c)];
        for (std::size_t n = 0; n < last.size(); ++n) time_[n] = last[n] * window_[n];
        fft_[0].forward(time_, spectrum_);
        for (std::size_t k = 0; k < power_.size(); ++k) power_[k] += std::norm(spectrum_[k]);
        std::copy(last.begin() + hop, last.end(), last.begin());
        std::fill(last.begin() + hop, last.end(), 0.0F);
    }
    OctavePowers octaves{};
    bands_.sum(power_, octaves);
    for (int f = 0; f < octave_count; ++f)
        cell_octaves_[static_cast<std::size_t>(f)] += octaves[static_cast<std::size_t>(f)] / hops_per_cell;
    float loudness = 0.0F;
    for (std::size_t k = 0; k < power_.size(); ++k) loudness += power_[k] * k_weights_[k];
    cell_loudness_ += loudness / hops_per_cell;
    cell_peak_ = std::max(cell_peak_, hop_peak_);
    hop_peak_ = 0.0F;
    filled_ = 0;
    if (++hops_ < hops_per_cell) return;
    cells_.octaves.push_back(cell_octaves_);
    cells_.loudness.push_back(cell_loudness_);
    cells_.peak.push_back(cell_peak_);
    cell_octaves_ = {};
    cell_loudness_ = 0.0F;
    cell_peak_ = 0.0F;
    hops_ = 0;
}

StemCells CellMeter::finish() {
    while (filled_ > 0 || hops_ > 0) end_hop();
    return std::move(cells_);
}

double CellMeter::power(int channel) const noexcept {
    return frames_ > 0 ? energy_[static_cast<std::size_t>(channel)] / static_cast<double>(frames_) : 0.0;
}

Result<StemMeasures> measure_stem(AudioSource& source, const std::function<bool(double)>& tick) {
    const FlushDenormals no_denormals;
    if (auto status = source.rewind(); !status) return status.error();
    const auto& info = source.info();
    LevelAnalyzer levels;
    levels.prepare(info);
    SpectrumAnalyzer spectrum;
    spectrum.prepare(info);
    CellMeter meter;
    meter.prepare(info.sample_rate_hz, info.channels);
    AudioBuffer block(info.channels, block_frames);
    StemMeasures measures;
    std::int64_t done = 0;
    for (;;) {
        const auto got = source.read(block.view());
        if (!got) return got.error();
        if (*got == 0) break;
        const auto filled = block.view().part(0, *got);
        levels.process(filled);
        spectrum.process(filled);
        meter.process(filled);
        if (info.channels == 2 && measures.is_mono)
            measures.is_mono = std::ranges::equal(filled.channel(0), filled.channel(1));
        done += *got;
        if (!tick(static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(info.frames, 1))))
            return Error{ErrorCode::canceled, "stopped"};
    }
    levels.finish(measures.track);
    spectrum.finish(measures.track);
    measures.left_power = meter.power(0);
    measures.right_power = meter.power(info.channels - 1);
    measures.cells = meter.finish();
    measures.decay_s = decay_of(measures.cells);
    measures.fingerprint = fingerprint_of(measures.cells);
    // Shorter than a gating block of BS.1770, a stem has no integrated loudness, but sounds.
    const bool is_short = static_cast<double>(done) < 0.4 * info.sample_rate_hz;
    if (is_short && measures.track.integrated_lufs <= silence_db)
        measures.track.integrated_lufs = std::max(silence_db, cells_lufs(measures.cells.loudness));
    return measures;
}

double cells_lufs(std::span<const float> powers) {
    std::vector<float> blocks;
    for (std::size_t i = 0; i + cells_per_gating_block <= powers.size(); ++i) {
        const auto block = powers.subspan(i, cells_per_gating_block);
        blocks.push_back(std::accumulate(block.begin(), block.end(), 0.0F) / cells_per_gating_block);
    }
    if (blocks.empty() && !powers.empty())
        blocks.push_back(std::accumulate(powers.begin(), powers.end(), 0.0F) / static_cast<float>(powers.size()));
    return gated_loudness_lufs(blocks);
}

double activity(const StemCells& cells) {
    double sum = 0.0;
    for (const float power : cells.loudness) sum += power;
    const auto count = static_cast<double>(std::max<std::size_t>(cells.loudness.size(), 1));
    const double gate = 0.01 * sum / count;
    return static_cast<double>(std::ranges::count_if(cells.loudness, [&](float power) { return power > gate; })) /
           count;
}

OctavePowers gated_octaves(const StemCells& cells) {
    std::array<double, octave_count> sums{};
    const auto whole = [](const OctavePowers& cell) { return std::accumulate(cell.begin(), cell.end(), 0.0F); };
    double total = 0.0;
    for (const auto& cell : cells.octaves) total += whole(cell);
    OctavePowers means{};
    if (total <= 0.0) return means;
    const auto gate = static_cast<float>(0.01 * total / static_cast<double>(cells.octaves.size()));
    std::int64_t count = 0;
    for (const auto& cell : cells.octaves) {
        if (whole(cell) < gate) continue;
        ++count;
        for (std::size_t f = 0; f < cell.size(); ++f) sums[f] += cell[f];
    }
    for (std::size_t f = 0; f < means.size(); ++f)
        means[f] = static_cast<float>(sums[f] / static_cast<double>(std::max<std::int64_t>(count, 1)));
    return means;
}

}  // namespace burnish
