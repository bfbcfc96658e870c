#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "mixing/mix_settings.h"
#include "mixing/placed_source.h"

namespace burnish {

/// A stem ready to be mixed: its sound on the session's clock, and its numbers.
struct MixInput {
    PlacedSource* source = nullptr;
    const NamedStrip* strip = nullptr;
};

/// What comes out of a mixer, block by block; the spans are those of one call.
struct MixBlock {
    AudioView mix;  ///< stereo
    std::vector<AudioView>
        stems;  ///< as asked for: each through its bus, with its own reverberation; they add up to mix
};

struct RenderRequest {
    const MixSettings* settings = nullptr;
    std::int64_t frames = 0;  ///< of the mix
    bool with_stems = false;  ///< costs a reverb for each stem
    bool concurrent = true;   ///< the result is the same
};

/// How long a mix rings on after its longest stem, in frames: as long as the longest reverb that somebody is sent into.
/// @param strips  those that are heard
[[nodiscard]] std::int64_t tail_frames(const MixSettings& settings, std::span<const NamedStrip* const> strips,
                                       double sample_rate_hz);

/// Frames of a mix: to the end of the longest stem, and of its reverberation.
[[nodiscard]] std::int64_t mix_frames(const std::vector<MixInput>& inputs, const MixSettings& settings,
                                      double sample_rate_hz);

/// Mixes from start to end. The sum is taken in the order of the inputs, whatever the number of threads.
/// @param consume  called with every block in order; an error stops
[[nodiscard]] Status render_mix(const std::vector<MixInput>& inputs, const RenderRequest& request,
                                const std::function<Status(const MixBlock&)>& consume);

}  // namespace burnish
