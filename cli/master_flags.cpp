#include "cli/master_flags.h"

#include "cli/help_text.h"
#include "cli/preset_files.h"

namespace burnish {

namespace {

using Text = std::optional<std::string>;
using List = std::vector<std::string>;

std::string list_of(const std::vector<std::string>& names) {
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : "|") + name;
    return list;
}

MasterFlag text_flag(std::string names, Text MasterFlags::*member, std::string type, std::string help) {
    return {std::move(names), std::move(type), std::move(help),
            [member](MasterFlags& flags) -> Text& { return flags.*member; }};
}

MasterFlag list_flag(std::string names, List MasterFlags::*member, std::string type, std::string help) {
    return {std::move(names), std::move(type), std::move(help), nullptr,
            [member](MasterFlags& flags) -> List& { return flags.*member; }};
}

MasterFlag of_the_run(MasterFlag flag) {
    flag.is_of_the_run = true;
    return flag;
}

void add_target(std::vector<MasterFlag>& flags) {
    for (std::size_t i = 0; i < target_params.size(); ++i) {
        const auto& param = target_params[i];
        auto unit = unit_of(param.name);
        if (param.member == &Target::loudness_lufs) unit += "|auto|none";
        if (param.member == &Target::intensity_percent) unit = "low|medium|high|0..100";
        const auto help = std::string(param.help) + "; " + number_text(param.min) + " to " + number_text(param.max) +
                          " [" +
                          (param.member == &Target::loudness_lufs ? "auto" : number_text(param.default_value())) + "]";
        flags.push_back({flag_of(param.name), unit, help, [i](MasterFlags& f) -> Text& { return f.target[i]; }});
    }
}

void add_treatment(std::vector<MasterFlag>& flags) {
    flags.push_back(text_flag("--preset", &MasterFlags::preset, "NAME|auto|FILE.json",
                              "a genre (burnish presets lists them), or those that it sounds like"));
    flags.push_back(list_flag("--genre", &MasterFlags::genres, "NAME[:WEIGHT]",
                              "what the music is, for the model to go by: one of its genres (a wrong name lists them) "
                              "or a preset's; may be repeated [the preset's, or found out]"));
    flags.push_back(text_flag("--style", &MasterFlags::style, list_of(preset_names(PresetKind::style)),
                              "a character, whatever the genre"));
    for (std::size_t i = 0; i < dimensions.size(); ++i)
        flags.push_back({"--" + std::string(dimensions[i].name), "PERCENT",
                         "how much of the proposed " + std::string(dimensions[i].help) + " is done; 0 to 150 [100]",
                         [i](MasterFlags& f) -> Text& { return f.amounts[i]; }});
}

void add_delivery(std::vector<MasterFlag>& flags) {
    flags.push_back(
        list_flag("--target", &MasterFlags::deliveries, "NAME|FILE.json",
                  "where the master goes; `burnish targets` lists them; `master` takes several, for a file each"));
    flags.push_back(text_flag("--dialogue", &MasterFlags::dialogue, "none",
                              "there is none, where a target asks for the loudness of the dialogue"));
    flags.push_back(list_flag("--codec", &MasterFlags::codecs, "aac|ogg|opus|mp3[:KBPS]",
                              "keeps it from clipping after that codec, by a lower ceiling where it takes one; may be "
                              "repeated"));
    flags.push_back(text_flag("--bit-depth", &MasterFlags::bit_depth, "16|24|32f", "of a lossless master [24]"));
    flags.push_back(text_flag("--bitrate", &MasterFlags::bitrate, "KBPS", "of a lossy master [near the codec's top]"));
    flags.push_back(
        text_flag("--rate", &MasterFlags::rate, "HZ",
                  "sample rate of the master [the input's; below 44100, 44100 or 48000, whichever is a multiple]"));
    flags.push_back(text_flag("--title", &MasterFlags::title, "TEXT", "sets a tag, in place of the input's"));
    flags.push_back(text_flag("--artist", &MasterFlags::artist, "TEXT", "sets that tag"));
    flags.push_back(text_flag("--album", &MasterFlags::album, "TEXT", "sets that tag"));
    flags.push_back(text_flag("--isrc", &MasterFlags::isrc, "CODE", "sets that tag: CC-XXX-YY-NNNNN"));
    flags.push_back(list_flag("--tag", &MasterFlags::tags, "KEY=VALUE", "sets any other tag; may be repeated"));
}

}  // namespace

std::vector<MasterFlag> master_flags() {
    std::vector<MasterFlag> flags;
    flags.push_back(text_flag("-o,--output", &MasterFlags::output, "OUT|DIR/",
                              "the master, or a directory for one from each input"));
    flags.push_back(of_the_run(text_flag("--manifest", &MasterFlags::manifest, "FILE.tsv|FILE.jsonl",
                                         "a list of inputs, each with flags of its own")));
    add_target(flags);
    add_treatment(flags);
    add_delivery(flags);
    flags.push_back(list_flag("--reference", &MasterFlags::references, "FILE[:WEIGHT]",
                              "a finished track to sound like, and be as loud as; may be repeated"));
    flags.push_back(text_flag("--limiter", &MasterFlags::limiter, limiter_mode_names("|"), limiter_mode_help()));
    flags.push_back(text_flag("--predictor", &MasterFlags::predictor, predictor_names_text("|"), predictor_help()));
    flags.push_back(
        list_flag("--set", &MasterFlags::sets, "STAGE.PARAM=VALUE", "fixes a number of the chain; may be repeated"));
    flags.push_back(text_flag("--settings", &MasterFlags::settings, "IN.json",
                              "takes settings from a file instead of proposing them"));
    flags.push_back(text_flag("--save-settings", &MasterFlags::save_settings, "OUT.json|DIR/",
                              "saves the settings that were used"));
    flags.push_back(text_flag("--report", &MasterFlags::report, "OUT.json|DIR/",
                              "saves everything that was measured, done and reached"));
    flags.push_back(of_the_run(
        text_flag("--jobs", &MasterFlags::jobs, "N", "files, or threads for one file, at once [all cores]")));
    return flags;
}

}  // namespace burnish
