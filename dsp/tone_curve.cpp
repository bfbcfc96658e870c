#include "dsp/tone_curve.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "dsp/mid_side.h"

namespace burnish {

namespace {
constexpr double shortest_filter_seconds = 0.34;
constexpr int oversized = 2;        // design FFT over filter length: keeps the cepstrum from wrapping
constexpr int hops_per_filter = 4;  // of the convolver; more cost time, fewer latency
// The cepstrum is whole up to here and gone from there, in halves of the filter. The filter is its exponential, whose
// tail then falls faster than any power: of curves that are not too steep, what no longer fits is below rounding, and
// opposite curves are inverses.
constexpr double cepstrum_fades_from = 0.28;
constexpr double cepstrum_fades_to = 0.42;

constexpr std::array mid_levels{
    &ToneCurveSettings::mid_20_hz_db,    &ToneCurveSettings::mid_40_hz_db,   &ToneCurveSettings::mid_80_hz_db,
    &ToneCurveSettings::mid_160_hz_db,   &ToneCurveSettings::mid_320_hz_db,  &ToneCurveSettings::mid_640_hz_db,
    &ToneCurveSettings::mid_1280_hz_db,  &ToneCurveSettings::mid_2560_hz_db, &ToneCurveSettings::mid_5120_hz_db,
    &ToneCurveSettings::mid_10240_hz_db, &ToneCurveSettings::mid_20480_hz_db};
constexpr std::array side_levels{&ToneCurveSettings::side_150_hz_db, &ToneCurveSettings::side_1200_hz_db,
                                 &ToneCurveSettings::side_9600_hz_db};

template <std::size_t count>
[[nodiscard]] std::array<double, count> levels(const ToneCurveSettings& settings,
                                               const std::array<double ToneCurveSettings::*, count>& members) noexcept {
    std::array<double, count> values{};
    for (std::size_t i = 0; i < count; ++i) values[i] = settings.*members[i];
    return values;
}

template <std::size_t count>
[[nodiscard]] bool flat(const std::array<double, count>& levels_db) noexcept {
    return std::all_of(levels_db.begin(), levels_db.end(), [](double level) { return level == 0.0; });
}

[[nodiscard]] LevelCurve mid_curve(const ToneCurveSettings& settings) noexcept {
    return {levels(settings, mid_levels), 20.0, 2.0};
}

/// On top of the mid's.
[[nodiscard]] LevelCurve side_curve(const ToneCurveSettings& settings) noexcept {
    return {levels(settings, side_levels), 150.0, 8.0};
}
}  // namespace

LevelCurve::LevelCurve(std::span<const double> levels_db, double first_hz, double ratio) noexcept
    : knots_(static_cast<int>(levels_db.size())), first_hz_(first_hz), knots_per_octave_(1.0 / std::log2(ratio)) {
    assert(knots_ >= 2 && knots_ <= max_knots && ratio > 1.0);
    std::copy(levels_db.begin(), levels_db.end(), levels_db_.begin());
    // Equal curvature on both sides of knot i: slope[i-1] + 4 slope[i] + slope[i+1] = 3 (level[i+1] - level[i-1]), with
    // no slope at the ends; solved by elimination downwards and substitution upwards.
    std::array<double, max_knots> factor{};
    for (int i = 1; i + 1 < knots_; ++i) {
        const double pivot = 4.0 - factor[i - 1];
        factor[i] = 1.0 / pivot;
        slopes_[i] = (3.0 * (levels_db_[i + 1] - levels_db_[i - 1]) - slopes_[i - 1]) / pivot;
    }
    for (int i = knots_ - 2; i > 0; --i) slopes_[i] -= factor[i] * slopes_[i + 1];
}

double LevelCurve::level_db(double frequency_hz) const noexcept {
    if (frequency_hz <= first_hz_) return levels_db_[0];
    const double position = std::log2(frequency_hz / first_hz_) * knots_per_octave_;
    if (position >= knots_ - 1) return levels_db_[knots_ - 1];
    const auto i = static_cast<std::size_t>(position);
    const double t = position - static_cast<double>(i);
    const double rest = 1.0 - t;
    return rest * rest * ((1.0 + 2.0 * t) * levels_db_[i] + t * slopes_[i]) +
           t * t * ((1.0 + 2.0 * rest) * levels_db_[i + 1] - rest * slopes_[i + 1]);
}

void ToneFilterDesign::prepare(double sample_rate_hz) {
    sample_rate_hz_ = sample_rate_hz;
    const auto size = std::bit_ceil(static_cast<unsigned>(shortest_filter_seconds * sample_rate_hz));
    const int max_taps = static_cast<int>(std::max(size, 64U));
    centre_ = max_taps / 2 - 1;
    taps_.assign(static_cast<std::size_t>(2 * centre_ + 1), 0.0F);
    fft_.clear();
    fft_.emplace_back(oversized * max_taps);
    spectrum_.resize(static_cast<std::size_t>(fft_.front().bins()));
    response_.resize(static_cast<std::size_t>(fft_.front().size()));
    cepstrum_window_.resize(response_.size() / 2);
    const double fade_start = cepstrum_fades_from * centre_;
    const double fade_end = cepstrum_fades_to * centre_;
    for (std::size_t n = 0; n < cepstrum_window_.size(); ++n) {
        const double along = std::clamp((static_cast<double>(n) - fade_start) / (fade_end - fade_start), 0.0, 1.0);
        cepstrum_window_[n] = static_cast<float>(0.5 + 0.5 * std::cos(std::numbers::pi * along));
    }
}

std::span<const float> ToneFilterDesign::taps(std::span<const LevelCurve> curves, double phase) noexcept {
    const RealFft& fft = fft_.front();
    const int size = fft.size();
    const double bin_hz = sample_rate_hz_ / size;
    constexpr double nepers_per_db = std::numbers::ln10 / 20.0;

    // The cepstrum of a zero-phase filter is even. Moving all of it to positive times makes the minimum phase.
    for (int k = 0; k < fft.bins(); ++k) {
        double level_db = 0.0;
        for (const auto& curve : curves) level_db += curve.level_db(k * bin_hz);
        spectrum_[k] = static_cast<float>(nepers_per_db * level_db / size);
    }
    fft.inverse(spectrum_, response_);
    const auto kept = static_cast<float>(phase);
    for (int n = 1; n < size / 2; ++n) {
        response_[n] *= cepstrum_window_[n] * (2.0F - kept);
        response_[size - n] *= cepstrum_window_[n] * kept;
    }
    response_[size / 2] = 0.0F;
    fft.forward(response_, spectrum_);
    for (auto& value : spectrum_) value = std::polar(std::exp(value.real()) / static_cast<float>(size), value.imag());
    fft.inverse(spectrum_, response_);

    for (int n = 0; n <= centre_; ++n) {
        taps_[centre_ + n] = response_[n];
        // Linear phase is mirrored and minimum phase silent before the centre: set here, since the transforms round.
        if (n > 0) taps_[centre_ - n] = phase == 1.0 ? response_[n] : phase == 0.0 ? 0.0F : response_[size - n];
    }
    return taps_;
}

void ToneCurve::prepare(const ProcessSpec& spec) {
    design_.prepare(spec.sample_rate_hz);
    const int hop = design_.max_taps() / hops_per_filter;
    mid_.prepare(design_.max_taps(), hop);
    side_.prepare(design_.max_taps(), hop);
    for (auto& delay : dry_) delay.prepare(latency_frames());
    dry_block_ = AudioBuffer(spec.channels, spec.max_block_frames);

    settings_ = {};
    neutral_ = true;
    const std::array neutral{mid_curve(settings_)};
    const auto flat_taps = design_.taps(neutral, 0.0);
    mid_.set_kernel(flat_taps);
    side_.set_kernel(flat_taps);
}

void ToneCurve::set(const Settings& settings) noexcept {
    const auto mid = levels(settings, mid_levels);
    const auto side = levels(settings, side_levels);
    const bool mid_changed = settings.phase != settings_.phase || mid != levels(settings_, mid_levels);
    const bool side_changed = mid_changed || side != levels(settings_, side_levels);
    const std::array curves{mid_curve(settings), side_curve(settings)};
    if (mid_changed) mid_.set_kernel(design_.taps(std::span(curves).first(1), settings.phase));
    if (side_changed) side_.set_kernel(design_.taps(curves, settings.phase));
    settings_ = settings;
    neutral_ = flat(mid) && flat(side);
}

void ToneCurve::process(AudioView io) noexcept {
    if (io.channels() == 1) {
        mid_.process(io.channel(0));
        return;
    }
    const auto left = io.channel(0);
    const auto right = io.channel(1);
    const auto dry = dry_block_.view().part(0, io.frames());
    copy(io, dry);
    for (int c = 0; c < io.channels(); ++c) dry_[c].process(dry.channel(c));

    encode_mid_side(left, right);
    mid_.process(left);
    side_.process(right);
    if (neutral_)
        copy(dry, io);
    else
        decode_mid_side(left, right);
}

void ToneCurve::reset() noexcept {
    mid_.reset();
    side_.reset();
    for (auto& delay : dry_) delay.reset();
}

}  // namespace burnish
