#include "cli/pinned_numbers.h"

#include <algorithm>

#include "cli/flag_conflicts.h"
#include "cli/flag_values.h"
#include "cli/help_text.h"
#include "cli/text_file.h"
#include "mastering/settings_json.h"

namespace burnish {

namespace {

/// A number that is given twice would leave one of the two ignored.
Status read_sets(const std::vector<std::string>& assignments, Patch& patch) {
    for (const auto& assignment : assignments) {
        const auto before = patch.pins().size();
        if (auto pinned = patch.pin("--set", assignment); !pinned) return pinned;
        if (patch.pins().size() == before)
            return usage("--set: " + assignment.substr(0, assignment.find('=')) + " is given twice");
    }
    return success();
}

Result<Patch> read_limiter_mode(const std::optional<std::string>& typed) {
    Patch patch;
    if (!typed) return patch;
    const auto mode = std::ranges::find(limiter_modes, *typed, &LimiterMode::name);
    if (mode == limiter_modes.end())
        return usage("--limiter: \"" + *typed + "\" found, one of " + limiter_mode_names(", ") + " expected");
    for (const auto& [param, member] : limiter_mode_params)
        if (auto status = patch.pin("--limiter", "limiter", param, (*mode).*member); !status) return status.error();
    return patch;
}

}  // namespace

Status read_patch(const MasterFlags& flags, const Patch& from_preset, MasterOptions& options) {
    Patch from_sets;
    if (auto status = read_sets(flags.sets, from_sets); !status) return status;
    Patch from_file;
    if (flags.settings) {
        const auto text = read_text(*flags.settings, ErrorCode::usage);
        if (!text) return text.error();
        auto read = read_settings(*flags.settings, *text);
        if (!read) return read.error();
        from_file = *std::move(read);
    }
    const auto from_mode = read_limiter_mode(flags.limiter);
    if (!from_mode) return from_mode.error();
    if (auto status = check_pins(flags, options, from_file, from_sets); !status) return status;
    if (auto status = check_limiter_mode(*from_mode, from_file, from_sets); !status) return status;
    options.patch = std::move(from_file);
    for (const auto& pin : from_preset.pins())
        if (auto status = options.patch.pin("--preset", pin.stage, pin.param, pin.value); !status) return status;
    for (const auto& pin : from_mode->pins())
        if (auto status = options.patch.pin("--limiter", pin.stage, pin.param, pin.value); !status) return status;
    for (const auto& pin : from_sets.pins())
        if (auto status = options.patch.pin("--set", pin.stage, pin.param, pin.value); !status) return status;
    return success();
}

Status settle_depth(MasterOptions& options) {
    ChainSettings pinned;
    options.patch.apply_to(pinned);
    const int bits = static_cast<int>(pinned.dither.bits);
    if (bits == 0) return success();
    if (bits == integer_bits(BitDepth::int16)) options.usual_depth = BitDepth::int16;
    if (!options.depth || integer_bits(*options.depth) == bits) return success();
    return usage("--bit-depth " + std::string(name_of(*options.depth)) +
                 " and --settings contradict each other: the file rounds to " + std::to_string(bits) +
                 " bits (dither.bits); drop the flag, or take the dither out of the file");
}

}  // namespace burnish
