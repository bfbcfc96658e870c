#include "analysis/spectrum_analyzer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/spectrum_shape.h"
#include "core/decibels.h"
#include "dsp/denormals.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr int base_size = 4096;  // at 44.1 and 48 kHz; twice that at twice the rate
constexpr int room_hops = 16;    // of the buffer, before the last frames move back to its start
constexpr double block_s = 0.4;

BURNISH_VECTORIZED
void multiply(const float* x, const float* weight, float gain, int count, float* out) noexcept {
    for (int n = 0; n < count; ++n) out[n] = x[n] * (weight[n] * gain);
}

BURNISH_VECTORIZED
void mix_to_mid_and_side(const float* left, const float* right, int count, float* mid, float* side) noexcept {
    for (int n = 0; n < count; ++n) {
        mid[n] = 0.5F * (left[n] + right[n]);
        side[n] = 0.5F * (left[n] - right[n]);
    }
}

/// power = |mid|^2 + |side|^2; spectra as real and imaginary parts in turn.
BURNISH_VECTORIZED
void total_power(const float* mid, const float* side, int bins, float* power) noexcept {
    for (int k = 0; k < bins; ++k)
        power[k] = (mid[2 * k] * mid[2 * k] + mid[2 * k + 1] * mid[2 * k + 1]) +
                   (side[2 * k] * side[2 * k] + side[2 * k + 1] * side[2 * k + 1]);
}

BURNISH_VECTORIZED
void add_powers(const float* mid, const float* side, int bins, float* mid_sum, float* side_sum,
                float* product_sum) noexcept {
    for (int k = 0; k < bins; ++k) {
        const float mid_re = mid[2 * k], mid_im = mid[2 * k + 1];
        const float side_re = side[2 * k], side_im = side[2 * k + 1];
        mid_sum[k] += mid_re * mid_re + mid_im * mid_im;
        side_sum[k] += side_re * side_re + side_im * side_im;
        product_sum[k] += mid_re * side_re + mid_im * side_im;
    }
}

[[nodiscard]] const float* parts(const AlignedVector<std::complex<float>>& spectrum) noexcept {
    return reinterpret_cast<const float*>(spectrum.data());
}

}  // namespace

void SpectrumAnalyzer::prepare(const StreamInfo& info, AnalysisScope scope) {
    info_ = info;
    scope_ = scope;
    // The power of two that keeps the duration nearest to 4096 frames at 44.1 or 48 kHz.
    const int octaves = static_cast<int>(std::lround(std::log2(info.sample_rate_hz / 46000.0)));
    size_ = octaves >= 0 ? base_size << octaves : base_size >> -octaves;
    size_ = std::max(size_, 256);
    hop_ = size_ / hops_per_frame;
    bin_hz_ = info.sample_rate_hz / size_;
    const int step = scope == AnalysisScope::track ? hop_ : size_;  // from one spectrum to the next
    spectra_per_block_ = std::max(1, static_cast<int>(std::lround(block_s * info.sample_rate_hz / step)));

    fft_.clear();
    fft_.emplace_back(size_);
    const int bins = fft_.front().bins();
    const auto size = static_cast<std::size_t>(size_);
    window_.resize(size);
    // Hann: the squares of its weights add up to 3/8 of the size. A bin stands for itself and its mirror image.
    const double gain = std::sqrt(2.0 / (0.375 * size_ * size_));
    for (std::size_t n = 0; n < size; ++n)
        window_[n] = static_cast<float>(
            gain * (0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(n) + 0.5) / size_)));
    time_.assign(size, 0.0F);
    mid_spectrum_.assign(static_cast<std::size_t>(bins), {});
    side_spectrum_.assign(static_cast<std::size_t>(bins), {});

    mid_.assign(size + static_cast<std::size_t>(room_hops) * hop_, 0.0F);
    side_ = mid_;
    end_ = size_ - hop_;
    filled_ = 0;
    hops_ = 0;
    silent_side_hops_ = hops_per_frame;

    for (auto* bin_values : {&power_, &block_mid_, &block_side_, &block_product_, &block_power_})
        bin_values->assign(static_cast<std::size_t>(bins), 0.0F);
    block_spectra_ = 0;
    spectra_ = 0;
    long_term_.assign(static_cast<std::size_t>(bins), 0.0);

    levels_.prepare(info.sample_rate_hz, info.channels, bin_hz_, bins);
    bark_sums_.prepare(bands_between(bark_edges_hz), bin_hz_, bins);
    rhythm_.prepare(info.sample_rate_hz / hop_);
    percussion_.prepare(bins);
    partials_.prepare(bin_hz_, bins);
    resonances_.prepare(bin_hz_, bins);
    hum_.prepare(info.sample_rate_hz);
    texture_.prepare(info.sample_rate_hz, bin_hz_, bins);
    image_.prepare(bin_hz_, bins);
}

