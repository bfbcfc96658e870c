#include "mastering/joined_source.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>
#include <vector>

#include "core/decibels.h"

namespace burnish {

JoinedSource::JoinedSource(std::vector<std::unique_ptr<AudioSource>> sources) : sources_(std::move(sources)) {
    assert(!sources_.empty());
    info_ = sources_.front()->info();
    info_.frames = 0;
    for (const auto& source : sources_) {
        assert(source->info().channels == info_.channels && source->info().sample_rate_hz == info_.sample_rate_hz);
        info_.frames += source->info().frames;
        // The longest word holds all; floating point, told by 0, holds any.
        const int bits = source->info().bits_per_sample;
        info_.bits_per_sample = bits == 0 || info_.bits_per_sample == 0 ? 0 : std::max(bits, info_.bits_per_sample);
    }
}

Status JoinedSource::rewind() {
    current_ = 0;
    for (const auto& source : sources_)
        if (auto status = source->rewind(); !status) return status;
    return success();
}

Result<int> JoinedSource::read(AudioView into) {
    int done = 0;
    while (done < into.frames() && current_ < sources_.size()) {
        auto got = sources_[current_]->read(into.part(done, into.frames() - done));
        if (!got) return got.error();
        if (*got == 0) ++current_;
        done += *got;
    }
    return done;
}

PartSource::PartSource(std::unique_ptr<AudioSource> source, std::int64_t first, std::int64_t end)
    : source_(std::move(source)), info_(source_->info()), first_(first), end_(end), skipped_(info_.channels, 8192) {
    assert(0 <= first && first <= end && end <= info_.frames);
    info_.frames = end - first;
}

Status PartSource::rewind() {
    position_ = 0;
    return source_->rewind();
}

Result<int> PartSource::read(AudioView into) {
    while (position_ < first_) {
        const auto count = std::min<std::int64_t>(skipped_.frames(), first_ - position_);
        auto got = source_->read(skipped_.view().part(0, static_cast<int>(count)));
        if (!got) return got.error();
        if (*got == 0) return 0;
        position_ += *got;
    }
    auto got = source_->read(into.part(0, static_cast<int>(std::min<std::int64_t>(into.frames(), end_ - position_))));
    if (got) position_ += *got;
    return got;
}

Status EdgeRecorder::rewind() {
    for (auto& samples : head_) samples.clear();
    for (auto& samples : tail_) samples.clear();
    return source_->rewind();
}

Result<int> EdgeRecorder::read(AudioView into) {
    auto got = source_->read(into);
    if (!got) return got;
    for (int c = 0; c < into.channels(); ++c) {
        const auto read = into.channel(c).first(static_cast<std::size_t>(*got));
        auto& head = head_[static_cast<std::size_t>(c)];
        const auto missing = std::min(read.size(), TrackEdges::frames - head.size());
        head.insert(head.end(), read.begin(), read.begin() + static_cast<std::ptrdiff_t>(missing));
        auto& tail = tail_[static_cast<std::size_t>(c)];
        tail.insert(tail.end(), read.begin(), read.end());
        if (tail.size() > TrackEdges::frames) tail.erase(tail.begin(), tail.end() - TrackEdges::frames);
    }
    return got;
}

TrackEdges EdgeRecorder::edges() const {
    const int channels = info().channels;
    TrackEdges edges{AudioBuffer(channels, static_cast<int>(head_[0].size())),
                     AudioBuffer(channels, static_cast<int>(tail_[0].size()))};
    for (int c = 0; c < channels; ++c) {
        std::ranges::copy(head_[static_cast<std::size_t>(c)], edges.head.channel(c).begin());
        std::ranges::copy(tail_[static_cast<std::size_t>(c)], edges.tail.channel(c).begin());
    }
    return edges;
}

namespace {

double level_db(const AudioBuffer& edge) {
    double power = 0.0;
    for (int c = 0; c < edge.channels(); ++c)
        for (const float sample : edge.channel(c)) power += static_cast<double>(sample) * sample;
    return power_to_db(power / (static_cast<double>(edge.frames()) * edge.channels()));
}

/// Largest magnitude of the differences that lie in samples first to end.
double largest(std::span<const double> samples, std::size_t first, std::size_t end) {
    double most = 0.0;
    for (auto n = first; n < end; ++n) most = std::max(most, std::abs(samples[n]));
    return most;
}

/// True if the differences of the first three orders that reach across the cut are no larger than those on either side.
bool is_smooth(std::span<const float> tail, std::span<const float> head) {
    constexpr std::size_t orders = 3;
    constexpr double rounding = 1e-4;  // of 16 bits, through three differences
    std::vector<double> samples(tail.begin(), tail.end());
    samples.insert(samples.end(), head.begin(), head.end());
    for (std::size_t order = 1; order <= orders; ++order) {
        for (auto n = samples.size() - 1; n >= order; --n) samples[n] -= samples[n - 1];
        const auto cut = tail.size();
        const double before = largest(samples, order, cut);
        const double after = largest(samples, cut + order, samples.size());
        if (largest(samples, cut, cut + order) > rounding + 1.05 * std::min(before, after)) return false;
    }
    return true;
}

}  // namespace

bool goes_on(const TrackEdges& a, const TrackEdges& b) {
    constexpr double sounds_above_db = -60.0;
    constexpr double alike_within_db = 9.0;
    constexpr int least_frames = 16;
    if (a.tail.frames() < least_frames || b.head.frames() < least_frames) return false;
    if (a.tail.channels() != b.head.channels()) return false;
    const double tail_db = level_db(a.tail);
    const double head_db = level_db(b.head);
    if (std::min(tail_db, head_db) < sounds_above_db || std::abs(tail_db - head_db) > alike_within_db) return false;
    for (int c = 0; c < a.tail.channels(); ++c)
        if (!is_smooth(a.tail.channel(c), b.head.channel(c))) return false;
    return true;
}

}  // namespace burnish
