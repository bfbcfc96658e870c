#include "analysis/analyzer.h"

#include <algorithm>

namespace burnish {

void Analyzer::prepare(const StreamInfo& info) {
    levels_.prepare(info);
    spectrum_.prepare(info);
}

void Analyzer::process(ConstAudioView in) {
    levels_.process(in);
    spectrum_.process(in);
}

TrackAnalysis Analyzer::finish() {
    TrackAnalysis analysis;
    levels_.finish(analysis);
    spectrum_.finish(analysis);
    return analysis;
}

TrackAnalysis analyze(ConstAudioView audio, double sample_rate_hz, int bits_per_sample) {
    Analyzer analyzer;
    analyzer.prepare({sample_rate_hz, audio.channels(), audio.frames(), bits_per_sample});
    constexpr int block_frames = 4096;
    for (int first = 0; first < audio.frames(); first += block_frames)
        analyzer.process(audio.part(first, std::min(block_frames, audio.frames() - first)));
    return analyzer.finish();
}

}  // namespace burnish
