#pragma once

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <utility>

#include "mastering/rule_predictor.h"
#include "preview/session.h"
#include "tests/support/memory_audio.h"
#include "tests/support/signals.h"

/// A preview without a device: the test is the audio thread, and time stands still until it renders.
namespace burnish::test {

inline constexpr double rate_hz = 44100.0;

[[nodiscard]] inline std::shared_ptr<const Track> track_of(const AudioBuffer& audio, double sample_rate_hz = rate_hz) {
    MemorySource source(audio, sample_rate_hz);
    auto track = load_track("test", source, [](double) { return true; });
    REQUIRE(track);
    return *track;
}

[[nodiscard]] inline MasterRequest request_for(double loudness_lufs) {
    MasterRequest request;
    request.target.loudness_lufs = loudness_lufs;
    request.predictor = predict_by_rules;
    request.delivery_bits = 0;
    return request;
}

/// Music that begins and ends in silence: a file's hard edges are the one place where a chain and a render differ.
[[nodiscard]] inline AudioBuffer framed_music(double seconds, double gain_db = -8.0) {
    auto music = toy_music(seconds, rate_hz);
    constexpr int margin = 8820;
    AudioBuffer framed(2, music.frames() + 2 * margin);
    for (int c = 0; c < 2; ++c)
        for (float& sample : music.channel(c)) sample *= static_cast<float>(db_to_gain(gain_db));
    copy(std::as_const(music).view(), framed.view().part(margin, music.frames()));
    return framed;
}

class Rig {
public:
    explicit Rig(const AudioBuffer& audio, double sample_rate_hz = rate_hz)
        : session(track_of(audio, sample_rate_hz), memory_services()) {
        (void)play(0.01);  // paused: takes the first deck
    }

    /// What the next seconds sound like. Before every block the workers get the time they need.
    [[nodiscard]] AudioBuffer play(double seconds, int block_frames = 256) {
        AudioBuffer out(session.track().info.channels,
                        static_cast<int>(std::lround(seconds * session.track().info.sample_rate_hz)));
        for (int first = 0; first < out.frames(); first += block_frames) {
            session.wait_for_decks();
            session.player().render(out.view().part(first, std::min(block_frames, out.frames() - first)));
        }
        return out;
    }
    [[nodiscard]] std::int64_t heard_frame() { return session.player().state().heard_frame; }

    Session session;
};

}  // namespace burnish::test
