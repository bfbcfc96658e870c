#include "mastering/level_desk.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/loudness_meter.h"
#include "core/decibels.h"
#include "core/pipeline.h"
#include "dsp/denormals.h"
#include "dsp/high_cut.h"
#include "dsp/true_peak.h"

namespace burnish {

namespace {

constexpr int block_frames = 8192;

Error canceled() { return {ErrorCode::canceled, "stopped"}; }

/// Drops the first `latency` frames of what a processor gives and keeps the length of what it was fed.
class LatencyTrim {
public:
    LatencyTrim(std::int64_t latency_frames, std::int64_t length_frames)
        : drop_(latency_frames), keep_(length_frames) {}
    /// The part of a block that is worth keeping: first frame and count.
    std::pair<int, int> next(int frames) noexcept {
        const int first = static_cast<int>(std::min<std::int64_t>(drop_, frames));
        const int count = static_cast<int>(std::min<std::int64_t>(keep_, frames - first));
        drop_ -= first;
        keep_ -= count;
        return {first, count};
    }

private:
    std::int64_t drop_;
    std::int64_t keep_;
};

ConstAudioView as_view(std::span<const float> samples) {
    return {{samples.data()}, 1, static_cast<int>(samples.size())};
}

/// Gain reductions of a pass, counted on a linear scale of gain; percentiles come in decibels.
class ReductionStatistics {
public:
    void add(float gain_without_drive) noexcept {
        const int bin = std::clamp(static_cast<int>(gain_without_drive * bins), 0, bins - 1);
        ++counts_[bin];
        ++total_;
        lowest_ = std::min(lowest_, gain_without_drive);
    }
    /// Reduction in dB that 95 % of the frames stay within.
    [[nodiscard]] double p95_db() const noexcept {
        std::int64_t left = total_ - total_ * 95 / 100;
        for (int bin = 0; bin < bins; ++bin)
            if ((left -= counts_[bin]) < 0) return std::max(0.0, -gain_to_db((bin + 0.5) / bins));
        return 0.0;
    }
    [[nodiscard]] double max_db() const noexcept { return -gain_to_db(lowest_); }

private:
    static constexpr int bins = 8192;
    std::vector<std::int64_t> counts_ = std::vector<std::int64_t>(bins);
    std::int64_t total_ = 0;
    float lowest_ = 1.0F;
};

}  // namespace

double LevelDesk::true_peak_dbtp() const noexcept { return gain_to_db(largest_peak_); }

Status LevelDesk::load(AudioSource& programme, int lead_frames, const SoftClipper::Settings& clipper,
                       double high_cut_hz, const std::function<bool(std::int64_t)>& tick) {
    info_ = programme.info();
    corrections_.clear();
    largest_peak_ = 0.0F;
    auto audio = services_->make_scratch(info_.channels, info_.sample_rate_hz);
    if (!audio) return audio.error();
    auto peaks = services_->make_scratch(1, info_.sample_rate_hz);
    if (!peaks) return peaks.error();
    audio_ = std::move(*audio);
    peaks_ = std::move(*peaks);
    if (auto status = programme.rewind(); !status) return status;

    const ProcessSpec spec{info_.sample_rate_hz, info_.channels, block_frames};
    SoftClipper soft_clipper;
    soft_clipper.prepare(spec);
    soft_clipper.set(clipper);
    HighCut high_cut;
    high_cut.prepare(spec);
    high_cut.set({.cutoff_hz = high_cut_hz});
    // What the meters hear is cut to the length of the programme, so the detector must hear the same.
    const int delay_frames = lead_frames + soft_clipper.latency_frames() + high_cut.latency_frames();
    LatencyTrim audio_trim(delay_frames, info_.frames);
    LatencyTrim peak_trim(TruePeakDetector::latency_frames(), info_.frames);
    TruePeakDetector detector;
    detector.prepare(info_.sample_rate_hz, info_.channels, TruePeakFilters::every_meter);
    LoudnessMeter meter;
    meter.prepare(info_.sample_rate_hz, info_.channels, LoudnessDetail::integrated);
    std::vector<float> peak_block(block_frames);

    std::array<AudioBuffer, 3> slots;
    slots.fill(AudioBuffer(info_.channels, block_frames));

    std::int64_t fed = 0;
    const std::int64_t to_feed = info_.frames + delay_frames;
    const auto produce = [&](AudioBuffer& slot) -> Result<bool> {
        const FlushDenormals no_denormals;
        if (fed >= to_feed) return false;
        const int lead = static_cast<int>(std::clamp<std::int64_t>(lead_frames - fed, 0, block_frames));
        auto got = programme.read(slot.view().part(lead, block_frames - lead));
        if (!got) return got.error();
        for (int c = 0; c < info_.channels; ++c) {
            const auto samples = slot.channel(c);
            std::fill(samples.begin(), samples.begin() + lead, 0.0F);
            std::fill(samples.begin() + lead + *got, samples.end(), 0.0F);
        }
        fed += block_frames;
        if (!tick(std::min(fed, info_.frames))) return canceled();
        return true;
    };
    const auto keep_peaks = [&](ConstAudioView audio_part) -> Status {
        const std::span found(peak_block.data(), static_cast<std::size_t>(audio_part.frames()));
        detector.process(audio_part, found);
        const auto [first, count] = peak_trim.next(audio_part.frames());
        const auto worth = found.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
        for (const float peak : worth) largest_peak_ = std::max(largest_peak_, peak);
        return peaks_->write(as_view(worth));
    };
    const auto consume = [&](AudioBuffer& slot) -> Status {
        const FlushDenormals no_denormals;
        soft_clipper.process(slot.view());
        high_cut.process(slot.view());
        const auto [first, count] = audio_trim.next(block_frames);
        const auto part = slot.view().part(first, count);
        meter.process(part);
        if (auto status = audio_->write(part); !status) return status;
        return keep_peaks(part);
    };
    if (auto status = run_pipeline(concurrent_, slots, produce, consume); !status) return status;
    const AudioBuffer silence(info_.channels, TruePeakDetector::latency_frames());
    if (auto status = keep_peaks(silence.view()); !status) return status;
    integrated_lufs_ = meter.integrated_lufs();
    clipped_db_ = soft_clipper.removed_db();
    return success();
}

Status LevelDesk::read_peaks(std::int64_t first, std::span<float> peaks) {
    auto got = peaks_->read({{peaks.data()}, 1, static_cast<int>(peaks.size())});
    if (!got) return got.error();
    std::fill(peaks.begin() + *got, peaks.end(), 0.0F);
    const auto last = first + static_cast<std::int64_t>(peaks.size());
    auto correction = std::lower_bound(corrections_.begin(), corrections_.end(), first,
                                       [](const auto& a, std::int64_t frame) { return a.frame < frame; });
    for (; correction != corrections_.end() && correction->frame < last; ++correction) {
        float& peak = peaks[static_cast<std::size_t>(correction->frame - first)];
        peak = std::max(peak, correction->peak);
    }
    return success();
}

void LevelDesk::merge(const std::vector<OverWatch::Correction>& found) {
    corrections_.insert(corrections_.end(), found.begin(), found.end());
    std::sort(corrections_.begin(), corrections_.end(),
              [](const auto& a, const auto& b) { return a.frame != b.frame ? a.frame < b.frame : a.peak > b.peak; });
    const auto same_frame = [](const auto& a, const auto& b) { return a.frame == b.frame; };
    corrections_.erase(std::unique(corrections_.begin(), corrections_.end(), same_frame), corrections_.end());
}

Result<LevelPass> LevelDesk::pass(const LimiterSettings& settings,
                                  const std::function<Status(AudioView)>& consume_audio,
                                  const std::function<bool(std::int64_t)>& tick) {
    for (AudioSource* source : {static_cast<AudioSource*>(audio_.get()), static_cast<AudioSource*>(peaks_.get())})
        if (auto status = source->rewind(); !status) return status.error();

    LimiterGain limiter;
    limiter.prepare(info_.sample_rate_hz);
    limiter.set(settings);
    const int latency = limiter.latency_frames();
    const float without_drive = static_cast<float>(1.0 / db_to_gain(settings.drive_db));
    const float near_silence = 0.01F * limiter.threshold();  // 40 dB below what would be limited

    struct Slot {
        AudioBuffer audio;
        std::vector<float> peaks;
        std::vector<float> gains;
        int frames = 0;
    };
    std::array<Slot, 3> slots;
    for (auto& slot : slots) {
        slot.audio = AudioBuffer(info_.channels, block_frames);
        slot.peaks.resize(block_frames);
        slot.gains.resize(block_frames);
    }

    // The gain of a frame is known `latency` peaks later: the envelope is read that far ahead.
    std::vector<float> ahead(static_cast<std::size_t>(latency + block_frames));
    std::int64_t peaks_read = latency;
    if (auto status = read_peaks(0, std::span(ahead).first(static_cast<std::size_t>(latency))); !status)
        return status.error();
    {
        std::vector<float> before_start(static_cast<std::size_t>(latency));
        limiter.process(std::span(ahead).first(before_start.size()), before_start);
    }

    const auto produce = [&](Slot& slot) -> Result<bool> {
        const FlushDenormals no_denormals;
        auto got = audio_->read(slot.audio.view());
        if (!got) return got.error();
        slot.frames = *got;
        if (slot.frames == 0) return false;
        const auto count = static_cast<std::size_t>(slot.frames);
        const auto fresh = std::span(ahead).subspan(static_cast<std::size_t>(latency), count);
        if (auto status = read_peaks(peaks_read, fresh); !status) return status.error();
        peaks_read += slot.frames;
        limiter.process(fresh, std::span(slot.gains).first(count));
        std::copy_n(ahead.begin(), count, slot.peaks.begin());
        std::copy(ahead.begin() + slot.frames, ahead.begin() + slot.frames + latency, ahead.begin());
        for (int c = 0; c < info_.channels; ++c) {
            const auto samples = slot.audio.channel(c);
            for (std::size_t i = 0; i < count; ++i) samples[i] *= slot.gains[i];
        }
        if (!tick(peaks_read - latency)) return canceled();
        return true;
    };

    LoudnessMeter meter;
    meter.prepare(info_.sample_rate_hz, info_.channels, LoudnessDetail::integrated);
    ReductionStatistics reductions;
    OverWatch over_watch(settings, info_.channels, block_frames);
    const auto consume = [&](Slot& slot) -> Status {
        const FlushDenormals no_denormals;
        const auto count = static_cast<std::size_t>(slot.frames);
        const auto limited = slot.audio.view().part(0, slot.frames);
        const std::span<const float> peaks = std::span(slot.peaks).first(count);
        const std::span<const float> gains = std::span(slot.gains).first(count);
        meter.process(limited);
        over_watch.watch(limited, peaks, gains);
        for (std::size_t i = 0; i < count; ++i)
            if (peaks[i] > near_silence) reductions.add(gains[i] * without_drive);
        return consume_audio ? consume_audio(limited) : success();
    };
    if (auto status = run_pipeline(concurrent_, slots, produce, consume); !status) return status.error();

    const auto overs = over_watch.finish();
    overs_found_ = static_cast<int>(overs.size());
    merge(overs);
    return LevelPass{meter.integrated_lufs(), reductions.p95_db(), reductions.max_db()};
}

}  // namespace burnish
