#include "io/bitrate.h"

#include <algorithm>
#include <array>

namespace burnish {

namespace {

struct BitrateRange {
    double least_kbps;
    double most_kbps;
};

/// Of MPEG-1, MPEG-2 and MPEG-2.5 layer III.
BitrateRange mp3_range_kbps(double sample_rate_hz) {
    if (sample_rate_hz >= 32000.0) return {32.0, 320.0};
    return sample_rate_hz >= 16000.0 ? BitrateRange{8.0, 160.0} : BitrateRange{8.0, 64.0};
}

/// The quality whose nominal bit rate is nearest, from 0 to 1, by the table of libvorbis for 44.1 and 48 kHz.
double vorbis_quality(double kbps, int channels) {
    constexpr auto stereo_kbps = std::to_array<double>({64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 500});
    constexpr auto mono_kbps = std::to_array<double>({48, 56, 64, 70, 80, 86, 96, 110, 120, 140, 239});
    const auto& table = channels == 1 ? mono_kbps : stereo_kbps;
    std::size_t step = 0;
    while (step + 2 < table.size() && kbps > table[step + 1]) ++step;
    const double share = std::clamp((kbps - table[step]) / (table[step + 1] - table[step]), 0.0, 1.0);
    return (static_cast<double>(step) + share) / 10.0;
}

}  // namespace

void set_bitrate(SNDFILE* file, Container container, const OutputSpec& spec) {
    const double kbps = spec.bitrate_kbps;
    if (container == Container::vorbis) {
        double quality = kbps > 0.0 ? vorbis_quality(kbps, spec.channels) : 0.8;
        sf_command(file, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
        return;
    }
    double compression = 0.0;
    if (container == Container::mp3) {
        int constant = SF_BITRATE_MODE_CONSTANT;
        sf_command(file, SFC_SET_BITRATE_MODE, &constant, sizeof constant);
        const auto [least, most] = mp3_range_kbps(spec.sample_rate_hz);
        if (kbps > 0.0) compression = (most - kbps) / (most - least);
    } else if (kbps > 0.0) {
        compression = 1.0 - (kbps / spec.channels - 6.0) / 250.0;
    }
    compression = std::clamp(compression, 0.0, 1.0);
    sf_command(file, SFC_SET_COMPRESSION_LEVEL, &compression, sizeof compression);
}

}  // namespace burnish
