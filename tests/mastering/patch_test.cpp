#include "mastering/patch.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "mastering/settings_json.h"

namespace burnish::test {

using Catch::Matchers::Contains;

TEST_CASE("an assignment pins a number of the chain", "[mastering][patch]") {
    Patch patch;
    REQUIRE(patch.pin("--set", "glue.ratio=2.5").ok());
    REQUIRE(patch.pin("--set", "limiter.lookahead_ms=1.5").ok());
    REQUIRE(patch.pin("--set", "glue.ratio=3").ok());  // the last word counts
    ChainSettings settings;
    patch.apply_to(settings);
    CHECK(settings.glue.ratio == 3.0);
    CHECK(settings.limiter.lookahead_ms == 1.5);
    CHECK(patch.pins("glue", "ratio"));
    CHECK_FALSE(patch.pins("glue", "attack_ms"));
    CHECK(patch.pins().size() == 2);
}

TEST_CASE("a wrong assignment is told where, what and what is accepted", "[mastering][patch]") {
    Patch patch;
    const auto message = [&](const char* assignment) { return patch.pin("--set", assignment).error().message; };
    CHECK_THAT(message("gleu.ratio=2"),
               Contains("--set") && Contains("\"gleu\"") && Contains("did you mean \"glue\"?"));
    CHECK_THAT(message("glue.ration=2"), Contains("\"ration\"") && Contains("did you mean \"ratio\"?"));
    CHECK_THAT(message("glue.ratio=0.5"), Contains("glue.ratio = 0.5 is outside [1, 10]"));
    CHECK_THAT(message("dither.bits=12.5"), Contains("dither.bits = 12.5 is not a whole number in [0, 24]"));
    CHECK_THAT(message("glue.ratio=2x"), Contains("\"2x\" is not a number"));
    CHECK_THAT(message("glue.ratio=nan"), Contains("outside"));
    CHECK_THAT(message("glue.ratio"), Contains("stage.param=value expected"));
    CHECK_THAT(message("ratio=2"), Contains("stage.param=value expected"));
    CHECK_THAT(message("qqqqqqqq.ratio=2"), !Contains("did you mean"));
    CHECK(patch.empty());
    CHECK(patch.pin("--set", "x=1").error().code == ErrorCode::usage);
}

TEST_CASE("settings survive JSON exactly", "[mastering][settings]") {
    ChainSettings settings;
    settings.tone.mid_80_hz_db = 1.0 / 3.0;
    settings.limiter.drive_db = 7.123456789012345;
    settings.dither.bits = 16.0;
    const auto text = settings_json(settings).dump();
    const auto patch = read_settings("mine.json", text);
    REQUIRE(patch.ok());
    ChainSettings read;
    read.glue.ratio = 4.0;  // not in the file, so it must come back to neutral
    patch->apply_to(read);
    for_each_parameter([&](const auto& stage, const auto& param) {
        INFO(stage.name << "." << param.name);
        CHECK((read.*stage.settings).*param.member == (settings.*stage.settings).*param.member);
    });
}

TEST_CASE("a damaged settings file is refused with its name and place", "[mastering][settings]") {
    const auto message = [](const char* json) { return read_settings("mine.json", json).error().message; };
    CHECK_THAT(message("{"), Contains("mine.json: not valid JSON: line 1, column 2"));
    CHECK_THAT(message(R"({"format": 1e400})"), Contains("mine.json: not valid JSON: a number out of range"));
    CHECK_THAT(message("[]"), Contains("object expected"));
    CHECK_THAT(message("{}"), Contains("\"format\"") && Contains("none found"));
    CHECK_THAT(message(R"({"format": "other", "chain": {}})"), Contains("\"other\" found"));
    CHECK_THAT(message(R"({"format": "burnish-settings-1"})"), Contains("\"chain\" expected"));
    CHECK_THAT(message(R"({"format": "burnish-settings-1", "chian": {}})"), Contains("did you mean \"chain\"?"));
    const auto chain = [&](const std::string& inner) {
        return message((R"({"format": "burnish-settings-1", "chain": )" + inner + "}").c_str());
    };
    CHECK_THAT(chain(R"({"gleu": {"ratio": 2}})"), Contains("mine.json: chain: unknown stage \"gleu\" (did you mean"));
    CHECK_THAT(chain(R"({"gleu": {}})"), Contains("unknown stage \"gleu\""));
    CHECK_THAT(chain(R"({"glue": {"ratio": 0.5}})"), Contains("glue.ratio = 0.5 is outside [1, 10]"));
    CHECK_THAT(chain(R"({"glue": {"ratio": "2"}})"), Contains("chain.glue.ratio: \"2\" is not a number"));
    CHECK_THAT(chain(R"({"glue": {"ratio": 2, "ratio": 3}})"), Contains("\"ratio\" is given twice"));
    CHECK_THAT(chain(R"({"glue": {}, "tone": {}, "glue": {}})"), Contains("\"glue\" is given twice"));
    CHECK_THAT(chain(R"({"glue": 2})"), Contains("chain.glue: an object expected"));
}

TEST_CASE("the settings that ship can be read", "[mastering][settings]") {
    int presets = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(BURNISH_SOURCE_DIR) / "presets" / "settings")) {
        if (entry.path().extension() != ".json") continue;
        std::ifstream file(entry.path());
        const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        const auto patch = read_settings(entry.path().filename().string(), text);
        INFO(entry.path().filename());
        REQUIRE(patch.ok());
        ChainSettings settings;
        patch->apply_to(settings);
        CHECK_FALSE(all_neutral(program_stages, settings));
        ++presets;
    }
    CHECK(presets >= 2);
}

}  // namespace burnish::test
