#pragma once

#include <array>
#include <vector>

#include "core/block.h"

namespace burnish {

struct ReverbSettings {
    double mix = 0.0;  // 0 = dry
    double decay_s = 1.2;
    double size = 1.0;
    double predelay_ms = 10.0;
    double low_ratio = 1.0;
    double high_ratio = 0.5;
    double high_hz = 5000.0;
    double low_cut_hz = 120.0;
    double modulation = 0.5;
};

inline constexpr auto reverb_params = std::to_array<Param<ReverbSettings>>({
    {"mix", 0.0, 1.0, Scale::linear, &ReverbSettings::mix, "0 is all dry, 1 all reverberation"},
    {"decay_s", 0.1, 10.0, Scale::log, &ReverbSettings::decay_s, "time for the middle frequencies to decay by 60 dB"},
    {"size", 0.3, 1.5, Scale::log, &ReverbSettings::size, "length of the echo paths; 1 is a hall, 0.5 a room"},
    {"predelay_ms", 0.0, 100.0, Scale::linear, &ReverbSettings::predelay_ms, "silence before the first echo"},
    {"low_ratio", 0.3, 2.0, Scale::log, &ReverbSettings::low_ratio, "decay time below 200 Hz, over decay_s"},
    {"high_ratio", 0.1, 1.0, Scale::log, &ReverbSettings::high_ratio, "decay time far above high_hz, over decay_s"},
    {"high_hz", 1000.0, 12000.0, Scale::log, &ReverbSettings::high_hz, "where the highs begin to decay faster"},
    {"low_cut_hz", 20.0, 500.0, Scale::log, &ReverbSettings::low_cut_hz, "what lies below is not reverberated"},
    {"modulation", 0.0, 1.0, Scale::linear, &ReverbSettings::modulation, "slow motion of the echo paths"},
});

/// Algorithmic reverberation: a network of sixteen feedback delays.
///
/// Predelay and high-pass, four allpass diffusers per channel, then sixteen delay lines of mutually prime lengths that
/// a Hadamard matrix mixes without loss. In every line a high and a low shelf set how fast each frequency decays, in
/// proportion to the line's length, so that all modes of a frequency decay alike. Left feeds one half of the lines and
/// right the other; each channel hears all of them with signs of its own, so that the two are uncorrelated. The lines
/// move by up to a third of a millisecond, each with its own phase, which keeps long decays from ringing.
///
/// Linear in its input: reverberations of parts add up to that of the whole. Sustained noise comes out about as loud as
/// it goes in. At the defaults the input passes untouched. Cost: some 60 ns per stereo frame; nothing when neutral.
/// Source: Jot & Chaigne, "Digital delay networks for designing artificial reverberators", AES 90, 1991; Schlecht &
/// Habets, "Accurate reverberation time control in feedback delay networks", DAFx 2017.
class Reverb {
public:
    using Settings = ReverbSettings;
    static constexpr auto& params = reverb_params;

    void prepare(const ProcessSpec& spec);
    void set(const Settings& settings) noexcept;
    void process(AudioView io) noexcept;
    void reset() noexcept;
    [[nodiscard]] int latency_frames() const noexcept { return 0; }

private:
    static constexpr int lines = 16;
    static constexpr int diffusers = 4;
    static constexpr int control_frames = 32;  // from one look at the modulation to the next
    using Lanes = std::array<float, lines>;

    /// First-order section in every line: y = b0 x + b1 x1 - a1 y1.
    struct Shelves {
        Lanes b0{}, b1{}, a1{};
    };
    struct Diffuser {
        std::vector<float> ring;
        int next = 0;
    };

    void design() noexcept;
    void begin_control_block() noexcept;
    void run(AudioView io, int first, int count) noexcept;
    void diffuse(AudioView io, int first, int count) noexcept;
    void read_lines(int count) noexcept;
    void feed_back(int count) noexcept;

    Settings settings_;
    double sample_rate_hz_ = 48000.0;
    int channels_ = 2;

    // delay lines, one ring each, in one piece of memory
    std::vector<float> rings_;
    int ring_frames_ = 0;  // a power of two
    int write_ = 0;
    std::array<double, lines> delay_{};  // frames, without modulation
    double modulation_frames_ = 0.0;
    std::array<double, lines> offset_{}, next_offset_{};  // of the modulation, at the ends of the control block
    int modulation_period_ = 1;                           // frames, a power of two
    int modulation_position_ = 0;
    int control_position_ = 0;

    Shelves low_, high_;
    alignas(64) Lanes low_x_{}, low_y_{}, high_x_{}, high_y_{};
    float output_gain_ = 0.0F;

    std::array<std::vector<float>, max_channels> predelay_;
    int predelay_write_ = 0;
    int predelay_frames_ = 0;
    std::array<std::array<Diffuser, diffusers>, max_channels> diffusers_;
    float low_cut_ = 0.0F;  // one-pole coefficient
    std::array<float, max_channels> low_cut_state_{};

    // of one control block: channel by frame, and frame by line
    std::array<std::array<float, control_frames>, max_channels> input_{}, output_{};
    alignas(64) std::array<Lanes, control_frames> heard_{};
};
static_assert(Block<Reverb>);

}  // namespace burnish
