#include "io/trimmed_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "core/decibels.h"

namespace burnish {

namespace {

constexpr int block_frames = 8192;
constexpr double silence_below_db = -60.0;
constexpr double kept_before_s = 0.05;
constexpr double kept_after_s = 0.5;
constexpr double fade_in_s = 0.01;
constexpr double fade_out_s = 0.05;

/// Frames from..to, `to` not included.
struct Extent {
    std::int64_t from = 0;
    std::int64_t to = 0;
};

bool is_loud(ConstAudioView audio, int frame, float threshold) noexcept {
    for (int c = 0; c < audio.channels(); ++c)
        if (std::abs(audio.channel(c)[frame]) >= threshold) return true;
    return false;
}

/// Where the sound is; empty if there is none.
Result<Extent> find_sound(AudioFile& file) {
    const auto threshold = static_cast<float>(db_to_gain(silence_below_db));
    AudioBuffer block(file.info().channels, block_frames);
    Extent sound;
    for (std::int64_t start = 0;;) {
        const auto got = file.read(block.view());
        if (!got) return got.error();
        if (*got == 0) return sound;
        const auto audio = std::as_const(block).view();
        int first = 0;
        while (first < *got && !is_loud(audio, first, threshold)) ++first;
        if (first < *got) {
            if (sound.to == 0) sound.from = start + first;
            int last = *got - 1;
            while (!is_loud(audio, last, threshold)) --last;
            sound.to = start + last + 1;
        }
        start += *got;
    }
}

class TrimmedFile final : public AudioFile {
public:
    TrimmedFile(std::unique_ptr<AudioFile> whole, Extent kept)
        : whole_(std::move(whole)), kept_(kept), info_(whole_->info()), warnings_(whole_->warnings()) {
        const double rate_hz = info_.sample_rate_hz;
        const double before_s = static_cast<double>(kept.from) / rate_hz;
        const double after_s = static_cast<double>(info_.frames - kept.to) / rate_hz;
        fade_in_ = before_s > 0.0 ? std::lround(fade_in_s * rate_hz) : 0;
        fade_out_ = after_s > 0.0 ? std::lround(fade_out_s * rate_hz) : 0;
        std::array<char, 128> text{};
        std::snprintf(text.data(), text.size(), ": trimmed: %.2f s of silence cut off the start, %.2f s off the end",
                      before_s, after_s);
        warnings_.push_back(path().string() + text.data());
        info_.frames = kept.to - kept.from;
    }

    [[nodiscard]] const std::filesystem::path& path() const override { return whole_->path(); }
    [[nodiscard]] const AudioFormat& format() const override { return whole_->format(); }
    [[nodiscard]] const std::vector<std::string>& warnings() const override { return warnings_; }
    [[nodiscard]] std::int64_t first_frame() const override { return kept_.from; }
    [[nodiscard]] const StreamInfo& info() const override { return info_; }

    [[nodiscard]] Result<int> read(AudioView into) override {
        if (position_ < 0)
            if (auto status = skip_start(); !status) return status.error();
        const auto wanted = static_cast<int>(std::min<std::int64_t>(into.frames(), info_.frames - position_));
        auto got = wanted > 0 ? whole_->read(into.part(0, wanted)) : Result<int>(0);
        if (!got) return got;
        for (int n = 0; n < *got; ++n) {
            const float gain = gain_at(position_ + n);
            if (gain == 1.0F) continue;
            for (int c = 0; c < into.channels(); ++c) into.channel(c)[n] *= gain;
        }
        position_ += *got;
        return got;
    }
    [[nodiscard]] Status rewind() override {
        position_ = -1;
        return whole_->rewind();
    }

private:
    [[nodiscard]] float gain_at(std::int64_t frame) const noexcept {
        const auto from_start = static_cast<float>(frame + 1);
        const auto to_end = static_cast<float>(info_.frames - frame);
        float gain = 1.0F;
        if (from_start <= static_cast<float>(fade_in_)) gain = from_start / static_cast<float>(fade_in_ + 1);
        if (to_end <= static_cast<float>(fade_out_)) gain *= to_end / static_cast<float>(fade_out_ + 1);
        return gain;
    }

    [[nodiscard]] Status skip_start() {
        AudioBuffer block(info_.channels, block_frames);
        for (std::int64_t skipped = 0; skipped < kept_.from;) {
            const auto count = static_cast<int>(std::min<std::int64_t>(block_frames, kept_.from - skipped));
            const auto got = whole_->read(block.view().part(0, count));
            if (!got) return got.error();
            if (*got == 0) break;
            skipped += *got;
        }
        position_ = 0;
        return success();
    }

    std::unique_ptr<AudioFile> whole_;
    Extent kept_;
    StreamInfo info_;
    std::vector<std::string> warnings_;
    std::int64_t fade_in_ = 0;  // frames
    std::int64_t fade_out_ = 0;
    std::int64_t position_ = -1;  // in what is kept; -1: its start is still to be looked for
};

}  // namespace

Result<std::unique_ptr<AudioFile>> open_trimmed(const std::filesystem::path& path) {
    auto opened = open_audio(path);
    if (!opened) return opened.error();
    auto file = *std::move(opened);
    const auto sound = find_sound(*file);
    if (!sound) return sound.error();
    if (auto status = file->rewind(); !status) return status.error();
    const double rate_hz = file->info().sample_rate_hz;
    const Extent kept{std::max<std::int64_t>(0, sound->from - std::llround(kept_before_s * rate_hz)),
                      std::min<std::int64_t>(file->info().frames, sound->to + std::llround(kept_after_s * rate_hz))};
    const bool is_whole = kept.from == 0 && kept.to == file->info().frames;
    if (sound->to == 0 || is_whole) return file;
    return std::unique_ptr<AudioFile>(std::make_unique<TrimmedFile>(std::move(file), kept));
}

}  // namespace burnish
