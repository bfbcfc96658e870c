#include "mastering/preset.h"

#include <catch2/catch.hpp>

#include "mastering/rule_predictor.h"
#include "mastering/shaped_prediction.h"
#include "mastering/usual_tone.h"

namespace burnish::test {

using Catch::Matchers::Contains;

namespace {

std::string complaint(const std::string& rest) {
    const auto read = read_preset("mine.json", "mine", R"({"format": "burnish-preset-1")" + rest + "}");
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().code == ErrorCode::usage);
    return read.error().message;
}

Preset preset_of(const std::string& rest) {
    auto read = read_preset("mine.json", "mine", R"({"format": "burnish-preset-1")" + rest + "}");
    INFO((read ? "" : read.error().message));
    REQUIRE(read.ok());
    return *std::move(read);
}

/// A stereo track whose octaves are `excess_db` over the usual ones.
TrackAnalysis track_with(const KnotLevels& excess_db) {
    TrackAnalysis track;
    track.sample_rate_hz = 44100.0;
    track.channels = 2.0;
    track.integrated_lufs = -18.0;
    track.side_mid_db = -12.0;
    // Third octaves that share an octave's level evenly; what the octaves come to is then measured, not assumed.
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band) {
        const auto knot = static_cast<std::size_t>(
            std::clamp(std::lround(std::log2(third_octaves_hz[band] / 20.0)), 0L, static_cast<long>(tone_knots - 1)));
        track.third_octave.mid_mean_db[band] = -40.0 + excess_db[knot];
    }
    const auto measured = octave_excess_db(track);
    for (std::size_t band = 0; band < third_octaves_hz.size(); ++band) {
        const auto knot = static_cast<std::size_t>(
            std::clamp(std::lround(std::log2(third_octaves_hz[band] / 20.0)), 0L, static_cast<long>(tone_knots - 1)));
        track.third_octave.mid_mean_db[band] += excess_db[knot] - measured[knot].value_or(0.0);
    }
    return track;
}

KnotLevels curve_of(const TreatmentAim& aim) {
    KnotLevels curve{};
    for (int knot = 0; knot < tone_knots; ++knot) curve[knot] = aim.*aim_tone_knots[knot];
    return curve;
}

std::vector<EmbeddedFile> all_embedded() {
    std::vector<EmbeddedFile> files(embedded_genres().begin(), embedded_genres().end());
    files.insert(files.end(), embedded_styles().begin(), embedded_styles().end());
    return files;
}

/// Calls visit(path, number) for every number of a preset.
void for_each_number(const nlohmann::ordered_json& json, const std::string& path,
                     const std::function<void(const std::string&, double)>& visit) {
    for (const auto& [key, value] : json.items()) {
        const auto own = path.empty() ? key : path + "." + key;
        if (value.is_object()) for_each_number(value, own, visit);
        if (value.is_number()) visit(own, value.get<double>());
    }
}

}  // namespace

TEST_CASE("every preset that ships can be read, and says where each number comes from", "[mastering][preset]") {
    CHECK(embedded_genres().size() >= 26);
    CHECK(embedded_styles().size() == 4);
    for (const auto& file : all_embedded()) {
        INFO(file.name);
        const auto preset = read_preset(file.name, file.name, file.text);
        REQUIRE(preset.ok());
        CHECK_FALSE(preset->title.empty());
        CHECK_FALSE(preset->help.empty());
        int numbers = 0;
        for_each_number(preset_json(*preset), "", [&](const std::string& path, double) {
            INFO(path);
            CHECK_FALSE(source_of(*preset, path).empty());
            ++numbers;
        });
        CHECK((numbers > 0 || file.name == "balanced"));
        CHECK(preset_json(*preset) == nlohmann::ordered_json::parse(file.text));
    }
}

TEST_CASE("a preset lists only what departs from neutral", "[mastering][preset]") {
    for (const auto& file : all_embedded()) {
        const auto preset = *read_preset(file.name, file.name, file.text);
        INFO(file.name);
        for (const auto& [member, value] : preset.aim) CHECK(value != TreatmentAim{}.*member);
        ChainSettings character;
        preset.character.apply_to(character);
        int departures = 0;
        for_each_parameter([&](const auto& stage, const auto& param) {
            departures += (character.*stage.settings).*param.member != param.default_value() ? 1 : 0;
        });
        CHECK(departures == static_cast<int>(preset.character.pins().size()));
    }
}

