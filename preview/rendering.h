#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "core/audio_buffer.h"

namespace burnish {

/// Frames that a rendering is advanced by at most.
inline constexpr int deck_block_frames = 512;

/// Stages that turn down, in signal order, and how far each does at the moment.
struct Reductions {
    static constexpr std::size_t most = 8;
    std::span<const std::string_view> names;  ///< of the first of db; constants. "" belongs to the name before
    std::array<float, most> db{};             ///< 0 or above
};

/// What turns recordings into sound, as they were and as they are to be: a chain behind a track, or a desk behind
/// stems. Owned by a deck, by the trail or by whoever copies it; to be used by one thread at a time.
class Rendering {
public:
    Rendering() = default;
    virtual ~Rendering() = default;

    /// Another one that has heard the same.
    [[nodiscard]] virtual std::unique_ptr<Rendering> copy() const = 0;
    /// The next frames of both, at most deck_block_frames, frame by frame in step. Real-time safe.
    /// @param next_frame  of the recordings, that it is given next; what comes out lies latency_frames before
    virtual void advance(std::int64_t next_frame, AudioView original, AudioView master) noexcept = 0;
    [[nodiscard]] virtual int latency_frames() const noexcept = 0;
    /// Of the recordings, and of what rings on after their end.
    [[nodiscard]] virtual std::int64_t frames() const noexcept = 0;
    [[nodiscard]] virtual Reductions reductions() const noexcept = 0;

    Rendering& operator=(const Rendering&) = delete;

protected:
    Rendering(const Rendering&) = default;
};

}  // namespace burnish
