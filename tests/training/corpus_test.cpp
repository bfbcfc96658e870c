#include "training/corpus.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>

#include "tests/io/audio_files.h"

namespace burnish::training {

TEST_CASE("the list that ships can be read, and no artist is in two splits", "[training]") {
    const auto rows = read_manifest(std::filesystem::path(BURNISH_SOURCE_DIR) / "training/tracks.tsv");
    REQUIRE(rows);
    CHECK(rows->size() > 700);
    std::map<std::string, std::set<std::string>> splits;
    for (const auto& row : *rows) {
        INFO(row.package << " " << row.path);
        CHECK_FALSE(row.licence.empty());
        CHECK(track_file(row, "corpus") == std::filesystem::path("corpus") / row.package / row.path);
        splits[row.artist].insert(row.split);
    }
    for (const auto& [artist, of_artist] : splits) {
        INFO(artist);
        CHECK(of_artist.size() == 1);
    }
}

TEST_CASE("a list of one's own needs no package, licence or split", "[training]") {
    const test::TemporaryDirectory folder;
    const auto list = folder / "my.tsv";
    const auto read = [&](const std::string& text) {
        std::ofstream(list) << text;
        return read_manifest(list);
    };
    const auto rows = read("genre\tpath\tartist\nfolk\tsongs/a.wav\tA\nfolk\t/music/b.flac\tA\n");
    REQUIRE(rows);
    REQUIRE(rows->size() == 2);
    CHECK(track_file((*rows)[0], "corpus") == folder / "songs/a.wav");
    CHECK(track_file((*rows)[1], "corpus") == "/music/b.flac");
    CHECK((*rows)[0].split == (*rows)[1].split);

    for (const auto& [text, told] : {std::pair{"path\tgenre\na.wav\tfolk\n", "\"artist\" is missing"},
                                     {"path\tgenre\tartist\na.wav\tfolk\n", "line 2 has 2 columns, 3 expected"},
                                     {"path\tgenre\tartist\tsplit\na.wav\tfolk\tA\tdev\n",
                                      "line 2: split \"dev\", not train, validation or test"}}) {
        const auto wrong = read(text);
        REQUIRE_FALSE(wrong);
        CHECK_THAT(wrong.error().message, Catch::Contains(told) && Catch::Contains("my.tsv"));
    }
}

TEST_CASE("artists without a split are shared out by their names, most of them to learn from", "[training]") {
    const test::TemporaryDirectory folder;
    const auto list = folder / "my.tsv";
    {
        std::ofstream text(list);
        text << "path\tgenre\tartist\n";
        for (int i = 0; i < 1000; ++i) text << i << ".wav\tfolk\tartist " << i << "\n";
    }
    const auto rows = read_manifest(list);
    REQUIRE(rows);
    std::map<std::string, int> count;
    for (const auto& row : *rows) ++count[row.split];
    CHECK(count["train"] == Approx(700).margin(60));  // four standard deviations
    CHECK(count["validation"] == Approx(150).margin(46));
    CHECK(count["test"] == Approx(150).margin(46));
}

}  // namespace burnish::training