TEST_CASE("a preset's mistakes are told with place, value and what is accepted", "[mastering][preset]") {
    CHECK_THAT(read_preset("mine.json", "mine", "{").error().message, Contains("mine.json: not valid JSON"));
    CHECK_THAT(read_preset("mine.json", "mine", "{\n\n  \"a\": x}").error().message, Contains("line 3, column 8"));
    CHECK_THAT(read_preset("mine.json", "mine", "{}").error().message, Contains("burnish-preset-1"));
    CHECK_THAT(complaint(R"(, "aims": {})"), Contains("unknown key \"aims\" (did you mean \"aim\"?)"));
    CHECK_THAT(complaint(R"(, "aim": {"plr_dB": 1})"),
               Contains("mine.json: aim: unknown number \"plr_dB\"") && Contains("did you mean \"plr_db\"?"));
    CHECK_THAT(complaint(R"(, "aim": {"plr_db": 99})"), Contains("mine.json: aim.plr_db = 99 is outside [4, 30]"));
    CHECK_THAT(complaint(R"(, "aim": {"plr_db": "x"})"), Contains("aim.plr_db: \"x\" is not a number"));
    CHECK_THAT(complaint(R"(, "aim": {"plr_db": 9, "plr_db": 9})"), Contains("given twice"));
    CHECK_THAT(complaint(R"(, "target": {"loudness_lufs": 0})"), Contains("target.loudness_lufs = 0 is outside"));
    CHECK_THAT(complaint(R"(, "character": {"glue": {"ratio": 0.5}})"), Contains("glue.ratio = 0.5 is outside"));
    CHECK_THAT(complaint(R"(, "character": {"limiter": {"drive_db": 3}})"), Contains("character.limiter"));
    CHECK_THAT(complaint(R"(, "pins": {"gleu": {"ratio": 2}})"), Contains("did you mean \"glue\"?"));
    CHECK_THAT(complaint(R"(, "sources": {"aim": "I made it up"})"), Contains("measured: "));
    CHECK_THAT(complaint(R"(, "title": 3)"), Contains("title: a text expected"));
}

TEST_CASE("the schema has every number of the tables with its range", "[mastering][preset]") {
    const auto schema = preset_schema();
    for (const auto& param : treatment_aim_params) {
        const auto& row = schema["properties"]["aim"]["properties"].at(std::string(param.name));
        CHECK(row["minimum"] == param.min);
        CHECK(row["maximum"] == param.max);
        CHECK(row["default"] == param.default_value());
    }
    CHECK(schema["properties"]["aim"]["properties"].size() == treatment_aim_params.size());
    for_each_stage(chain_stages, [&](const auto& stage) {
        CHECK(schema["properties"]["pins"]["properties"].contains(std::string(stage.name)));
    });
}

// The aim's curve is 6 dB wide and the pull 0.5: a usual track gets 3 dB, one that is half way there half of it, one
// that is there nothing, and one on the other side no more than the whole.
TEST_CASE("a tone is drawn towards the genre's by what is missing of it", "[mastering][preset]") {
    Target target;
    target.preset = "mine";
    apply_preset(preset_of(R"(, "aim": {"tone_pull": 0.5, "tone_160_hz_db": 6, "tone_2560_hz_db": -6})"), target);
    const auto curve = curve_of(target.aim);
    for (const auto& [have, expected_db] :
         {std::pair{0.0, 3.0}, std::pair{0.5, 1.5}, std::pair{1.0, 0.0}, std::pair{2.0, 0.0}, std::pair{-1.0, 3.0}}) {
        KnotLevels excess{};
        for (int knot = 0; knot < tone_knots; ++knot) excess[knot] = have * curve[knot];
        const auto shaped = shaped_prediction({}, track_with(excess), target).settings.tone;
        INFO("has " << have << " of it");
        CHECK(shaped.mid_160_hz_db == Approx(expected_db).margin(0.02));
        CHECK(shaped.mid_2560_hz_db == Approx(-expected_db).margin(0.02));
        CHECK(shaped.mid_640_hz_db == 0.0);
    }
}

