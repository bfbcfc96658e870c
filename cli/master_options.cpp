#include "cli/master_options.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "cli/batch.h"
#include "cli/destination_flags.h"
#include "cli/flag_conflicts.h"
#include "cli/flag_values.h"
#include "cli/genre_flags.h"
#include "cli/help_text.h"
#include "cli/pinned_numbers.h"
#include "cli/preset_files.h"
#include "cli/tag_flags.h"
#include "io/audio_file.h"
#include "mastering/genre_mixture.h"

namespace burnish {

namespace {

constexpr std::string_view no_loudness = "none";
constexpr std::string_view any_loudness = "auto";
constexpr int max_jobs = 256;

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
        if (is_loudness && *typed == any_loudness) {
            target.choose_loudness = true;
            continue;
        }
        const bool is_intensity = param.member == &Target::intensity_percent;
        const auto word = std::ranges::find(intensity_names, *typed, &IntensityName::name);
        if (is_intensity && word != intensity_names.end()) {
            target.*param.member = word->percent;
            continue;
        }
        const auto accepted = "a number in " + range_text(param.min, param.max) +
                              (is_loudness    ? ", auto or none"
                               : is_intensity ? ", low, medium or high"
                                              : "");
        const auto value = read_number(flag, *typed, accepted);
        if (!value) return value.error();
        if (!param.accepts(*value)) return out_of_range(flag, *value, param.min, param.max, param.help);
        target.*param.member = *value;
        if (is_loudness) target.normalize = true;  // where the delivery aims at none
    }
    return success();
}

