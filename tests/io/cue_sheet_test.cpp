#include "io/cue_sheet.h"

#include <catch2/catch.hpp>

namespace burnish::test {

using Catch::Matchers::Contains;

// 4 min 12 s and 33 sectors are (4 * 60 + 12) * 75 + 33 = 18933.
TEST_CASE("a cue sheet tells order, times, names and codes", "[io][cue]") {
    const auto sheet = read_cue_sheet("album.cue",
                                      "\xEF\xBB\xBFREM GENRE Rock\r\n"
                                      "CATALOG 4006381333931\r\n"
                                      "PERFORMER \"The \xC3\x84nts\"\r\n"
                                      "TITLE \"Two Songs\"\r\n"
                                      "FILE \"side a.wav\" WAVE\r\n"
                                      "  TRACK 01 AUDIO\r\n"
                                      "    TITLE \"First\"\r\n"
                                      "    isrc gb-aye-68-00011\r\n"
                                      "    INDEX 01 00:00:00\r\n"
                                      "  TRACK 02 AUDIO\r\n"
                                      "    TITLE Second\r\n"
                                      "    PERFORMER \"A Guest\"\r\n"
                                      "    PREGAP 00:02:00\r\n"
                                      "    INDEX 00 04:10:00\r\n"
                                      "    INDEX 01 04:12:33\r\n"
                                      "    INDEX 02 05:00:00\r\n");
    REQUIRE(sheet.ok());
    const CueSheet expected{.catalog = "4006381333931",
                            .title = "Two Songs",
                            .performer = "The \xC3\x84nts",
                            .tracks = {{.file = "side a.wav", .title = "First", .isrc = "GBAYE6800011"},
                                       {.file = "side a.wav",
                                        .title = "Second",
                                        .performer = "A Guest",
                                        .pregap_sectors = 150,
                                        .start_sectors = 18933}}};
    CHECK(*sheet == expected);
    const auto again = read_cue_sheet("again", cue_sheet_text(*sheet));
    REQUIRE(again.ok());
    CHECK(*again == expected);
}

TEST_CASE("a cue sheet that makes no sense is told by line", "[io][cue]") {
    const std::string start = "FILE \"a.wav\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n";
    const std::pair<std::string, std::string> faults[] = {
        {"", "no TRACK"},
        {"TRACK 01 AUDIO\n", "x.cue:1: a track before any FILE"},
        {"FILE a.wav WAVE\nTRACK 01 MODE1/2352\n", "x.cue:2: a track of type MODE1/2352"},
        {"FILE a.wav WAVE\nTRACK 01 AUDIO\n", "no INDEX 01"},
        {start + "TRACK 02 AUDIO\nINDEX 01 00:61:00\n", "x.cue:5: \"00:61:00\" found"},
        {start + "TRACK 02 AUDIO\nINDEX 01 00:01:75\n", "x.cue:5: \"00:01:75\" found"},
        {start + "TRACK 02 AUDIO\nINDEX 01 00:00:00\n", "starts before"},
        {start + "ISRC 12345\n", "x.cue:4: \"12345\" found, an ISRC"},
    };
    for (const auto& [text, message] : faults) {
        const auto sheet = read_cue_sheet("x.cue", text);
        REQUIRE_FALSE(sheet.ok());
        CHECK_THAT(sheet.error().message, Contains(message));
    }
}

}  // namespace burnish::test
