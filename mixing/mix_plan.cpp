#include "mixing/mix_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/decibels.h"
#include "mixing/panning.h"
#include "mixing/reopening.h"
#include "mixing/rounding.h"
#include "mixing/treatment.h"

namespace burnish {

namespace {

constexpr double name_is_enough = 0.6;
constexpr double least_makeup_db = 0.05;
constexpr double most_evening_lu = 3.0;

/// What the rules say of one voice.
struct VoicePlan {
    StripSettings strip;
    std::vector<Decision> decisions;
};

bool leads(const Voice& voice, const std::vector<Voice>& voices) {
    if (voice.presence == Presence::lead || voice.role.role == Role::lead_vocal) return true;
    const bool has_singer =
        std::ranges::any_of(voices, [](const Voice& other) { return other.role.role == Role::lead_vocal; });
    return !has_singer && voice.role.role == Role::lead_synth;
}

/// Tempo of the session: that of the loudest voice of drums that has one, or of any.
double tempo_of(const std::vector<Voice>& voices) {
    double tempo = 0.0, loudest = -1000.0;
    for (const auto& voice : voices) {
        const double level = voice.lufs + (voice.bus == Bus::drums ? 100.0 : 0.0);
        if (voice.track->tempo_bpm <= 0.0 || level <= loudest) continue;
        loudest = level;
        tempo = voice.track->tempo_bpm;
    }
    return tempo;
}

template <class Settings, std::size_t rows>
void explain(VoicePlan& plan, std::string_view stage, const Settings& settings,
             const std::array<Param<Settings>, rows>& params, const std::string& reason, double confidence) {
    for (const auto& param : params)
        if (settings.*param.member != param.default_value())
            plan.decisions.push_back(
                {std::string(stage) + "." + std::string(param.name), settings.*param.member, confidence, reason});
}

/// What the variant and the preset ask for, together.
struct Wanted {
    double lead_lu = 0.0, melody_lu = 0.0, drums_lu = 0.0, bass_lu = 0.0;
    double evenness = 0.0;
    double width = 1.0;
    double send_db = 0.0;
    double glue_db = 1.0;
};

Wanted wanted_of(const MixTarget& target) {
    const auto& variant = target.variant;
    const auto& aim = target.aim;
    return {.lead_lu = aim.lead_lu + variant.lead_lu,
            .melody_lu = variant.melody_lu,
            .drums_lu = aim.drums_lu + variant.rhythm_lu,
            .bass_lu = aim.bass_lu + variant.rhythm_lu,
            .evenness = variant.evenness,
            .width = aim.width_percent / 100.0 * variant.width,
            .send_db = aim.send_db + variant.send_db,
            .glue_db = std::max(0.0, aim.glue_db + variant.glue_db - mix_variants[0].glue_db)};
}

/// "; +1.5 LU asked for by preset, style or variant"
std::string asked_text(double more, const char* unit) {
    std::array<char, 80> text{};
    std::snprintf(text.data(), text.size(), "; %+.1f %s asked for by preset, style or variant", more, unit);
    return text.data();
}

/// "; 1.6 dB of it makes up for the cuts"
std::string makeup_text(double makeup_db) {
    std::array<char, 60> text{};
    std::snprintf(text.data(), text.size(), "; %.1f dB of it makes up for the cuts", makeup_db);
    return text.data();
}

/// The loudest voice that is neither rhythm nor leads and may be moved; as many as there are voices for none.
std::size_t melody_of(const std::vector<Voice>& voices, const std::vector<double>& gains_db) {
    std::size_t loudest = voices.size();
    for (std::size_t i = 0; i < voices.size(); ++i) {
        const auto& voice = voices[i];
        const bool is_rhythm = voice.bus == Bus::drums || voice.role.role == Role::bass;
        if (is_rhythm || voice.has_gain_lock || leads(voice, voices)) continue;
        if (loudest < voices.size() && voice.lufs + gains_db[i] <= voices[loudest].lufs + gains_db[loudest]) continue;
        loudest = i;
    }
    return loudest;
}

/// How much louder each voice is to be.
std::vector<double> wanted_lu(const Wanted& wanted, const std::vector<Voice>& voices,
                              const std::vector<double>& gains_db) {
    std::vector<double> more_lu(voices.size());
    double mean_lufs = 0.0;
    for (std::size_t i = 0; i < voices.size(); ++i)
        mean_lufs += (voices[i].lufs + gains_db[i]) / static_cast<double>(voices.size());
    const auto melody = melody_of(voices, gains_db);
    for (std::size_t i = 0; i < voices.size(); ++i) {
        const auto& voice = voices[i];
        if (voice.has_gain_lock) continue;
        if (leads(voice, voices)) more_lu[i] += wanted.lead_lu;
        if (i == melody) more_lu[i] += wanted.melody_lu;
        if (voice.bus == Bus::drums) more_lu[i] += wanted.drums_lu;
        if (voice.bus != Bus::drums && voice.role.role == Role::bass) more_lu[i] += wanted.bass_lu;
        const double apart_lu = voice.lufs + gains_db[i] - mean_lufs;
        if (wanted.evenness != 0.0)
            more_lu[i] += rounded(std::clamp(-wanted.evenness * apart_lu, -most_evening_lu, most_evening_lu), 2);
    }
    return more_lu;
}

void apply_wanted(const Wanted& wanted, const std::vector<Voice>& voices, Balance& levels, Panorama& panorama) {
    const auto more_lu = wanted_lu(wanted, voices, levels.gains_db);
    for (std::size_t i = 0; i < voices.size(); ++i) {
        const auto& voice = voices[i];
        if (!voice.has_pan_lock && wanted.width != 1.0 && panorama.pans[i] != 0.0) {
            panorama.pans[i] = rounded(std::clamp(panorama.pans[i] * wanted.width, -1.0, 1.0), 3);
            panorama.reasons[i] += asked_text(100.0 * (wanted.width - 1.0), "% width");
        }
        if (more_lu[i] == 0.0) continue;
        levels.gains_db[i] += more_lu[i];
        levels.reasons[i] += asked_text(more_lu[i], "LU");
    }
}

/// The send of a voice as its fader has it, with what is wanted on top; one that is off says why, too.
void add_send(VoicePlan& plan, const Voice& voice, double more_db) {
    const auto chosen = send(voice);
    const auto reverb = static_cast<std::size_t>(chosen.in_hall ? 1 : 0);
    auto& level_db = plan.strip.fader.*reverb_sends[reverb];
    auto reason = chosen.reason;
    if (chosen.level_db > send_off_db) {
        level_db = std::clamp(chosen.level_db + more_db, send_off_db, 0.0);
        if (more_db != 0.0) reason += asked_text(more_db, "dB");
    }
    plan.decisions.push_back(
        {"fader." + std::string(reverb_names[reverb]) + "_db", level_db, voice.role.confidence, reason});
}

/// Times of the reverbs that something is sent into.
void explain_reverbs(MixPlan& plan) {
    std::array<char, 80> reason{"there is no beat to keep to"};
    if (plan.tempo_bpm > 0.0)
        std::snprintf(reason.data(), reason.size(), "by the note values at %.0f beats a minute", plan.tempo_bpm);
    for (std::size_t r = 0; r < reverb_count; ++r) {
        const bool is_used = std::ranges::any_of(plan.settings.strips, [&](const NamedStrip& strip) {
            return strip.settings.fader.*reverb_sends[r] > send_off_db;
        });
        if (!is_used) continue;
        const auto name = std::string(reverb_names[r]);
        const auto& settings = plan.settings.reverbs[r];
        plan.buses.push_back({name + ".decay_s", settings.decay_s, 1.0, reason.data()});
        if (settings.predelay_ms != reverbs(0.0)[r].predelay_ms)
            plan.buses.push_back({name + ".predelay_ms", settings.predelay_ms, 1.0, reason.data()});
    }
}

/// What one member of a voice gets: the voice's numbers, the threshold at its own level, its side of a pair.
StripSettings member_settings(const StripSettings& settings, const Voice& voice, std::size_t place,
                              double member_lufs) {
    auto own = settings;
    if (voice.is_pair && !voice.has_pan_lock) own.fader.pan = place == 0 ? -pair_pan : pair_pan;
    if (!voice.is_pair && voice.members.size() > 1 && own.compressor.ratio > 1.0)
        own.compressor.threshold_db = std::clamp(own.compressor.threshold_db + member_lufs - voice.lufs, -60.0, 0.0);
    return own;
}

}  // namespace

std::vector<RoleGuess> roles_of(const std::vector<Stem>& stems, const std::vector<StemMeasures>& measures,
                                const RoleModel& sounds) {
    std::vector<RoleGuess> guesses;
    for (std::size_t i = 0; i < stems.size(); ++i) {
        if (stems[i].wish.role) {
            guesses.push_back({*stems[i].wish.role, 1.0, "given"});
            continue;
        }
        auto guess = role_from_name(stems[i].name);
        if (guess.confidence < name_is_enough) guess = role_from_sound(measures[i], sounds);
        guesses.push_back(std::move(guess));
    }
    return guesses;
}

double strip_lufs(const StemMeasures& measures, const StripSettings& strip) {
    return measures.track.integrated_lufs + strip.fader.gain_db +
           loudness_change_lu(gated_octaves(measures.cells), strip.eq);
}

MixPlan replay_mix(const MixSettings& settings, const std::vector<StemMeasures>& measures) {
    MixPlan plan;
    plan.settings = settings;
    for (std::size_t i = 0; i < settings.strips.size(); ++i) {
        const double lufs = measures[i].track.integrated_lufs;
        const auto& strip = settings.strips[i];
        const double mix_lufs = strip_lufs(measures[i], strip.settings);
        plan.stems.push_back({.name = strip.name,
                              .role = {strip.role, 1.0, "from the settings file"},
                              .lufs = lufs,
                              .mix_lufs = mix_lufs,
                              .is_silent = lufs <= silence_db});
    }
    return plan;
}

MixPlan plan_mix(const std::vector<Stem>& stems, const std::vector<StemMeasures>& measures,
                 const BalancePredictor& predictor, const MixTarget& target, const WidthPredictor& widths,
                 const RoleModel& sounds) {
    MixPlan plan;
    const auto guesses = roles_of(stems, measures, sounds);
    const auto voices = voices_of(stems, measures, guesses);

    auto levels = balance(voices, predictor(voices), target.balance);
    plan.balance_mode = target.balance;
    plan.balance_kept = levels.kept;
    plan.kept_chance = levels.kept_chance;
    plan.brought_back = levels.brought_back;
    auto panorama = pan(voices, levels.gains_db, widths(voices));
    const auto wanted = wanted_of(target);
    apply_wanted(wanted, voices, levels, panorama);
    if (target.reference) follow_references(*target.reference, voices, target.balance, levels, panorama);
    if (target.reopening) reopen_levels(voices, *target.reopening, levels);
    const auto unmasking = unmask(voices, levels.gains_db);
    plan.masking_before_db = unmasking.before_db;
    plan.masking_after_db = unmasking.after_db;
    plan.tempo_bpm = tempo_of(voices);
    plan.settings.reverbs = reverbs(plan.tempo_bpm);

    std::vector<VoicePlan> voice_plans;
    for (std::size_t i = 0; i < voices.size(); ++i) {
        const auto& voice = voices[i];
        const double confidence = voice.role.confidence;
        auto& own = voice_plans.emplace_back();
        const auto rumble = rumble_filter(voice);
        own.strip.rumble = rumble.settings;
        explain(own, "rumble", rumble.settings, SubsonicFilter::params, rumble.reason, 1.0);
        own.strip.eq = unmasking.eq[i];
        explain(own, "eq", own.strip.eq, Equalizer::params, unmasking.reasons[i], confidence);
        // A stem of a balance that works is as compressed as it is meant to be.
        const auto squeeze = levels.kept ? Treatment<GlueCompressor::Settings>{} : compressor(voice);
        own.strip.compressor = squeeze.settings;
        explain(own, "compressor", squeeze.settings, GlueCompressor::params, squeeze.reason, confidence);
        own.strip.fader.gain_db = std::clamp(
            voice.has_gain_lock ? levels.gains_db[i] : rounded(levels.gains_db[i] + unmasking.makeup_db[i], 2), -60.0,
            40.0);
        auto reason = levels.reasons[i];
        if (!voice.has_gain_lock && unmasking.makeup_db[i] >= least_makeup_db)
            reason += makeup_text(unmasking.makeup_db[i]);
        own.decisions.push_back({"fader.gain_db", own.strip.fader.gain_db, confidence, std::move(reason)});
        own.strip.fader.pan = panorama.pans[i];
        own.decisions.push_back({"fader.pan", panorama.pans[i], confidence, panorama.reasons[i]});
        add_send(own, voice, wanted.send_db);
    }

    for (std::size_t i = 0; i < stems.size(); ++i) {
        NamedStrip strip{.name = stems[i].name, .role = guesses[i].role, .mute = stems[i].wish.mute};
        strip.bus = stems[i].wish.group.value_or(row_of(strip.role).bus);
        plan.stems.push_back({.name = stems[i].name,
                              .role = guesses[i],
                              .lufs = measures[i].track.integrated_lufs,
                              .is_silent = measures[i].track.integrated_lufs <= silence_db});
        plan.settings.strips.push_back(std::move(strip));
    }
    for (std::size_t i = 0; i < voices.size(); ++i)
        for (std::size_t place = 0; place < voices[i].members.size(); ++place) {
            const auto member = voices[i].members[place];
            auto& stem = plan.stems[member];
            auto& strip = plan.settings.strips[member];
            strip.settings = member_settings(voice_plans[i].strip, voices[i], place, stem.lufs);
            strip.bus = voices[i].bus;
            stem.mix_lufs = strip_lufs(measures[member], strip.settings);
            stem.decisions = voice_plans[i].decisions;
            for (auto& decision : stem.decisions) {
                if (decision.parameter == "fader.pan") decision.value = strip.settings.fader.pan;
                if (decision.parameter == "compressor.threshold_db")
                    decision.value = strip.settings.compressor.threshold_db;
            }
        }

    const double limiting_db = target.reopening ? target.reopening->limiting_db : 0.0;
    for (std::size_t b = 0; b < bus_count; ++b) {
        const double extra_db = static_cast<Bus>(b) == Bus::drums ? limiting_db : 0.5 * limiting_db;
        const auto bus = glue(voices, levels.gains_db, static_cast<Bus>(b), wanted.glue_db + extra_db);
        plan.settings.glue[b] = bus.settings;
        for (const auto& param : GlueCompressor::params)
            if (bus.settings.*param.member != param.default_value())
                plan.buses.push_back({std::string(bus_names[b]) + "." + std::string(param.name),
                                      bus.settings.*param.member, 1.0, bus.reason});
    }
    explain_reverbs(plan);
    const bool has_lead = std::ranges::any_of(voices, [&](const Voice& voice) { return leads(voice, voices); });
    if (target.variant.lead_lu != 0.0 && !has_lead)
        plan.warnings.push_back(std::string(target.variant.name) +
                                ": no stem leads, so there is nothing to bring forward; --roles or a session's "
                                "presence say which one does");
    if (voices.empty()) plan.warnings.emplace_back("every stem is silent or muted: the mix is silence");
    return plan;
}

}  // namespace burnish
