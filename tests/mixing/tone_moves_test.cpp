#include "mixing/tone_moves.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

#include "tests/mixing/made_up_voice.h"

namespace burnish::test {
namespace {

/// The lower five octaves are the one's alone, the upper five the other's.
std::vector<Voice> dark_and_bright() {
    return {made_up_voice({1, 1, 1, 1, 1, 0, 0, 0, 0, 0}), made_up_voice({0, 0, 0, 0, 0, 1, 1, 1, 1, 1})};
}

WantedTone brighter_by(double db) {
    WantedTone tone;
    for (std::size_t f = 0; f < octave_count; ++f) tone.gain_db[f] = (f < 5 ? -0.5 : 0.5) * db;
    return tone;
}

const std::vector<double> unity{0.0, 0.0};

}  // namespace

// Moves -x and x shift the lower octaves by -x and the upper by x: 10 (x - d)^2 + 0.3 * 2 x^2 is least at
// x = 10 d / 10.6.
TEST_CASE("a brighter tone takes up the bright voice and down the dark one", "[mixing][tone]") {
    for (const double db : {-2.0, 0.0, 1.0, 3.0}) {
        const auto moves = moves_towards(brighter_by(db), dark_and_bright(), unity);
        INFO(db);
        CHECK(moves[0] == Approx(-10.0 * 0.5 * db / 10.6).margin(1e-4));
        CHECK(moves[1] == Approx(10.0 * 0.5 * db / 10.6).margin(1e-4));
    }
}

TEST_CASE("no fader moves by more than 2 dB for the tone", "[mixing][tone]") {
    const auto moves = moves_towards(brighter_by(12.0), dark_and_bright(), unity);
    CHECK(moves[0] == -2.0);
    CHECK(moves[1] == 2.0);
}

// With the dark voice held, x shifts the octaves by -x/2 and x/2 about their mean: 10 (x/2 - 1)^2 + 0.3 x^2 is least
// at x = 5 / 2.8.
TEST_CASE("a locked voice stays, and the others make up for it", "[mixing][tone]") {
    auto voices = dark_and_bright();
    voices[0].has_gain_lock = true;
    const auto moves = moves_towards(brighter_by(2.0), voices, unity);
    CHECK(moves[0] == 0.0);
    CHECK(moves[1] == Approx(5.0 / 2.8).margin(1e-4));
}

TEST_CASE("a level is no tone, and octaves without weight have no say", "[mixing][tone]") {
    WantedTone louder;
    louder.gain_db.fill(6.0);
    auto none = brighter_by(6.0);
    none.weight.fill(0.0);
    for (const auto& tone : {louder, none}) {
        const auto moves = moves_towards(tone, dark_and_bright(), unity);
        CHECK(moves[0] == Approx(0.0).margin(1e-9));
        CHECK(moves[1] == Approx(0.0).margin(1e-9));
    }
    // Only the octaves at 62.5 and 8000 Hz are heard: 2 (x - d)^2 + 0.3 * 2 x^2 is least at x = 2 d / 2.6.
    auto two = brighter_by(2.0);
    two.weight = {0, 1, 0, 0, 0, 0, 0, 0, 1, 0};
    CHECK(moves_towards(two, dark_and_bright(), unity)[1] == Approx(2.0 / 2.6).margin(1e-4));
}

// A fader 10 dB down leaves a tenth of the power, and so does sounding for a tenth of the time.
TEST_CASE("a voice has in the sum what its fader and its rests leave it", "[mixing][tone]") {
    auto voices = dark_and_bright();
    voices[0].cells.octaves.resize(10, voices[0].cells.octaves[0]);
    const auto powers = summed_powers(voices, {-10.0, 0.0});
    CHECK(powers[0][2] == Approx(powers[1][7]));
    CHECK(powers[0][7] == 0.0);
}

TEST_CASE("a fader says why it moved, and one that need not move says nothing", "[mixing][tone]") {
    Balance balance{.gains_db = {1.0, 1.0, 1.0}, .reasons = {"as it came", "as it came", "as it came"}};
    move_faders({1.24, -0.09, -2.0}, "", "the references", balance);
    CHECK(balance.gains_db == std::vector{2.24, 1.0, -1.0});
    CHECK(balance.reasons[0] == "as it came; +1.2 dB towards the tone of the references");
    CHECK(balance.reasons[1] == "as it came");
    CHECK(balance.reasons[2] == "as it came; -2.0 dB towards the tone of the references");
}

}  // namespace burnish::test
