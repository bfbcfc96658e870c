#include "mastering/level_desk.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/loudness_meter.h"
#include "core/decibels.h"
#include "core/pipeline.h"
#include "dsp/denormals.h"
#include "dsp/extremes.h"
#include "dsp/high_cut.h"
#include "dsp/simd.h"
#include "dsp/true_peak.h"
#include "mastering/gain_stream.h"
#include "mastering/reduction_statistics.h"

namespace burnish {

namespace {

constexpr int block_frames = 8192;
constexpr std::size_t counted_frames = 4;  // a reduction moves slowly: one frame in so many tells its statistics

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

/// in * gain, in place.
BURNISH_VECTORIZED
void apply_gains(float* io, const float* gains, int count) noexcept {
    for (int n = 0; n < count; ++n) io[n] *= gains[n];
}

}  // namespace

double LevelDesk::true_peak_dbtp() const noexcept { return gain_to_db(envelope_.largest()); }

/// Puts the true peaks of a programme aside, block by block.
class LevelDesk::PeakFinder {
public:
    explicit PeakFinder(LevelDesk& desk) : desk_(desk), trim_(TruePeakDetector::latency_frames(), desk.info_.frames) {
        detector_.prepare(desk.info_.sample_rate_hz, desk.info_.channels, TruePeakFilters::every_meter);
        detector_.set_floor(static_cast<float>(db_to_gain(desk.peaks_above_dbtp_)));
    }
    /// The next block, of at most block_frames.
    [[nodiscard]] Status find(ConstAudioView audio) {
        const auto found = std::span(block_).first(static_cast<std::size_t>(audio.frames()));
        detector_.process(audio, found);
        const auto [first, count] = trim_.next(audio.frames());
        return desk_.envelope_.add(found.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
    }
    [[nodiscard]] Status finish() {
        const AudioBuffer silence(desk_.info_.channels, TruePeakDetector::latency_frames());
        if (auto status = find(silence.view()); !status) return status;
        return desk_.envelope_.finish();
    }

private:
    LevelDesk& desk_;
    LatencyTrim trim_;
    TruePeakDetector detector_;
    std::vector<float> block_ = std::vector<float>(block_frames);
};

Status LevelDesk::start_peaks() {
    corrections_.clear();
    return envelope_.start(*services_, info_.sample_rate_hz, LevelModel::cell_frames(info_.sample_rate_hz),
                           static_cast<float>(db_to_gain(peaks_above_dbtp_)));
}

Status LevelDesk::load(AudioSource& programme, const LoadSettings& settings,
                       const std::function<bool(std::int64_t)>& tick) {
    info_ = programme.info();
    peaks_above_dbtp_ = settings.peaks_above_dbtp;
    auto audio = services_->make_scratch(info_.channels, info_.sample_rate_hz);
    if (!audio) return audio.error();
    audio_ = std::move(*audio);
    if (auto status = start_peaks(); !status) return status;
    if (auto status = model_.start(*services_, info_.sample_rate_hz); !status) return status;
    if (auto status = programme.rewind(); !status) return status;
    const bool clips = !is_off(settings.clipper);
    if (!clips) {
        clip_forecast_.start();
        forecast_floor_db_ = peaks_above_dbtp_;
    }
    const auto forecast_floor = static_cast<float>(db_to_gain(forecast_floor_db_));

    const ProcessSpec spec{info_.sample_rate_hz, info_.channels, block_frames};
    SoftClipper soft_clipper;
    soft_clipper.prepare(spec);
    soft_clipper.set(settings.clipper);
    HighCut high_cut;
    high_cut.prepare(spec);
    high_cut.set({.cutoff_hz = settings.high_cut_hz});
    const int lead_frames = settings.lead_frames;
    const int delay_frames = lead_frames + soft_clipper.latency_frames() + high_cut.latency_frames();
    LatencyTrim trim(delay_frames, info_.frames);
    PeakFinder peak_finder(*this);
    LoudnessMeter meter;
    meter.prepare(info_.sample_rate_hz, info_.channels, LoudnessDetail::integrated);
    const int cell_frames = LevelModel::cell_frames(info_.sample_rate_hz);
    std::int64_t metered = 0;
    double energy_before_cell = 0.0;

    std::array<AudioBuffer, pipeline_slots> slots;
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
    const auto measure_energy = [&](ConstAudioView part) -> Status {
        for (int done = 0; done < part.frames();) {
            const int to_cell_end = static_cast<int>(cell_frames - metered % cell_frames);
            const int count = std::min(part.frames() - done, to_cell_end);
            meter.process(part.part(done, count));
            done += count;
            metered += count;
            if (count < to_cell_end && metered < info_.frames) continue;
            if (auto status = model_.add_energy(meter.energy() - energy_before_cell); !status) return status;
            energy_before_cell = meter.energy();
        }
        return success();
    };
    const auto consume = [&](AudioBuffer& slot) -> Status {
        const FlushDenormals no_denormals;
        soft_clipper.process(slot.view());
        high_cut.process(slot.view());
        const auto [first, count] = trim.next(block_frames);
        // What the meters hear is cut to the length of the programme, so the detector must hear the same.
        const auto part = slot.view().part(first, count);
        if (auto status = measure_energy(part); !status) return status;
        if (!clips) clip_forecast_.add(part, forecast_floor);
        if (auto status = audio_->write(part); !status) return status;
        return peak_finder.find(part);
    };
    if (auto status = run_pipeline(concurrent_, slots, produce, consume); !status) return status;
    if (auto status = peak_finder.finish(); !status) return status;
    if (auto status = model_.finish(); !status) return status;
    integrated_lufs_ = meter.integrated_lufs();
    clipped_db_ = soft_clipper.removed_db();
    return success();
}

Status LevelDesk::find_peaks(double above_dbtp, const std::function<bool(std::int64_t)>& tick) {
    peaks_above_dbtp_ = above_dbtp;
    if (auto status = start_peaks(); !status) return status;
    if (auto status = audio_->rewind(); !status) return status;
    PeakFinder peak_finder(*this);
    std::array<AudioBuffer, pipeline_slots> slots;
    slots.fill(AudioBuffer(info_.channels, block_frames));
    std::int64_t done = 0;
    const auto produce = [&](AudioBuffer& slot) -> Result<bool> {
        auto got = audio_->read(slot.view());
        if (!got) return got.error();
        done += *got;
        if (!tick(done)) return canceled();
        return *got > 0;
    };
    std::int64_t found = 0;
    const auto consume = [&](AudioBuffer& slot) -> Status {
        const FlushDenormals no_denormals;
        const int frames = static_cast<int>(std::min<std::int64_t>(block_frames, info_.frames - found));
        found += frames;
        return peak_finder.find(slot.view().part(0, frames));
    };
    if (auto status = run_pipeline(concurrent_, slots, produce, consume); !status) return status;
    return peak_finder.finish();
}

Status LevelDesk::read_peaks(std::int64_t first, std::span<float> peaks) {
    if (auto status = envelope_.read(peaks); !status) return status;
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
    if (auto status = audio_->rewind(); !status) return status.error();
    if (auto status = envelope_.rewind(); !status) return status.error();

    std::int64_t peaks_read = 0;
    GainStream gain_stream(info_.sample_rate_hz, settings, block_frames, [&](std::span<float> into) -> Status {
        peaks_read += static_cast<std::int64_t>(into.size());
        return read_peaks(peaks_read - static_cast<std::int64_t>(into.size()), into);
    });
    if (auto status = gain_stream.start(); !status) return status.error();
    const float without_drive = static_cast<float>(1.0 / db_to_gain(settings.drive_db));
    const float near_silence = near_silence_of(gain_stream.threshold());

    struct Slot {
        AudioBuffer audio;
        std::vector<float> peaks;
        std::vector<float> gains;
        int frames = 0;
    };
    std::array<Slot, pipeline_slots> slots;
    for (auto& slot : slots) {
        slot.audio = AudioBuffer(info_.channels, block_frames);
        slot.peaks.resize(block_frames);
        slot.gains.resize(block_frames);
    }

    std::int64_t done = 0;
    const auto produce = [&](Slot& slot) -> Result<bool> {
        const FlushDenormals no_denormals;
        auto got = audio_->read(slot.audio.view());
        if (!got) return got.error();
        slot.frames = *got;
        if (slot.frames == 0) return false;
        const auto count = static_cast<std::size_t>(slot.frames);
        if (auto status = gain_stream.next(std::span(slot.peaks).first(count), std::span(slot.gains).first(count));
            !status)
            return status.error();
        for (int c = 0; c < info_.channels; ++c)
            apply_gains(slot.audio.channel(c).data(), slot.gains.data(), slot.frames);
        done += slot.frames;
        if (!tick(done)) return canceled();
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
        reductions.note_lowest(lowest_of(gains) * without_drive);
        for (std::size_t i = 0; i < count; i += counted_frames)
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
