#include "mastering/gain_stream.h"

#include <algorithm>
#include <utility>

namespace burnish {

GainStream::GainStream(double sample_rate_hz, const LimiterSettings& settings, int max_block_frames,
                       ReadPeaks read_peaks)
    : read_peaks_(std::move(read_peaks)) {
    limiter_.prepare(sample_rate_hz);
    limiter_.set(settings);
    ahead_.resize(static_cast<std::size_t>(limiter_.latency_frames() + max_block_frames));
}

Status GainStream::start() {
    const auto first = std::span(ahead_).first(static_cast<std::size_t>(limiter_.latency_frames()));
    if (auto status = read_peaks_(first); !status) return status;
    std::vector<float> before_start(first.size());
    limiter_.process(first, before_start);
    return success();
}

Status GainStream::next(std::span<float> peaks, std::span<float> gains) {
    const auto latency = static_cast<std::size_t>(limiter_.latency_frames());
    const auto fresh = std::span(ahead_).subspan(latency, peaks.size());
    if (auto status = read_peaks_(fresh); !status) return status;
    limiter_.process(fresh, gains);
    const auto count = static_cast<std::ptrdiff_t>(peaks.size());
    std::copy_n(ahead_.begin(), count, peaks.begin());
    std::copy_n(ahead_.begin() + count, latency, ahead_.begin());
    return success();
}

}  // namespace burnish
