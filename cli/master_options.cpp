#include "cli/master_options.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "cli/batch.h"
#include "cli/help_text.h"
#include "cli/preset_files.h"
#include "cli/text_file.h"
#include "io/audio_file.h"
#include "mastering/settings_json.h"

namespace burnish {

namespace {

constexpr std::string_view no_loudness = "none";
constexpr int max_jobs = 256;

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

Result<double> read_number(std::string_view flag, std::string_view text, std::string_view accepted) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0.0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem == std::errc() && end == text.data() + text.size() && std::isfinite(value)) return value;
    return usage(std::string(flag) + ": \"" + std::string(text) + "\" found, " + std::string(accepted) + " expected");
}

std::string range_text(double min, double max) { return "[" + number_text(min) + ", " + number_text(max) + "]"; }

Error out_of_range(std::string_view flag, double found, double min, double max, std::string_view help) {
    return usage(std::string(flag) + ": " + number_text(found) + " is outside " + range_text(min, max) + " (" +
                 std::string(help) + ")");
}

Status read_target(const MasterFlags& flags, Target& target) {
    for (std::size_t i = 0; i < target_params.size(); ++i) {
        const auto& param = target_params[i];
        const auto& typed = flags.target[i];
        if (!typed) continue;
        const auto flag = flag_of(param.name);
        const bool is_loudness = param.member == &Target::loudness_lufs;
        if (is_loudness && *typed == no_loudness) {
            target.normalize = false;
            continue;
        }
        const bool is_intensity = param.member == &Target::intensity_percent;
        const auto word = std::ranges::find(intensity_names, *typed, &IntensityName::name);
        if (is_intensity && word != intensity_names.end()) {
            target.*param.member = word->percent;
            continue;
        }
        const auto accepted = "a number in " + range_text(param.min, param.max) +
                              (is_loudness    ? " or none"
                               : is_intensity ? ", low, medium or high"
                                              : "");
        const auto value = read_number(flag, *typed, accepted);
        if (!value) return value.error();
        if (!param.accepts(*value)) return out_of_range(flag, *value, param.min, param.max, param.help);
        target.*param.member = *value;
    }
    return success();
}

/// Genre, style and the amounts of the dimensions.
Status read_treatment(const MasterFlags& flags, MasterOptions& options, Patch& pins) {
    auto& target = options.target;
    if (flags.preset) {
        const auto preset = find_preset(PresetKind::genre, "--preset", *flags.preset);
        if (!preset) return preset.error();
        apply_preset(*preset, target);
        target.preset = preset->name;
        pins = preset->pins;
    }
    if (flags.style) {
        const auto style = find_preset(PresetKind::style, "--style", *flags.style);
        if (!style) return style.error();
        apply_preset(*style, target);
        target.style = style->name;
    }
    for (std::size_t i = 0; i < dimensions.size(); ++i) {
        if (!flags.amounts[i]) continue;
        const auto& row = dimensions[i];
        const auto flag = "--" + std::string(row.name);
        const auto param = std::ranges::find(treatment_aim_params, row.percent, &Param<TreatmentAim>::member);
        const auto percent =
            read_number(flag, *flags.amounts[i], "a percentage in " + range_text(param->min, param->max));
        if (!percent) return percent.error();
        if (!param->accepts(*percent)) return out_of_range(flag, *percent, param->min, param->max, param->help);
        target.aim.*row.percent *= *percent / 100.0;
    }
    return success();
}

