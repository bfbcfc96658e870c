#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "core/audio_buffer.h"
#include "mixing/mix_settings.h"

namespace burnish {

/// A stem from its samples to its fader. Can be copied; real-time safe once made.
class MixStrip {
public:
    MixStrip(const StripSettings& settings, double sample_rate_hz, int channels, int max_block_frames);

    /// @param in   as the stem has it, mono or stereo; changed
    /// @param out  stereo
    void process(AudioView in, AudioView out) noexcept;
    /// Of the compressor, 0 or above.
    [[nodiscard]] double gain_reduction_db() const noexcept {
        return std::get<GlueCompressor>(blocks_).gain_reduction_db();
    }

private:
    template <class... Rows>
    static std::tuple<typename Rows::Processor...> blocks_of(const std::tuple<Rows...>&);
    using Blocks = decltype(blocks_of(strip_stages));

    template <class Visit>
    void for_each(Visit&& visit) {
        [&]<std::size_t... i>(std::index_sequence<i...>) {
            (visit(std::get<i>(strip_stages), std::get<i>(blocks_)), ...);
        }
        (std::make_index_sequence<std::tuple_size_v<Blocks>>{});
    }

    Blocks blocks_;
    std::array<float, max_channels> gains_{};
};

/// From the faders to the sum: buses, reverbs, and the level of it all. Can be copied; `mix` is real-time safe.
class MixDesk {
public:
    /// @param strips      those that are heard, in the order in which they are summed
    /// @param with_stems  for `mix_stems`; costs a reverb for each stem
    MixDesk(const MixSettings& settings, std::span<const NamedStrip* const> strips, double sample_rate_hz,
            int max_block_frames, bool with_stems);

    /// The next block of the sum, stereo; valid until the next call.
    /// @param strips  a stereo block of every strip; changed
    [[nodiscard]] AudioView mix(std::span<AudioBuffer> strips, int frames) noexcept;
    /// The same, and what every strip has in it: the gain of its bus's glue and a reverberation of its own.
    [[nodiscard]] AudioView mix_stems(std::span<AudioBuffer> strips, int frames, std::vector<AudioView>& stems);

    /// Of a bus's glue, 0 or above.
    [[nodiscard]] double gain_reduction_db(Bus bus) const noexcept {
        return glue_[static_cast<std::size_t>(bus)].gain_reduction_db();
    }

private:
    /// A reverb and what goes into it.
    struct Return {
        Reverb reverb;
        AudioBuffer audio;
    };
    using Returns = std::array<std::optional<Return>, reverb_count>;
    struct Input {
        std::size_t bus = 0;
        std::array<float, reverb_count> sends{};  // gains; 0 is off
    };

    [[nodiscard]] static std::optional<Return> make_return(const Reverb::Settings& settings, double sample_rate_hz,
                                                           int max_block_frames);
    void sum_buses(std::span<AudioBuffer> strips, int frames) noexcept;
    void scale(AudioView audio) const noexcept;

    std::vector<Input> inputs_;
    std::array<GlueCompressor, bus_count> glue_;
    std::array<AudioBuffer, bus_count> buses_;
    Returns returns_;
    std::vector<AudioBuffer> stem_audio_;
    std::vector<Returns> stem_returns_;
    AudioBuffer mix_;
    float sum_gain_ = 1.0F;
};

}  // namespace burnish
