// The whole of ./dev train on a dozen tracks: files, measurements, faults, fit, model file, every chapter of the
// evaluation.
#include <sndfile.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "mastering/learned_predictor.h"
#include "tests/io/audio_files.h"
#include "tests/support/block_runner.h"
#include "tests/support/signals.h"
#include "training/evaluation.h"
#include "training/rendered_evaluation.h"

namespace burnish::training {
namespace {

constexpr int tracks = 12;
constexpr int tracks_per_artist = 2;

/// Drums, bass and pads with hiss, brighter from artist to artist.
AudioBuffer toy_track(int number) {
    auto audio = test::toy_music(8.0, 44100.0, 2, static_cast<unsigned>(1 + number));
    const auto hiss = test::pink_noise(-40.0 + number, 8.0, 44100.0, 2, static_cast<unsigned>(1 + number));
    for (int c = 0; c < audio.channels(); ++c)
        for (int n = 0; n < audio.frames(); ++n) audio.channel(c)[n] = 0.5F * audio.channel(c)[n] + hiss.channel(c)[n];
    const double slope_db = number / tracks_per_artist - 2.5;
    ToneCurveSettings tilt;
    for (std::size_t knot = 0; knot < 11; ++knot)
        tilt.*tone_curve_params[knot].member = slope_db * (static_cast<double>(knot) - 5.0) / 5.0;
    return test::render<ToneCurve>(audio, tilt, 44100.0);
}

/// Two tracks by each of six artists, one of whom is kept for the test.
std::filesystem::path made_list(const test::TemporaryDirectory& folder) {
    const auto list = folder / "my.tsv";
    std::ofstream text(list);
    text << "path\tgenre\tartist\tsplit\n";
    for (int i = 0; i < tracks; ++i) {
        const int artist = i / tracks_per_artist;
        test::write_with_libsndfile(folder / (std::to_string(i) + ".wav"), SF_FORMAT_WAV | SF_FORMAT_PCM_24, 44100,
                                    toy_track(i));
        text << i << ".wav\t" << (i % 3 == 0 ? "rock" : "folk") << "\tartist " << artist << "\t"
             << (artist == 5 ? "test" : "train") << "\n";
    }
    return list;
}

}  // namespace

TEST_CASE("a dozen tracks are measured, learned from and judged", "[training][micro]") {
    const test::TemporaryDirectory folder;
    const auto list = made_list(folder);
    const auto rows = read_manifest(list);
    REQUIRE(rows);
    int measured = 0;
    const auto tell = [&](const std::string& text) { measured += text.starts_with("measured") ? 1 : 0; };
    const auto measure = [&](int jobs) { return measure_corpus(*rows, folder / "", folder / "cache", jobs, tell); };
    const auto examples = measure(2);
    REQUIRE(examples.size() == tracks);
    CHECK(measured == 2 * tracks);  // as they are, and with a fault
    // Interrupted or not, what has been measured is not measured again.
    const auto once_more = measure(1);
    CHECK(measured == 2 * tracks);
    for (std::size_t i = 0; i < examples.size(); ++i) {
        REQUIRE(examples[i].spoiled);
        CHECK(once_more[i].features == examples[i].features);
        CHECK(once_more[i].spoiled->features == examples[i].spoiled->features);
    }

    std::vector<Example> known, unknown;
    for (const auto& example : examples) (example.row.split == "test" ? unknown : known).push_back(example);
    REQUIRE(unknown.size() == tracks_per_artist);
    const auto lesson = learn(known);
    const auto bytes = serialize_model(model_of(lesson).file());
    CHECK(bytes == serialize_model(model_of(learn(known)).file()));
    auto file = parse_model("the new model", bytes);
    REQUIRE(file);
    auto model = MasterModel::from("the new model", *file);
    REQUIRE(model);
    const auto shared = std::make_shared<const MasterModel>(*std::move(model));

    const auto comparison = comparison_of(lesson, known);
    // Nobody shares a package here: nothing has to be learned apart, and the same comes of it.
    const auto apart = std::make_shared<const MasterModel>(learned_apart(lesson, known, unknown));
    const auto all = audio_rungs(shared, apart, lesson, comparison, known);
    CHECK(all.size() <= Outcome::most_rungs);
    Random random(1);
    const auto of_tone = draw_degradation(Fault::smooth, 6.0, random);
    const auto of_width = draw_degradation(Fault::width, 6.0, random);
    // Of either head nothing and everything undone, which are its first and its last.
    std::vector<AudioRung> rungs;
    for (std::size_t r = 0; r < all.size(); ++r)
        if (r == 0 || r + 1 == all.size() || all[r].head != all[r - 1].head || all[r].head != all[r + 1].head)
            rungs.push_back(all[r]);
    REQUIRE(rungs.size() == 4);
    for (const auto& rung : all) {
        INFO(rung.head << ": " << rung.name);
        const auto settings =
            rung.choose(unknown[0].spoiled->analysis, unknown[0], rung.head == "tone" ? of_tone : of_width);
        // The faults of such a list go by the files' places, so what a predictor makes of one is not known here.
        CHECK(std::isfinite(settings.tone.mid_1280_hz_db));
        if (std::ranges::find(rungs, rung.name, &AudioRung::name) != rungs.end())
            CHECK(all_neutral(program_stages, settings));
        if (!rung.name.starts_with("actuator")) continue;
        CHECK_FALSE((rung.head == "tone" ? is_neutral(settings.tone, ToneCurve::params)
                                         : is_neutral(settings.width, StereoWidth::params)));
    }
    const auto all_others = other_masters(shared, comparison, all);
    CHECK(all_others.size() <= Outcome::most_masters);
    CHECK(all.size() <= Outcome::most_rungs);
    const std::vector<OtherMaster> others{all_others.front(), all_others.back()};  // they all go the same way
    int rendered = 0;
    const auto render = [&](int jobs) {
        return run_trials(
            unknown, folder / "", folder / "renders",
            [shared](const TrackAnalysis& track, const Target& target) {
                return predict_by_model(shared, track, target);
            },
            rungs, others, 1, jobs, [&](const std::string&) { ++rendered; });
    };
    const auto outcomes = render(2);
    CHECK(rendered == static_cast<int>(unknown.size() * trials.size()));
    // Interrupted or not, what has been rendered is not rendered again.
    std::filesystem::remove(std::filesystem::directory_iterator(folder / "renders")->path());
    const auto once_more_rendered = render(1);
    CHECK(rendered == static_cast<int>(unknown.size() * trials.size()) + 1);
    for (std::size_t t = 0; t < trials.size(); ++t)
        for (std::size_t i = 0; i < unknown.size(); ++i) {
            REQUIRE(outcomes[t][i]);
            CHECK(once_more_rendered[t][i]->shipped.after.tone_db == outcomes[t][i]->shipped.after.tone_db);
            INFO(trial_name(trials[t]));
            if (trials[t].other_masters)
                for (std::size_t m = 0; m < others.size(); ++m) {
                    CHECK(std::isfinite(outcomes[t][i]->others[m].after.plr_db));
                    CHECK(std::isfinite(outcomes[t][i]->others[m].again.tone_db) == (trials[t].fault == Fault::none));
                }
            for (std::size_t r = 0; r < rungs.size(); ++r) {
                if (!with_rungs(trials[t], rungs[r].head)) continue;
                CHECK(once_more_rendered[t][i]->rung_db[r] == outcomes[t][i]->rung_db[r]);
                if (rungs[r].undoes_exactly) CHECK(outcomes[t][i]->rung_db[r] < 0.3);
            }
        }
    const std::vector<double> strangeness(unknown.size(), 1.0);
    const auto chapter = rendered_chapter(unknown, outcomes, rungs, others, strangeness, known);
    CHECK(chapter.bars.size() == 14);
    for (const auto& bar : chapter.bars) {
        INFO(bar.what);
        CHECK(std::isfinite(bar.reached));
    }
    const auto chapters = feature_domain_chapters(lesson, comparison, known, unknown, tell);
    for (const auto* title : {"What is expected", "Less drift", "What each kind", "What more music"}) {
        INFO(title);
        CHECK(chapters.text.find(std::string("## ") + title) != std::string::npos);
    }
    CHECK((chapter.text + chapters.text).find("nan") == std::string::npos);
}

}  // namespace burnish::training
