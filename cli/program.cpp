#include "cli/program.h"

#include <algorithm>
#include <array>
#include <span>

#include "cli/help_text.h"
#include "cli/master_flags.h"
#include "cli/printable_text.h"
#include "core/version.h"

namespace burnish {

namespace {

/// Flags with their descriptions in a column of their own, at least two spaces behind the longest name beside it; a
/// longer name has a line to itself.
class HelpFormatter final : public CLI::Formatter {
public:
    HelpFormatter() { column_width(help_column); }

    std::string make_option(const CLI::Option* option, bool is_positional) const override {
        return help_row(make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option));
    }
};

void add_inputs(CLI::App& command, std::vector<std::string>& inputs) {
    command
        .add_option("IN", inputs, "mono or stereo files, or folders of them: WAV, FLAC, AIFF, W64, Ogg, Opus, MP3 ...")
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

std::string balance_mode_names_text(std::string_view between) {
    std::string names;
    for (const auto& name : balance_mode_names)
        names += (names.empty() ? "" : std::string(between)) + std::string(name);
    return names;
}

std::string variant_names() {
    std::string names;
    for (const auto& variant : std::span(mix_variants).subspan(1))
        names += (names.empty() ? "" : ", ") + std::string(variant.name);
    return names;
}

void add_flag(CLI::App& command, const MasterFlag& flag, MasterFlags& flags) {
    if (flag.list)
        add_texts(command, flag.names, flag.list(flags), flag.type, flag.help);
    else
        add_text(command, flag.names, flag.text(flags), flag.type, flag.help);
}

/// Whether a flag of master is one of preview, too: what is heard, but not where it goes.
bool decides_the_sound(const MasterFlag& flag) {
    constexpr std::array others{"--preset", "--genre", "--style", "--limiter", "--predictor", "--set", "--settings"};
    return std::ranges::any_of(target_params, [&](const auto& row) { return flag.names == flag_of(row.name); }) ||
           std::ranges::any_of(dimensions,
                               [&](const auto& row) { return flag.names == "--" + std::string(row.name); }) ||
           std::ranges::find(others, flag.names) != others.end();
}

void add_master(Program& program) {
    auto& flags = program.master_flags;
    program.master = program.app.add_subcommand("master", "master files");
    auto& command = *program.master;
    add_inputs(command, flags.inputs);
    for (const auto& flag : master_flags()) add_flag(command, flag, flags);
    command.add_flag("--replaygain", flags.replaygain, "writes ReplayGain tags of the master");
    command.add_flag("--skip-existing", flags.skip_existing, "passes over inputs whose master is there already");
    command.add_flag("--json", flags.json, "prints the report as JSON, an array for several inputs");
    command.add_flag("--json-lines", flags.json_lines, "prints a line of JSON for each master as it is done");
    command.add_flag("--dry-run", flags.dry_run, "does all but write the master");
    command.add_flag("--trim", flags.trim, "cuts off silence (below -60 dBFS) at both ends of the input");
    command.add_flag("--loop", flags.loop, "the file is a loop, or has loop points: it stays seamless");
    command.add_flag("--strict", flags.strict,
                     "fails if the written file misses loudness or true peak, by our meters or libebur128's");
    command.add_flag("-f,--force", flags.force, "replaces existing files");
    command.add_flag("-q,--quiet", flags.quiet, "prints errors only");
    command.add_flag("-v,--verbose", flags.verbose, "prints every reason and every measurement too");
    command.add_flag("--list-params", program.lists_parameters, "lists what --set can set, and exits");
    command.footer(master_footer());
}

/// Whether every track of an album can have it.
bool suits_albums(const MasterFlag& flag) {
    constexpr std::array others{"--target", "--dialogue", "--codec", "--bit-depth", "--bitrate",
                                "--rate",   "--artist",   "--album", "--tag",       "--reference"};
    return (decides_the_sound(flag) && flag.names != "--settings") ||
           std::ranges::find(others, flag.names) != others.end();
}

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
                     "44.1 kHz, 16 bits, stereo, tracks that end with a sector (588 frames), and a cue sheet");
    for (const auto& flag : master_flags())
        if (suits_albums(flag)) add_flag(command, flag, flags);
    command.add_flag("--replaygain", flags.replaygain, "writes ReplayGain tags of the masters");
    add_text(command, "--report", flags.report, "OUT.json", "saves the table of deviations and all settings");
    add_text(command, "--jobs", flags.jobs, "N", "tracks at once [all cores]");
    command.add_flag("--json", flags.json, "prints the report");
    command.add_flag("--dry-run", flags.dry_run, "does all but write the masters");
    command.add_flag("--trim", flags.trim, "cuts off silence (below -60 dBFS) at both ends of every track");
    command.add_flag("--strict", flags.strict, "fails if a track misses its loudness, or a demand of the target");
    command.add_flag("-f,--force", flags.force, "replaces existing files");
    command.add_flag("-q,--quiet", flags.quiet, "prints errors only");
    command.add_flag("-v,--verbose", flags.verbose, "prints every number of the treatment and its reason too");
    command.footer(album_footer());
}

