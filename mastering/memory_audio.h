#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/audio_stream.h"
#include "mastering/services.h"

namespace burnish {

/// Streams that live in memory: the engine without files.

class MemorySource : public AudioSource {
public:
    MemorySource(AudioBuffer audio, double sample_rate_hz, int bits_per_sample = 0)
        : audio_(std::move(audio)), info_{sample_rate_hz, audio_.channels(), audio_.frames(), bits_per_sample} {}

    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] Result<int> read(AudioView into) override {
        const int count = std::min(into.frames(), audio_.frames() - position_);
        copy(std::as_const(audio_).view().part(position_, count), into.part(0, count));
        position_ += count;
        return count;
    }
    [[nodiscard]] Status rewind() override {
        position_ = 0;
        return success();
    }

private:
    AudioBuffer audio_;
    StreamInfo info_;
    int position_ = 0;
};

class MemoryScratch : public Scratch {
public:
    MemoryScratch(int channels, double sample_rate_hz) : info_{sample_rate_hz, channels, 0, 0}, samples_(channels) {}

    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] Status write(ConstAudioView from) override {
        for (int c = 0; c < from.channels(); ++c)
            samples_[c].insert(samples_[c].end(), from.channel(c).begin(), from.channel(c).end());
        info_.frames += from.frames();
        return success();
    }
    [[nodiscard]] Result<int> read(AudioView into) override {
        const int count = static_cast<int>(std::min<std::int64_t>(into.frames(), info_.frames - position_));
        for (int c = 0; c < into.channels(); ++c)
            std::copy_n(samples_[c].begin() + position_, count, into.channel(c).begin());
        position_ += count;
        return count;
    }
    [[nodiscard]] Status rewind() override {
        position_ = 0;
        return success();
    }
    [[nodiscard]] AudioBuffer buffer() const {
        AudioBuffer audio(info_.channels, static_cast<int>(info_.frames));
        for (int c = 0; c < info_.channels; ++c)
            std::copy(samples_[c].begin(), samples_[c].end(), audio.channel(c).begin());
        return audio;
    }

private:
    StreamInfo info_;
    std::vector<std::vector<float>> samples_;
    std::int64_t position_ = 0;
};

class MemoryDelivery : public Delivery {
public:
    MemoryDelivery(int channels, double sample_rate_hz) : kept_(channels, sample_rate_hz) {}
    [[nodiscard]] Status restart() override {
        kept_ = MemoryScratch(kept_.info().channels, kept_.info().sample_rate_hz);
        ++restarts_;
        return success();
    }
    [[nodiscard]] int restarts() const { return restarts_; }
    [[nodiscard]] Status write(ConstAudioView from) override { return kept_.write(from); }
    [[nodiscard]] Result<std::unique_ptr<AudioSource>> finish() override {
        return std::unique_ptr<AudioSource>(
            std::make_unique<MemorySource>(kept_.buffer(), kept_.info().sample_rate_hz));
    }
    [[nodiscard]] AudioBuffer buffer() const { return kept_.buffer(); }

private:
    MemoryScratch kept_;
    int restarts_ = 0;
};

/// Scratch in memory; rate conversion is not to be had.
[[nodiscard]] inline MasterServices memory_services() {
    return {.make_scratch = [](int channels, double rate_hz) -> Result<std::unique_ptr<Scratch>> {
                return std::unique_ptr<Scratch>(std::make_unique<MemoryScratch>(channels, rate_hz));
            },
            .convert_rate = [](AudioSource&, double) -> Result<std::unique_ptr<AudioSource>> {
                return Error{ErrorCode::internal, "no rate conversion here"};
            }};
}

}  // namespace burnish
