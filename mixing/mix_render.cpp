#include "mixing/mix_render.h"

#include <algorithm>
#include <cmath>

#include "core/pipeline.h"
#include "dsp/denormals.h"
#include "mixing/mix_desk.h"

namespace burnish {

namespace {

constexpr int block_frames = 4096;

/// A stem on its way from file to fader.
class StripReader {
public:
    StripReader(PlacedSource& source, const StripSettings& settings)
        : source_(&source),
          in_(source.info().channels, block_frames),
          strip_(settings, source.info().sample_rate_hz, source.info().channels, block_frames) {}

    /// Fills a stereo block; silence after the end of the stem.
    [[nodiscard]] Status read(AudioView out) {
        const auto in = in_.view().part(0, out.frames());
        for (int done = 0; done < in.frames();) {
            const auto got = source_->read(in.part(done, in.frames() - done));
            if (!got) return got.error();
            if (*got == 0) {
                for (int c = 0; c < in.channels(); ++c) std::ranges::fill(in.channel(c).subspan(done), 0.0F);
                break;
            }
            done += *got;
        }
        strip_.process(in, out);
        return success();
    }

private:
    PlacedSource* source_;
    AudioBuffer in_;
    MixStrip strip_;
};

}  // namespace

std::int64_t tail_frames(const MixSettings& settings, std::span<const NamedStrip* const> strips,
                         double sample_rate_hz) {
    double tail_s = 0.0;
    for (const auto* strip : strips)
        for (std::size_t r = 0; r < reverb_count; ++r)
            if (strip->settings.fader.*reverb_sends[r] > send_off_db)
                tail_s = std::max(tail_s, settings.reverbs[r].decay_s);
    return std::llround(tail_s * sample_rate_hz);
}

std::int64_t mix_frames(const std::vector<MixInput>& inputs, const MixSettings& settings, double sample_rate_hz) {
    std::int64_t frames = 0;
    std::vector<const NamedStrip*> strips;
    for (const auto& input : inputs) {
        frames = std::max(frames, input.source->info().frames);
        strips.push_back(input.strip);
    }
    return frames + tail_frames(settings, strips, sample_rate_hz);
}

Status render_mix(const std::vector<MixInput>& inputs, const RenderRequest& request,
                  const std::function<Status(const MixBlock&)>& consume) {
    if (inputs.empty()) return success();
    std::vector<StripReader> strips;
    std::vector<const NamedStrip*> rows;
    for (const auto& input : inputs) {
        if (auto status = input.source->rewind(); !status) return status;
        strips.emplace_back(*input.source, input.strip->settings);
        rows.push_back(input.strip);
    }
    MixDesk desk(*request.settings, rows, inputs[0].source->info().sample_rate_hz, block_frames, request.with_stems);

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
            if (auto status = strips[i].read(slot.strips[i].view().part(0, slot.frames)); !status)
                return status.error();
        return slot.frames > 0;
    };
    const auto mix = [&](Slot& slot) -> Status {
        const FlushDenormals no_denormals;
        MixBlock block;
        block.mix = request.with_stems ? desk.mix_stems(slot.strips, slot.frames, block.stems)
                                       : desk.mix(slot.strips, slot.frames);
        return consume(block);
    };
    return run_pipeline(request.concurrent, slots, produce, mix);
}

}  // namespace burnish
