#include "mixing/role.h"

#include <catch2/catch.hpp>

#include "mixing/session.h"
#include "mixing/sound_role.h"
#include "mixing/voice.h"
#include "tests/mixing/band.h"

namespace burnish::test {

TEST_CASE("names tell roles, whatever their spelling", "[mixing][role]") {
    const std::pair<const char*, Role> names[] = {
        {"01_Kick-In", Role::kick},
        {"BassDrum", Role::kick},
        {"bass drum 2", Role::kick},
        {"SNR top", Role::snare},
        {"OH L", Role::drums},
        {"DrumLoop", Role::drums},
        {"HiHat", Role::percussion},
        {"Toms", Role::percussion},
        {"Shakers", Role::percussion},
        {"Bass DI", Role::bass},
        {"SubBass", Role::bass},
        {"LeadVox_dbl", Role::lead_vocal},
        {"Vocals", Role::lead_vocal},
        {"LV", Role::lead_vocal},
        {"Vox Dbl", Role::backing_vocal},
        {"Gang Vox", Role::backing_vocal},
        {"Acoustic", Role::guitar},
        {"Room", Role::drums},
        {"BGVs", Role::backing_vocal},
        {"Backing Vocals 1", Role::backing_vocal},
        {"Lead Guitar", Role::guitar},
        {"egtr_clean", Role::guitar},
        {"Rhodes", Role::keys},
        {"Warm Pad", Role::keys},
        {"Lead", Role::lead_synth},
        {"Riser FX", Role::fx},
        {"Backing Track", Role::submix},
        {"Instrumental", Role::submix},
        {"vocal reverb", Role::fx},
        {"808", Role::bass},
    };
    for (const auto& [name, role] : names) {
        INFO(name);
        CHECK(role_from_name(name).role == role);
        CHECK(role_from_name(name).confidence >= 0.6);
    }
    // A word within a word says nothing.
    for (const auto* name : {"Audio 7", "overkicked", "embassy", "track 01", ""}) {
        INFO(name);
        CHECK(role_from_name(name).confidence == 0.0);
    }
}

TEST_CASE("names tell the sides of a pair", "[mixing][role]") {
    CHECK(side_from_name("Gtr L").side == -1);
    CHECK(side_from_name("gtr_Right").side == 1);
    CHECK(side_from_name("Gtr L").pair == side_from_name("gtr_Right").pair);
    CHECK(side_from_name("Vocal").side == 0);
    CHECK(side_from_name("L").side == 0);
}

TEST_CASE("sound tells the lows and the hits where names do not", "[mixing][role]") {
    auto parts = small_band();
    const Rehearsal rehearsal(parts);
    const auto& measures = rehearsal.session->measures();
    CHECK(role_from_sound(measures[0]).role == Role::kick);
    CHECK(role_from_sound(measures[2]).role == Role::bass);
    for (std::size_t i = 0; i < parts.size(); ++i) CHECK(role_from_sound(measures[i]).confidence < 0.95);
}

TEST_CASE("a session says what it wants of each stem", "[mixing][session]") {
    const auto session = read_session("s.json", R"({"format": "burnish-session-1", "stems": [
        {"file": "a.wav", "role": "kick", "presence": "lead", "pan": -0.5, "gain_db": 3, "mute": true,
         "group": "vocals", "start_s": 1.5},
        {"file": "b.wav"}]})");
    REQUIRE(session.ok());
    REQUIRE(session->size() == 2);
    const auto& stem = (*session)[0];
    CHECK(stem.file == "a.wav");
    CHECK(stem.wish.role == Role::kick);
    CHECK(stem.wish.presence == Presence::lead);
    CHECK(stem.wish.pan == -0.5);
    CHECK(stem.wish.gain_db == 3.0);
    CHECK(stem.wish.mute);
    CHECK(stem.wish.group == Bus::vocals);
    CHECK(stem.start_s == 1.5);
    CHECK_FALSE((*session)[1].wish.role.has_value());
}

TEST_CASE("a session that makes no sense says where and what is accepted", "[mixing][session]") {
    const std::pair<const char*, const char*> faulty[] = {
        {R"([{"file": "a", "role": "drum"}])", "stems[0].role: \"drum\" found, one of kick"},
        {R"([{"file": "a", "pan": 2}])", "stems[0].pan: 2 is outside [-1, 1]"},
        {R"([{"file": "a", "gian_db": 2}])", "unknown key \"gian_db\" (did you mean \"gain_db\"?)"},
        {R"([{"role": "kick"}])", "\"file\" is missing"},
        {R"([{"file": "a", "mute": 1}])", "true or false expected"},
        {R"([{"file": "a", "group": "strings"}])", "drums, music or vocals"},
        {R"([{"file": "a", "start_s": -1}])", "outside [0, 86400]"},
    };
    for (const auto& [stems, message] : faulty) {
        const auto read =
            read_session("s.json", R"({"format": "burnish-session-1", "stems": )" + std::string(stems) + "}");
        INFO(stems);
        REQUIRE_FALSE(read.ok());
        CHECK(read.error().code == ErrorCode::usage);
        CHECK_THAT(read.error().message, Catch::StartsWith("s.json") && Catch::Contains(message));
    }
}

}  // namespace burnish::test
