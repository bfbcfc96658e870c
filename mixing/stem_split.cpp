#include "mixing/stem_split.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "dsp/fft.h"

namespace burnish {

namespace {

constexpr int overlap = 4;
constexpr float forget = 0.7F;          // of the level ratio's past, from hop to hop
constexpr double width_octaves = 0.25;  // that the level ratio is smoothed over, to either side
constexpr float tiny = 1e-20F;

using Spectrum = AlignedVector<std::complex<float>>;

/// One stereo signal on its way through the transforms.
struct Lane {
    std::array<std::vector<float>, max_channels> in;   // the last `size` frames
    std::array<std::vector<float>, max_channels> sum;  // overlapping outputs
    std::array<Spectrum, max_channels> spectrum;
    AudioBuffer ready;

    Lane(int size, int bins) : ready(max_channels, size / overlap) {
        for (auto& channel : in) channel.assign(static_cast<std::size_t>(size), 0.0F);
        for (auto& channel : sum) channel.assign(static_cast<std::size_t>(size), 0.0F);
        for (auto& channel : spectrum) channel.resize(static_cast<std::size_t>(bins));
    }
};

int size_for(double sample_rate_hz) {
    int size = 512;
    while (size < 0.035 * sample_rate_hz) size *= 2;
    return size;
}

}  // namespace

struct StemSplitter::State {
    State(int parts, double sample_rate_hz)
        : size(size_for(sample_rate_hz)), hop(size / overlap), fft(size), whole(size, fft.bins()) {
        for (int i = 0; i < parts; ++i) lanes.emplace_back(size, fft.bins());
        const auto bins = static_cast<std::size_t>(fft.bins());
        window.resize(static_cast<std::size_t>(size));
        // The square root of a Hann window at both ends; four of its squares add up to 2.
        for (int n = 0; n < size; ++n)
            window[static_cast<std::size_t>(n)] =
                static_cast<float>(std::sin(std::numbers::pi * (n + 0.5) / size) / std::sqrt(0.5 * overlap));
        time.resize(static_cast<std::size_t>(size));
        sum_power.resize(bins);
        whole_power.resize(bins);
        past_sum.assign(bins, 0.0F);
        past_whole.assign(bins, 0.0F);
        gain.resize(bins);
        rest.resize(bins);
        total.resize(bins);
    }

    void forward(Lane& lane) {
        for (std::size_t c = 0; c < max_channels; ++c) {
            for (std::size_t n = 0; n < time.size(); ++n) time[n] = lane.in[c][n] * window[n];
            fft.forward(time, lane.spectrum[c]);
        }
    }

    void inverse(Lane& lane) {
        const float scale = 1.0F / static_cast<float>(size);
        for (std::size_t c = 0; c < max_channels; ++c) {
            fft.inverse(lane.spectrum[c], time);
            auto& sum = lane.sum[c];
            for (std::size_t n = 0; n < time.size(); ++n) sum[n] += time[n] * window[n] * scale;
            std::copy_n(sum.begin(), hop, lane.ready.channel(static_cast<int>(c)).begin());
            std::copy(sum.begin() + hop, sum.end(), sum.begin());
            std::fill(sum.end() - hop, sum.end(), 0.0F);
        }
    }

    /// Ratio of the levels of whole and sum, smoothed over time and a quarter of an octave to either side.
    void find_gain() {
        for (std::size_t k = 0; k < gain.size(); ++k) {
            past_sum[k] = forget * past_sum[k] + sum_power[k];
            past_whole[k] = forget * past_whole[k] + whole_power[k];
        }
        const double ratio = std::exp2(width_octaves);
        std::size_t low = 0, high = 0;
        double sum = 0.0, of_whole = 0.0;
        for (std::size_t k = 0; k < gain.size(); ++k) {
            const auto first = static_cast<std::size_t>(static_cast<double>(k) / ratio);
            const auto last = std::min(gain.size(), static_cast<std::size_t>(static_cast<double>(k) * ratio) + 2);
            for (; high < last; ++high) sum += past_sum[high], of_whole += past_whole[high];
            for (; low < first; ++low) sum -= past_sum[low], of_whole -= past_whole[low];
            gain[k] = sum > tiny ? static_cast<float>(std::sqrt(std::max(of_whole, 0.0) / sum)) : 0.0F;
        }
    }

