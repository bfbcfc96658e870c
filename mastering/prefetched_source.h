#pragma once

#include <array>
#include <atomic>
#include <exception>
#include <optional>
#include <thread>

#include "core/audio_stream.h"
#include "core/slot_counter.h"

namespace burnish {

/// Another source, read a few blocks ahead on a thread of its own; the audio is the same.
///
/// The thread starts with the first read and ends with the end of the audio, a rewind or this object.
class PrefetchedSource final : public AudioSource {
public:
    /// Borrows `source`, which must outlive this and is not to be touched meanwhile.
    explicit PrefetchedSource(AudioSource& source);
    ~PrefetchedSource() override;
    PrefetchedSource(const PrefetchedSource&) = delete;
    PrefetchedSource& operator=(const PrefetchedSource&) = delete;

    [[nodiscard]] const StreamInfo& info() const override { return source_->info(); }
    /// @throws  what the source throws
    [[nodiscard]] Result<int> read(AudioView into) override;
    [[nodiscard]] Status rewind() override;

private:
    static constexpr int slot_count = 8;
    static constexpr int slot_frames = 4096;

    struct Slot {
        AudioBuffer audio;
        Result<int> filled = 0;  // frames; 0 at the end
        std::exception_ptr thrown;
    };

    void fill_slots();
    void start();
    void stop();

    AudioSource* source_;
    std::array<Slot, slot_count> slots_;
    std::optional<SlotCounter> free_slots_;
    std::optional<SlotCounter> filled_slots_;
    std::atomic<bool> stopping_ = false;
    std::thread reader_;
    std::size_t current_ = 0;  // the slot in hand, once one is
    int used_ = 0;             // frames of it
    bool has_slot_ = false;
};

}  // namespace burnish
