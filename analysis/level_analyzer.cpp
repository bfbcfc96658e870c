#include "analysis/level_analyzer.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "analysis/statistics.h"
#include "dsp/denormals.h"
#include "dsp/extremes.h"

namespace burnish {

void LevelAnalyzer::prepare(const StreamInfo& info, AnalysisScope scope) {
    info_ = info;
    scope_ = scope;
    const int longest_chunk = static_cast<int>(std::ceil(info.sample_rate_hz / chunks_per_second)) + 1;
    loudness_.prepare(info.sample_rate_hz, info.channels);
    true_peaks_.prepare(info.sample_rate_hz, info.channels, TruePeakFilters::precise);
    samples_.prepare(info.channels, scope);
    clips_.prepare(info.channels);
    dynamics_.prepare(info.sample_rate_hz, info.channels);
    chunk_ = AudioBuffer(info.channels, longest_chunk);
    filled_ = 0;
    chunk_frames_ = static_cast<int>(std::lround(info.sample_rate_hz / chunks_per_second));
    chunks_ = 0;
    chunk_start_ = 0;
    frame_peaks_.assign(static_cast<std::size_t>(longest_chunk), 0.0F);
    peak_ = 0.0F;
    floor_ = 0.0F;
    peaks_.clear();
}

void LevelAnalyzer::process(ConstAudioView in) {
    const FlushDenormals flush;
    for (int done = 0; done < in.frames();) {
        const int count = std::min(in.frames() - done, chunk_frames_ - filled_);
        if (count == chunk_frames_) {
            measure(in.part(done, count));
        } else {
            copy(in.part(done, count), chunk_.view().part(filled_, count));
            filled_ += count;
            if (filled_ == chunk_frames_) measure(std::as_const(chunk_).view().part(0, filled_));
        }
        done += count;
    }
}

void LevelAnalyzer::measure(ConstAudioView chunk) {
    loudness_.process(chunk);
    samples_.process(chunk);
    if (scope_ == AnalysisScope::track) clips_.process(chunk);
    if (scope_ != AnalysisScope::master) dynamics_.process(chunk, samples_.chunk_energy());
    find_peaks(chunk);

    filled_ = 0;
    chunk_start_ += chunk.frames();
    ++chunks_;
    const auto chunk_end = std::llround(static_cast<double>(chunks_ + 1) * info_.sample_rate_hz / chunks_per_second);
    chunk_frames_ = static_cast<int>(chunk_end - chunk_start_);
    if (chunks_ % chunks_per_dynamics_block == 0) dynamics_.end_block();
    if (chunks_ % chunks_per_peak == 0) {
        peaks_.push_back(peak_);
        peak_ = 0.0F;
        const auto recent = std::span(peaks_).last(std::min<std::size_t>(peaks_.size(), peaks_per_window));
        floor_ = 0.7F * *std::ranges::max_element(recent);
    }
}

// The detector is half a millisecond late, which is neither here nor there for a maximum over 3 s. Where the signal
// stays 3 dB below the largest peak of the last 3 s, its samples' own peak will do, at a third of the cost.
void LevelAnalyzer::find_peaks(ConstAudioView chunk) {
    const auto frame_peaks = std::span(frame_peaks_).first(static_cast<std::size_t>(chunk.frames()));
    true_peaks_.set_floor(std::max(peak_, floor_));
    true_peaks_.process(chunk, frame_peaks);
    peak_ = std::max(peak_, largest_of(frame_peaks));
}

void LevelAnalyzer::finish(TrackAnalysis& analysis) {
    const FlushDenormals flush;
    if (filled_ > 0) measure(std::as_const(chunk_).view().part(0, filled_));
    // What remains of a dynamics block counts if it is more than half of one, or all there is.
    if (chunks_ < chunks_per_dynamics_block || 2 * (chunks_ % chunks_per_dynamics_block) > chunks_per_dynamics_block)
        dynamics_.end_block();
    for (int rest = TruePeakDetector::latency_frames(); rest > 0;) {
        const int count = std::min(rest, chunk_.frames());
        for (int c = 0; c < chunk_.channels(); ++c)
            std::ranges::fill(chunk_.channel(c).first(static_cast<std::size_t>(count)), 0.0F);
        find_peaks(std::as_const(chunk_).view().part(0, count));
        rest -= count;
    }
    peaks_.push_back(peak_);

    const auto frames = static_cast<double>(samples_.frames());
    analysis.sample_rate_hz = info_.sample_rate_hz;
    analysis.channels = info_.channels;
    analysis.frames = frames;
    analysis.duration_s = frames / info_.sample_rate_hz;
    analysis.bits_per_sample = info_.bits_per_sample;

    analysis.integrated_lufs = loudness_.integrated_lufs();
    analysis.max_momentary_lufs = loudness_.max_momentary_lufs();
    analysis.max_short_term_lufs = loudness_.max_short_term_lufs();
    analysis.loudness_range_lu = loudness_.loudness_range_lu();
    describe_peaks(analysis);

    const double left = samples_.left_power();
    const double right = samples_.right_power();
    analysis.correlation = samples_.correlation();
    if (info_.channels == 2) {
        const double mid = samples_.mid_power();
        const double side = samples_.side_power();
        analysis.balance_db = power_ratio_db(right, left);
        analysis.side_mid_db = side > 0.0 ? power_ratio_db(side, mid) : silence_db;
        analysis.fold_down_loss_db = std::max(0.0, power_ratio_db((left + right) / 2, mid));
    }

    analysis.dc_left = samples_.mean(0);
    analysis.dc_right = samples_.mean(1);
    analysis.leading_silence_s = static_cast<double>(samples_.leading_silence()) / info_.sample_rate_hz;
    analysis.trailing_silence_s = static_cast<double>(samples_.trailing_silence()) / info_.sample_rate_hz;
    if (scope_ == AnalysisScope::master) return;
    analysis.dynamics = dynamics_.curves();
    if (scope_ == AnalysisScope::match) return;

    const auto clips = clips_.result(samples_.peak());
    analysis.clipped_runs = static_cast<double>(clips.runs);
    analysis.clipped_frames = static_cast<double>(clips.frames);
    analysis.clip_level_db = clips.level_db;
    analysis.effective_bits = samples_.effective_bits();
    analysis.noise_floor_db = dynamics_.noise_floor_db();
    analysis.hiss_level_db = dynamics_.hiss_level_db();
}

void LevelAnalyzer::describe_peaks(TrackAnalysis& analysis) const {
    const double true_peak = *std::max_element(peaks_.begin(), peaks_.end());
    const double power = (samples_.left_power() + samples_.right_power()) / 2;
    analysis.true_peak_dbtp = gain_to_db(true_peak);
    analysis.sample_peak_db = gain_to_db(samples_.peak());
    analysis.rms_db = power_to_db(power);
    analysis.crest_db = std::max(0.0, analysis.sample_peak_db - analysis.rms_db);
    if (analysis.integrated_lufs > silence_db) analysis.plr_db = analysis.true_peak_dbtp - analysis.integrated_lufs;

    // Peak to short-term ratio: both of the same 3 s, every 100 ms, where the track is neither silent nor 20 LU below
    // its loudness.
    const double gate_lufs = std::max(-70.0, analysis.integrated_lufs - 20.0);
    const auto powers = loudness_.short_term_powers();
    std::vector<float> ratios;
    for (std::size_t i = 0; i < powers.size(); ++i) {
        const double lufs = power_to_lufs(powers[i]);
        if (lufs < gate_lufs) continue;
        const auto first = peaks_.begin() + static_cast<std::ptrdiff_t>(i);
        ratios.push_back(static_cast<float>(gain_to_db(*std::max_element(first, first + peaks_per_window)) - lufs));
    }
    if (ratios.empty()) return;
    analysis.psr_min_db = percentile(ratios, 0.0);
    analysis.psr_p10_db = percentile(ratios, 0.10);
    analysis.psr_p50_db = percentile(ratios, 0.50);
    analysis.psr_p95_db = percentile(ratios, 0.95);
}

}  // namespace burnish
