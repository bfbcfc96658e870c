#include "mastering/peak_envelope.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <span>
#include <vector>

#include "core/random.h"
#include "tests/support/memory_audio.h"

namespace burnish::test {

// Quiet stretches and loud ones, written and read in pieces of any length, twice.
TEST_CASE("an envelope keeps every frame of the cells that reach its floor, and the largest of the others",
          "[mastering][peak_envelope]") {
    constexpr int cell = 32;
    constexpr float floor = 0.5F;
    Random random(5);
    for (const std::size_t length : {1U, 31U, 32U, 33U, 5000U, 150000U}) {
        std::vector<float> peaks(length);
        double loudness = 0.1;
        for (std::size_t n = 0; n < length; ++n) {
            if (n % 100 == 0) loudness = random.uniform(0.0, 1.2);
            peaks[n] = static_cast<float>(random.uniform(0.0, loudness));
        }
        const auto services = memory_services();
        PeakEnvelope envelope;
        REQUIRE(envelope.start(services, 44100.0, cell, floor).ok());
        const auto piece = [&](std::size_t left) {
            return std::min(left, static_cast<std::size_t>(random.uniform(1.0, 3000.0)));
        };
        for (std::span<const float> rest = peaks; !rest.empty();) {
            const auto count = piece(rest.size());
            REQUIRE(envelope.add(rest.first(count)).ok());
            rest = rest.subspan(count);
        }
        REQUIRE(envelope.finish().ok());
        CHECK(envelope.largest() == *std::max_element(peaks.begin(), peaks.end()));

        std::vector<float> expected = peaks;
        std::vector<float> cells;
        for (std::size_t first = 0; first < length; first += cell) {
            const auto in_cell = std::span(expected).subspan(first, std::min<std::size_t>(cell, length - first));
            cells.push_back(*std::max_element(in_cell.begin(), in_cell.end()));
            if (cells.back() < floor) std::ranges::fill(in_cell, cells.back());
        }
        expected.resize(length + 100);  // zeros behind the end
        cells.resize(cells.size() + 10);
        for (int time = 0; time < 2; ++time) {
            std::vector<float> read(expected.size(), -1.0F);
            REQUIRE(envelope.rewind().ok());
            for (std::span<float> rest = read; !rest.empty();) {
                const auto count = piece(rest.size());
                REQUIRE(envelope.read(rest.first(count)).ok());
                rest = rest.subspan(count);
            }
            CHECK(read == expected);
            std::vector<float> read_cells(cells.size(), -1.0F);
            REQUIRE(envelope.rewind().ok());
            REQUIRE(envelope.read_cells(read_cells).ok());
            CHECK(read_cells == cells);
        }
    }
}

}  // namespace burnish::test
