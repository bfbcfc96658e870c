#include "dsp/true_peak.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "dsp/simd.h"
#include "dsp/window.h"

namespace burnish {

namespace {

constexpr int chunk_frames = TruePeakInterpolator::max_frames;
constexpr int history_frames = 2 * TruePeakInterpolator::half_taps - 1;

// Eight floats that the compiler keeps in one register where it can, or in two.
using Lane = float __attribute__((vector_size(32)));
using LooseLane = float __attribute__((vector_size(32), aligned(4)));
constexpr int lane_frames = 8;
constexpr int lanes = TruePeakInterpolator::tile_frames / lane_frames;

/// One phase over one tile: the tile's accumulators stay in registers while the taps go by.
BURNISH_VECTORIZED
void interpolate_tile(const float* x, const float* h, int taps, int phases, float* between) noexcept {
    for (int phase = 0; phase < phases; ++phase) {
        std::array<Lane, lanes> sum{};
        for (int tap = 0; tap < taps; ++tap) {
            const float weight = h[tap * phases + phase];
            for (int lane = 0; lane < lanes; ++lane)
                sum[lane] += weight * *reinterpret_cast<const LooseLane*>(x + tap + lane * lane_frames);
        }
        for (int lane = 0; lane < lanes; ++lane) {
            auto* out = reinterpret_cast<LooseLane*>(between + lane * lane_frames);
            const Lane magnitude = sum[lane] < 0.0F ? -sum[lane] : sum[lane];
            *out = magnitude > *out ? magnitude : *out;
        }
    }
}

constexpr int group_frames = 16;
constexpr int groups_per_tile = TruePeakInterpolator::tile_frames / group_frames;
constexpr int reach_groups =
    5;  // those that the filters of a tile reach over; the ends of its gaps lie in the middle three
static_assert((2 * TruePeakInterpolator::half_taps + TruePeakInterpolator::tile_frames) / group_frames == reach_groups);
static_assert(TruePeakInterpolator::half_taps > group_frames && TruePeakInterpolator::half_taps <= 2 * group_frames);
constexpr int most_tiles = TruePeakInterpolator::max_frames / TruePeakInterpolator::tile_frames;

inline void raise(Lane& largest, const Lane& value) noexcept { largest = value > largest ? value : largest; }

/// Bit t is set if tile t may reach the floor: weights times the largest magnitude and the largest second difference
/// around it do.
BURNISH_VECTORIZED
std::uint32_t rough_tiles(const float* x, int tiles, float level_gain, float curvature_gain, float floor) noexcept {
    std::array<Lane, most_tiles * groups_per_tile + reach_groups> level{}, curvature{};
    const int groups = (tiles - 1) * groups_per_tile + reach_groups;
    for (int group = 0; group < groups; ++group)
        for (int i = 0; i < group_frames; i += lane_frames) {
            const float* const at = x + group * group_frames + 1 + i;
            const Lane here = *reinterpret_cast<const LooseLane*>(at);
            const Lane before = *reinterpret_cast<const LooseLane*>(at - 1);
            const Lane after = *reinterpret_cast<const LooseLane*>(at + 1);
            const Lane bend = (before - here) + (after - here);
            raise(level[group], here < 0.0F ? -here : here);
            raise(curvature[group], bend < 0.0F ? -bend : bend);
        }
    std::uint32_t rough = 0;
    for (int tile = 0; tile < tiles; ++tile) {
        const int group = tile * groups_per_tile;
        Lane near = level[group + 1];
        for (const int other : {2, 3}) raise(near, level[group + other]);
        Lane bent = curvature[group];
        for (const int other : {1, 2, 3, 4}) raise(bent, curvature[group + other]);
        // The largest of each, both in one register: lanes 0 to 3 and 4 to 7.
        Lane both = __builtin_shufflevector(near, bent, 0, 1, 2, 3, 8, 9, 10, 11);
        raise(both, __builtin_shufflevector(near, bent, 4, 5, 6, 7, 12, 13, 14, 15));
        raise(both, __builtin_shufflevector(both, both, 2, 3, 0, 1, 6, 7, 4, 5));
        raise(both, __builtin_shufflevector(both, both, 1, 0, 3, 2, 5, 4, 7, 6));
        if (level_gain * both[0] + curvature_gain * both[4] >= floor) rough |= 1U << tile;
    }
    return rough;
}

BURNISH_VECTORIZED
void raise_to_magnitudes(const float* x, int count, float* peaks) noexcept {
    for (int i = 0; i < count; ++i) {
        const float magnitude = std::abs(x[i]);
        peaks[i] = magnitude > peaks[i] ? magnitude : peaks[i];
    }
}

/// Each peak to the gaps before and behind its frame.
BURNISH_VECTORIZED
void raise_to_neighbours(const float* gaps, int count, float* peaks) noexcept {
    for (int i = 0; i < count; ++i) {
        const float gap = gaps[i] > gaps[i + 1] ? gaps[i] : gaps[i + 1];
        peaks[i] = gap > peaks[i] ? gap : peaks[i];
    }
}

double sinc(double x) { return x == 0.0 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x); }

// ITU-R BS.1770-5 annex 2: phases 0 and 1; 3 and 2 are their mirror images.
constexpr std::array<std::array<double, 12>, 2> itu_phases{
    {{0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000, -0.0594482421875, 0.1373291015625,
      0.9721679687500, -0.1022949218750, 0.0476074218750, -0.0266113281250, 0.0148925781250, -0.0083007812500},
     {-0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250, -0.1665039062500, 0.4650878906250,
      0.7797851562500, -0.2003173828125, 0.1015625000000, -0.0582275390625, 0.0330810546875, -0.0189208984375}}};

}  // namespace

