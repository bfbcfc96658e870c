#include "mixing/mix_render.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "core/decibels.h"
#include "core/pipeline.h"
#include "dsp/denormals.h"

namespace burnish {

namespace {

constexpr int block_frames = 4096;

template <class... Rows>
std::tuple<typename Rows::Processor...> blocks_of(const std::tuple<Rows...>&);
using StripBlocks = decltype(blocks_of(strip_stages));

/// A stem on its way from file to fader.
class Strip {
public:
    Strip(PlacedSource& source, const StripSettings& settings)
        : source_(&source), settings_(&settings), channels_(source.info().channels), in_(channels_, block_frames) {
        const auto gains = pan_gains(settings.fader.pan);
        const double mono = channels_ == 1 ? std::numbers::sqrt2 / 2.0 : 1.0;
        for (std::size_t c = 0; c < max_channels; ++c)
            gains_[c] = static_cast<float>(mono * gains[c] * db_to_gain(settings.fader.gain_db));
        for_each([&](const auto& stage, auto& block) {
            block.prepare({source.info().sample_rate_hz, channels_, block_frames});
            block.set(settings.*stage.settings);
        });
    }

    /// Fills a stereo block; silence after the end of the stem.
    [[nodiscard]] Status read(AudioView out) {
        const auto in = in_.view().part(0, out.frames());
        for (int done = 0; done < in.frames();) {
            const auto got = source_->read(in.part(done, in.frames() - done));
            if (!got) return got.error();
            if (*got == 0) {
                for (int c = 0; c < channels_; ++c) std::ranges::fill(in.channel(c).subspan(done), 0.0F);
                break;
            }
            done += *got;
        }
        for_each([&](const auto&, auto& block) { block.process(in); });
        for (int c = 0; c < max_channels; ++c) {
            const auto from = in.channel(std::min(c, channels_ - 1));
            const auto to = out.channel(c);
            const float gain = gains_[static_cast<std::size_t>(c)];
            for (std::size_t n = 0; n < to.size(); ++n) to[n] = gain * from[n];
        }
        return success();
    }
    [[nodiscard]] const StripSettings& settings() const { return *settings_; }

private:
    template <class Visit>
    void for_each(Visit&& visit) {
        [&]<std::size_t... i>(std::index_sequence<i...>) {
            (visit(std::get<i>(strip_stages), std::get<i>(blocks_)), ...);
        }
        (std::make_index_sequence<std::tuple_size_v<StripBlocks>>{});
    }

    PlacedSource* source_;
    const StripSettings* settings_;
    int channels_;
    AudioBuffer in_;
    StripBlocks blocks_;
    std::array<float, max_channels> gains_{};
};

void clear(AudioView audio) {
    for (int c = 0; c < audio.channels(); ++c) std::ranges::fill(audio.channel(c), 0.0F);
}

void add(ConstAudioView from, AudioView to, float gain = 1.0F) {
    for (int c = 0; c < to.channels(); ++c) {
        const auto source = from.channel(c);
        const auto sum = to.channel(c);
        for (std::size_t n = 0; n < sum.size(); ++n) sum[n] += gain * source[n];
    }
}

void multiply(AudioView io, std::span<const float> gains) {
    for (int c = 0; c < io.channels(); ++c) {
        const auto samples = io.channel(c);
        for (std::size_t n = 0; n < samples.size(); ++n) samples[n] *= gains[n];
    }
}

float send_gain(const FaderSettings& fader, std::size_t reverb) {
    const double send_db = fader.*reverb_sends[reverb];
    return send_db <= send_off_db ? 0.0F : static_cast<float>(db_to_gain(send_db));
}

/// A reverb and what goes into it.
class Return {
public:
    Return(const Reverb::Settings& settings, double sample_rate_hz) : audio_(max_channels, block_frames) {
        auto wet = settings;
        wet.mix = 1.0;
        reverb_.prepare({sample_rate_hz, max_channels, block_frames});
        reverb_.set(wet);
    }
    void begin(int frames) {
        block_ = audio_.view().part(0, frames);
        clear(block_);
    }
    void send(ConstAudioView from, float gain) { add(from, block_, gain); }
    [[nodiscard]] AudioView end() {
        reverb_.process(block_);
        return block_;
    }

private:
    Reverb reverb_;
    AudioBuffer audio_;
    AudioView block_;
};

/// From the faders to the sum.
class Desk {
public:
    Desk(const std::vector<MixInput>& inputs, const RenderRequest& request, double sample_rate_hz)
        : inputs_(&inputs), request_(&request), mix_(max_channels, block_frames) {
        const auto& settings = *request.settings;
        for (std::size_t b = 0; b < bus_count; ++b) {
            glue_[b].prepare({sample_rate_hz, max_channels, block_frames});
            glue_[b].set(settings.glue[b]);
            buses_[b] = AudioBuffer(max_channels, block_frames);
        }
        for (std::size_t r = 0; r < reverb_count; ++r) {
            used_[r] = std::ranges::any_of(
                inputs, [&](const MixInput& input) { return send_gain(input.strip->settings.fader, r) > 0.0F; });
            if (used_[r] && !request.with_stems)
                returns_[r] = std::make_unique<Return>(settings.reverbs[r], sample_rate_hz);
        }
        sum_gain_ = static_cast<float>(db_to_gain(settings.sum.gain_db));
        if (!request.with_stems) return;
        for (const auto& input : inputs) {
            stem_audio_.emplace_back(max_channels, block_frames);
            auto& returns = stem_returns_.emplace_back();
            for (std::size_t r = 0; r < reverb_count; ++r)
                if (send_gain(input.strip->settings.fader, r) > 0.0F)
                    returns[r] = std::make_unique<Return>(settings.reverbs[r], sample_rate_hz);
        }
    }