void add_mix(Program& program) {
    auto& flags = program.mix_flags;
    auto& shared = flags.shared;
    program.mix = program.app.add_subcommand("mix", "mix stems, and master the mix if asked to");
    auto& command = *program.mix;
    command.add_option("IN", shared.inputs, "2 to 64 stems: a folder, files, or a session (.json)")->type_name("STEMS");
    command.add_flag("--master", flags.master,
                     "masters the mix in the same run; takes the flags of burnish master too");
    add_texts(command, "--roles", flags.roles, "STEM=ROLE",
              "what a stem is: " + role_names(", ") + "; may be repeated");
    add_text(command, "--balance", flags.balance, balance_mode_names_text("|"),
             "keeps levels that make a balance and mends others, keeps all, or sets all anew [auto]");
    add_text(command, "--variants", flags.variants, "1|2|3",
             "further mixes beside this one, the first of these that differ: " + variant_names());
    add_text(command, "--stems-out", flags.stems_out, "DIR/",
             "the stems as they are in the mix; together they are the mix");
    for (auto flag : master_flags()) {
        if (flag.names == "--manifest") continue;
        if (const auto* words = mix_words_for(flag)) {
            flag.type = words->type;
            flag.help = words->help;
        }
        add_flag(command, flag, shared);
    }
    command.add_flag("--json", shared.json, "prints the report as JSON");
    command.add_flag("--dry-run", shared.dry_run, "does all but write the mix");
    command.add_flag("--strict", shared.strict, "fails if the master misses loudness or true peak");
    command.add_flag("-f,--force", shared.force, "replaces existing files");
    command.add_flag("-q,--quiet", shared.quiet, "prints errors only");
    command.add_flag("-v,--verbose", shared.verbose, "prints every number and its reason too");
    command.footer(mix_footer());
}

void add_analyze(Program& program) {
    auto& flags = program.analyze_flags;
    program.analyze = program.app.add_subcommand("analyze", "measure files");
    auto& command = *program.analyze;
    add_inputs(command, flags.inputs);
    add_text(command, "--jobs", flags.jobs, "N", "files, or threads for one file, at once [all cores]");
    command.add_flag("--advice", flags.advice,
                     "tells what a mix engineer would fix first, instead; nothing where nothing is wrong");
    command.add_flag("--json", flags.json, "prints everything as JSON, an array for several inputs");
    command.add_flag("-q,--quiet", flags.quiet, "no progress, no warnings");
    command.add_flag("--list-measures", program.lists_measures, "lists what --json tells, with units, and exits");
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

void add_preview(Program& program) {
    auto& flags = program.preview_flags;
    program.preview =
        program.app.add_subcommand("preview", "hear a track and its master, or stems and their mix, in real time");
    auto& command = *program.preview;
    command
        .add_option("IN", flags.master.inputs,
                    "a track, mono or stereo; or stems: a folder, files, or a session (.json)")
        ->type_name("FILE|STEMS");
    for (const auto& flag : master_flags())
        if (decides_the_sound(flag)) add_flag(command, flag, flags.master);
    add_texts(command, "--roles", flags.roles, "STEM=ROLE",
              "what a stem is: " + role_names(", ") + "; may be repeated");
    add_text(command, "--balance", flags.balance, balance_mode_names_text("|"), "of stems, as for burnish mix [auto]");
    add_text(command, "--reference", flags.reference, "FILE",
             "something to compare with, heard as C; stems are mixed after it, as burnish mix does");
    command.add_flag("--match-reference", flags.match_reference,
                     "of a track: makes B sound like the reference, and as loud");
    add_text(command, "--api", flags.api, "jack|pulse|alsa", "sound system [the first that answers]");
    add_text(command, "--device", flags.device, "NUMBER|NAME", "burnish devices lists them [the default one]");
    add_text(command, "--buffer", flags.buffer, "FRAMES", "of the device; it may take another number [512]");
    add_text(command, "-o,--output", flags.master.output, "OUT", "where an export goes [NAME.master.wav]");
    add_text(command, "--script", flags.script, "FILE|-", "does what a script says: lines of SECONDS COMMAND");
    command.add_flag("--null", flags.null, "plays to a clock instead of a device");
    command.add_flag("--fast", flags.fast, "with --null and --script: as fast as it goes");
    command.add_flag("--plain", flags.plain,
                     "no screen: reads commands from standard input, says what happens in lines");
    command.add_flag("-f,--force", flags.master.force, "an export replaces existing files");
    command.footer(preview_footer());
}

void add_devices(Program& program) {
    program.devices = program.app.add_subcommand("devices", "list what the preview can play on");
    program.devices->add_flag("--json", program.devices_as_json, "prints JSON");
}

}  // namespace

Program::Program() {
    app.formatter(std::make_shared<HelpFormatter>());
    app.set_version_flag("--version", "burnish " + std::string(version), "prints the version");
    app.set_help_flag("-h,--help", "prints this help");
    app.allow_extras();  // whatever is not known is told by `unknown`, with the nearest name
    app.footer(program_footer());
    add_master(*this);
    add_album(*this);
    add_mix(*this);
    add_analyze(*this);
    add_presets(*this);
    add_targets(*this);
    add_check(*this);
    add_preview(*this);
    add_devices(*this);
}

}  // namespace burnish