TruePeakInterpolator::TruePeakInterpolator(double sample_rate_hz, TruePeakFilters filters) {
    // A bank holds the phases strictly inside the gap; weight(phase, tap) is the tap of x[n - taps/2 + 1 + tap].
    const auto add_bank = [this](int taps, int phases, auto weight) {
        Bank bank{.taps = taps, .phases = phases, .h = std::vector<float>(static_cast<std::size_t>(taps) * phases)};
        for (int phase = 0; phase < phases; ++phase) {
            std::vector<double> values(static_cast<std::size_t>(taps));
            for (int tap = 0; tap < taps; ++tap) {
                values[tap] = weight(phase, tap);
                bank.h[static_cast<std::size_t>(tap) * phases + phase] = static_cast<float>(values[tap]);
            }
            widen_bound(values);
        }
        banks_.push_back(std::move(bank));
    };

    const int factor = filters == TruePeakFilters::precise ? 16 : 12;
    constexpr double half_width = half_taps;
    add_bank(2 * half_taps, factor - 1, [=](int phase, int tap) {
        const double distance = (phase + 1.0) / factor - (tap - (half_taps - 1));
        return sinc(distance) * kaiser(distance / half_width, 6.0);
    });
    if (filters == TruePeakFilters::precise) return;

    add_bank(12, 4,
             [](int phase, int tap) { return phase < 2 ? itu_phases[phase][tap] : itu_phases[3 - phase][11 - tap]; });
    const int ebur_factor = sample_rate_hz < 96000.0 ? 4 : sample_rate_hz < 192000.0 ? 2 : 1;
    if (ebur_factor == 1) return;
    const int ebur_taps = 48 / ebur_factor;
    const int ebur_centre = ebur_taps / 2 - 1;
    add_bank(ebur_taps, ebur_factor - 1, [=](int phase, int tap) {
        const double distance = (phase + 1.0) / ebur_factor - (tap - ebur_centre);
        return sinc(distance) * 0.5 * (1.0 + std::cos(2.0 * std::numbers::pi * distance / ebur_taps));
    });
}

void TruePeakInterpolator::widen_bound(std::span<const double> taps) {
    constexpr double rounding = 1.00001;  // of the sums in single precision
    double sum = 0.0;
    double moment = 0.0;
    const auto centre = static_cast<int>(taps.size()) / 2 - 1;  // the tap of the sample before the gap
    for (int tap = 0; tap < static_cast<int>(taps.size()); ++tap) {
        sum += taps[tap];
        moment += taps[tap] * (tap - centre);
    }
    const double fraction = moment / sum;
    assert(fraction >= 0.0 && fraction <= 1.0);
    double once = 0.0;
    double twice = 0.0;
    double curvature_gain = 0.0;
    for (int tap = 0; tap < static_cast<int>(taps.size()); ++tap) {
        const double line = tap == centre ? 1.0 - fraction : tap == centre + 1 ? fraction : 0.0;
        once += taps[tap] - sum * line;
        twice += once;
        curvature_gain += std::abs(twice);
    }
    level_gain_ = std::max(level_gain_, static_cast<float>(sum * rounding));
    curvature_gain_ = std::max(curvature_gain_, static_cast<float>(curvature_gain * rounding));
}

