#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mastering/mix_aim.h"
#include "mastering/prediction.h"
#include "mixing/balance.h"
#include "mixing/masking.h"
#include "mixing/mix_settings.h"
#include "mixing/mix_variant.h"
#include "mixing/panning.h"
#include "mixing/reference_match.h"
#include "mixing/sound_role.h"
#include "mixing/voice.h"

namespace burnish {

/// What the master would have had to put right, handed back to the mix.
struct Reopening {
    OctaveLevels tone_db{};    ///< wanted of the mix, by octave
    double limiting_db = 0.0;  ///< that the loudest moments of the mix are to lose
    std::string reason;
};

/// What a mix is to be.
struct MixTarget {
    BalanceMode balance = BalanceMode::automatic;
    MixVariant variant = mix_variants[0];
    MixAim aim{};
    std::optional<ReferenceWish> reference{};
    std::optional<Reopening> reopening{};
};

/// Predicts how loud each voice is to be.
using BalancePredictor = std::function<std::vector<Expectation>(const std::vector<Voice>&)>;

/// Says how far from the centre each voice may be set.
using WidthPredictor = std::function<std::vector<double>(const std::vector<Voice>&)>;

/// What was found of a stem and decided for it.
struct StemPlan {
    std::string name;
    RoleGuess role{};
    double lufs = silence_db;      ///< as it came
    double mix_lufs = silence_db;  ///< under its fader
    bool is_silent = false;
    std::vector<Decision> decisions{};  ///< parameter: stage.param
};

/// A mix on paper: every number of it, with reasons.
struct MixPlan {
    MixSettings settings;                               ///< strips in the order of the stems
    std::vector<StemPlan> stems;                        ///< likewise
    std::vector<Decision> buses;                        ///< parameter: bus.param, reverb.param
    BalanceMode balance_mode = BalanceMode::automatic;  ///< as asked for
    bool balance_kept = false;
    double kept_chance = 0.0;
    int brought_back = 0;            ///< voices of a kept balance that stood out
    double masking_before_db = 0.0;  ///< index at the faders, without and with the cuts
    double masking_after_db = 0.0;
    double tempo_bpm = 0.0;
    std::vector<std::string> warnings;
};

/// Loudness of a stem under its equaliser and its fader; its compressor and its reverberation are not in it.
[[nodiscard]] double strip_lufs(const StemMeasures& measures, const StripSettings& strip);

/// Decides about every number of a mix but the level of the sum. A pure function: it changes nothing.
/// @param sounds  tells roles that names do not tell
[[nodiscard]] MixPlan plan_mix(const std::vector<Stem>& stems, const std::vector<StemMeasures>& measures,
                               const BalancePredictor& predictor, const MixTarget& target,
                               const WidthPredictor& widths = widths_by_rules,
                               const RoleModel& sounds = embedded_role_model());

/// The plan of settings that are given: there is nothing to explain.
/// @param settings  strips in the order of the stems that were measured
[[nodiscard]] MixPlan replay_mix(const MixSettings& settings, const std::vector<StemMeasures>& measures);

/// The role of every stem: the user's word, or what the name says, or else what it sounds like.
[[nodiscard]] std::vector<RoleGuess> roles_of(const std::vector<Stem>& stems, const std::vector<StemMeasures>& measures,
                                              const RoleModel& sounds = embedded_role_model());

}  // namespace burnish
