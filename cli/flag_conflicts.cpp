#include "cli/flag_conflicts.h"

#include <algorithm>
#include <initializer_list>

#include "cli/flag_values.h"
#include "mastering/genre_mixture.h"

namespace burnish {

namespace {

/// What may be spent on the way to the loudness.
bool is_budget(const Param<Target>& param) { return param.name.find("_budget_") != param.name.npos; }

struct Contradiction {
    bool found;
    std::string_view message;
};

Status first_of(std::initializer_list<Contradiction> contradictions) {
    for (const auto& contradiction : contradictions)
        if (contradiction.found) return usage(std::string(contradiction.message));
    return success();
}

}  // namespace

bool given(const MasterFlags& flags, double Target::*member) {
    for (std::size_t i = 0; i < target_params.size(); ++i)
        if (target_params[i].member == member) return flags.target[i].has_value();
    return false;
}

bool demands(const std::optional<DeliveryTarget>& delivery, double Target::*member) {
    if (!delivery) return false;
    const auto& numbers = delivery->master;
    return std::any_of(numbers.begin(), numbers.end(), [&](const auto& number) { return number.first == member; });
}

Status check_flags(const MasterFlags& flags) {
    const auto is_empty = [](const std::optional<std::string>& name) { return name && name->empty(); };
    const bool shapes = flags.preset || flags.style ||
                        std::ranges::any_of(flags.amounts, [](const auto& typed) { return typed.has_value(); });
    return first_of({
        {flags.inputs.empty(), "no input file given"},
        {flags.force && flags.skip_existing, "-f and --skip-existing contradict each other"},
        {flags.json && flags.json_lines, "--json and --json-lines contradict each other"},
        {flags.json_lines && flags.verbose, "--json-lines and -v contradict each other"},
        {flags.skip_existing && flags.dry_run, "--skip-existing has no say in a dry run; drop one of them"},
        {!flags.codecs.empty() && flags.dry_run,
         "--codec has no say in a dry run: only what is written can be encoded; drop one of them"},
        {std::ranges::any_of(flags.inputs, &std::string::empty), "an input file's name is empty"},
        {is_empty(flags.output), "-o: the name is empty"},
        {is_empty(flags.settings), "--settings: the name is empty"},
        {is_empty(flags.save_settings), "--save-settings: the name is empty"},
        {is_empty(flags.report), "--report: the name is empty"},
        {!flags.output && !flags.dry_run, "no output given: -o OUT, -o DIR/ or --dry-run is needed"},
        {flags.quiet && flags.verbose, "-q and -v contradict each other"},
        {flags.json && flags.verbose, "--json and -v contradict each other: the JSON holds every decision already"},
        {flags.settings && flags.predictor,
         "--settings and --predictor contradict each other: the file takes the place of a proposal"},
        {flags.settings && given(flags, &Target::intensity_percent),
         "--settings and --intensity contradict each other: the file takes the place of the proposal that --intensity "
         "scales"},
        {flags.settings && shapes,
         "--settings and --preset, --style or amounts contradict each other: the file takes the place of the proposal "
         "that they shape"},
        {!flags.genres.empty() && flags.settings,
         "--genre and --settings contradict each other: the file takes the place of a proposal"},
        {!flags.genres.empty() && !flags.references.empty(),
         "--genre and --reference contradict each other: the reference takes the place of the predictor"},
        {!flags.references.empty() && flags.settings,
         "--reference and --settings contradict each other: the file takes the place of what a reference proposes"},
        {!flags.references.empty() && flags.predictor,
         "--reference and --predictor contradict each other: the reference takes the place of the predictor"},
        {!flags.references.empty() && flags.preset == auto_preset,
         "--reference and --preset auto contradict each other: the reference says what the master is to sound like"},
        {flags.loop && flags.trim, "--loop and --trim contradict each other: a loop that is cut is another loop"},
        {flags.predictor == "off" && shapes,
         "--predictor off and --preset, --style or amounts contradict each other: nothing is proposed that could be "
         "shaped"},
    });
}

Status check_pins(const MasterFlags& flags, const MasterOptions& options, const Patch& from_file,
                  const Patch& from_sets) {
    const bool loudness = (given(flags, &Target::loudness_lufs) || demands(options.delivery, &Target::loudness_lufs)) &&
                          options.target.normalize;
    const bool ceiling = given(flags, &Target::ceiling_dbtp) || demands(options.delivery, &Target::ceiling_dbtp);
    const bool file_drive = from_file.pins("limiter", "drive_db");
    const bool set_drive = from_sets.pins("limiter", "drive_db");
    const bool drive_is_fixed = set_drive || file_drive || !options.target.normalize;
    for (const auto& param : target_params)
        if (drive_is_fixed && is_budget(param) && given(flags, param.member))
            return usage(flag_of(param.name) + " has no say where no loudness is aimed at; drop the flag");
    return first_of({
        {loudness && set_drive && options.delivery,
         "--target and --set limiter.drive_db contradict each other: the drive decides how loud the master gets"},
        {loudness && set_drive,
         "--loudness and --set limiter.drive_db contradict each other: the drive decides how loud the "
         "master gets"},
        {loudness && file_drive && options.delivery,
         "--target and --settings contradict each other: the file's limiter.drive_db decides how loud the master gets; "
         "drop the flag, or take the limiter out of the file"},
        {loudness && file_drive,
         "--loudness and --settings contradict each other: the file's limiter.drive_db decides how loud the master "
         "gets; drop the flag, or take the limiter out of the file"},
        {ceiling && from_sets.pins("limiter", "ceiling_dbtp"),
         "--ceiling and --set limiter.ceiling_dbtp contradict each other"},
        {ceiling && from_file.pins("limiter", "ceiling_dbtp"),
         "--ceiling and --settings contradict each other: the file holds limiter.ceiling_dbtp; drop the flag, or take "
         "the limiter out of the file"},
        {options.depth && from_sets.pins("dither", "bits"),
         "--bit-depth and --set dither.bits contradict each other: both say what to round to"},
    });
}

Status check_limiter_mode(const Patch& from_mode, const Patch& from_file, const Patch& from_sets) {
    for (const auto& pin : from_mode.pins()) {
        const auto name = pin.stage + "." + pin.param;
        if (from_sets.pins(pin.stage, pin.param))
            return usage("--limiter and --set " + name + " contradict each other: both say what it is");
        if (from_file.pins(pin.stage, pin.param))
            return usage("--limiter and --settings contradict each other: the file holds " + name +
                         "; drop the flag, or take the limiter out of the file");
    }
    return success();
}

}  // namespace burnish