void TruePeakInterpolator::process(const float* x, float* between, int count, float floor) const noexcept {
    const int tiles = (count + tile_frames - 1) / tile_frames;
    const std::uint32_t rough = floor > 0.0F ? rough_tiles(x, tiles, level_gain_, curvature_gain_, floor) : ~0U;
    for (int tile = 0; tile < tiles; ++tile) {
        if ((rough >> tile & 1U) == 0U) continue;
        const int first = tile * tile_frames;
        for (const auto& bank : banks_)
            interpolate_tile(x + first + half_taps - bank.taps / 2, bank.h.data(), bank.taps, bank.phases,
                             between + first);
    }
}

void TruePeakDetector::prepare(double sample_rate_hz, int channels, TruePeakFilters filters) {
    interpolator_.clear();
    interpolator_.emplace_back(sample_rate_hz, filters);
    constexpr int tile = TruePeakInterpolator::tile_frames;
    history_.assign(static_cast<std::size_t>(channels), AlignedVector<float>(history_frames + 1 + chunk_frames + tile));
    between_.assign(chunk_frames + tile, 0.0F);
    floor_ = 0.0F;
    reset();
}

void TruePeakDetector::reset() noexcept {
    for (auto& channel : history_) std::fill(channel.begin(), channel.end(), 0.0F);
    last_gap_ = 0.0F;
}

void TruePeakDetector::process(ConstAudioView in, std::span<float> peaks) noexcept {
    assert(in.channels() == static_cast<int>(history_.size()) && in.frames() == static_cast<int>(peaks.size()));
    for (int first = 0; first < in.frames(); first += chunk_frames) {
        const int count = std::min(chunk_frames, in.frames() - first);
        process_chunk(in.part(first, count),
                      peaks.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
    }
}

void TruePeakDetector::process_chunk(ConstAudioView in, std::span<float> peaks) noexcept {
    const int count = in.frames();
    // between_[i] is the gap after history[half_taps - 1 + i]; the frame that leaves now is the one before that gap.
    std::fill(between_.begin(), between_.end(), 0.0F);
    std::fill(peaks.begin(), peaks.end(), 0.0F);
    for (int c = 0; c < in.channels(); ++c) {
        float* const x = history_[c].data();
        std::copy(in.channel(c).begin(), in.channel(c).end(), x + history_frames);
        interpolator_.front().process(x, between_.data(), count, floor_);
        const float* const centre = x + TruePeakInterpolator::half_taps - 1;
        raise_to_magnitudes(centre, count, peaks.data());
        std::copy(x + count, x + count + history_frames, x);
    }
    peaks[0] = std::max({peaks[0], last_gap_, between_[0]});
    raise_to_neighbours(between_.data(), count - 1, peaks.data() + 1);
    last_gap_ = between_[count - 1];
}

void TruePeakMeter::prepare(double sample_rate_hz, int channels, TruePeakFilters filters) {
    detector_.prepare(sample_rate_hz, channels, filters);
    peaks_.assign(chunk_frames, 0.0F);
    peak_ = 0.0F;
    channels_ = channels;
}

void TruePeakMeter::process(ConstAudioView in) noexcept {
    for (int first = 0; first < in.frames(); first += chunk_frames) {
        const int count = std::min(chunk_frames, in.frames() - first);
        const std::span<float> peaks(peaks_.data(), static_cast<std::size_t>(count));
        detector_.set_floor(peak_);
        detector_.process(in.part(first, count), peaks);
        peak_ = std::max(peak_, *std::max_element(peaks.begin(), peaks.end()));
    }
}

double TruePeakMeter::peak() noexcept {
    std::array<float, 2 * TruePeakInterpolator::half_taps> silence{};
    process({{silence.data(), silence.data()}, channels_, static_cast<int>(silence.size())});
    return peak_;
}

}  // namespace burnish
