#include "mixing/mix.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <thread>

#include "analysis/loudness_meter.h"
#include "core/decibels.h"
#include "dsp/true_peak.h"

namespace burnish {

namespace {

constexpr int meter_block_frames = 4096;

Error canceled() { return {ErrorCode::canceled, "stopped"}; }

/// Loudness and true peak of what passes.
class SumMeter {
public:
    void prepare(double sample_rate_hz) {
        loudness_.prepare(sample_rate_hz, max_channels, LoudnessDetail::integrated);
        peaks_.prepare(sample_rate_hz, max_channels);
    }
    void process(ConstAudioView block) {
        loudness_.process(block);
        peaks_.process(block);
    }
    [[nodiscard]] double lufs() const { return loudness_.integrated_lufs(); }
    [[nodiscard]] double peak_dbtp() { return gain_to_db(peaks_.peak()); }

private:
    LoudnessMeter loudness_;
    TruePeakMeter peaks_;
};

}  // namespace

Result<MixSession> MixSession::open(std::vector<Stem> stems, double sample_rate_hz, const MasterServices& services,
                                    bool concurrent) {
    MixSession session;
    session.services_ = services;
    session.concurrent_ = concurrent;
    session.sample_rate_hz_ = sample_rate_hz;
    if (sample_rate_hz == 0.0)
        for (const auto& stem : stems)
            session.sample_rate_hz_ = std::max(session.sample_rate_hz_, stem.source->info().sample_rate_hz);
    for (const auto& stem : stems) {
        auto placed = PlacedSource::make(stem, session.sample_rate_hz_, services);
        if (!placed) return placed.error();
        session.sources_.push_back(*std::move(placed));
    }
    session.stems_ = std::move(stems);
    return session;
}

Status MixSession::measure(const Progress& progress) {
    const std::size_t count = stems_.size();
    measures_.assign(count, {});
    std::vector<Status> outcomes(count, success());
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> is_stopped = false;
    std::mutex mutex;
    std::vector<double> fractions(count);
    const auto work = [&](bool tells) {
        for (std::size_t i = next++; i < count; i = next++) {
            auto measured = measure_stem(*sources_[i], [&](double fraction) {
                double done = 0.0;
                {
                    const std::lock_guard lock(mutex);
                    fractions[i] = fraction;
                    for (const double f : fractions) done += f / static_cast<double>(count);
                }
                if (tells && progress && !progress("measuring", done)) is_stopped = true;
                return !is_stopped;
            });
            if (measured)
                measures_[i] = *std::move(measured);
            else
                outcomes[i] = measured.error(), is_stopped = true;
        }
    };
    {
        std::jthread other;
        if (concurrent_ && count > 1) other = std::jthread([&] { work(false); });
        work(true);
    }
    for (std::size_t i = 0; i < count; ++i)
        if (!outcomes[i] && outcomes[i].error().code != ErrorCode::canceled) return outcomes[i];
    return is_stopped ? Status(canceled()) : success();
}

std::vector<std::size_t> MixSession::heard(const MixSettings& settings) const {
    std::vector<std::size_t> result;
    for (const auto i : order_by_sound(measures_)) {
        const bool is_silent = measures_[i].track.sample_peak_db <= silence_db;
        if (!is_silent && !settings.strips[i].mute) result.push_back(i);
    }
    return result;
}

std::vector<MixInput> MixSession::inputs(const MixSettings& settings) const {
    std::vector<MixInput> result;
    for (const auto i : heard(settings)) result.push_back({sources_[i].get(), &settings.strips[i]});
    return result;
}

double MixSession::duration_s() const noexcept {
    std::int64_t frames = 0;
    for (const auto& source : sources_) frames = std::max(frames, source->info().frames);
    return static_cast<double>(frames) / sample_rate_hz_;
}

Result<Mixdown> MixSession::mix(const MixSettings& settings, bool find_level, const Progress& progress) const {
    Mixdown result;
    result.settings = settings;
    auto scratch = services_.make_scratch(max_channels, sample_rate_hz_);
    if (!scratch) return scratch.error();
    result.audio = *std::move(scratch);
    auto unscaled = settings;
    unscaled.sum = {};
    const auto sources = inputs(unscaled);
    SumMeter meter;
    meter.prepare(sample_rate_hz_);
    // Without a stem that is heard there is silence, as long as the longest.
    const auto longest = std::llround(duration_s() * sample_rate_hz_);
    const RenderRequest request{.settings = &unscaled,
                                .frames = sources.empty() ? longest : mix_frames(sources, unscaled, sample_rate_hz_),
                                .concurrent = concurrent_};
    std::int64_t done = 0;
    auto rendered = render_mix(sources, request, [&](const MixBlock& block) -> Status {
        meter.process(block.mix);
        done += block.mix.frames();
        const double fraction =
            static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(request.frames, 1));
        if (progress && !progress("mixing", fraction)) return canceled();
        return result.audio->write(block.mix);
    });
    if (!rendered) return rendered.error();
    if (sources.empty()) {
        AudioBuffer silence(max_channels, meter_block_frames);
        for (std::int64_t left = longest; left > 0; left -= meter_block_frames) {
            const int frames = static_cast<int>(std::min<std::int64_t>(left, meter_block_frames));
            if (auto status = result.audio->write(silence.view().part(0, frames)); !status) return status.error();
        }
    }
    const double peak_dbtp = meter.peak_dbtp();
    if (find_level && peak_dbtp > silence_db) {
        auto& gain_db = result.settings.sum.gain_db;
        gain_db = std::clamp(std::floor(100.0 * (mix_peak_dbtp - peak_dbtp)) / 100.0, -60.0, 60.0);
        std::array<char, 120> reason{};
        std::snprintf(reason.data(), reason.size(),
                      "the sum peaks at %.1f dBTP; %.0f dBTP is the headroom of the master", peak_dbtp, mix_peak_dbtp);
        result.level = Decision{"sum.gain_db", gain_db, 1.0, reason.data()};
    }
    const double gain_db = result.settings.sum.gain_db;
    result.true_peak_dbtp = peak_dbtp > silence_db ? peak_dbtp + gain_db : silence_db;
    result.integrated_lufs = meter.lufs() > silence_db ? meter.lufs() + gain_db : silence_db;
    return result;
}

Status MixSession::render_stems(const MixSettings& settings,
                                const std::function<Status(const MixBlock&)>& consume) const {
    const auto sources = inputs(settings);
    return render_mix(sources,
                      {.settings = &settings,
                       .frames = mix_frames(sources, settings, sample_rate_hz_),
                       .with_stems = true,
                       .concurrent = concurrent_},
                      consume);
}

GainedSource::GainedSource(AudioSource& source, double gain_db)
    : source_(&source), gain_(static_cast<float>(db_to_gain(gain_db))) {}

Result<int> GainedSource::read(AudioView into) {
    auto got = source_->read(into);
    if (!got) return got;
    for (int c = 0; c < into.channels(); ++c)
        for (auto& sample : into.channel(c).first(static_cast<std::size_t>(*got))) sample *= gain_;
    return got;
}

}  // namespace burnish
