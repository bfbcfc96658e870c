#include "cli/app.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <new>
#include <string_view>

#include "cli/album_command.h"
#include "cli/analyze_command.h"
#include "cli/check_command.h"
#include "cli/help_text.h"
#include "cli/master_command.h"
#include "cli/mix_command.h"
#include "cli/presets_command.h"
#include "cli/preview_command.h"
#include "cli/printable_text.h"
#include "cli/program.h"
#include "cli/targets_command.h"
#include "mastering/patch.h"

namespace burnish {

namespace {

std::string trimmed_value(const std::string& flag) { return flag.substr(0, flag.find('=')); }

/// "master, mix" for a flag that these commands have.
std::string commands_with(const std::string& flag, const CLI::App& program) {
    std::string names;
    for (const auto* command : program.get_subcommands([](const CLI::App*) { return true; }))
        if (command->get_option_no_throw(flag) != nullptr) names += (names.empty() ? "" : ", ") + command->get_name();
    return names;
}

/// The first word that nobody knows, as an error; nothing if all are known.
std::optional<Error> unknown(const CLI::App& app) {
    const auto words = app.remaining();
    const auto word = std::find_if(words.begin(), words.end(), [](const std::string& text) { return text != "--"; });
    if (word == words.end()) return std::nullopt;
    const bool is_flag = word->starts_with('-');
    std::vector<std::string> known;
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames()) known.push_back("--" + name);
    if (!is_flag) {
        known.clear();
        for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
            known.push_back(command->get_name());
    }
    const auto typed = trimmed_value(*word);
    std::error_code ignored;
    if (!is_flag && app.get_parent() == nullptr && std::filesystem::is_regular_file(typed, ignored))
        return Error{ErrorCode::usage,
                     "\"" + typed + "\" is a file, a command expected before it: burnish master " + typed + " -o OUT"};
    if (const auto* program = app.get_parent(); is_flag && program != nullptr)
        if (const auto others = commands_with(typed, *program); !others.empty())
            return Error{ErrorCode::usage,
                         "\"" + typed + "\" is no flag of burnish " + app.get_name() + ", but of " + others};
    const auto nearest = did_you_mean(typed, {known.begin(), known.end()});
    return Error{ErrorCode::usage, (is_flag ? "unknown flag \"" : "unknown command \"") + typed + "\"" + nearest};
}

ExitCode usage_error(const std::string& message, const std::string& command, const Console& console) {
    console.error(message);
    console.err << "Try: burnish " << command << (command.empty() ? "" : " ") << "--help\n";
    return ExitCode::usage;
}

/// CLI11's words for a value that is missing or one too many, in plainer ones.
std::string readable(const CLI::ParseError& problem) {
    std::string message = problem.what();
    const auto flag = message.substr(0, message.find(':'));
    if (message.find("required") != message.npos && message.ends_with("missing"))
        return flag + ": its value is missing";
    if (message.find("At Most 1") != message.npos) return flag + ": given more than once";
    return message;
}

ExitCode run(const Program& program, const Console& console) {
    for (const CLI::App* command : {program.master, program.album, program.mix, program.analyze, program.presets,
                                    program.targets, program.check, program.preview, program.devices})
        if (command->parsed())
            if (const auto error = unknown(*command)) return usage_error(error->message, command->get_name(), console);
    if (const auto error = unknown(program.app)) return usage_error(error->message, "", console);
    if (program.master->parsed() && program.lists_parameters) {
        console.out << wrapped(parameter_list());
        return ExitCode::done;
    }
    if (program.analyze->parsed() && program.lists_measures) {
        console.out << wrapped(measure_list());
        return ExitCode::done;
    }
    if (program.master->parsed()) return run_master(program.master_flags, console);
    if (program.album->parsed()) return run_album(program.album_flags, console);
    if (program.mix->parsed()) return run_mix(program.mix_flags, console);
    if (program.analyze->parsed()) return run_analyze(program.analyze_flags, console);
    if (program.presets->parsed()) return run_presets(program.presets_flags, console);
    if (program.targets->parsed()) return run_targets(program.targets_flags, console);
    if (program.check->parsed()) return run_check(program.check_flags, console);
    if (program.preview->parsed()) return run_preview(program.preview_flags, console);
    if (program.devices->parsed()) return run_devices(program.devices_as_json, console);
    console.err << wrapped(program.app.help());
    return ExitCode::usage;
}

/// `help COMMAND`, as many programs have it, is `COMMAND --help`.
std::vector<std::string> without_help_word(std::vector<std::string> arguments) {
    if (arguments.empty() || arguments.front() != "help") return arguments;
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
    return arguments;
}

ExitCode parse_and_run(const std::vector<std::string>& typed, const Console& console) {
    Program program;
    try {
        auto arguments = without_help_word(typed);
        std::ranges::reverse(arguments);  // as CLI11 takes them
        program.app.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        console.out << wrapped(program.app.help());  // of the command, if one was named
        return ExitCode::done;
    } catch (const CLI::CallForVersion& about) {
        console.out << about.what() << '\n';
        return ExitCode::done;
    } catch (const CLI::ParseError& problem) {
        const auto commands = program.app.get_subcommands();
        return usage_error(readable(problem), commands.empty() ? "" : commands.front()->get_name(), console);
    }
    return run(program, console);
}

}  // namespace

ExitCode run_command_line(const std::vector<std::string>& arguments, const Console& console) noexcept {
    try {
        const auto code = parse_and_run(arguments, console);
        if (console.out.flush() || errno == EPIPE) return code;  // who reads may stop when it has enough
        console.error("standard output: cannot be written");
        return code == ExitCode::done ? ExitCode::output : code;
    } catch (const std::bad_alloc&) {
        console.error("out of memory");
    } catch (const std::exception& fault) {
        console.error(std::string("internal error: ") + fault.what());
    }
    return ExitCode::internal;
}

}  // namespace burnish