/// FILE or FILE:WEIGHT; a file whose name ends like a weight is meant as it is.
Status read_references(const MasterFlags& flags, MasterOptions& options) {
    constexpr double least_weight = 0.001;
    constexpr double most_weight = 1000.0;
    for (const auto& typed : flags.references) {
        ReferenceFile reference{.path = typed};
        const auto colon = typed.rfind(':');
        std::error_code ignored;
        if (colon != typed.npos && !std::filesystem::exists(typed, ignored)) {
            const auto weight = read_number("--reference", typed.substr(colon + 1), "a weight behind the colon");
            if (!weight) return weight.error();
            if (*weight < least_weight || *weight > most_weight)
                return out_of_range("--reference", *weight, least_weight, most_weight,
                                    "weight beside other references");
            reference = {.path = typed.substr(0, colon), .weight = *weight};
        }
        if (reference.path.empty()) return usage("--reference: the name is empty");
        options.references.push_back(reference);
    }
    return success();
}

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

Status read_predictor(const std::optional<std::string>& typed, PredictorKind& kind) {
    if (!typed) return success();
    const auto named = std::ranges::find(predictor_names, *typed, &PredictorName::name);
    if (named == predictor_names.end()) {
        return usage("--predictor: \"" + *typed + "\" found, one of " + predictor_names_text(", ") + " expected");
    }
    kind = named->kind;
    return success();
}

Status read_format(const MasterFlags& flags, MasterOptions& options) {
    if (flags.bit_depth) {
        options.depth = bit_depth_named(*flags.bit_depth);
        if (!options.depth) {
            std::string names;
            for (const auto depth : bit_depths()) names += (names.empty() ? "" : ", ") + std::string(name_of(depth));
            return usage("--bit-depth: \"" + *flags.bit_depth + "\" found, one of " + names + " expected");
        }
    }
    if (!flags.rate) return success();
    const auto rate = read_number("--rate", *flags.rate, "a sample rate in Hz");
    if (!rate) return rate.error();
    if (*rate < min_sample_rate_hz || *rate > max_sample_rate_hz)
        return out_of_range("--rate", *rate, min_sample_rate_hz, max_sample_rate_hz, "sample rate of the master, Hz");
    if (*rate != std::floor(*rate))
        return usage("--rate: " + *flags.rate + " found, whole numbers of Hz are supported");
    options.rate_hz = *rate;
    return success();
}

bool given(const MasterFlags& flags, double Target::*member) {
    for (std::size_t i = 0; i < target_params.size(); ++i)
        if (target_params[i].member == member) return flags.target[i].has_value();
    return false;
}

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

Status check_flags(const MasterFlags& flags) {
    const auto is_empty = [](const std::optional<std::string>& name) { return name && name->empty(); };
    const bool shapes = flags.preset || flags.style ||
                        std::ranges::any_of(flags.amounts, [](const auto& typed) { return typed.has_value(); });
    return first_of({
        {flags.inputs.empty(), "no input file given"},
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
        {!flags.references.empty() && flags.settings,
         "--reference and --settings contradict each other: the file takes the place of what a reference proposes"},
        {!flags.references.empty() && flags.predictor,
         "--reference and --predictor contradict each other: the reference takes the place of the predictor"},
        {flags.loop && flags.output && std::filesystem::path(*flags.output).extension() == ".mp3",
         "--loop and -o .mp3 contradict each other: MP3 cannot keep a length to the sample"},
        {flags.predictor == "off" && shapes,
         "--predictor off and --preset, --style or amounts contradict each other: nothing is proposed that could be "
         "shaped"},
    });
}

