#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <utility>

#include "core/result.h"
#include "core/slot_counter.h"

namespace burnish {

/// Slots that keep two threads at work: half of them are in hand while the other half comes and goes.
inline constexpr std::size_t pipeline_slots = 8;

/// Produces slots of work on this thread and consumes them in order, on another thread if asked.
///
/// Either side sees the slots in the same order as with one thread, so the result is the same to the bit.
/// @param concurrent  false: both sides on this thread, in turns
/// @param slots       the buffers that travel to and fro
/// @param produce     (Slot&) -> Result<bool>: fills a slot; false when there was nothing left to fill it with
/// @param consume     (Slot&) -> Status
/// @return            the first failure of either side
/// @throws            what either side throws, once both have stopped
template <class Slot, std::size_t count, class Produce, class Consume>
Status run_pipeline(bool concurrent, std::array<Slot, count>& slots, Produce produce, Consume consume) {
    if (!concurrent) {
        while (true) {
            Result<bool> more = produce(slots[0]);
            if (!more) return more.error();
            if (!*more) return success();
            if (Status consumed = consume(slots[0]); !consumed) return consumed;
        }
    }

    constexpr int half = (static_cast<int>(count) + 1) / 2;
    SlotCounter free_slots(static_cast<int>(count), half);
    SlotCounter filled_slots(0, half);
    std::array<bool, count> is_end{};  // a slot that carries no work but the news that all is done
    std::atomic<bool> consumer_failed = false;
    Status consumer_status = success();
    Status producer_status = success();

    std::exception_ptr thrown_by_consumer;
    std::exception_ptr thrown_by_producer;

    std::thread consumer([&] {
        for (std::size_t i = 0;; i = (i + 1) % count) {
            filled_slots.acquire();
            if (is_end[i]) return;
            if (!consumer_failed) {
                try {
                    consumer_status = consume(slots[i]);
                    consumer_failed = !consumer_status.ok();
                } catch (...) {
                    thrown_by_consumer = std::current_exception();
                    consumer_failed = true;
                }
            }
            free_slots.release();
        }
    });
    for (std::size_t i = 0;; i = (i + 1) % count) {
        free_slots.acquire();
        is_end[i] = true;
        if (!consumer_failed) {
            try {
                Result<bool> more = produce(slots[i]);
                if (!more) producer_status = more.error();
                is_end[i] = !more || !*more;
            } catch (...) {
                thrown_by_producer = std::current_exception();
            }
        }
        const bool is_last = is_end[i];  // the slot is the consumer's from here on
        if (is_last) {
            filled_slots.release_last();
            break;
        }
        filled_slots.release();
    }
    consumer.join();
    for (const auto& thrown : {thrown_by_producer, thrown_by_consumer})
        if (thrown) std::rethrow_exception(thrown);
    return producer_status ? consumer_status : producer_status;
}

}  // namespace burnish
