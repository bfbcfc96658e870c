#include "cli/app.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <new>
#include <string_view>

#include "cli/album_command.h"
#include "cli/analyze_command.h"
#include "cli/check_command.h"
#include "cli/help_text.h"
#include "cli/master_command.h"
#include "cli/preset_files.h"
#include "cli/presets_command.h"
#include "cli/targets_command.h"
#include "core/version.h"
#include "mastering/patch.h"

namespace burnish {

namespace {

constexpr int flag_column = 32;

/// The flags of a command line as they are read, and what CLI11 knows of them.
struct Program {
    Program();

    CLI::App app{"burnish: automatic mastering. Measures a track, decides what it needs, and masters it.", "burnish"};
    CLI::App* master = nullptr;
    CLI::App* album = nullptr;
    CLI::App* analyze = nullptr;
    CLI::App* presets = nullptr;
    CLI::App* targets = nullptr;
    CLI::App* check = nullptr;
    MasterFlags master_flags;
    AlbumFlags album_flags;
    AnalyzeFlags analyze_flags;
    PresetsFlags presets_flags;
    TargetsFlags targets_flags;
    CheckFlags check_flags;
    bool lists_parameters = false;
};

void add_inputs(CLI::App& command, std::vector<std::string>& inputs) {
    command.add_option("IN", inputs, "mono or stereo files: WAV, FLAC, AIFF, W64, Ogg, Opus, MP3 ...")
        ->type_name("FILE");
}

/// A flag with one value, which may be given once. Values are read later, so that all errors speak one language.
void add_text(CLI::App& command, const std::string& names, std::optional<std::string>& value, const std::string& type,
              const std::string& help) {
    command.add_option(names, value, help)->type_name(type);
}

/// A flag that may be given again and again, a value each time.
void add_texts(CLI::App& command, const std::string& names, std::vector<std::string>& values, const std::string& type,
               const std::string& help) {
    command.add_option(names, values, help)->type_name(type)->allow_extra_args(false);
}

std::string list_of(const std::vector<std::string>& names) {
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : "|") + name;
    return list;
}

void add_target(CLI::App& command, MasterFlags& flags) {
    for (std::size_t i = 0; i < target_params.size(); ++i) {
        const auto& param = target_params[i];
        auto unit = unit_of(param.name);
        if (param.member == &Target::loudness_lufs) unit += "|none";
        if (param.member == &Target::intensity_percent) unit = "low|medium|high|0..100";
        const auto help = std::string(param.help) + "; " + number_text(param.min) + " to " + number_text(param.max) +
                          " [" + number_text(param.default_value()) + "]";
        add_text(command, flag_of(param.name), flags.target[i], unit, help);
    }
}

void add_treatment(CLI::App& command, MasterFlags& flags) {
    add_text(command, "--preset", flags.preset, "NAME|FILE.json", "a genre; burnish presets lists them");
    add_text(command, "--style", flags.style, list_of(preset_names(PresetKind::style)),
             "a character, whatever the genre");
    for (std::size_t i = 0; i < dimensions.size(); ++i)
        add_text(command, "--" + std::string(dimensions[i].name), flags.amounts[i], "PERCENT",
                 "how much of the proposed " + std::string(dimensions[i].help) + " is done; 0 to 150 [100]");
}

void add_format_and_chain(CLI::App& command, MasterFlags& flags) {
    add_text(command, "--bit-depth", flags.bit_depth, "16|24|32f", "of a lossless master [24]");
    add_text(command, "--rate", flags.rate, "HZ", "sample rate of the master [the input's]");
    add_text(command, "--limiter", flags.limiter, limiter_mode_names("|"), limiter_mode_help());
    add_text(command, "--predictor", flags.predictor, predictor_names_text("|"), predictor_help());
    add_texts(command, "--set", flags.sets, "STAGE.PARAM=VALUE", "fixes a number of the chain; may be repeated");
}

void add_master(Program& program) {
    auto& flags = program.master_flags;
    program.master = program.app.add_subcommand("master", "master files");
    auto& command = *program.master;
    add_inputs(command, flags.inputs);
    add_text(command, "-o,--output", flags.output, "OUT|DIR/", "the master, or a directory for one from each input");
    add_target(command, flags);
    add_treatment(command, flags);
    add_format_and_chain(command, flags);
    add_texts(command, "--reference", flags.references, "FILE[:WEIGHT]",
              "a finished track to sound like, and be as loud as; may be repeated");
    command.add_flag("--loop", flags.loop, "the file is a loop, or has loop points: it stays seamless");
    add_text(command, "--settings", flags.settings, "IN.json", "takes settings from a file instead of proposing them");
    add_text(command, "--save-settings", flags.save_settings, "OUT.json|DIR/", "saves the settings that were used");
    add_text(command, "--report", flags.report, "OUT.json|DIR/",
             "saves everything that was measured, done and reached");
    add_text(command, "--jobs", flags.jobs, "N", "files, or threads for one file, at once [all cores]");
    command.add_flag("--json", flags.json, "prints the report as JSON, an array for several inputs");
    command.add_flag("--dry-run", flags.dry_run, "does all but write the master");
    command.add_flag("--strict", flags.strict,
                     "fails if the written file misses loudness or true peak, by our meters or libebur128's");
    command.add_flag("-f,--force", flags.force, "replaces existing files");
    command.add_flag("-q,--quiet", flags.quiet, "prints errors only");
    command.add_flag("-v,--verbose", flags.verbose, "prints every reason and every measurement too");
    command.add_flag("--list-params", program.lists_parameters, "lists what --set can set, and exits");
    command.footer(master_footer());
}

/// What a whole album gets the same way as a single track.
void add_album(Program& program) {
    auto& album = program.album_flags;
    auto& flags = album.master;
    program.album = program.app.add_subcommand("album", "master tracks that belong together");
    auto& command = *program.album;
    command.add_option("IN", flags.inputs, "a directory, the tracks in their order, or a cue sheet")
        ->type_name("DIR|FILE");
    add_text(command, "-o,--output", flags.output, "DIR/", "where the masters go, under the tracks' own names");
    add_text(command, "--cue", album.cue, "FILE.cue",
             "order, gaps, names and codes; may also cut one long file into tracks [the directory's only one]");
    add_text(command, "--anchor", album.anchor, "N|FILE|TITLE",
             "the track whose tone and width the others follow [the median of all]");
    add_text(command, "--gapless", album.gapless, "auto|all|none",
             "which tracks are rendered in one piece; auto: those that go on where the one before ends [auto]");
    add_text(command, "--gap", album.gap, "SECONDS", "silence between tracks that the cue sheet of --cd asks for");
    command.add_flag("--cd", album.cd,
                     "44.1 kHz, 16 bits, tracks that end with a sector (588 frames), and a cue sheet");
    add_target(command, flags);
    add_treatment(command, flags);
    add_format_and_chain(command, flags);
    add_text(command, "--report", flags.report, "OUT.json", "saves the table of deviations and all settings");
    add_text(command, "--jobs", flags.jobs, "N", "tracks at once [all cores]");
    command.add_flag("--json", flags.json, "prints the report");
    command.add_flag("--strict", flags.strict, "fails if a track could not be made as loud as asked for");
    command.add_flag("-f,--force", flags.force, "replaces existing files");
    command.add_flag("-q,--quiet", flags.quiet, "prints errors only");
    command.footer(album_footer());
}

void add_analyze(Program& program) {
    auto& flags = program.analyze_flags;
    program.analyze = program.app.add_subcommand("analyze", "measure files");
    auto& command = *program.analyze;
    add_inputs(command, flags.inputs);
    add_text(command, "--jobs", flags.jobs, "N", "files, or threads for one file, at once [all cores]");
    command.add_flag("--json", flags.json, "prints everything as JSON, an array for several inputs");
    command.add_flag("-q,--quiet", flags.quiet, "no progress, no warnings");
    command.footer(analyze_footer());
}

void add_presets(Program& program) {
    auto& flags = program.presets_flags;
    program.presets = program.app.add_subcommand("presets", "list, show and check genres and styles");
    auto& command = *program.presets;
    command.add_option("WHAT", flags.words, "list, show NAME, validate FILE... or schema")->type_name("");
    command.add_flag("--json", flags.json, "prints JSON");
    command.footer(presets_footer());
}

void add_targets(Program& program) {
    auto& flags = program.targets_flags;
    program.targets = program.app.add_subcommand("targets", "list delivery targets, or show some in full");
    auto& command = *program.targets;
    command.add_option("NAME", flags.names, "those to show in full, with their sources")->type_name("");
    command.add_flag("--json", flags.json, "prints JSON");
    command.footer(targets_footer());
}

void add_check(Program& program) {
    auto& flags = program.check_flags;
    program.check = program.app.add_subcommand("check", "judge files by delivery targets");
    auto& command = *program.check;
    add_inputs(command, flags.inputs);
    add_texts(command, "--target", flags.targets, "NAME|FILE.json",
              "what to judge by; may be repeated; burnish targets lists them");
    add_texts(command, "--simulate", flags.simulations, "NAME|FILE.json",
              "tells what a service will do to the file when it plays it; may be repeated");
    add_text(command, "--dialogue", flags.dialogue, "none",
             "there is no dialogue worth measuring: targets that ask for its loudness take that of the whole");
    add_text(command, "--jobs", flags.jobs, "N", "files, or threads for one file, at once [all cores]");
    command.add_flag("--strict", flags.strict, "a missed recommendation is a failure too");
    command.add_flag("--json", flags.json, "prints JSON, an array for several inputs");
    command.add_flag("-q,--quiet", flags.quiet, "says nothing: the exit status tells");
    command.footer(check_footer());
}

Program::Program() {
    app.get_formatter()->column_width(flag_column);
    app.set_version_flag("--version", "burnish " + std::string(version), "prints the version");
    app.set_help_flag("-h,--help", "prints this help");
    app.allow_extras();  // whatever is not known is told by `unknown`, with the nearest name
    app.footer(program_footer());
    add_master(*this);
    add_album(*this);
    add_analyze(*this);
    add_presets(*this);
    add_targets(*this);
    add_check(*this);
}

std::string trimmed_value(const std::string& flag) { return flag.substr(0, flag.find('=')); }

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
    for (const CLI::App* command :
         {program.master, program.album, program.analyze, program.presets, program.targets, program.check})
        if (command->parsed())
            if (const auto error = unknown(*command)) return usage_error(error->message, command->get_name(), console);
    if (const auto error = unknown(program.app)) return usage_error(error->message, "", console);
    if (program.master->parsed() && program.lists_parameters) {
        console.out << parameter_list();
        return ExitCode::done;
    }
    if (program.master->parsed()) return run_master(program.master_flags, console);
    if (program.album->parsed()) return run_album(program.album_flags, console);
    if (program.analyze->parsed()) return run_analyze(program.analyze_flags, console);
    if (program.presets->parsed()) return run_presets(program.presets_flags, console);
    if (program.targets->parsed()) return run_targets(program.targets_flags, console);
    if (program.check->parsed()) return run_check(program.check_flags, console);
    console.err << program.app.help();
    return ExitCode::usage;
}

ExitCode parse_and_run(const std::vector<std::string>& arguments, const Console& console) {
    Program program;
    try {
        program.app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        console.out << program.app.help();  // of the command, if one was named
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