/// Genre, style and the amounts of the dimensions.
Status read_treatment(const MasterFlags& flags, MasterOptions& options, Patch& pins) {
    auto& target = options.target;
    if (flags.preset == auto_preset) {
        target.preset = auto_preset;
    } else if (flags.preset) {
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

Status read_references(const MasterFlags& flags, MasterOptions& options) {
    for (const auto& typed : flags.references) {
        auto reference = read_reference(typed);
        if (!reference) return reference.error();
        options.references.push_back(*std::move(reference));
    }
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
    const auto rate_hz = read_rate_hz(*flags.rate, "the master");
    if (!rate_hz) return rate_hz.error();
    options.rate_hz = *rate_hz;
    return success();
}

/// What the pinned numbers leave of the target.
void settle_target(const MasterFlags& flags, MasterOptions& options) {
    auto& target = options.target;
    ChainSettings pinned;
    options.patch.apply_to(pinned);
    if (options.settings) target.intensity_percent = 0.0;  // the file pins all that could be proposed
    if (options.patch.pins("limiter", "drive_db")) target.normalize = false;
    // Nobody has said how loud: neither the user, nor a genre, nor a place of delivery.
    const bool genre_says = flags.preset && flags.preset != auto_preset;
    if (!given(flags, &Target::loudness_lufs) && !genre_says && !options.delivery) target.choose_loudness = true;
    // References say so, and are nearer to what is wanted than a genre or what is usual at a place.
    if (!options.references.empty() && !given(flags, &Target::loudness_lufs) &&
        !demands(options.delivery, &Target::loudness_lufs))
        target.choose_loudness = true;
    target.choose_loudness = target.choose_loudness && target.normalize;
    if (options.patch.pins("limiter", "ceiling_dbtp")) target.ceiling_dbtp = pinned.limiter.ceiling_dbtp;
    // Nothing to change was asked for, so no sample may change: not even those above the default ceiling.
    target.limit_peaks = wants_treatment(target) || target.normalize || given(flags, &Target::ceiling_dbtp) ||
                         demands(options.delivery, &Target::ceiling_dbtp) || !options.patch.empty();
}

template <class To>
void copy_name(const std::optional<std::string>& from, std::optional<To>& to) {
    if (from) to = *from;
}

}  // namespace

Status read_predictor(const std::optional<std::string>& typed, MasterOptions& options) {
    if (!typed) return success();
    if (typed->ends_with(model_extension)) {
        std::error_code unknown;
        if (!std::filesystem::exists(*typed, unknown))
            return usage("--predictor: " + *typed + " found, but there is no such model");
        options.model = *typed;
        return success();
    }
    const auto named = std::ranges::find(predictor_names, *typed, &PredictorName::name);
    if (named == predictor_names.end()) {
        return usage("--predictor: \"" + *typed + "\" found, one of " + predictor_names_text(", ") + " or a model (*" +
                     std::string(model_extension) + ") expected");
    }
    options.predictor = named->kind;
    return success();
}

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

Result<double> read_rate_hz(const std::string& typed, std::string_view of) {
    auto rate_hz = read_number("--rate", typed, "a sample rate in Hz");
    if (!rate_hz) return rate_hz;
    if (*rate_hz < min_sample_rate_hz || *rate_hz > max_sample_rate_hz)
        return out_of_range("--rate", *rate_hz, min_sample_rate_hz, max_sample_rate_hz,
                            "sample rate of " + std::string(of) + ", Hz");
    if (*rate_hz != std::floor(*rate_hz))
        return usage("--rate: " + typed + " found, whole numbers of Hz are supported");
    return rate_hz;
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
    copy_name(flags.output, options.output);
    auto inputs = find_inputs(flags.inputs, options.output);
    if (!inputs) return inputs.error();
    options.inputs = *std::move(inputs);
    copy_name(flags.settings, options.settings);
    copy_name(flags.save_settings, options.save_settings);
    copy_name(flags.report, options.report);
    options.sets = flags.sets;
    options.replaygain = flags.replaygain;
    options.skip_existing = flags.skip_existing;
    options.json_lines = flags.json_lines;
    options.json = flags.json;
    options.dry_run = flags.dry_run;
    options.trim = flags.trim;
    options.loop = flags.loop;
    options.strict = flags.strict;
    options.force = flags.force;
    options.verbosity = flags.quiet ? Verbosity::quiet : flags.verbose ? Verbosity::verbose : Verbosity::normal;
    const auto jobs = read_jobs(flags.jobs);
    if (!jobs) return jobs.error();
    options.jobs = *jobs;
    Patch from_preset;
    if (auto status = read_delivery(flags, options); !status) return status.error();
    if (auto status = read_treatment(flags, options, from_preset); !status) return status.error();
    if (options.delivery) apply_demands(*options.delivery, options.target);
    if (auto status = read_target(flags, options.target); !status) return status.error();
    apply_loud_rule(flags, options);
    if (auto status = read_predictor(flags.predictor, options); !status) return status.error();
    if (auto status = read_genres(flags.genres, options); !status) return status.error();
    if (flags.preset == auto_preset && options.predictor != PredictorKind::learned)
        return usage("--preset auto and --predictor " + *flags.predictor +
                     " contradict each other: only the learned predictor hears genres");
    if (auto status = read_references(flags, options); !status) return status.error();
    if (auto status = read_format(flags, options); !status) return status.error();
    if (auto status = read_codecs(flags, options); !status) return status.error();
    if (auto status = apply_file_demands(options); !status) return status.error();
    if (auto status = read_tags(flags, options); !status) return status.error();
    if (auto status = read_patch(flags, from_preset, options); !status) return status.error();
    if (auto status = settle_depth(options); !status) return status.error();
    settle_target(flags, options);
    return options;
}

Result<std::vector<MasterOptions>> read_deliveries(const MasterFlags& flags) {
    std::vector<MasterOptions> masters;
    auto single = flags;
    const auto& names = flags.deliveries;
    for (std::size_t i = 0; i < std::max<std::size_t>(1, names.size()); ++i) {
        if (!names.empty()) {
            if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
                names.begin() + static_cast<std::ptrdiff_t>(i))
                return usage("--target: " + names[i] + " is given twice");
            single.deliveries = {names[i]};
        }
        auto options = read_master_flags(single);
        if (!options) return options.error();
        options->has_siblings = names.size() > 1;
        masters.push_back(*std::move(options));
    }
    const bool has_dialogue = std::any_of(masters.begin(), masters.end(), [](const MasterOptions& options) {
        return options.delivery && options.delivery->dialogue_lufs;
    });
    if (flags.dialogue && !has_dialogue)
        return usage("--dialogue has no say without a --target that asks for the loudness of the dialogue");
    return masters;
}

}  // namespace burnish
