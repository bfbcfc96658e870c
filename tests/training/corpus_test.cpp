#include "training/corpus.h"

#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <string>

#include "mastering/model_file.h"
#include "tests/io/audio_files.h"
#include "training/feature_table.h"
#include "training/kept.h"

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

TEST_CASE("what is kept is read whole or not at all", "[training]") {
    const test::TemporaryDirectory folder;
    struct Numbers {
        double one = 1.0, two = 2.0;
    };
    CHECK_FALSE(read_kept<Numbers>(folder / "none"));
    keep(Numbers{3.0, 4.0}, folder / "some");
    const auto read = read_kept<Numbers>(folder / "some");
    REQUIRE(read);
    CHECK(read->one == 3.0);
    CHECK(read->two == 4.0);
    CHECK_FALSE(read_kept<double>(folder / "some"));  // of another version, too long or too short
    CHECK_FALSE(read_kept<std::array<double, 3>>(folder / "some"));
    CHECK(std::distance(std::filesystem::directory_iterator(folder / ""), {}) == 1);
}

TEST_CASE("an album is a package's music, or what an artist has in a folder", "[training]") {
    std::vector<Example> examples(5);
    const auto describe = [&](std::size_t i, std::string package, std::string path, std::string artist) {
        examples[i].row = {std::move(package), std::move(path), "folk", std::move(artist), "", "train"};
    };
    describe(0, "game-data", "music/a.ogg", "A");
    describe(1, "", "songs/a.wav", "A");
    describe(2, "game-data", "menu/b.ogg", "B");
    describe(3, "", "songs/b.wav", "B");
    describe(4, "", "songs/c.wav", "A");
    CHECK(numbered_albums(examples) == std::vector{0, 1, 0, 2, 1});
    CHECK(numbered(examples, &TrackRow::artist) == std::vector{0, 0, 1, 1, 0});
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

// The schema's fingerprint knows names alone. Numbers of one build may differ from another's by rounding.
TEST_CASE("the shipped model was learned from what this analysis measures", "[training][corpus]") {
    std::ifstream stream(BURNISH_SOURCE_DIR "/models/master.safetensors", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const auto model = parse_model("master.safetensors", std::as_bytes(std::span(text)));
    REQUIRE(model);
    const auto found = model->tensors.find(std::string(reference_features_name));
    REQUIRE(found != model->tensors.end());
    const auto now = reference_features();
    const auto& then = found->second.values;
    REQUIRE(now.size() == then.size());
    for (std::size_t i = 0; i < now.size(); ++i) {
        INFO("feature " << i);
        CHECK(now[i] == Approx(double{then[i]}).epsilon(1e-3).margin(0.01));
    }
}

}  // namespace burnish::training
