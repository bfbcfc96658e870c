#include "analysis/rhythm_tracker.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/decibels.h"
#include "dsp/fast_math.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr float floor_db = -100.0F;    // of a band
constexpr double depth_db = 50.0;      // below the recent level: what does not count
constexpr double quietest_db = -60.0;  // a recent level never goes below
constexpr double forgetting_db_per_s = 3.0;
constexpr float least_strength_db = 1.2F;
constexpr float strongest_db = 12.0F;  // for the tempo: one bang is no more than that
constexpr double least_seconds = 4.0;
constexpr double slowest_bpm = 40.0, fastest_bpm = 220.0, preferred_bpm = 128.0;
constexpr double least_correlation = 0.2;

/// sums[period] += sum over n of x[n] x[n + period], n + period < count.
BURNISH_VECTORIZED
void add_autocorrelation(const float* x, int count, float* sums, int periods) noexcept {
    for (int n = 0; n < count; ++n) {
        const float here = x[n];
        const int reach = std::min(periods, count - n);
        for (int period = 0; period < reach; ++period) sums[period] += here * x[n + period];
    }
}

}  // namespace

void RhythmTracker::prepare(double frames_per_second) {
    frames_per_second_ = frames_per_second;
    for (auto& levels : past_db_) levels.fill(floor_db);
    recent_level_db_ = quietest_db;
    rise_db_ = 0.0;
    frames_ = 0;
    // The second before, the frame in question, and the frames after it.
    recent_.assign(static_cast<std::size_t>(std::lround(frames_per_second)) + 1 + peak_reach, 0.0F);
    sorted_.resize(recent_.size());
    onsets_ = 0;
    envelope_.clear();
    envelope_.reserve(window);
    correlation_.assign(max_period, 0.0);
    windows_ = 0;
}

void RhythmTracker::add_frame(std::span<const float> power) {
    assert(static_cast<int>(power.size()) == bands);
    std::array<float, bands> level_db{};
    float total = 0.0F;
    for (int b = 0; b < bands; ++b) {
        level_db[b] = std::max(floor_db, 0.5F * db_per_log2 * fast_log2(power[b] + 1e-20F));
        total += power[b];
    }
    recent_level_db_ =
        std::max({power_to_db(total), recent_level_db_ - forgetting_db_per_s / frames_per_second_, quietest_db});
    const auto lowest_db = static_cast<float>(recent_level_db_ - depth_db);
    float strength = 0.0F;
    float rise = 0.0F;
    for (int b = 0; b < bands; ++b) {
        const float now = std::max(level_db[b], lowest_db);
        strength += std::max(0.0F, now - std::max(past_db_[1][b], lowest_db));
        rise += std::max(0.0F, now - std::max(past_db_[0][b], lowest_db));
    }
    past_db_[1] = past_db_[0];
    past_db_[0] = level_db;
    rise_db_ += rise / bands;
    ++frames_;
    add_strength(strength / bands);

    envelope_.push_back(std::min(strength / bands, strongest_db));
    if (static_cast<int>(envelope_.size()) == window) {
        correlate(envelope_);
        envelope_.erase(envelope_.begin(), envelope_.begin() + window / 2);
    }
}

void RhythmTracker::add_strength(float strength) {
    std::shift_left(recent_.begin(), recent_.end(), 1);
    recent_.back() = strength;

    const auto middle = recent_.end() - 1 - peak_reach;
    if (*middle < least_strength_db) return;
    // Of equals, the first one.
    for (int d = 1; d <= peak_reach; ++d)
        if (*(middle - d) >= *middle || *(middle + d) > *middle) return;
    std::ranges::copy(recent_, sorted_.begin());
    const auto second = std::span(sorted_).first(sorted_.size() - 1 - peak_reach);
    std::ranges::nth_element(second, second.begin() + static_cast<std::ptrdiff_t>(second.size() / 2));
    if (*middle > second[second.size() / 2] + least_strength_db) ++onsets_;
}

void RhythmTracker::correlate(std::span<const float> strengths) {
    const auto count = static_cast<int>(strengths.size());
    double mean = 0.0;
    for (const float strength : strengths) mean += strength;
    mean /= count;
    std::vector<float> centred;
    for (const float strength : strengths) centred.push_back(static_cast<float>(strength - mean));
    std::vector<float> sums(max_period, 0.0F);
    add_autocorrelation(centred.data(), count, sums.data(), max_period);
    if (sums[0] <= 1e-3F * static_cast<float>(count)) return;
    for (int period = 0; period < std::min(max_period, count - 1); ++period)
        correlation_[static_cast<std::size_t>(period)] +=
            (double{sums[static_cast<std::size_t>(period)]} / (count - period)) / (double{sums[0]} / count);
    ++windows_;
}

void RhythmTracker::finish() {
    if (windows_ == 0 && static_cast<double>(envelope_.size()) >= least_seconds * frames_per_second_)
        correlate(envelope_);
    for (int d = 0; d < peak_reach; ++d) add_strength(0.0F);
}

double RhythmTracker::flux_db_per_s() const noexcept {
    return frames_ > 0 ? rise_db_ / static_cast<double>(frames_) * frames_per_second_ : 0.0;
}

double RhythmTracker::tempo_bpm() const {
    if (windows_ == 0) return 0.0;
    const auto at = [&](int period) { return correlation_[static_cast<std::size_t>(period)] / windows_; };
    const auto bpm = [&](double period) { return 60.0 * frames_per_second_ / period; };
    const auto is_peak = [&](int period) { return at(period) >= at(period - 1) && at(period) >= at(period + 1); };

    int best = 0;
    double best_score = 0.0;
    for (int period = 2; period + 1 < max_period && bpm(period) >= slowest_bpm; ++period) {
        if (bpm(period) > fastest_bpm || !is_peak(period) || at(period) < least_correlation) continue;
        const double octaves = std::log2(bpm(period) / preferred_bpm);
        const double score = at(period) * std::exp(-0.5 * octaves * octaves);
        if (score > best_score) {
            best_score = score;
            best = period;
        }
    }
    if (best == 0) return 0.0;

    // The vertex of the parabola through the peak and its neighbours; then the same at twice, four times ... the
    // period, where an error of one frame weighs the less.
    const auto vertex = [&](int period) {
        const double before = at(period - 1), here = at(period), after = at(period + 1);
        const double bend = before - 2 * here + after;
        return bend < 0.0 ? period + 0.5 * (before - after) / bend : static_cast<double>(period);
    };
    double period = vertex(best);
    for (int multiple = 2; multiple * period + 3 < max_period; multiple *= 2) {
        const int guess = static_cast<int>(std::lround(multiple * period));
        int highest = guess;
        for (int p = guess - 1; p <= guess + 1; ++p)
            if (at(p) > at(highest)) highest = p;
        if (!is_peak(highest) || at(highest) < 0.5 * at(best)) break;
        period = vertex(highest) / multiple;
    }
    return bpm(period);
}

}  // namespace burnish
