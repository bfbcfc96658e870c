#include "mastering/shaped_prediction.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "mastering/genre_mixture.h"
#include "mastering/reason_text.h"
#include "mastering/usual_tone.h"

namespace burnish {

namespace {

/// Reasons that come on top of those of the predictor, by parameter.
using Reasons = std::vector<Decision>;

void add_reason(Reasons& reasons, std::string_view stage, std::string_view param, std::string reason) {
    reasons.push_back({std::string(stage) + "." + std::string(param), 0.0, 0.5, std::move(reason)});
}

std::string_view name_of_knot(int knot) {
    const auto row = std::find_if(ToneCurve::params.begin(), ToneCurve::params.end(),
                                  [&](const auto& param) { return param.member == mid_tone_knots[knot]; });
    return row->name;
}

/// How much of the wanted curve is still missing, 0..1, if the track is that far from usual: 1 less the projection.
double missing_share(const std::array<std::optional<double>, tone_knots>& excess_db, const ChainSettings& settings,
                     const TreatmentAim& aim) {
    double along = 0.0;
    double length = 0.0;
    for (int knot = 0; knot < tone_knots; ++knot) {
        const double wanted_db = aim.*aim_tone_knots[knot];
        if (!excess_db[knot]) continue;
        along += wanted_db * (*excess_db[knot] + settings.tone.*mid_tone_knots[knot]);
        length += wanted_db * wanted_db;
    }
    return length > 0.0 ? std::clamp(1.0 - along / length, 0.0, 1.0) : 0.0;
}

void draw_tone(const TrackAnalysis& track, const Target& target, ChainSettings& settings, Reasons& reasons) {
    const auto& aim = target.aim;
    const double amount = amount_of(target, Dimension::tone) * target.preset_share * aim.tone_pull;
    if (amount <= 0.0) return;
    const auto excess_db = octave_excess_db(track);
    const double share = missing_share(excess_db, settings, aim);
    const double highest_hz = track.codec_cutoff_hz > 0.0 ? track.codec_cutoff_hz : 20000.0;
    for (int knot = 0; knot < tone_knots; ++knot) {
        double gain_db = two_decimals(amount * share * aim.*aim_tone_knots[knot]);
        // Where nothing sounds, or a codec has left nothing, there is nothing to raise.
        const bool is_empty = !excess_db[knot] || knot == 0 || tone_knot_hz(knot) > 0.7 * highest_hz;
        if (is_empty) gain_db = std::min(gain_db, 0.0);
        if (std::abs(gain_db) < 0.1) continue;
        settings.tone.*mid_tone_knots[knot] = two_decimals(settings.tone.*mid_tone_knots[knot] + gain_db);
        add_reason(
            reasons, "tone", name_of_knot(knot),
            reason_text(
                "%+.1f dB at %.0f Hz towards %s, which has %+.1f dB there over music in general; %.0f %% of that "
                "tone is missing",
                gain_db, tone_knot_hz(knot), target.preset.c_str(), aim.*aim_tone_knots[knot], 100.0 * share));
    }
}

void draw_width(const TrackAnalysis& track, const Target& target, ChainSettings& settings, Reasons& reasons) {
    const auto& aim = target.aim;
    const double amount = amount_of(target, Dimension::width) * target.preset_share * aim.width_pull;
    // What is nearly mono has no side that could be raised.
    if (amount <= 0.0 || track.channels < 2.0 || track.side_mid_db < -30.0) return;
    const double gap_db = aim.side_mid_db - track.side_mid_db;
    const double gain_db = two_decimals(std::clamp(amount * gap_db, -aim.width_cap_db, aim.width_cap_db));
    if (std::abs(gain_db) < 0.1) return;
    for (const auto& [member, name] :
         {std::pair{&StereoWidth::Settings::mid_db, "mid_db"}, std::pair{&StereoWidth::Settings::high_db, "high_db"}}) {
        settings.width.*member = two_decimals(settings.width.*member + gain_db);
        add_reason(reasons, "width", name,
                   reason_text("the side is %.1f dB under the mid, %s has %.1f dB", -track.side_mid_db,
                               target.preset.c_str(), -aim.side_mid_db));
    }
}

std::string names_of(const Target& target) {
    const bool both = !target.preset.empty() && !target.style.empty();
    return target.preset + (both ? " and " : "") + target.style;
}

void add_character(const Target& target, ChainSettings& settings, Reasons& reasons) {
    const ChainSettings neutral;
    for_each_stage(program_stages, [&](const auto& stage) {
        const double amount = amount_of(target, dimension_of(stage.name)) * target.preset_share;
        for (const auto& param : std::remove_cvref_t<decltype(stage)>::Processor::params) {
            const double departure =
                (target.character.*stage.settings).*param.member - (neutral.*stage.settings).*param.member;
            if (departure == 0.0 || amount <= 0.0) continue;
            auto& value = (settings.*stage.settings).*param.member;
            value = two_decimals(std::clamp(value + amount * departure, param.min, param.max));
            add_reason(reasons, stage.name, param.name, "the character of " + names_of(target));
        }
    });
}

/// What every knot may come to: the caps, and where a codec has left nothing, no more than it is.
/// @return  whether anything had to be held
bool hold_caps(const TrackAnalysis& track, const TreatmentAim& aim, ChainSettings& settings) {
    bool held = false;
    for (int knot = 0; knot < tone_knots && track.codec_cutoff_hz > 0.0; ++knot) {
        auto& gain_db = settings.tone.*mid_tone_knots[knot];
        if (tone_knot_hz(knot) < 0.7 * track.codec_cutoff_hz || gain_db <= 0.0) continue;
        held = true;
        gain_db = 0.0;
    }
    for (const auto member : mid_tone_knots) {
        auto& gain_db = settings.tone.*member;
        held = held || std::abs(gain_db) > aim.tone_cap_db;
        gain_db = std::clamp(gain_db, -aim.tone_cap_db, aim.tone_cap_db);
    }
    return held;
}

/// Times without a ratio, or a mix without a drive, do nothing: such a stage is neutral.
void drop_idle_stages(ChainSettings& settings) {
    if (settings.saturation.drive_db == 0.0) settings.saturation = {};
    if (settings.glue.ratio == 1.0 && settings.glue.makeup_db == 0.0) settings.glue = {};
    const auto& bands = settings.multiband;
    const bool compresses = bands.low_ratio != 1.0 || bands.low_mid_ratio != 1.0 || bands.high_mid_ratio != 1.0 ||
                            bands.high_ratio != 1.0 || bands.low_makeup_db != 0.0 || bands.low_mid_makeup_db != 0.0 ||
                            bands.high_mid_makeup_db != 0.0 || bands.high_makeup_db != 0.0;
    if (!compresses) settings.multiband = {};
    const auto& eq = settings.dynamic_eq;
    const bool cuts = eq.harsh_range_db != 0.0 || eq.resonance_1_range_db != 0.0 || eq.resonance_2_range_db != 0.0 ||
                      eq.resonance_3_range_db != 0.0 || eq.resonance_4_range_db != 0.0;
    if (!cuts) settings.dynamic_eq = {};
}

/// One decision for every number that is not neutral, in signal order: the predictor's word, then what was added.
std::vector<Decision> merged(const std::vector<Decision>& proposed, const Reasons& added,
                             const ChainSettings& settings) {
    const ChainSettings neutral;
    std::vector<Decision> decisions;
    for_each_parameter([&](const auto& stage, const auto& param) {
        const double value = (settings.*stage.settings).*param.member;
        if (value == (neutral.*stage.settings).*param.member) return;
        Decision decision{std::string(stage.name) + "." + std::string(param.name), value, 1.0, ""};
        for (const auto* list : {&proposed, &added})
            for (const auto& other : *list) {
                if (other.parameter != decision.parameter) continue;
                decision.confidence = std::min(decision.confidence, other.confidence);
                decision.reason += (decision.reason.empty() ? "" : "; ") + other.reason;
            }
        decisions.push_back(std::move(decision));
    });
    return decisions;
}

}  // namespace

Dimension dimension_of(std::string_view program_stage) noexcept {
    if (program_stage == "multiband" || program_stage == "glue") return Dimension::dynamics;
    if (program_stage == "saturation") return Dimension::saturation;
    if (program_stage == "width") return Dimension::width;
    return Dimension::tone;
}

Prediction shaped_prediction(Prediction proposed, const TrackAnalysis& track, const Target& target) {
    if (!wants_treatment(target) || track.integrated_lufs <= silence_db) return proposed;
    auto settings = proposed.settings;
    Reasons added;
    draw_tone(track, target, settings, added);
    draw_width(track, target, settings, added);
    add_character(target, settings, added);
    const bool held = hold_caps(track, target.aim, settings);
    if (added.empty() && !held) return proposed;
    drop_idle_stages(settings);
    proposed.settings = settings;
    proposed.misfit = nullptr;  // what somebody wants is not weighed against what is usual
    proposed.decisions = merged(proposed.decisions, added, settings);
    return proposed;
}

Predictor shaped(Predictor predictor) {
    return [predictor = std::move(predictor)](const TrackAnalysis& track, const Target& target) {
        if (target.preset != auto_preset) return shaped_prediction(predictor(track, target), track, target);
        Target plain = target;
        plain.preset.clear();
        const auto mixed = target.genres.empty()
                               ? with_mixture(plain, predictor(track, plain).genres, GenreSource::sound)
                               : with_mixture(plain, target.genres, GenreSource::user);
        return shaped_prediction(predictor(track, mixed), track, mixed);
    };
}

}  // namespace burnish
