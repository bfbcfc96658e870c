#pragma once

#include <complex>
#include <functional>
#include <memory>
#include <vector>

#include "core/audio_stream.h"

namespace burnish {

/// Shares out a processed sum among its parts, so that the parts add up to it: stems of a master.
///
/// How: spectra of 46 ms, overlapping by three quarters. In each, a part becomes
///
///     H S_i + W_i (M - H sum S)        H = what the processing did to the sum's level, smoothed over time and octaves
///                                      W_i = |S_i|^2 / sum |S|^2, the part's share of the energy
///
/// so equalisation and compression are done to each part as to the whole, and what is left over (harmonics, clipping)
/// goes to the parts in proportion to what they have at that time and frequency. The second terms add up to M - H sum
/// S. Stereo; all of one rate. Memory: some spectra per part.
class StemSplitter {
public:
    /// @param parts  how many there are
    StemSplitter(int parts, double sample_rate_hz);
    ~StemSplitter();
    StemSplitter(const StemSplitter&) = delete;
    StemSplitter& operator=(const StemSplitter&) = delete;

    /// Takes a block of the processed sum and of every part, and gives what is ready of every part, all of one length.
    /// The output lags behind by `latency_frames`.
    /// @param consume  called once per hop
    [[nodiscard]] Status process(ConstAudioView whole, const std::vector<ConstAudioView>& parts,
                                 const std::function<Status(const std::vector<AudioView>&)>& consume);
    [[nodiscard]] int latency_frames() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace burnish
