#include "preview/stem_set.h"

#include <algorithm>
#include <array>
#include <numbers>
#include <utility>

#include "mixing/placed_source.h"

namespace burnish {

namespace {

constexpr int block_frames = 8192;

/// Length, loudness and picture of the plain sum.
std::shared_ptr<const Track> sum_of(std::string name, const StemSet& set, double sample_rate_hz) {
    auto sum = std::make_shared<Track>();
    sum->name = std::move(name);
    sum->info = {.sample_rate_hz = sample_rate_hz, .channels = max_channels, .frames = 0};
    for (const auto& track : set.tracks) sum->info.frames = std::max(sum->info.frames, track->frames());
    LoudnessProfileMaker profile(sum->info);
    OverviewMaker overview(sum->info.frames, sample_rate_hz);
    AudioBuffer block(max_channels, block_frames);
    std::array<AudioBuffer, max_channels> scratch{AudioBuffer(1, block_frames), AudioBuffer(2, block_frames)};
    for (std::int64_t first = 0; first < sum->info.frames; first += block_frames) {
        const auto count = static_cast<int>(std::min<std::int64_t>(block_frames, sum->info.frames - first));
        const auto part = block.view().part(0, count);
        for (int c = 0; c < max_channels; ++c) std::ranges::fill(part.channel(c), 0.0F);
        for (std::size_t i = 0; i < set.tracks.size(); ++i) {
            if (set.stems[i].wish.mute) continue;
            auto& own = scratch[static_cast<std::size_t>(set.tracks[i]->info.channels - 1)];
            add_plain(*set.tracks[i], first, own.view().part(0, count), part);
        }
        profile.add(part);
        overview.add(part);
    }
    sum->loudness = profile.finish();
    sum->overview = overview.overview();
    return sum;
}

}  // namespace

void add_plain(const Track& stem, std::int64_t first, AudioView scratch, AudioView sum) noexcept {
    stem.read(first, scratch);
    const float gain = scratch.channels() == 1 ? std::numbers::sqrt2_v<float> / 2.0F : 1.0F;
    for (int c = 0; c < sum.channels(); ++c) {
        const auto from = scratch.channel(std::min(c, scratch.channels() - 1));
        const auto to = sum.channel(c);
        for (std::size_t n = 0; n < to.size(); ++n) to[n] += gain * from[n];
    }
}

Result<std::shared_ptr<const StemSet>> load_stems(std::string name, const std::vector<Stem>& stems,
                                                  double sample_rate_hz, const MasterServices& services,
                                                  const std::function<bool(double)>& tick) {
    auto set = std::make_shared<StemSet>();
    set->stems = stems;
    for (std::size_t i = 0; i < stems.size(); ++i) {
        auto placed = PlacedSource::make(stems[i], sample_rate_hz, services);
        if (!placed) return placed.error();
        auto track = load_track(stems[i].name, **placed, [&](double done) {
            return tick((static_cast<double>(i) + done) / static_cast<double>(stems.size()));
        });
        if (!track) return track.error();
        set->tracks.push_back(*std::move(track));
        set->stems[i].source = nullptr;
        set->stems[i].start_s = 0.0;  // it is in the track
    }
    set->sum = sum_of(std::move(name), *set, sample_rate_hz);
    return std::shared_ptr<const StemSet>(std::move(set));
}

}  // namespace burnish
