#pragma once

#include <string_view>
#include <tuple>
#include <utility>

#include "core/block.h"
#include "dsp/dither.h"
#include "dsp/dynamic_equalizer.h"
#include "dsp/equalizer.h"
#include "dsp/glue_compressor.h"
#include "dsp/limiter.h"
#include "dsp/multiband_compressor.h"
#include "dsp/saturator.h"
#include "dsp/soft_clipper.h"
#include "dsp/stereo_width.h"
#include "dsp/subsonic_filter.h"
#include "dsp/tone_curve.h"

namespace burnish {

/// All the numbers of a master. Default-constructed, the chain does nothing.
struct ChainSettings {
    SubsonicFilter::Settings repair;
    ToneCurve::Settings tone;
    Equalizer::Settings eq;
    DynamicEqualizer::Settings dynamic_eq;
    MultibandCompressor::Settings multiband;
    GlueCompressor::Settings glue;
    Saturator::Settings saturation;
    StereoWidth::Settings width;
    SoftClipper::Settings clipper;
    Limiter::Settings limiter;
    Dither::Settings dither;
};

/// One row of the chain table: a block's name, and where its settings live.
template <Block B>
struct Stage {
    using Processor = B;
    std::string_view name;
    typename B::Settings ChainSettings::*settings;
    std::string_view help;
};

/// What shapes the tone of the programme, at the rate of the source, in signal order.
inline constexpr auto tone_stages =
    std::make_tuple(Stage<SubsonicFilter>{"repair", &ChainSettings::repair, "removes DC and rumble"},
                    Stage<ToneCurve>{"tone", &ChainSettings::tone, "tonal balance of mid and side"},
                    Stage<Equalizer>{"eq", &ChainSettings::eq, "shelves and bells"},
                    Stage<DynamicEqualizer>{"dynamic_eq", &ChainSettings::dynamic_eq,
                                            "tames harshness and resonances when they sound"});

/// What shapes its dynamics and its width, behind them.
inline constexpr auto dynamics_stages =
    std::make_tuple(Stage<MultibandCompressor>{"multiband", &ChainSettings::multiband, "four-band compressor"},
                    Stage<GlueCompressor>{"glue", &ChainSettings::glue, "bus compressor"},
                    Stage<Saturator>{"saturation", &ChainSettings::saturation, "harmonics"},
                    Stage<StereoWidth>{"width", &ChainSettings::width, "stereo width in three bands"});

/// All that shapes the programme. Split in two so that the halves can run side by side.
inline constexpr auto program_stages = std::tuple_cat(tone_stages, dynamics_stages);

/// What brings it to its level, at the rate of the delivery, in signal order.
inline constexpr auto delivery_stages =
    std::make_tuple(Stage<SoftClipper>{"clipper", &ChainSettings::clipper, "rounds off the highest peaks"},
                    Stage<Limiter>{"limiter", &ChainSettings::limiter, "loudness and true peak"},
                    Stage<Dither>{"dither", &ChainSettings::dither, "rounding to the word length"});

/// The whole chain table: the only place where stages and their order are written.
inline constexpr auto chain_stages = std::tuple_cat(program_stages, delivery_stages);

/// Calls visit(stage) for every row of a table of stages, in signal order.
template <class Stages, class Visit>
constexpr void for_each_stage(const Stages& stages, Visit&& visit) {
    std::apply([&](const auto&... stage) { (visit(stage), ...); }, stages);
}

/// Calls visit(stage, param) for every number of the chain, in order.
template <class Visit>
constexpr void for_each_parameter(Visit&& visit) {
    for_each_stage(chain_stages, [&](const auto& stage) {
        for (const auto& param : std::remove_cvref_t<decltype(stage)>::Processor::params) visit(stage, param);
    });
}

/// True if none of the stages does anything.
template <class Stages>
[[nodiscard]] bool all_neutral(const Stages& stages, const ChainSettings& settings) noexcept {
    bool neutral = true;
    for_each_stage(stages, [&](const auto& stage) {
        neutral =
            neutral && is_neutral(settings.*stage.settings, std::remove_cvref_t<decltype(stage)>::Processor::params);
    });
    return neutral;
}

/// The blocks of a table of stages, in a row. Real-time safe but for `prepare`, like its blocks.
template <const auto& stages>
class StageRow {
public:
    void prepare(const ProcessSpec& spec) {
        for_each_block([&](auto&, auto& block) { block.prepare(spec); });
    }
    void set(const ChainSettings& settings) noexcept {
        for_each_block([&](auto& stage, auto& block) { block.set(settings.*stage.settings); });
    }
    void process(AudioView io) noexcept {
        for_each_block([&](auto&, auto& block) { block.process(io); });
    }
    void reset() noexcept {
        for_each_block([&](auto&, auto& block) { block.reset(); });
    }
    [[nodiscard]] int latency_frames() const noexcept {
        return std::apply([](const auto&... block) { return (block.latency_frames() + ...); }, blocks_);
    }

    /// The row's one block of a kind, to read its meters.
    template <Block B>
    [[nodiscard]] const B& block() const noexcept {
        return std::get<B>(blocks_);
    }

private:
    template <class Visit>
    void for_each_block(Visit&& visit) {
        [&]<std::size_t... i>(std::index_sequence<i...>) { (visit(std::get<i>(stages), std::get<i>(blocks_)), ...); }
        (std::make_index_sequence<std::tuple_size_v<Blocks>>{});
    }

    template <class... Rows>
    static std::tuple<typename Rows::Processor...> blocks_of(const std::tuple<Rows...>&);
    using Blocks = decltype(blocks_of(stages));
    Blocks blocks_;
};

using Chain = StageRow<chain_stages>;

}  // namespace burnish
