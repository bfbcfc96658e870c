#include "preview/track.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace burnish {

namespace {
constexpr int block_frames = 8192;

/// Mono into both channels, stereo into one, or each into its own.
void copy_channels(ConstAudioView from, AudioView to) {
    for (int c = 0; c < to.channels(); ++c) {
        const auto left = from.channel(std::min(c, from.channels() - 1));
        std::copy(left.begin(), left.end(), to.channel(c).begin());
    }
    if (to.channels() == 1 && from.channels() == 2)
        for (int n = 0; n < to.frames(); ++n) to.channel(0)[n] = 0.5F * (from.channel(0)[n] + from.channel(1)[n]);
}

}  // namespace

void Track::read(std::int64_t first, AudioView into) const noexcept {
    const auto count = static_cast<std::int64_t>(into.frames());
    const auto begin = std::clamp<std::int64_t>(-first, 0, count);
    const auto end = std::clamp<std::int64_t>(frames() - first, begin, count);
    for (int c = 0; c < into.channels(); ++c) {
        const auto from = audio.channel(c);
        const auto to = into.channel(c);
        std::fill(to.begin(), to.begin() + begin, 0.0F);
        if (end > begin) std::copy_n(from.begin() + first + begin, end - begin, to.begin() + begin);
        std::fill(to.begin() + end, to.end(), 0.0F);
    }
}

Result<std::shared_ptr<const Track>> load_track(std::string name, AudioSource& source,
                                                const std::function<bool(double)>& tick, int channels) {
    auto info = source.info();
    if (info.frames > std::numeric_limits<int>::max())
        return Error{ErrorCode::input, name + ": too long for the preview, which keeps the track in memory"};
    if (auto status = source.rewind(); !status) return status.error();
    AudioBuffer block(info.channels, block_frames);
    if (channels > 0) info.channels = channels;
    auto track = std::make_shared<Track>();
    track->name = std::move(name);
    track->info = info;
    track->audio = AudioBuffer(info.channels, static_cast<int>(info.frames));
    LoudnessProfileMaker profile(info);
    OverviewMaker overview(info.frames, info.sample_rate_hz);
    for (int done = 0; done < track->audio.frames();) {
        auto got = source.read(block.view().part(0, std::min(block_frames, track->audio.frames() - done)));
        if (!got) return got.error();
        if (*got == 0) break;
        const auto part = track->audio.view().part(done, *got);
        copy_channels(std::as_const(block).view().part(0, *got), part);
        profile.add(part);
        overview.add(part);
        done += *got;
        if (!tick(static_cast<double>(done) / static_cast<double>(info.frames)))
            return Error{ErrorCode::canceled, track->name + ": stopped"};
    }
    track->loudness = profile.finish();
    track->overview = overview.overview();
    return std::shared_ptr<const Track>(std::move(track));
}

TrackSource::TrackSource(const std::shared_ptr<const Track>& track) : TrackSource(track, 0, track->frames()) {}

TrackSource::TrackSource(std::shared_ptr<const Track> track, std::int64_t first, std::int64_t count)
    : track_(std::move(track)), info_(track_->info), first_(first) {
    info_.frames = std::min(count, track_->frames() - first);
}

Result<int> TrackSource::read(AudioView into) {
    const int count = static_cast<int>(std::min<std::int64_t>(into.frames(), info_.frames - position_));
    track_->read(first_ + position_, into.part(0, count));
    position_ += count;
    return count;
}

Status TrackSource::rewind() {
    position_ = 0;
    return success();
}

OverviewMaker::OverviewMaker(std::int64_t frames, double sample_rate_hz) : frames_(std::max<std::int64_t>(1, frames)) {
    overview_.duration_s = static_cast<double>(frames_) / sample_rate_hz;
    overview_.lowest.resize(Overview::stretches);
    overview_.highest.resize(Overview::stretches);
}

void OverviewMaker::add(ConstAudioView audio) {
    for (int n = 0; n < audio.frames(); ++n, ++position_) {
        const auto at = static_cast<std::size_t>(position_ * Overview::stretches / frames_);
        if (at >= Overview::stretches) return;
        for (int c = 0; c < audio.channels(); ++c) {
            overview_.lowest[at] = std::min(overview_.lowest[at], audio.channel(c)[n]);
            overview_.highest[at] = std::max(overview_.highest[at], audio.channel(c)[n]);
        }
    }
}

}  // namespace burnish
