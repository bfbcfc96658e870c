#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/audio_buffer.h"

namespace burnish {

/// Changes the sample rate of a stream on the audio thread: fed by a callback, any ratio of whole rates.
///
/// How: a 128-tap sinc under a Kaiser window (beta 9; longer in proportion where the rate falls), one row of taps for
/// each of the places between two samples that the ratio of the rates knows, at most 1024 of them and straight lines
/// between. Flat within 0.1 dB up to 20 kHz at 44.1 kHz, images and aliases below -80 dB beyond the transition.
/// At equal rates samples pass unchanged. Cost: some 60 ns per stereo frame.
class RateConverter {
public:
    /// @param most_out_frames  of one call of `fill`
    void prepare(double in_rate_hz, double out_rate_hz, int channels, int most_out_frames);

    /// The next frames at the rate of the output. Real-time safe if `pull` is.
    /// @param pull  called with a view to fill with the next frames of the input
    template <class Pull>
    void fill(AudioView out, Pull&& pull) noexcept {
        if (in_rate_ == out_rate_) {
            pull(out);
            return;
        }
        const int needed = frames_needed(out.frames());
        if (needed > 0) pull(history_.view().part(kept_, needed));
        convert(out, needed);
    }

private:
    [[nodiscard]] int frames_needed(int out_frames) const noexcept;
    void convert(AudioView out, int new_frames) noexcept;

    std::int64_t in_rate_ = 1;
    std::int64_t out_rate_ = 1;
    int taps_ = 0;
    int phases_ = 0;
    std::vector<float> rows_;  // [phase][tap], and one row more for the lines' last end
    AudioBuffer history_;      // the last `kept_` frames, then new ones
    int kept_ = 0;
    int next_ = 0;               // first tap of the next output frame, in the history
    std::int64_t fraction_ = 0;  // of an input frame, in 1 / out_rate
    std::vector<float> row_;     // of the frame in hand
};

}  // namespace burnish
