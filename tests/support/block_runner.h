#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "core/block.h"

namespace burnish::test {

/// Runs a whole signal through a prepared block in pieces of `piece_frames`, in place.
template <Block B>
void run_in_pieces(B& block, AudioView audio, int piece_frames) {
    for (int first = 0; first < audio.frames(); first += piece_frames)
        block.process(audio.part(first, std::min(piece_frames, audio.frames() - first)));
}
template <Block B>
void run_in_pieces(B& block, AudioBuffer& audio, int piece_frames) {
    run_in_pieces(block, audio.view(), piece_frames);
}

/// Prepares a block, sets it and runs a signal through it; the latency is taken out, the length kept.
template <Block B>
[[nodiscard]] AudioBuffer render(const AudioBuffer& in, const typename B::Settings& settings, double sample_rate_hz,
                                 int piece_frames = 512) {
    B block;
    block.prepare({sample_rate_hz, in.channels(), piece_frames});
    block.set(settings);
    AudioBuffer padded(in.channels(), in.frames() + block.latency_frames());
    copy(in.view(), padded.view().part(0, in.frames()));
    run_in_pieces(block, padded, piece_frames);
    AudioBuffer out(in.channels(), in.frames());
    copy(std::as_const(padded).view().part(block.latency_frames(), in.frames()), out.view());
    return out;
}

}  // namespace burnish::test