void SpectrumAnalyzer::process(ConstAudioView in) {
    const FlushDenormals flush;
    for (int done = 0; done < in.frames();) {
        const int count = std::min(in.frames() - done, hop_ - filled_);
        const float* const left = in.channel(0).data() + done;
        float* const mid = mid_.data() + end_ + filled_;
        if (in.channels() == 2)
            mix_to_mid_and_side(left, in.channel(1).data() + done, count, mid, side_.data() + end_ + filled_);
        else
            std::copy_n(left, count, mid);
        done += count;
        filled_ += count;
        if (filled_ == hop_) end_hop(true);
    }
}

void SpectrumAnalyzer::end_hop(bool complete) {
    const auto first_new = static_cast<std::size_t>(end_);
    const auto hop = static_cast<std::size_t>(hop_);
    const auto size = static_cast<std::size_t>(size_);
    const bool silent =
        std::ranges::all_of(std::span(side_).subspan(first_new, hop), [](float s) { return s == 0.0F; });
    silent_side_hops_ = silent ? silent_side_hops_ + 1 : 0;
    end_ += hop_;
    ++hops_;
    filled_ = 0;

    const bool is_track = scope_ == AnalysisScope::track;
    const bool is_inside = complete && hops_ >= hops_per_frame;
    const bool is_beside_the_last = hops_ % hops_per_frame == 0;
    if (is_track || (is_inside && is_beside_the_last)) {
        const auto first = static_cast<std::size_t>(end_ - size_);
        transform(std::span(mid_).subspan(first, size), std::span(side_).subspan(first, size), 1.0F);
        if (is_track) follow(std::span(mid_).subspan(first_new, hop));
        if (is_inside) add_to_block();
        // Spectra side by side are enough for the image.
        if (is_inside && is_beside_the_last && silent_side_hops_ < hops_per_frame)
            image_.add_frame(mid_spectrum_, side_spectrum_);
    }

    if (end_ + hop_ > static_cast<int>(mid_.size())) {
        const int kept = size_ - hop_;
        for (auto* channel : {&mid_, &side_})
            std::copy(channel->begin() + end_ - kept, channel->begin() + end_, channel->begin());
        end_ = kept;
    }
}

void SpectrumAnalyzer::follow(std::span<const float> new_mid) {
    std::array<float, bark_bands_hz.size()> bark{};
    bark_sums_.sum(power_, bark);
    hum_.process(new_mid);
    rhythm_.add_frame(bark);
    if (percussion_.add_frame(power_))
        partials_.add_frame(percussion_.middle(), percussion_.over_bins(), percussion_.over_frames());
    texture_.add_frame(bark, power_, new_mid);
}

/// Spectra of `size_` frames, and their total power.
void SpectrumAnalyzer::transform(std::span<const float> mid, std::span<const float> side, float gain) {
    multiply(mid.data(), window_.data(), gain, size_, time_.data());
    fft_.front().forward(time_, mid_spectrum_);
    // A mono track, or a stretch of one, needs half the work.
    if (silent_side_hops_ < hops_per_frame) {
        multiply(side.data(), window_.data(), gain, size_, time_.data());
        fft_.front().forward(time_, side_spectrum_);
    } else {
        std::ranges::fill(side_spectrum_, std::complex<float>{});
    }
    total_power(parts(mid_spectrum_), parts(side_spectrum_), static_cast<int>(power_.size()), power_.data());
}

void SpectrumAnalyzer::add_to_block() {
    add_powers(parts(mid_spectrum_), parts(side_spectrum_), static_cast<int>(power_.size()), block_mid_.data(),
               block_side_.data(), block_product_.data());
    if (++block_spectra_ == spectra_per_block_) end_block();
}