TEST_CASE("amounts scale what a preset does, and nothing is exactly nothing", "[mastering][preset]") {
    const auto preset = preset_of(R"(, "aim": {"tone_pull": 0.5, "tone_160_hz_db": 4},
        "character": {"saturation": {"drive_db": 2}, "width": {"high_db": 1}, "glue": {"ratio": 1.4, "attack_ms": 40}})");
    const auto track = track_with({});
    const auto settings_for = [&](double percent, double intensity) {
        Target target;
        apply_preset(preset, target);
        target.preset = "mine";
        target.intensity_percent = intensity;
        for (const auto& row : dimensions) target.aim.*row.percent = percent;
        return shaped_prediction({}, track, target).settings;
    };
    const auto whole = settings_for(100.0, 50.0);
    CHECK(whole.tone.mid_160_hz_db == Approx(2.0).margin(0.01));
    CHECK(whole.saturation.drive_db == Approx(2.0));
    CHECK(whole.width.high_db == Approx(1.0));
    CHECK(whole.glue.ratio == Approx(1.4));
    CHECK(whole.glue.attack_ms == Approx(40.0));
    const auto half = settings_for(50.0, 50.0);
    CHECK(half.saturation.drive_db == Approx(1.0));
    CHECK(half.glue.ratio == Approx(1.2));
    CHECK(settings_for(100.0, 25.0).saturation.drive_db == Approx(1.0));
    const auto full = settings_for(100.0, 100.0);  // each dimension to its own most
    CHECK(full.tone.mid_160_hz_db == Approx(2.5).margin(0.01));
    CHECK(full.saturation.drive_db == Approx(4.0));
    CHECK(full.width.high_db == Approx(1.5));
    CHECK(all_neutral(program_stages, settings_for(0.0, 50.0)));
    CHECK(all_neutral(program_stages, settings_for(100.0, 0.0)));
}

TEST_CASE("one dimension at zero leaves the others as they are", "[mastering][preset]") {
    const auto preset = preset_of(R"(, "character": {"saturation": {"drive_db": 2}, "width": {"high_db": 1},
        "glue": {"ratio": 1.4}, "tone": {"mid_160_hz_db": 1}})");
    for (const auto& row : dimensions) {
        Target target;
        apply_preset(preset, target);
        target.aim.*row.percent = 0.0;
        const auto settings = shaped_prediction({}, track_with({}), target).settings;
        INFO(row.name);
        for_each_stage(program_stages, [&](const auto& stage) {
            const bool is_neutral_now =
                is_neutral(settings.*stage.settings, std::remove_cvref_t<decltype(stage)>::Processor::params);
            const bool has_character =
                !is_neutral(target.character.*stage.settings, std::remove_cvref_t<decltype(stage)>::Processor::params);
            INFO(stage.name);
            CHECK(is_neutral_now == (!has_character || dimension_of(stage.name) == row.dimension));
        });
    }
}

TEST_CASE("no knot moves beyond the cap, whoever asks", "[mastering][preset]") {
    Target target;
    apply_preset(preset_of(R"(, "aim": {"tone_cap_db": 2}, "character": {"tone": {"mid_640_hz_db": 5}})"), target);
    Prediction proposed;
    proposed.settings.tone.mid_160_hz_db = -4.0;
    const auto tone = shaped_prediction(proposed, track_with({}), target).settings.tone;
    CHECK(tone.mid_160_hz_db == -2.0);
    CHECK(tone.mid_640_hz_db == 2.0);
}

TEST_CASE("every number that is not neutral has one decision with its value and a reason", "[mastering][preset]") {
    for (const auto& file : embedded_genres()) {
        Target target;
        target.preset = std::string(file.name);
        target.style = "warm";
        apply_preset(*read_preset(file.name, file.name, file.text), target);
        for (const auto& style : embedded_styles())
            if (style.name == "warm") apply_preset(*read_preset("warm", "warm", style.text), target);
        auto track = track_with({0, 3, 6, -6, 0, 5, 0, 0, 7, -7, 0});
        track.dynamics.spread_db = flat_curve<4>(9.0);
        track.dynamics.level_db = flat_curve<4>(-25.0);
        track.plr_db = 17.0;
        const auto prediction = shaped(predict_by_rules)(track, target);
        INFO(file.name);
        std::size_t departures = 0;
        for_each_parameter([&](const auto& stage, const auto& param) {
            const double value = (prediction.settings.*stage.settings).*param.member;
            CHECK(param.accepts(value));
            if (value == param.default_value()) return;
            ++departures;
            const auto name = std::string(stage.name) + "." + std::string(param.name);
            const auto found = std::find_if(prediction.decisions.begin(), prediction.decisions.end(),
                                            [&](const Decision& decision) { return decision.parameter == name; });
            INFO(name);
            REQUIRE(found != prediction.decisions.end());
            CHECK(found->value == value);
            CHECK_FALSE(found->reason.empty());
        });
        CHECK(prediction.decisions.size() == departures);
    }
}

}  // namespace burnish::test
