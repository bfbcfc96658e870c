#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace burnish {

/// What a preview plays, and what a command or a key is for.
enum class Playing { track, stems, either };

/// A command of the preview: what scripts, plain mode and keys are made of.
struct PreviewWord {
    std::string_view name;
    std::string_view arguments;  ///< as in the help; "|" between choices, "[]" around what may be left out
    int least_arguments;
    int most_arguments;
    std::string_view help;
    Playing needs = Playing::either;
};

inline constexpr auto preview_words = std::to_array<PreviewWord>({
    {"play", "", 0, 0, "plays"},
    {"pause", "", 0, 0, "pauses"},
    {"toggle", "", 0, 0, "plays or pauses"},
    {"A", "", 0, 0, "listens to the original"},
    {"B", "", 0, 0, "listens to the master"},
    {"C", "", 0, 0, "listens to the reference"},
    {"switch", "", 0, 0, "from the original to the master, or back"},
    {"seek", "TIME", 1, 1, "goes to a time: seconds or m:ss"},
    {"forward", "SECONDS", 1, 1, "goes forward"},
    {"back", "SECONDS", 1, 1, "goes back"},
    {"loop", "FROM TO|loudest|in|out|on|off|toggle", 1, 2,
     "plays a section over and over: between two times, the loudest 20 s, from or up to here"},
    {"preset", "NAME|FILE.json|1..9|next|previous|none", 1, 1, "takes a genre preset", Playing::track},
    {"style", "NAME|next|none", 1, 1, "takes a style", Playing::track},
    {"intensity", "0..100|low|medium|high|up|down", 1, 1, "sets how strong the treatment is", Playing::track},
    {"loudness", "LUFS|up|down", 1, 1, "sets the loudness of the master", Playing::track},
    {"stem", "NAME|NUMBER|next|previous", 1, 1, "chooses a stem", Playing::stems},
    {"fader", "DECIBELS|up|down", 1, 1, "moves its fader over where the mix has it", Playing::stems},
    {"mute", "on|off|toggle", 1, 1, "silences it", Playing::stems},
    {"solo", "on|off|toggle", 1, 1, "silences those that are not in solo", Playing::stems},
    {"reset", "", 0, 0, "faders as they are mixed, nothing muted", Playing::stems},
    {"variant", "NAME|next", 1, 1, "another mix: balanced, vocal-forward, punchy, wide ...", Playing::stems},
    {"match", "on|off|toggle", 1, 1, "level match: the louder ones are turned down"},
    {"delta", "on|off|toggle", 1, 1, "listens to what the master removed or added"},
    {"mono", "on|off|toggle", 1, 1, "listens in mono"},
    {"reference", "FILE", 1, 1, "loads a reference, to listen to as C; stems are mixed after it"},
    {"abx", "on|off|toggle|A|B", 1, 1, "blind test: starts, ends, or says what X is"},
    {"X", "", 0, 0, "in a blind test, listens to X"},
    {"export", "[FILE]", 0, 1, "writes the master, and its settings beside it; a .json gets the settings alone"},
    {"status", "", 0, 0, "says what is heard and measured"},
    {"device", "", 0, 0, "tries to open the audio device again"},
    {"quit", "", 0, 0, "ends the preview"},
});

/// A key of the screen and the command that it stands for; both cases of a letter unless a row says otherwise. A key
/// may stand for one thing while a track plays, and for another while stems do.
struct PreviewKey {
    std::string_view key;
    std::string_view command;
    std::string_view help;
    Playing while_playing = Playing::either;
};

inline constexpr auto preview_keys = std::to_array<PreviewKey>({
    {"space", "toggle", "play, pause"},
    {"tab", "switch", "switch between A and B"},
    {"a", "A", "original, or plain sum"},
    {"b", "B", "master, or mix"},
    {"r", "C", "reference"},
    {"left", "back 5", "back 5 s"},
    {"right", "forward 5", "forward 5 s"},
    {"shift-left", "back 30", "back 30 s"},
    {"shift-right", "forward 30", "forward 30 s"},
    {"l", "loop toggle", "loop: loudest 20 s, or [ ]"},
    {"[", "loop in", "loop starts here"},
    {"]", "loop out", "loop ends here"},
    {"P", "preset next", "next genre preset", Playing::track},
    {"p", "preset previous", "previous one", Playing::track},
    {"0", "preset none", "no preset", Playing::track},
    {"s", "style next", "next style", Playing::track},
    {"up", "intensity up", "more treatment", Playing::track},
    {"down", "intensity down", "less treatment", Playing::track},
    {"+", "loudness up", "louder by 0.5 LU", Playing::track},
    {"-", "loudness down", "quieter by 0.5 LU", Playing::track},
    {"up", "stem previous", "the stem above", Playing::stems},
    {"down", "stem next", "the stem below", Playing::stems},
    {"+", "fader up", "its fader up 0.5 dB", Playing::stems},
    {"-", "fader down", "its fader down 0.5 dB", Playing::stems},
    {"s", "solo toggle", "solo", Playing::stems},
    {"u", "mute toggle", "mute", Playing::stems},
    {"c", "reset", "faders back", Playing::stems},
    {"v", "variant next", "another mix", Playing::stems},
    {"m", "match toggle", "level match on, off"},
    {"d", "delta toggle", "what the master changed"},
    {"o", "mono toggle", "mono"},
    {"w", "abx toggle", "blind test (ABX)"},
    {"x", "X", "blind test: hear X"},
    {",", "abx A", "blind test: X is A"},
    {".", "abx B", "blind test: X is B"},
    {"e", "export", "export, with its settings"},
    {"n", "device", "open the device again"},
    {"q", "quit", "quit"},
});

/// The presets of the keys 1 to 9.
inline constexpr auto preview_presets = std::to_array<std::string_view>(
    {"pop", "rock", "hip-hop", "electronic", "metal", "acoustic", "jazz", "classical", "podcast"});

/// Whether what is for one kind of preview is for another.
[[nodiscard]] constexpr bool is_for(Playing needed, Playing what) noexcept {
    return needed == Playing::either || needed == what;
}

/// The command of a key while a track or stems play; empty if it has none.
[[nodiscard]] std::string command_of_key(std::string_view key, Playing playing = Playing::track);

/// A command as it was typed: its row and what followed.
struct PreviewOrder {
    const PreviewWord* word = nullptr;
    std::vector<std::string> arguments;
};

/// Reads a command. What follows the name of a command that takes a FILE is one argument, spaces and all.
[[nodiscard]] Result<PreviewOrder> read_order(std::string_view text);

/// on, off, or toggle: the other than now. @param where  named in the error
[[nodiscard]] Result<bool> read_switch(std::string_view where, const std::string& what, bool now);

/// "75", "1:15" or "1:02:03.5". @param where  named in the error
[[nodiscard]] Result<double> read_time_s(std::string_view where, std::string_view text);

/// Two tables for the help: of keys, and of commands.
[[nodiscard]] std::string key_table();
[[nodiscard]] std::string word_table();

}  // namespace burnish