    void split() {
        forward(whole);
        for (auto& lane : lanes) forward(lane);
        std::ranges::fill(sum_power, 0.0F);
        std::ranges::fill(whole_power, 0.0F);
        std::ranges::fill(total, 0.0F);
        for (std::size_t c = 0; c < max_channels; ++c) {
            std::ranges::fill(rest, std::complex<float>());
            for (const auto& lane : lanes)
                for (std::size_t k = 0; k < rest.size(); ++k) {
                    rest[k] += lane.spectrum[c][k];
                    total[k] += std::norm(lane.spectrum[c][k]);
                }
            for (std::size_t k = 0; k < rest.size(); ++k) {
                sum_power[k] += std::norm(rest[k]);
                whole_power[k] += std::norm(whole.spectrum[c][k]);
            }
        }
        find_gain();
        for (std::size_t c = 0; c < max_channels; ++c) {
            for (std::size_t k = 0; k < rest.size(); ++k) {
                std::complex<float> sum{};
                for (const auto& lane : lanes) sum += lane.spectrum[c][k];
                rest[k] = whole.spectrum[c][k] - gain[k] * sum;
            }
            if (c == 0) keep_shares();
            for (std::size_t i = 0; i < lanes.size(); ++i)
                for (std::size_t k = 0; k < rest.size(); ++k) {
                    auto& value = lanes[i].spectrum[c][k];
                    value = gain[k] * value + shares[i][k] * rest[k];
                }
        }
        for (auto& lane : lanes) inverse(lane);
    }

    /// Each part's share of the energy, in both channels together; where there is none, all share alike.
    void keep_shares() {
        shares.resize(lanes.size(), std::vector<float>(total.size()));
        for (std::size_t i = 0; i < lanes.size(); ++i)
            for (std::size_t k = 0; k < total.size(); ++k) {
                const float own = std::norm(lanes[i].spectrum[0][k]) + std::norm(lanes[i].spectrum[1][k]);
                shares[i][k] = total[k] > tiny ? own / total[k] : 1.0F / static_cast<float>(lanes.size());
            }
    }

    int size;
    int hop;
    RealFft fft;
    Lane whole;
    std::vector<Lane> lanes;
    int filled = 0;
    std::vector<float> window;
    AlignedVector<float> time;
    std::vector<float> sum_power, whole_power, past_sum, past_whole, gain, total;
    Spectrum rest;
    std::vector<std::vector<float>> shares;
};

StemSplitter::StemSplitter(int parts, double sample_rate_hz) : state_(std::make_unique<State>(parts, sample_rate_hz)) {}
StemSplitter::~StemSplitter() = default;

int StemSplitter::latency_frames() const noexcept { return state_->size - state_->hop; }

Status StemSplitter::process(ConstAudioView whole, const std::vector<ConstAudioView>& parts,
                             const std::function<Status(const std::vector<AudioView>&)>& consume) {
    auto& s = *state_;
    const auto take = [&](Lane& lane, ConstAudioView from, int first, int count) {
        for (int c = 0; c < max_channels; ++c) {
            auto& in = lane.in[static_cast<std::size_t>(c)];
            const auto samples = from.part(first, count).channel(c);
            std::copy(samples.begin(), samples.end(), in.end() - s.hop + s.filled);
        }
    };
    for (int done = 0; done < whole.frames();) {
        const int count = std::min(whole.frames() - done, s.hop - s.filled);
        take(s.whole, whole, done, count);
        for (std::size_t i = 0; i < parts.size(); ++i) take(s.lanes[i], parts[i], done, count);
        s.filled += count;
        done += count;
        if (s.filled < s.hop) continue;
        s.split();
        s.filled = 0;
        std::vector<AudioView> ready;
        ready.reserve(s.lanes.size());
        for (auto& lane : s.lanes) ready.push_back(lane.ready.view());
        if (auto status = consume(ready); !status) return status;
        for (auto* lane : {&s.whole})
            for (auto& in : lane->in) std::copy(in.begin() + s.hop, in.end(), in.begin());
        for (auto& lane : s.lanes)
            for (auto& in : lane.in) std::copy(in.begin() + s.hop, in.end(), in.begin());
    }
    return success();
}

}  // namespace burnish
