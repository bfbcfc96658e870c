#include "cli/help_text.h"

#include <algorithm>
#include <sstream>
#include <string_view>

#include "analysis/track_analysis.h"
#include "cli/advice_text.h"
#include "cli/exit_code.h"
#include "cli/master_options.h"
#include "cli/preview_words.h"
#include "io/output_format.h"
#include "mastering/chain.h"
#include "mastering/patch.h"

namespace burnish {

namespace {

std::string left(std::string_view text, std::size_t width) {
    std::string result(text);
    result.resize(std::max(result.size(), width), ' ');
    return result;
}

template <class Items, class ToText>
std::string list_of(const Items& items, ToText to_text) {
    std::string list;
    for (const auto& item : items) list += (list.empty() ? "" : " ") + std::string(to_text(item));
    return list;
}

std::string format_table() {
    std::ostringstream table;
    table << "Formats, chosen by the output's extension:\n";
    for (const auto& format : output_formats()) {
        const auto extensions = list_of(format.extensions, [](std::string_view extension) { return extension; });
        const auto depths = list_of(format.depths, [](BitDepth depth) { return name_of(depth); });
        table << "  " << left(extensions, 14) << left(format.name, 12)
              << (format.lossy() ? "lossy, no bit depth" : "bit depth " + depths) << '\n';
    }
    return table.str();
}

std::string exit_code_table() {
    std::ostringstream table;
    table << "Exit codes:\n";
    for (const auto& row : exit_codes)
        table << "  " << left(std::to_string(static_cast<int>(row.code)), 5) << row.meaning << '\n';
    table << "  Of several inputs the first one that failed decides; the others are done all the same.\n";
    return table.str();
}

}  // namespace

std::string program_footer() {
    return "Examples:\n"
           "  burnish master mix.wav -o master.wav\n"
           "  burnish mix stems/ -o mix.wav\n"
           "  burnish analyze mix.wav\n"
           "\n" +
           exit_code_table() +
           "\n"
           "burnish COMMAND --help tells more about a command.";
}

std::string master_footer() {
    return format_table() +
           "\n"
           "In a directory a master keeps the name of its input, and its extension too if that is a lossless format "
           "of this table; otherwise it becomes a .wav. The last part of DIR/ is made if it is missing. Reports and "
           "settings are called NAME.report.json and NAME.settings.json in a directory. Of several targets each puts "
           "its name before the extension: NAME.spotify.wav. A folder as input stands for all sound files in and "
           "below it, and its folders are mirrored in DIR/; a pattern in quotes for the files that it matches.\n"
           "\n"
           "A manifest is a .tsv with the names of its columns in the first line (input, and flags without their "
           "dashes; commas divide what may be repeated), or a .jsonl with an object of these in each line. Its paths "
           "are relative to it; what a line does not say is as on the command line.\n"
           "\n"
           "--settings takes every number of the tone and dynamics from the file. If the file holds a limiter, its "
           "level is replayed too, to the bit; without one, the level is solved for as usual. --set overrides both.\n"
           "\n" +
           exit_code_table() +
           "\n"
           "Examples:\n"
           "  burnish master mix.wav -o master.wav\n"
           "      as loud as suits it, at most -1 dBTP, 24 bits, the sample rate of the mix\n"
           "  burnish master mix.flac -o cd.wav --loudness -10 --bit-depth 16 --rate 44100\n"
           "  burnish master album/ -o masters/ --report masters/ --skip-existing\n"
           "  burnish master mix.wav -o masters/ --target spotify --target cd --codec ogg\n"
           "  burnish master --manifest tracks.tsv -o masters/ --jobs 4 --json-lines\n"
           "  burnish master mix.wav --dry-run --save-settings plan.json\n"
           "      then edit plan.json (without its limiter, the loudness is solved for anew), and:\n"
           "  burnish master mix.wav -o master.wav --settings plan.json\n"
           "  burnish master mix.wav -o master.wav --intensity low --set glue.ratio=1.5\n"
           "  burnish master mix.wav -o master.wav --preset metal --style warm --width 0\n"
           "  burnish master mix.wav -o master.wav --reference hit.flac --tone 70\n"
           "  burnish master level1.wav -o level1-loud.wav --loop";
}

std::string album_footer() {
    return "The loudest track gets the loudness asked for; the others keep their distance to it. Tone and width of a "
           "track's treatment depart from the album's by 1.5 dB at most. With --reference every track is matched with "
           "it instead, and the loudest gets its loudness. Tracks of a directory come in the order of their names, "
           "numbers counting as numbers.\n"
           "\n" +
           exit_code_table() +
           "\n"
           "Examples:\n"
           "  burnish album mixes/ -o masters/\n"
           "  burnish album 1.wav 2.wav 3.wav -o masters/ --loudness -12 --anchor 2\n"
           "  burnish album concert.cue -o disc/ --cd";
}

std::string mix_footer() {
    return "Examples:\n"
           "  burnish mix stems/ -o mix.wav\n"
           "  burnish mix stems/ -o master.wav --master --preset rock --report r.json\n"
           "  burnish mix kick.wav bass.wav gtr*.wav --roles gtr2=keys -o mix.wav\n"
           "  burnish mix stems/ -o mix.wav --save-settings mix.json\n"
           "  burnish mix stems/ -o again.wav --settings mix.json\n"
           "  burnish mix session.json -o mix.wav --variants 3\n"
           "  burnish mix stems/ -o mix.wav --reference hit.flac --width 50\n"
           "\n"
           "Session: {\"format\": \"burnish-session-1\", \"stems\": [{\"file\": \"vox.wav\",\n"
           "  \"role\": \"lead-vocal\", \"presence\": \"lead|normal|background\", \"pan\": 0,\n"
           "  \"gain_db\": 0, \"mute\": false, \"group\": \"drums|music|vocals\", \"start_s\": 0}]};\n"
           "  all but \"file\" may be left out.";
}

std::string analyze_footer() {
    return "What --advice listens for, and how much it matters:\n" + advice_check_table() +
           "\n"
           "Examples:\n"
           "  burnish analyze mix.wav\n"
           "  burnish analyze --advice mixes/*.wav\n"
           "  burnish analyze album/*.wav --json > album.json";
}

std::string presets_footer() {
    return "A preset of your own goes to $XDG_CONFIG_HOME/burnish/presets/NAME.json (~/.config if that is not set); "
           "it lists only what departs from neutral.\n"
           "\n"
           "Examples:\n"
           "  burnish presets\n"
           "  burnish presets show metal\n"
           "      every number, and where it comes from\n"
           "  burnish presets show metal --json > mine.json\n"
           "  burnish presets validate mine.json\n"
           "  burnish presets schema > burnish-preset.schema.json";
}

std::string targets_footer() {
    return "A loudness with ~ is a habit that a genre's own beats. The ceiling after the slash is that of loud "
           "masters.\n"
           "\n"
           "Examples:\n"
           "  burnish targets\n"
           "  burnish targets spotify acx\n"
           "      every demand, and where it comes from";
}

std::string check_footer() {
    return "Verdicts: ok; note, where a recommendation is missed; unknown, where something cannot be judged; fail.\n"
           "The exit status is 5 if a file fails or cannot be judged.\n"
           "\n" +
           exit_code_table() +
           "\n"
           "Examples:\n"
           "  burnish check master.wav --target spotify --target cd\n"
           "  burnish check *.mp3 --target acx --quiet && upload *.mp3\n"
           "  burnish check master.wav --simulate spotify";
}

std::string preview_footer() {
    return "Keys, on the screen:\n" + key_table() + "\nCommands, in scripts and with --plain:\n" + word_table() +
           "\n"
           "A is the original, B the master, C the reference; of stems, A is the plain sum and B the mix. The level "
           "match turns the louder ones down, by what is measured over the loop, or else over the 20 s around the "
           "place in hand.\n"
           "\n"
           "Examples:\n"
           "  burnish preview song.wav\n"
           "  burnish preview song.wav --preset metal --reference hit.flac\n"
           "  burnish preview stems/ -o mix.wav --reference hit.flac\n"
           "  printf '0 play\\n10 B\\n40 quit\\n' | burnish preview song.wav --script -";
}

std::string limiter_mode_names(std::string_view between) {
    std::string names;
    for (const auto& mode : limiter_modes)
        names += (names.empty() ? "" : std::string(between)) + std::string(mode.name);
    return names;
}

std::string limiter_mode_help() {
    std::string help;
    for (const auto& mode : limiter_modes)
        help += (help.empty() ? "" : "; ") + std::string(mode.name) + ": " + std::string(mode.help);
    return help + " [" + std::string(limiter_modes.front().name) + "]";
}

std::string predictor_help() {
    std::string help;
    for (const auto& row : predictor_names)
        help += (help.empty() ? "" : "; ") + std::string(row.name) + ": " + std::string(row.help);
    help += "; FILE" + std::string(model_extension) + ": learned, by a model of your own";
    return help + " [" + std::string(predictor_names.front().name) + "]";
}

std::string parameter_list() {
    std::ostringstream list;
    std::string_view last_stage;
    for_each_parameter([&](const auto& stage, const auto& param) {
        if (stage.name != last_stage)
            list << (last_stage.empty() ? "" : "\n") << stage.name << ": " << stage.help << '\n';
        last_stage = stage.name;
        const auto name = std::string(stage.name) + "." + std::string(param.name);
        const auto range = "[" + number_text(param.min) + ", " + number_text(param.max) + "]";
        list << "  " << left(name, 38) << left(range, 16) << left(number_text(param.default_value()), 8) << param.help
             << '\n';
    });
    return list.str();
}

std::string measure_list() {
    std::ostringstream list;
    const auto row_text = [&](std::string_view name, std::string_view unit, std::string_view help) {
        list << "  " << left(name, 28) << left(unit, 8) << help << '\n';
    };
    list << "analysis: of the track as a whole\n";
    for (const auto& row : analysis_numbers) row_text(row.name, row.unit, row.help);
    for_each_curve_group([&](const auto& group) {
        list << "\nanalysis." << group.name << ": " << group.axis_values.size() << " numbers each, over " << group.axis
             << '\n';
        for (const auto& row : group.curves) row_text(row.name, row.unit, row.help);
    });
    return list.str();
}

}  // namespace burnish