    /// @param strips  a stereo block of every input
    [[nodiscard]] MixBlock mix(std::vector<AudioBuffer>& strips, int frames) {
        MixBlock block;
        block.mix = mix_.view().part(0, frames);
        clear(block.mix);
        sum_buses(strips, frames);
        for (std::size_t b = 0; b < bus_count; ++b) add(buses_[b].view().part(0, frames), block.mix);
        if (request_->with_stems) {
            reverberate_stems(strips, frames, block);
            return block;
        }
        for (std::size_t r = 0; r < reverb_count; ++r) {
            if (!returns_[r]) continue;
            returns_[r]->begin(frames);
            for (std::size_t i = 0; i < strips.size(); ++i) {
                const float gain = send_gain((*inputs_)[i].strip->settings.fader, r);
                if (gain > 0.0F) returns_[r]->send(strips[i].view().part(0, frames), gain);
            }
            add(returns_[r]->end(), block.mix);
        }
        scale(block.mix);
        return block;
    }

private:
    void scale(AudioView audio) const {
        for (int c = 0; c < audio.channels(); ++c)
            for (auto& sample : audio.channel(c)) sample *= sum_gain_;
    }

    void sum_buses(std::vector<AudioBuffer>& strips, int frames) {
        for (auto& bus : buses_) clear(bus.view().part(0, frames));
        for (std::size_t i = 0; i < strips.size(); ++i)
            add(strips[i].view().part(0, frames), buses_[bus_of(i)].view().part(0, frames));
        for (std::size_t b = 0; b < bus_count; ++b) glue_[b].process(buses_[b].view().part(0, frames));
    }

    /// Every stem with the gain of its bus and a reverberation of its own; the mix then is their sum.
    void reverberate_stems(std::vector<AudioBuffer>& strips, int frames, MixBlock& block) {
        clear(block.mix);
        for (std::size_t i = 0; i < strips.size(); ++i) {
            const auto dry = strips[i].view().part(0, frames);
            const auto stem = stem_audio_[i].view().part(0, frames);
            copy(dry, stem);
            const auto& glue = glue_[bus_of(i)];
            if (!glue.changes_nothing()) multiply(stem, glue.gains());
            for (std::size_t r = 0; r < reverb_count; ++r) {
                auto& own = stem_returns_[i][r];
                if (!own) continue;
                own->begin(frames);
                own->send(dry, send_gain((*inputs_)[i].strip->settings.fader, r));
                add(own->end(), stem);
            }
            scale(stem);
            add(stem, block.mix);
            block.stems.push_back(stem);
        }
    }

    [[nodiscard]] std::size_t bus_of(std::size_t i) const { return static_cast<std::size_t>((*inputs_)[i].strip->bus); }

    const std::vector<MixInput>* inputs_;
    const RenderRequest* request_;
    std::array<GlueCompressor, bus_count> glue_;
    std::array<AudioBuffer, bus_count> buses_;
    std::array<bool, reverb_count> used_{};
    std::array<std::unique_ptr<Return>, reverb_count> returns_;
    std::vector<AudioBuffer> stem_audio_;
    std::vector<std::array<std::unique_ptr<Return>, reverb_count>> stem_returns_;
    AudioBuffer mix_;
    float sum_gain_ = 1.0F;
};

}  // namespace

std::int64_t mix_frames(const std::vector<MixInput>& inputs, const MixSettings& settings, double sample_rate_hz) {
    std::int64_t frames = 0;
    double tail_s = 0.0;
    for (const auto& input : inputs) {
        frames = std::max(frames, input.source->info().frames);
        for (std::size_t r = 0; r < reverb_count; ++r)
            if (send_gain(input.strip->settings.fader, r) > 0.0F)
                tail_s = std::max(tail_s, settings.reverbs[r].decay_s);
    }
    return frames + std::llround(tail_s * sample_rate_hz);
}

Status render_mix(const std::vector<MixInput>& inputs, const RenderRequest& request,
                  const std::function<Status(const MixBlock&)>& consume) {
    if (inputs.empty()) return success();
    std::vector<std::unique_ptr<Strip>> strips;
    for (const auto& input : inputs) {
        if (auto status = input.source->rewind(); !status) return status;
        strips.push_back(std::make_unique<Strip>(*input.source, input.strip->settings));
    }
    const auto desk = std::make_unique<Desk>(inputs, request, inputs[0].source->info().sample_rate_hz);

    struct Slot {
        std::vector<AudioBuffer> strips;
        int frames = 0;
    };
    std::array<Slot, 3> slots;
    for (auto& slot : slots) slot.strips.assign(inputs.size(), AudioBuffer(max_channels, block_frames));
    std::int64_t left = request.frames;
    const auto produce = [&](Slot& slot) -> Result<bool> {
        const FlushDenormals no_denormals;
        slot.frames = static_cast<int>(std::min<std::int64_t>(block_frames, left));
        left -= slot.frames;
        for (std::size_t i = 0; i < strips.size(); ++i)
            if (auto status = strips[i]->read(slot.strips[i].view().part(0, slot.frames)); !status)
                return status.error();
        return slot.frames > 0;
    };
    const auto mix = [&](Slot& slot) -> Status {
        const FlushDenormals no_denormals;
        return consume(desk->mix(slot.strips, slot.frames));
    };
    return run_pipeline(request.concurrent, slots, produce, mix);
}

}  // namespace burnish
