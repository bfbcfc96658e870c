#include "mastering/prefetched_source.h"

#include <algorithm>
#include <utility>

#include "dsp/denormals.h"

namespace burnish {

PrefetchedSource::PrefetchedSource(AudioSource& source) : source_(&source) {
    for (auto& slot : slots_) slot.audio = AudioBuffer(source.info().channels, slot_frames);
}

PrefetchedSource::~PrefetchedSource() { stop(); }

void PrefetchedSource::start() {
    free_slots_.emplace(slot_count, slot_count / 2);
    filled_slots_.emplace(0, slot_count / 2);
    stopping_ = false;
    current_ = slot_count - 1;
    has_slot_ = false;
    reader_ = std::thread([this] { fill_slots(); });
}

void PrefetchedSource::stop() {
    if (!reader_.joinable()) return;
    stopping_ = true;
    free_slots_->release_last();
    reader_.join();
}

void PrefetchedSource::fill_slots() {
    const FlushDenormals no_denormals;
    for (std::size_t i = 0;; i = (i + 1) % slot_count) {
        free_slots_->acquire();
        if (stopping_) return;
        Slot& slot = slots_[i];
        slot.thrown = nullptr;
        try {
            slot.filled = source_->read(slot.audio.view());
        } catch (...) {
            slot.thrown = std::current_exception();
        }
        const bool is_last = slot.thrown != nullptr || !slot.filled || *slot.filled == 0;
        // The slot is the other side's from here on.
        if (is_last) {
            filled_slots_->release_last();
            return;
        }
        filled_slots_->release();
    }
}

Result<int> PrefetchedSource::read(AudioView into) {
    if (!reader_.joinable()) start();
    int done = 0;
    while (done < into.frames()) {
        if (!has_slot_) {
            filled_slots_->acquire();
            current_ = (current_ + 1) % slot_count;
            used_ = 0;
            has_slot_ = true;
        }
        const Slot& slot = slots_[current_];
        if (slot.thrown) std::rethrow_exception(slot.thrown);
        if (!slot.filled) return slot.filled.error();
        const int count = std::min(into.frames() - done, *slot.filled - used_);
        if (count == 0) break;  // the end, kept in hand
        copy(slot.audio.view().part(used_, count), into.part(done, count));
        done += count;
        used_ += count;
        if (used_ < *slot.filled) continue;
        has_slot_ = false;
        free_slots_->release();
    }
    return done;
}

Status PrefetchedSource::rewind() {
    stop();
    return source_->rewind();
}

}  // namespace burnish