/// One spectrum for a track of fewer than `size_` frames, moved to the middle of the window.
void SpectrumAnalyzer::add_short_track(int frames) {
    const auto first = static_cast<std::ptrdiff_t>(end_ - hops_ * hop_);
    const auto size = static_cast<std::size_t>(size_);
    const int before = (size_ - frames) / 2;
    std::vector<float> mid(size, 0.0F);
    std::vector<float> side(size, 0.0F);
    std::copy_n(mid_.begin() + first, frames, mid.begin() + before);
    std::copy_n(side_.begin() + first, frames, side.begin() + before);
    double used = 0.0;
    double all = 0.0;
    for (int n = 0; n < size_; ++n) {
        const double square = double{window_[static_cast<std::size_t>(n)]} * window_[static_cast<std::size_t>(n)];
        all += square;
        if (n >= before && n < before + frames) used += square;
    }
    transform(mid, side, static_cast<float>(std::sqrt(all / used)));
    add_to_block();
}

void SpectrumAnalyzer::end_block() {
    const auto scale = 1.0F / static_cast<float>(block_spectra_);
    for (std::size_t k = 0; k < block_power_.size(); ++k) {
        long_term_[k] += double{block_mid_[k]} + block_side_[k];
        block_mid_[k] *= scale;
        block_side_[k] *= scale;
        block_product_[k] *= scale;
        block_power_[k] = block_mid_[k] + block_side_[k];
    }
    spectra_ += block_spectra_;
    const double loudness_lufs = levels_.add_block({block_mid_, block_side_, block_product_, block_power_});
    if (scope_ == AnalysisScope::track) resonances_.add_block(block_power_, loudness_lufs);
    for (auto* sums : {&block_mid_, &block_side_, &block_product_}) std::ranges::fill(*sums, 0.0F);
    block_spectra_ = 0;
}

void SpectrumAnalyzer::finish(TrackAnalysis& analysis) {
    const FlushDenormals flush;
    const std::int64_t frames = hops_ * hop_ + filled_;
    if (filled_ > 0) {
        // The last hop is filled up with silence: an onset may lie in it.
        std::fill(mid_.begin() + end_ + filled_, mid_.begin() + end_ + hop_, 0.0F);
        std::fill(side_.begin() + end_ + filled_, side_.begin() + end_ + hop_, 0.0F);
        end_hop(false);
    }
    if (frames > 0 && frames < size_) add_short_track(static_cast<int>(frames));
    if (block_spectra_ >= spectra_per_block_ / 2 || (spectra_ == 0 && block_spectra_ > 0)) end_block();
    levels_.describe(analysis);
    describe_tone(analysis);
    analysis.image = image_.describe();
    if (scope_ == AnalysisScope::track) describe_movement(analysis, frames);
}

void SpectrumAnalyzer::describe_movement(TrackAnalysis& analysis, std::int64_t frames) {
    rhythm_.finish();
    percussion_.finish();
    analysis.flux_db_per_s = rhythm_.flux_db_per_s();
    const double duration_s = static_cast<double>(frames) / info_.sample_rate_hz;
    analysis.onsets_per_s = frames > 0 ? static_cast<double>(rhythm_.onsets()) / duration_s : 0.0;
    analysis.tempo_bpm = rhythm_.tempo_bpm();
    analysis.percussive_share = percussion_.percussive_share();

    const auto hum = hum_.result();
    analysis.texture = texture_.describe();
    analysis.partials = partials_.describe();
    analysis.hum_hz = hum.frequency_hz;
    analysis.hum_excess_db = hum.excess_db;
    analysis.hum_level_db = power_to_db(hum.power);
}

void SpectrumAnalyzer::describe_tone(TrackAnalysis& analysis) const {
    if (spectra_ == 0) return;
    std::vector<double> power = long_term_;
    for (double& bin : power) bin /= static_cast<double>(spectra_);
    std::fill_n(power.begin(), 2, 0.0);  // a direct current is no tone
    analysis.centroid_hz = spectral_centroid_hz(power, bin_hz_);
    analysis.rolloff_hz = spectral_rolloff_hz(power, bin_hz_, 0.85);
    analysis.codec_cutoff_hz = codec_cutoff_hz(power, bin_hz_);
    if (scope_ == AnalysisScope::track) analysis.resonances = resonances_.find(power, levels_.gate_lufs());
}

}  // namespace burnish
