#include "mastering/learned_predictor.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/random.h"
#include "mastering/corrections.h"
#include "mastering/genre_mixture.h"
#include "mastering/hidden_layer.h"
#include "mastering/rule_predictor.h"
#include "mastering/shaped_prediction.h"
#include "tests/mastering/wished_model.h"

namespace burnish {

using namespace test;

using Eigen::MatrixXd;
using Eigen::VectorXd;

TEST_CASE("the features are those of the tables, each once", "[mastering][predictor]") {
    const auto& schema = feature_schema();
    CHECK(schema.names.size() == track_features({}).size());
    int covered = 0;
    for (const auto& group : schema.groups) {
        CHECK(group.first == covered);
        covered += group.count;
    }
    CHECK(covered == schema.size());
    for (const auto& head : model_heads())
        for (const auto& blind : head.blind_groups)
            CHECK(std::ranges::count(schema.groups, blind, &FeatureGroup::name) == 1);
}

TEST_CASE("a track that is as expected is left alone", "[mastering][predictor]") {
    const auto track = toy_track();
    const auto prediction = predict_by_model(model_wishing({}, track), track, {});
    for (const auto& param : ToneCurve::params) CHECK(prediction.settings.tone.*param.member == 0.0);
    CHECK(prediction.settings.multiband.low_ratio == 1.0);
    CHECK(prediction.settings.glue.ratio == 1.0);
    CHECK(prediction.settings.width.mid_db == 0.0);
    CHECK(prediction.settings.width.high_db == 0.0);
    REQUIRE(prediction.loudness);
    CHECK(prediction.loudness->value ==
          Approx(std::clamp(-1.0 - track.plr_db, -20.0, -7.0)).margin(0.051));  // to a tenth
}

// What is 5 dB too much over two octaves, where tracks agree within 0.5 dB, is taken out for the most part; less
// intensity caps it; where tracks vary by 20 dB, it may be as meant.
TEST_CASE("a departure is undone as far as tracks agree", "[mastering][predictor]") {
    const auto track = toy_track();
    const auto model = model_wishing({.tone = less_around_1280_hz(5.0)}, track);
    const auto strict = predict_by_model(model, track, {});
    CHECK(strict.settings.tone.mid_1280_hz_db < -2.0);
    CHECK(strict.settings.tone.mid_1280_hz_db >= -tone_limits.cap_db);
    CHECK(strict.settings.tone.mid_1280_hz_db < strict.settings.tone.mid_160_hz_db - 1.5);
    const auto careful = predict_by_model(model, track, {.intensity_percent = 10.0});
    CHECK(careful.settings.tone.mid_1280_hz_db == Approx(-0.2 * tone_limits.cap_db));
    const auto tolerant =
        predict_by_model(model_wishing({.tone = less_around_1280_hz(5.0), .spread_db = 20.0}, track), track, {});
    CHECK(std::abs(tolerant.settings.tone.mid_1280_hz_db) < 0.5);
    for (const auto& decision : strict.decisions) {
        CHECK_FALSE(decision.reason.empty());
        CHECK(decision.confidence > 0.0);
        CHECK(decision.confidence <= 1.0);
    }
}

TEST_CASE("a reason says when a fault is too unsure to be taken out in full", "[mastering][predictor]") {
    const auto track = toy_track();
    int held_back = 0;
    for (double spread_db = 0.5; spread_db < 15.0; spread_db *= 1.1) {
        INFO("tracks differ by " << spread_db << " dB");
        const auto prediction = predict_by_model(
            model_wishing({.tone = less_around_1280_hz(12.0), .spread_db = spread_db}, track), track, {});
        for (const auto& decision : prediction.decisions) {
            if (!decision.parameter.starts_with("tone.mid")) continue;
            const bool says_so = decision.reason.find("it may be meant") != decision.reason.npos;
            held_back += says_so ? 1 : 0;
            if (spread_db == 0.5) CHECK_FALSE(says_so);
        }
    }
    CHECK(held_back > 0);
}

TEST_CASE("a reason tells the direction of a fault, and why a gain goes the other way", "[mastering][predictor]") {
    const auto track = toy_track();
    // A hump that is too much, and a narrow hole in it that neighbours make no less of a fault.
    VectorXd wish = less_around_1280_hz(6.0);
    const auto hole = std::ranges::lower_bound(bark_bands_hz, 1250.0) - bark_bands_hz.begin();
    wish(hole) = 1.0;
    const auto prediction = predict_by_model(model_wishing({.tone = wish, .spread_db = 2.0}, track), track, {});
    int against = 0;
    for (const auto& decision : prediction.decisions) {
        if (!decision.parameter.starts_with("tone.mid")) continue;
        INFO(decision.parameter << " " << decision.value << ": " << decision.reason);
        const auto says = [&](const char* words) { return decision.reason.find(words) != decision.reason.npos; };
        const bool is_for_others = says("as the bands around it ask for");
        REQUIRE((says("too much") || says("too little")) != is_for_others);
        if (!is_for_others) CHECK((decision.value < 0.0) == says("too much"));
        // What a band is measured to have is told only where the fault is a part of that.
        if (says("above what")) CHECK(says("too much"));
        if (says("below what")) CHECK(says("too little"));
        against += is_for_others || says("by what lies around it") ? 1 : 0;
        CHECK(says(decision.value < 0.0 ? " dB less at " : " dB more at "));
    }
    CHECK(against > 0);
}

TEST_CASE("how sound every dimension was found is told", "[mastering][predictor]") {
    const auto track = toy_track();
    const auto sound_by = [&](const Prediction& prediction, std::string_view of) {
        const auto found = std::ranges::find(prediction.judgements, of, &Judgement::of);
        REQUIRE(found != prediction.judgements.end());
        return found->sound_probability;
    };
    const auto content = predict_by_model(model_wishing({}, track), track, {});
    for (const auto* of : {"tone", "width", "dynamics"}) CHECK(sound_by(content, of) > 0.5);
    CHECK(content.by == "learned");
    CHECK(predict_by_rules(track, {}).by == "rules");
    CHECK(predict_nothing(track, {}).by == "off");
    const auto faulty = predict_by_model(model_wishing({.tone = less_around_1280_hz(8.0)}, track), track, {});
    CHECK(sound_by(faulty, "tone") < 0.01);
    CHECK(sound_by(faulty, "width") > 0.5);
}

TEST_CASE("a track that a codec has spoilt gets less, and the reasons say so", "[mastering][predictor]") {
    const auto at = [&](double cutoff_hz) {
        auto track = toy_track();
        track.codec_cutoff_hz = cutoff_hz;
        return predict_by_model(model_wishing({.tone = less_around_1280_hz(5.0)}, track), track, {});
    };
    const double whole_db = at(0.0).settings.tone.mid_1280_hz_db;
    CHECK(at(16500.0).settings.tone.mid_1280_hz_db == whole_db);
    CHECK(at(15000.0).settings.tone.mid_1280_hz_db == whole_db);
    const auto spoilt = at(11000.0);
    CHECK(spoilt.settings.tone.mid_1280_hz_db == Approx(0.25 * whole_db).margin(0.15));
    CHECK(at(13000.0).settings.tone.mid_1280_hz_db < spoilt.settings.tone.mid_1280_hz_db - 0.3);
    for (const auto& decision : spoilt.decisions)
        if (decision.parameter.starts_with("tone."))
            CHECK(decision.reason.find("a codec took all above 11 kHz") != decision.reason.npos);
}

TEST_CASE("what is like nothing learned from is left alone, no louder than streams, and told of",
          "[mastering][predictor]") {
    auto track = toy_track();
    track.plr_db = 5.0;
    auto parts = model_wishing({.tone = less_around_1280_hz(5.0)}, track)->parts();
    parts.feature_scale.setConstant(1e-6);  // all is strange
    const auto prediction = predict_by_model(std::make_shared<const MasterModel>(parts), track, {});
    CHECK(is_neutral(prediction.settings.tone, ToneCurve::params));
    REQUIRE(prediction.loudness);
    CHECK(prediction.loudness->value == -16.0);
    REQUIRE(prediction.notes.size() == 1);
    CHECK(prediction.notes[0].find("too unlike all that was learned from") != std::string::npos);
    CHECK(prediction.judgements.empty());

    track.sample_rate_hz = 22050.0;
    const auto without_treble = predict_by_model(model_wishing({}, track), track, {});
    REQUIRE(without_treble.notes.size() == 1);
    CHECK(without_treble.by == "rules");
    CHECK(without_treble.notes[0].find("at 22.05 kHz") != std::string::npos);
}

// The side's curve and the width bands together come to what is wanted; the lowest band is never widened.
TEST_CASE("a width that is not as expected is brought there", "[mastering][predictor]") {
    const auto track = toy_track();
    const auto narrower = predict_by_model(model_wishing({.width_db = -4.0}, track), track, {});
    CHECK(narrower.settings.width.mid_db < -1.5);
    CHECK(narrower.settings.width.high_db < -1.5);
    const auto wider = predict_by_model(model_wishing({.width_db = 4.0}, track), track, {});
    CHECK(wider.settings.width.mid_db > 1.5);
    CHECK(wider.settings.width.low_db <= 0.0);
    CHECK(predict_by_model(model_wishing({.width_db = 4.0}, track), track, {.aim = {.width_percent = 0.0}})
              .settings.width.mid_db == 0.0);
}

TEST_CASE("the misfit of a version tells how far it is from what is expected", "[mastering][predictor]") {
    const auto track = toy_track();
    const auto prediction = predict_by_model(model_wishing({}, track), track, {});
    REQUIRE(prediction.misfit);
    auto worse = track;
    for (std::size_t b = 0; b < worse.bark.mid_mean_db.size(); ++b)
        worse.bark.mid_mean_db[b] += less_around_1280_hz(3.0)(static_cast<Eigen::Index>(b));
    for (const double misfit : prediction.misfit(track)) CHECK(misfit == Approx(0.0).margin(1e-9));
    const auto tone_alone = prediction.misfit(worse);
    REQUIRE(tone_alone.size() == 3);
    CHECK(tone_alone[0] > 1.0);
    CHECK(tone_alone[1] == Approx(0.0).margin(1e-9));
    CHECK(tone_alone[2] == Approx(0.0).margin(1e-9));
    // What was not measured, or cannot be heard, is not judged; nor is the peak to loudness ratio.
    auto master = track;
    master.plr_db -= 5.0;
    CHECK(prediction.misfit(master)[2] == Approx(0.0).margin(1e-9));
    master.dynamics = TrackAnalysis().dynamics;
    master.image = TrackAnalysis().image;
    CHECK(std::isnan(prediction.misfit(master)[1]));
    CHECK(std::isnan(prediction.misfit(master)[2]));
    auto pumped = track;
    for (double& spread_db : pumped.dynamics.spread_db) spread_db += 2.0;
    CHECK(prediction.misfit(pumped)[2] > 1.0);
}

// Metal is expected to have 4 dB less around 1280 Hz, rock as much more: what a track was taken for by its sound makes
// way for what it is told to be.
TEST_CASE("a genre that is told moves what is expected, as far as the sound had not told it",
          "[mastering][predictor]") {
    const auto track = toy_track();
    auto parts = model_wishing({}, track)->parts();
    auto tone = parts.tone.parts();
    tone.genre_weights = MatrixXd::Zero(3, tone_bands);
    tone.genre_weights.row(0) = -less_around_1280_hz(4.0).transpose();
    tone.genre_weights.row(1) = less_around_1280_hz(4.0).transpose();
    parts.tone = FaultModel(tone);
    const auto model = std::make_shared<const MasterModel>(parts);
    const VectorXd features = model->standardized(track);
    const VectorXd posterior = parts.genre.posterior(features);
    const auto shares = [&](const std::vector<GenreShare>& told) { return *model->shares_of(told); };
    const auto expected = [&](const std::vector<GenreShare>& told) {
        return VectorXd(model->expected(features, shares(told)).tone - model->expected(features).tone);
    };
    CHECK(shares({{"rock", 3.0}, {"metal", 1.0}}).isApprox(Eigen::Vector3d(0.75, 0.25, 0.0)));
    CHECK(shares({{"polka", 1.0}, {"pop", 0.2}}).isApprox(Eigen::Vector3d(0.0, 0.0, 1.0)));
    CHECK_FALSE(model->shares_of(std::vector<GenreShare>{{"polka", 1.0}}));
    const double had = posterior(0) - posterior(1);
    CHECK(expected({{"metal", 1.0}}).isApprox(less_around_1280_hz(4.0) * (1.0 + had)));
    CHECK(expected({{"rock", 0.5}, {"metal", 0.5}}).isApprox(less_around_1280_hz(4.0) * had));
    // What was inferred anyway is no news.
    CHECK(expected({{"rock", posterior(0)}, {"metal", posterior(1)}, {"pop", posterior(2)}}).norm() < 1e-9);

    const auto plain = predict_by_model(model, track, {});
    CHECK(plain.settings.tone.mid_1280_hz_db == 0.0);
    Target target;
    target.genres = {{"metal", 1.0}};
    const auto told = predict_by_model(model, track, target);
    CHECK(told.settings.tone.mid_1280_hz_db < -1.0);
    const auto reason = std::ranges::find(told.decisions, "tone.mid_1280_hz_db", &Decision::parameter);
    REQUIRE(reason != told.decisions.end());
    CHECK(reason->reason.find("above what metal that sounds like this one has") != std::string::npos);
    CHECK(told.notes.empty());
    // What little was learned of is told of.
    target.genres = {{"pop", 1.0}};
    const auto of_nothing = predict_by_model(model, track, target);
    REQUIRE(of_nothing.notes.size() == 1);
    CHECK(of_nothing.notes[0].starts_with("too little pop was learned from"));
    // So does a preset, unless the genre is told beside it; presets that are no genre tell nothing.
    Target preset;
    preset.preset = "metal";
    CHECK(predict_by_model(model, track, preset).settings.tone.mid_1280_hz_db == told.settings.tone.mid_1280_hz_db);
    preset.genres = {{"rock", 1.0}};
    CHECK(predict_by_model(model, track, preset).settings.tone.mid_1280_hz_db >= 0.0);
    preset = {};
    preset.preset = "podcast";
    CHECK(predict_by_model(model, track, preset).settings.tone.mid_1280_hz_db == 0.0);
    CHECK(genre_of_preset("cinematic") == "orchestral");
    CHECK(genre_of_preset("metal") == "metal");
}

// exp(2) : exp(1) : exp(-4).
TEST_CASE("genres are told with their shares, and mixed", "[mastering][predictor]") {
    const auto track = toy_track();
    const auto model = model_wishing({}, track);
    const auto genres = predict_by_model(model, track, {}).genres;
    REQUIRE(genres.size() == 3);
    CHECK(genres[0].name == "rock");
    CHECK(genres[0].share == Approx(std::exp(2.0) / (std::exp(2.0) + std::exp(1.0) + std::exp(-4.0))));

    const std::vector<GenreShare> half{{"rock", 0.5}, {"metal", 0.5}};
    const std::vector<GenreShare> rock{{"rock", 1.0}}, metal{{"metal", 1.0}};
    const auto mixed = with_mixture({}, half, GenreSource::user);
    for (const auto& param : treatment_aim_params) {
        const double a = with_mixture({}, rock, GenreSource::sound).aim.*param.member;
        const double b = with_mixture({}, metal, GenreSource::sound).aim.*param.member;
        INFO(param.name);
        CHECK(mixed.aim.*param.member == Approx(0.5 * (a + b)).margin(1e-12));
    }
    CHECK(mixed.preset == "auto (rock 50 %, metal 50 %)");
    // A genre that is hardly known is hardly gone by.
    const std::vector<GenreShare> shares{{"rock", 0.3}, {"metal", 0.05}};
    const auto unsure = with_mixture({}, shares, GenreSource::sound);
    CHECK(unsure.preset == "auto (rock 30 %)");
    CHECK(with_mixture({}, shares, GenreSource::user).preset == "auto (rock 100 %)");
    CHECK(unsure.preset_share == Approx(0.3));
    CHECK(with_mixture({}, shares, GenreSource::user).preset_share == 1.0);
    for (const auto& param : treatment_aim_params)
        CHECK(unsure.aim.*param.member == with_mixture({}, rock, GenreSource::user).aim.*param.member);

    Target target;
    target.preset = auto_preset;
    target.genres = metal;
    const auto shaped_as_told = shaped([&](const TrackAnalysis& t, const Target& wanted) {
        CHECK(wanted.preset == "auto (metal 100 %)");
        return predict_by_model(model, t, wanted);
    });
    CHECK(shaped_as_told(track, target).genres[0].name == "rock");  // what it sounds like all the same
    target.genres.clear();
    const auto shaped_one = shaped([&](const TrackAnalysis& t, const Target& wanted) {
        CHECK((wanted.preset.empty() || wanted.preset.starts_with("auto (rock")));
        return predict_by_model(model, t, wanted);
    })(track, target);
    CHECK_FALSE(shaped_one.decisions.empty());
}

TEST_CASE("amount 0 and a track without loudness get nothing", "[mastering][predictor]") {
    const auto track = toy_track();
    const auto model = model_wishing({.tone = less_around_1280_hz(5.0), .width_db = -4.0, .plr_db = -4.0}, track);
    CHECK(predict_by_model(model, track, {.intensity_percent = 0.0}).decisions.empty());
    CHECK(predict_by_model(model, {}, {}).decisions.empty());
}

TEST_CASE("a model survives its file, and the built-in one can be used", "[mastering][predictor]") {
    const auto track = toy_track();
    auto parts = model_wishing({.tone = less_around_1280_hz(3.0)}, track)->parts();
    auto with_genres = parts.width.parts();
    with_genres.genre_weights = MatrixXd::Random(3, image_regions);
    parts.width = FaultModel(with_genres);
    const auto model = std::make_shared<const MasterModel>(parts);
    const auto bytes = serialize_model(model->file());
    const auto file = parse_model("m", bytes);
    REQUIRE(file);
    const auto read = MasterModel::from("m", *file);
    REQUIRE(read);
    const auto features = model->standardized(track);
    const auto a = model->parts().tone.judge(features, tone_of(track));
    const auto b = read->parts().tone.judge(features, tone_of(track));
    for (Eigen::Index band = 0; band < a.error.size(); ++band)
        CHECK(a.error(band) == Approx(b.error(band)).margin(1e-3));
    CHECK(read->parts().genre.names == model->parts().genre.names);
    CHECK(read->parts().width.parts().genre_weights.isApprox(with_genres.genre_weights, 1e-6));
    CHECK(read->parts().tone.parts().genre_weights.isZero());
    auto of_more_genres = *file;
    of_more_genres.tensors["tone.genre_weights"] = {{4, tone_bands}, std::vector<float>(4 * tone_bands)};
    CHECK_FALSE(MasterModel::from("m", of_more_genres).ok());

    for (const auto* key : {"format", "features", "chain"}) {
        INFO(key);
        auto other_version = *file;
        other_version.metadata[key] = "0123456789abcdef";
        CHECK_FALSE(MasterModel::from("m", other_version).ok());
        other_version.metadata.erase(key);
        CHECK_FALSE(MasterModel::from("m", other_version).ok());
    }
    for (const auto& [name, tensor] : file->tensors) {
        INFO(name);
        auto part_missing = *file;
        part_missing.tensors.erase(name);
        CHECK_FALSE(MasterModel::from("m", part_missing).ok());
    }
    auto indefinite = *file;
    indefinite.tensors["tone.spread"].values[0] = -5.0F;
    CHECK_FALSE(MasterModel::from("m", indefinite).ok());

    const auto predictor = learned_predictor();
    REQUIRE(predictor);
    const auto prediction = (*predictor)(track, {});
    for (const auto& param : ToneCurve::params)
        CHECK(std::abs(prediction.settings.tone.*param.member) <= tone_limits.cap_db);
    CHECK(prediction.genres.size() >= 8);
}

// Whatever a file says, it is refused, or what is proposed by it are numbers.
TEST_CASE("no number in a model's file makes a proposal of none", "[mastering][predictor]") {
    const auto track = toy_track();
    auto parts = model_wishing({.tone = less_around_1280_hz(5.0), .width_db = -4.0, .plr_db = -4.0}, track)->parts();
    parts.feature_scale = VectorXd::Constant(parts.feature_scale.size(), 1.0);
    parts.usual_strangeness = 1e3;
    parts.most_strangeness = 2e3;
    const auto file = MasterModel(parts).file();
    int refused = 0;
    int proposed = 0;
    Random random(1);
    for (const auto& [name, tensor] : file.tensors) {
        for (const float value : {3e38F, -3e38F, 1e7F, -1e7F, 1e3F, -1e3F, 1e-30F, 0.0F}) {
            for (const bool everywhere : {false, true}) {
                auto hostile = file;
                auto& values = hostile.tensors[name].values;
                if (everywhere)
                    std::ranges::fill(values, value);
                else
                    values[random.bits() % values.size()] = value;
                auto model = MasterModel::from("m", hostile);
                if (!model) {
                    ++refused;
                    continue;
                }
                ++proposed;
                INFO(name << " = " << value << (everywhere ? " everywhere" : " once"));
                const auto made = predict_by_model(std::make_shared<const MasterModel>(*std::move(model)), track, {});
                for (const auto& decision : made.decisions) {
                    INFO(decision.parameter);
                    REQUIRE(std::isfinite(decision.value));
                    REQUIRE(std::isfinite(decision.confidence));
                }
                if (made.loudness) REQUIRE(std::isfinite(made.loudness->value));
            }
        }
    }
    CHECK(refused > 50);
    CHECK(proposed > 50);
}

TEST_CASE("a model of one's own is read from its file, and a damaged one is refused by name",
          "[mastering][predictor]") {
    const auto track = toy_track();
    const auto bytes = serialize_model(model_wishing({.tone = less_around_1280_hz(3.0)}, track)->file());
    const auto path = std::filesystem::temp_directory_path() / "burnish_model_test.safetensors";
    const auto read = [&](std::size_t count) {
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(count));
        return learned_predictor(path);
    };
    const auto whole = read(bytes.size());
    REQUIRE(whole);
    CHECK((*whole)(track, {}).settings.tone.mid_1280_hz_db < -0.5);
    for (const std::size_t count : {std::size_t{0}, std::size_t{7}, bytes.size() / 2, bytes.size() - 1}) {
        INFO(count << " of " << bytes.size() << " bytes");
        const auto damaged = read(count);
        REQUIRE_FALSE(damaged);
        CHECK(damaged.error().message.find(path.string()) != std::string::npos);
    }
    std::filesystem::remove(path);
    CHECK_FALSE(learned_predictor(path).ok());
    CHECK_FALSE(learned_predictor(path.parent_path()).ok());
}

}  // namespace burnish
