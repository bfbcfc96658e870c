// Loudness and true peak of one file by libebur128, for bench/referee: an implementation that shares nothing with
// burnish but the standard. Prints "<integrated LUFS>\t<true peak dBTP>"; silence prints -inf.

#include <ebur128.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

int main(int argc, char** argv) {
    SF_INFO format{};
    SNDFILE* const file = argc == 2 ? sf_open(argv[1], SFM_READ, &format) : nullptr;
    if (file == nullptr) {
        std::fprintf(stderr, "error: %s\n", argc == 2 ? sf_strerror(nullptr) : "usage: referee_ebur128 FILE");
        return 2;
    }

    const auto channels = static_cast<unsigned>(format.channels);
    ebur128_state* meter =
        ebur128_init(channels, static_cast<unsigned long>(format.samplerate), EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
    if (meter == nullptr) {
        std::fprintf(stderr, "error: %s: libebur128 refuses %u channels at %d Hz\n", argv[1], channels,
                     format.samplerate);
        return 2;
    }

    constexpr sf_count_t block_frames = 1 << 16;
    std::vector<float> block(static_cast<std::size_t>(block_frames) * channels);
    for (sf_count_t frames = 0; (frames = sf_readf_float(file, block.data(), block_frames)) > 0;) {
        ebur128_add_frames_float(meter, block.data(), static_cast<std::size_t>(frames));
    }
    // The interpolator answers late: silence flushes the last peaks. Loudness is read before, as silence would
    // complete one more gating block.
    double integrated_lufs = 0.0;
    ebur128_loudness_global(meter, &integrated_lufs);
    std::fill(block.begin(), block.end(), 0.0F);
    ebur128_add_frames_float(meter, block.data(), 64);

    double peak = 0.0;
    for (unsigned channel = 0; channel < channels; ++channel) {
        double of_channel = 0.0;
        ebur128_true_peak(meter, channel, &of_channel);
        peak = std::max(peak, of_channel);
    }
    std::printf("%.3f\t%.3f\n", integrated_lufs, 20.0 * std::log10(peak));

    ebur128_destroy(&meter);
    sf_close(file);
}
