#include "mastering/joined_source.h"

#include <algorithm>
#include <cassert>
#include <cmath>

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

bool goes_on(const TrackEdges& a, const TrackEdges& b) noexcept {
    constexpr double sounds_above_db = -60.0;
    if (a.tail.frames() < 2 || b.head.frames() < 2 || a.tail.channels() != b.head.channels()) return false;
    const auto level_db = [](const AudioBuffer& edge) {
        double power = 0.0;
        for (int c = 0; c < edge.channels(); ++c)
            for (const float sample : edge.channel(c)) power += static_cast<double>(sample) * sample;
        return power_to_db(power / (static_cast<double>(edge.frames()) * edge.channels()));
    };
    if (level_db(a.tail) < sounds_above_db || level_db(b.head) < sounds_above_db) return false;
    for (int c = 0; c < a.tail.channels(); ++c) {
        const auto tail = a.tail.channel(c);
        const auto head = b.head.channel(c);
        float largest = 0.0F;
        for (const auto& edge : {tail, head})
            for (std::size_t n = 1; n < edge.size(); ++n) largest = std::max(largest, std::abs(edge[n] - edge[n - 1]));
        if (std::abs(head.front() - tail.back()) > largest) return false;
    }
    return true;
}

}  // namespace burnish
