#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "mastering/target.h"

namespace burnish {

/// What a delivery target measures its level by.
enum class LevelMeasure {
    programme,  ///< integrated loudness of all of it
    rms,        ///< plain root mean square
    dialogue,   ///< loudness of the speech alone, which takes somebody who knows where it is
};

/// A number that has to lie in a range, or should.
struct DeliveryLimit {
    std::string number;  ///< a row of analysis_numbers, or one of delivery_check.h's own
    std::optional<double> min;
    std::optional<double> max;
    bool is_advice = false;  ///< a recommendation: missing it is told, but no failure
    std::string why;
};

/// How a service plays what it was given.
struct PlaybackMode {
    std::string name;
    std::optional<double> loudness_lufs;  ///< what it brings a track to; none: it plays it as it is
    bool raises = false;                  ///< softer tracks too
    double ceiling_dbtp = 0.0;            ///< raises no further than to this peak ...
    bool limits = false;                  ///< ... or else limits there
};

/// What the file itself has to be; what is empty is free.
struct DeliveryFile {
    std::vector<std::string> extensions;  ///< the first is the usual one
    std::optional<double> rate_hz;
    std::optional<std::string> bit_depth;
    std::optional<int> channels;
    std::optional<int> bitrate_kbps;
    bool replaygain = false;  ///< carries ReplayGain tags
};

/// Where a fact comes from.
struct DeliverySource {
    std::string about;
    std::string status;       ///< "official", "third-party" or "convention"
    std::string verified_on;  ///< the day the source was last read; empty: taken over from somebody who had read it
    std::string source;
};

/// Above this loudness less peak is allowed.
struct LoudRule {
    double above_lufs;
    double ceiling_dbtp;
};

/// Where a master goes, and what is asked of it there: a file of presets/targets, or one like it.
struct DeliveryTarget {
    std::string name;
    std::string title;
    std::string help;
    LevelMeasure measure = LevelMeasure::programme;
    bool normalizes = true;  ///< false: no loudness is aimed at
    bool may_limit = true;   ///< false: what is too high is turned down as a whole
    /// Demands: they beat a genre's numbers, and only a flag beats them.
    std::vector<std::pair<double Target::*, double>> master;
    std::vector<std::pair<double Target::*, double>> usual;  ///< habits: a genre's numbers beat them
    std::optional<LoudRule> loud;
    std::optional<double> rms_db;         ///< what to aim at where the measure is rms
    std::optional<double> dialogue_lufs;  ///< what the dialogue has to be, where that is the measure
    DeliveryFile file;
    std::vector<DeliveryLimit> limits;
    std::vector<PlaybackMode> playback;
    std::vector<DeliverySource> sources;
};

/// Reads a target. @param where  the file's name, for error messages
/// @return  an error that names the place, the value and what is accepted
[[nodiscard]] Result<DeliveryTarget> read_delivery_target(std::string_view where, std::string_view name,
                                                          std::string_view json_text);

/// Puts the target's habits into a target, before a genre has its say, and its demands, after that.
void apply_habits(const DeliveryTarget& delivery, Target& target);
void apply_demands(const DeliveryTarget& delivery, Target& target);

}  // namespace burnish
