#include "cli/mix_options.h"

#include <algorithm>

namespace burnish {

namespace {

constexpr int most_variants = 3;

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

/// The first flag that only a master listens to; empty if there is none.
std::string master_flag(MasterFlags flags) {
    for (const auto& flag : master_flags()) {
        const bool is_given = flag.list ? !flag.list(flags).empty() : flag.text(flags).has_value();
        if (is_given && mix_words_for(flag) == nullptr) return "--" + flag.word();
    }
    return flags.strict ? "--strict" : "";
}

/// A model file is about the master's predictor, a name about the mix's as well.
bool names_predictor(const MasterFlags& flags) {
    return flags.predictor && !flags.predictor->ends_with(model_extension);
}

Status read_roles(const std::vector<std::string>& assignments, std::map<std::string, Role>& roles) {
    for (const auto& assignment : assignments) {
        const auto equals = assignment.rfind('=');
        if (equals == assignment.npos || equals == 0)
            return usage("--roles: \"" + assignment + "\" found, STEM=ROLE expected");
        const auto role = role_named(assignment.substr(equals + 1));
        if (!role)
            return usage("--roles: \"" + assignment.substr(equals + 1) + "\" found, one of " + role_names(", ") +
                         " expected");
        if (!roles.emplace(assignment.substr(0, equals), *role).second)
            return usage("--roles: " + assignment.substr(0, equals) + " is given twice");
    }
    return success();
}

Status read_variants(const std::optional<std::string>& typed, int& variants) {
    if (!typed) return success();
    if (typed->size() != 1 || *typed < "1" || *typed > std::to_string(most_variants))
        return usage("--variants: \"" + *typed + "\" found, a whole number in [1, " + std::to_string(most_variants) +
                     "] expected");
    variants = (*typed)[0] - '0';
    return success();
}

Status check(const MixFlags& flags) {
    const auto& shared = flags.shared;
    if (!shared.inputs.empty() && !shared.output && !shared.dry_run)
        return usage("no output given: -o OUT or --dry-run is needed");
    const auto wants_master = master_flag(shared);
    if (!flags.master && !wants_master.empty())
        return usage(wants_master + " is about a master: give --master too, or drop it");
    if (shared.rate)
        if (const auto rate = read_rate_hz(*shared.rate, flags.master ? "the mix and its master" : "the mix"); !rate)
            return rate.error();
    if (shared.deliveries.size() > 1)
        return usage("--target: one at a time for a mix; burnish master makes several of what it writes");
    if (shared.settings && flags.balance)
        return usage("--settings and --balance contradict each other: the file holds every level");
    if (shared.settings && !flags.roles.empty())
        return usage("--settings and --roles contradict each other: the file holds what roles are needed for");
    if (shared.settings && flags.variants)
        return usage("--settings and --variants contradict each other: the file is one mix");
    if (shared.settings && !flags.master && (shared.preset || shared.style))
        return usage("--settings and --preset or --style contradict each other: the file holds what they shape");
    if (shared.settings && !flags.master && !shared.references.empty())
        return usage("--settings and --reference contradict each other: the file holds what a reference shapes");
    for (const auto dimension : {Dimension::tone, Dimension::width})
        if (!flags.master && shared.references.empty() && shared.amounts[static_cast<std::size_t>(dimension)])
            return usage("--" + std::string(dimensions[static_cast<std::size_t>(dimension)].name) +
                         " has no say here: give a --reference or --master too, or drop it");
    if (shared.dry_run && flags.stems_out) return usage("--dry-run and --stems-out contradict each other");
    if (flags.stems_out && flags.stems_out->empty()) return usage("--stems-out: the name is empty");
    if (flags.variants && !shared.output) return usage("--variants needs -o: the variants are named after it");
    return success();
}

template <class To>
void take_name(std::optional<std::string>& from, std::optional<To>& to) {
    if (from) to = *from;
    from.reset();
}

}  // namespace

const MixFlagWords* mix_words_for(const MasterFlag& flag) noexcept {
    const auto row = std::ranges::find(mix_flag_words, flag.names, &MixFlagWords::names);
    return row == mix_flag_words.end() ? nullptr : &*row;
}

Result<MixOptions> read_mix_flags(const MixFlags& flags) {
    if (auto status = check(flags); !status) return status.error();
    MixOptions options;
    options.master = flags.master;
    // Settings, saved ones and the report are the mix's; the master gets what is left.
    auto shared = flags.shared;
    take_name(shared.settings, options.settings);
    take_name(shared.save_settings, options.save_settings);
    take_name(shared.report, options.report);
    // A reference takes the place of the master's predictor, but not of the mix's.
    std::optional<std::string> predictor;
    if (!shared.references.empty() && names_predictor(shared)) std::swap(predictor, shared.predictor);
    auto read = read_deliveries(shared);
    if (!read) return read.error();
    options.shared = std::move(read->front());
    if (auto status = read_predictor(predictor, options.shared); !status) return status.error();
    // A folder is the stems in it, not those of folders below, and may be a session's: mixing looks for itself.
    options.shared.inputs.clear();
    for (const auto& input : flags.shared.inputs) options.shared.inputs.push_back({.path = input});
    if (flags.stems_out) options.stems_out = *flags.stems_out;
    for (const auto& [path, flag] :
         {std::pair{&options.settings, "--settings"}, std::pair{&options.save_settings, "--save-settings"},
          std::pair{&options.report, "--report"}})
        if (*path && (*path)->empty()) return usage(std::string(flag) + ": the name is empty");
    if (flags.balance) {
        const auto mode = std::ranges::find(balance_mode_names, *flags.balance);
        if (mode == balance_mode_names.end())
            return usage("--balance: \"" + *flags.balance + "\" found, auto, keep or rules expected");
        options.balance = static_cast<BalanceMode>(mode - balance_mode_names.begin());
    }
    if (auto status = read_variants(flags.variants, options.variants); !status) return status.error();
    if (auto status = read_roles(flags.roles, options.roles); !status) return status.error();
    return options;
}

}  // namespace burnish
