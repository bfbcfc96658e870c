#include "cli/referee.h"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "core/decibels.h"

namespace burnish {

namespace {

constexpr int block_frames = 8192;

struct Destroy {
    void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
};

}  // namespace

Result<RefereeReading> ask_referee(AudioSource& source, const std::function<bool(double)>& tick) {
    const auto& info = source.info();
    const auto channels = static_cast<std::size_t>(info.channels);
    const std::unique_ptr<ebur128_state, Destroy> meter(
        ebur128_init(static_cast<unsigned>(channels), static_cast<unsigned long>(std::lround(info.sample_rate_hz)),
                     EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK));
    if (meter == nullptr) throw std::bad_alloc();
    if (auto status = source.rewind(); !status) return status.error();

    AudioBuffer block(info.channels, block_frames);
    std::vector<float> interleaved(channels * block_frames);
    std::int64_t done = 0;
    while (true) {
        if (!tick(static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(1, info.frames))))
            return Error{ErrorCode::canceled, "stopped"};
        const auto got = source.read(block.view());
        if (!got) return got.error();
        if (*got == 0) break;
        done += *got;
        for (std::size_t c = 0; c < channels; ++c)
            for (int n = 0; n < *got; ++n)
                interleaved[static_cast<std::size_t>(n) * channels + c] = block.channel(static_cast<int>(c))[n];
        if (ebur128_add_frames_float(meter.get(), interleaved.data(), static_cast<std::size_t>(*got)) != 0)
            throw std::bad_alloc();  // the only thing that can go wrong
    }

    RefereeReading reading;
    double lufs = 0.0;
    if (ebur128_loudness_global(meter.get(), &lufs) == EBUR128_SUCCESS && std::isfinite(lufs))
        reading.integrated_lufs = lufs;
    double largest = 0.0;
    for (std::size_t c = 0; c < channels; ++c) {
        double peak = 0.0;
        if (ebur128_true_peak(meter.get(), static_cast<unsigned>(c), &peak) == EBUR128_SUCCESS)
            largest = std::max(largest, peak);
    }
    reading.true_peak_dbtp = gain_to_db(largest);
    return reading;
}

}  // namespace burnish
