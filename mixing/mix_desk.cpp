#include "mixing/mix_desk.h"

#include <algorithm>
#include <numbers>

#include "core/decibels.h"

namespace burnish {

namespace {

void clear(AudioView audio) noexcept {
    for (int c = 0; c < audio.channels(); ++c) std::ranges::fill(audio.channel(c), 0.0F);
}

void add(ConstAudioView from, AudioView to, float gain = 1.0F) noexcept {
    for (int c = 0; c < to.channels(); ++c) {
        const auto source = from.channel(c);
        const auto sum = to.channel(c);
        for (std::size_t n = 0; n < sum.size(); ++n) sum[n] += gain * source[n];
    }
}

void multiply(AudioView io, std::span<const float> gains) noexcept {
    for (int c = 0; c < io.channels(); ++c) {
        const auto samples = io.channel(c);
        for (std::size_t n = 0; n < samples.size(); ++n) samples[n] *= gains[n];
    }
}

float send_gain(double send_db) { return send_db <= send_off_db ? 0.0F : static_cast<float>(db_to_gain(send_db)); }

}  // namespace

MixStrip::MixStrip(const StripSettings& settings, double sample_rate_hz, int channels, int max_block_frames) {
    const auto pans = pan_gains(settings.fader.pan);
    const double mono = channels == 1 ? std::numbers::sqrt2 / 2.0 : 1.0;
    for (std::size_t c = 0; c < max_channels; ++c)
        gains_[c] = static_cast<float>(mono * pans[c] * db_to_gain(settings.fader.gain_db));
    for_each([&](const auto& stage, auto& block) {
        block.prepare({sample_rate_hz, channels, max_block_frames});
        block.set(settings.*stage.settings);
    });
}

void MixStrip::process(AudioView in, AudioView out) noexcept {
    for_each([&](const auto&, auto& block) { block.process(in); });
    for (int c = 0; c < max_channels; ++c) {
        const auto from = in.channel(std::min(c, in.channels() - 1));
        const auto to = out.channel(c);
        const float gain = gains_[static_cast<std::size_t>(c)];
        for (std::size_t n = 0; n < to.size(); ++n) to[n] = gain * from[n];
    }
}

std::optional<MixDesk::Return> MixDesk::make_return(const Reverb::Settings& settings, double sample_rate_hz,
                                                    int max_block_frames) {
    std::optional<Return> made(std::in_place);
    made->audio = AudioBuffer(max_channels, max_block_frames);
    auto wet = settings;
    wet.mix = 1.0;
    made->reverb.prepare({sample_rate_hz, max_channels, max_block_frames});
    made->reverb.set(wet);
    return made;
}

MixDesk::MixDesk(const MixSettings& settings, std::span<const NamedStrip* const> strips, double sample_rate_hz,
                 int max_block_frames, bool with_stems)
    : mix_(max_channels, max_block_frames), sum_gain_(static_cast<float>(db_to_gain(settings.sum.gain_db))) {
    for (std::size_t b = 0; b < bus_count; ++b) {
        glue_[b].prepare({sample_rate_hz, max_channels, max_block_frames});
        glue_[b].set(settings.glue[b]);
        buses_[b] = AudioBuffer(max_channels, max_block_frames);
    }
    for (const auto* strip : strips) {
        auto& input = inputs_.emplace_back();
        input.bus = static_cast<std::size_t>(strip->bus);
        for (std::size_t r = 0; r < reverb_count; ++r)
            input.sends[r] = send_gain(strip->settings.fader.*reverb_sends[r]);
    }
    for (std::size_t r = 0; r < reverb_count && !with_stems; ++r)
        if (std::ranges::any_of(inputs_, [&](const Input& input) { return input.sends[r] > 0.0F; }))
            returns_[r] = make_return(settings.reverbs[r], sample_rate_hz, max_block_frames);
    for (std::size_t i = 0; i < inputs_.size() && with_stems; ++i) {
        stem_audio_.emplace_back(max_channels, max_block_frames);
        auto& returns = stem_returns_.emplace_back();
        for (std::size_t r = 0; r < reverb_count; ++r)
            if (inputs_[i].sends[r] > 0.0F)
                returns[r] = make_return(settings.reverbs[r], sample_rate_hz, max_block_frames);
    }
}

AudioView MixDesk::mix(std::span<AudioBuffer> strips, int frames) noexcept {
    const auto sum = mix_.view().part(0, frames);
    clear(sum);
    sum_buses(strips, frames);
    for (auto& bus : buses_) add(bus.view().part(0, frames), sum);
    for (std::size_t r = 0; r < reverb_count; ++r) {
        auto& own = returns_[r];
        if (!own) continue;
        const auto wet = own->audio.view().part(0, frames);
        clear(wet);
        for (std::size_t i = 0; i < strips.size(); ++i)
            if (inputs_[i].sends[r] > 0.0F) add(strips[i].view().part(0, frames), wet, inputs_[i].sends[r]);
        own->reverb.process(wet);
        add(wet, sum);
    }
    scale(sum);
    return sum;
}

AudioView MixDesk::mix_stems(std::span<AudioBuffer> strips, int frames, std::vector<AudioView>& stems) {
    const auto sum = mix_.view().part(0, frames);
    clear(sum);
    sum_buses(strips, frames);
    stems.clear();
    for (std::size_t i = 0; i < strips.size(); ++i) {
        const auto dry = strips[i].view().part(0, frames);
        const auto stem = stem_audio_[i].view().part(0, frames);
        copy(dry, stem);
        const auto& glue = glue_[inputs_[i].bus];
        if (!glue.changes_nothing()) multiply(stem, glue.gains());
        for (std::size_t r = 0; r < reverb_count; ++r) {
            auto& own = stem_returns_[i][r];
            if (!own) continue;
            const auto wet = own->audio.view().part(0, frames);
            clear(wet);
            add(dry, wet, inputs_[i].sends[r]);
            own->reverb.process(wet);
            add(wet, stem);
        }
        scale(stem);
        add(stem, sum);
        stems.push_back(stem);
    }
    return sum;
}

void MixDesk::scale(AudioView audio) const noexcept {
    for (int c = 0; c < audio.channels(); ++c)
        for (auto& sample : audio.channel(c)) sample *= sum_gain_;
}

void MixDesk::sum_buses(std::span<AudioBuffer> strips, int frames) noexcept {
    for (auto& bus : buses_) clear(bus.view().part(0, frames));
    for (std::size_t i = 0; i < strips.size(); ++i)
        add(strips[i].view().part(0, frames), buses_[inputs_[i].bus].view().part(0, frames));
    for (std::size_t b = 0; b < bus_count; ++b) glue_[b].process(buses_[b].view().part(0, frames));
}

}  // namespace burnish