/// What two of --loudness, --ceiling, --bit-depth, --set and the settings file both decide.
Status check_pins(const MasterFlags& flags, const MasterOptions& options, const Patch& from_file,
                  const Patch& from_sets) {
    const bool loudness = given(flags, &Target::loudness_lufs) && options.target.normalize;
    const bool ceiling = given(flags, &Target::ceiling_dbtp);
    const bool file_drive = from_file.pins("limiter", "drive_db");
    const bool set_drive = from_sets.pins("limiter", "drive_db");
    const bool drive_is_fixed = set_drive || file_drive || !options.target.normalize;
    for (const auto& param : target_params)
        if (drive_is_fixed && is_budget(param) && given(flags, param.member))
            return usage(flag_of(param.name) + " has no say where no loudness is aimed at; drop the flag");
    return first_of({
        {loudness && set_drive,
         "--loudness and --set limiter.drive_db contradict each other: the drive decides how loud the master gets"},
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

/// What is rounded to 16 bits needs no more, and is told so twice at most.
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

/// What the pinned numbers leave of the target.
void settle_target(const MasterFlags& flags, MasterOptions& options) {
    auto& target = options.target;
    ChainSettings pinned;
    options.patch.apply_to(pinned);
    if (options.settings) target.intensity_percent = 0.0;  // the file pins all that could be proposed
    if (options.patch.pins("limiter", "drive_db")) target.normalize = false;
    if (options.patch.pins("limiter", "ceiling_dbtp")) target.ceiling_dbtp = pinned.limiter.ceiling_dbtp;
    // Nothing to change was asked for, so no sample may change: not even those above the default ceiling.
    target.limit_peaks =
        wants_treatment(target) || target.normalize || given(flags, &Target::ceiling_dbtp) || !options.patch.empty();
}

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

template <class To>
void copy_name(const std::optional<std::string>& from, std::optional<To>& to) {
    if (from) to = *from;
}

}  // namespace

std::string predictor_names_text(std::string_view between) {
    std::string text;
    for (const auto& row : predictor_names) text += (text.empty() ? "" : std::string(between)) + std::string(row.name);
    return text;
}

std::string flag_of(std::string_view target_param) {
    auto flag = "--" + std::string(target_param.substr(0, target_param.rfind('_')));
    std::replace(flag.begin(), flag.end(), '_', '-');
    return flag;
}

std::string unit_of(std::string_view target_param) {
    auto unit = std::string(target_param.substr(target_param.rfind('_') + 1));
    std::transform(unit.begin(), unit.end(), unit.begin(), [](unsigned char c) { return std::toupper(c); });
    return unit;
}

Result<int> read_jobs(const std::optional<std::string>& typed) {
    if (!typed) return available_cores();
    int jobs = 0;
    const auto [end, problem] = std::from_chars(typed->data(), typed->data() + typed->size(), jobs);
    if (problem != std::errc() || end != typed->data() + typed->size() || jobs < 1 || jobs > max_jobs)
        return usage("--jobs: \"" + *typed + "\" found, a whole number in " + range_text(1, max_jobs) + " expected");
    return jobs;
}

Result<MasterOptions> read_master_flags(const MasterFlags& flags) {
    if (auto status = check_flags(flags); !status) return status.error();
    MasterOptions options;
    options.inputs.assign(flags.inputs.begin(), flags.inputs.end());
    copy_name(flags.output, options.output);
    copy_name(flags.settings, options.settings);
    copy_name(flags.save_settings, options.save_settings);
    copy_name(flags.report, options.report);
    options.sets = flags.sets;
    options.loop = flags.loop;
    options.json = flags.json;
    options.dry_run = flags.dry_run;
    options.strict = flags.strict;
    options.force = flags.force;
    options.verbosity = flags.quiet ? Verbosity::quiet : flags.verbose ? Verbosity::verbose : Verbosity::normal;
    const auto jobs = read_jobs(flags.jobs);
    if (!jobs) return jobs.error();
    options.jobs = *jobs;
    Patch from_preset;
    if (auto status = read_treatment(flags, options, from_preset); !status) return status.error();
    if (auto status = read_target(flags, options.target); !status) return status.error();
    if (auto status = read_predictor(flags.predictor, options.predictor); !status) return status.error();
    if (auto status = read_references(flags, options); !status) return status.error();
    if (auto status = read_format(flags, options); !status) return status.error();
    if (auto status = read_patch(flags, from_preset, options); !status) return status.error();
    if (auto status = settle_depth(options); !status) return status.error();
    settle_target(flags, options);
    options.as_loud_as_references =
        !options.references.empty() && options.target.normalize && !given(flags, &Target::loudness_lufs);
    return options;
}

}  // namespace burnish
