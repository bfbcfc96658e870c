#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace burnish {

/// A command of the preview: what scripts, plain mode and keys are made of.
struct PreviewWord {
    std::string_view name;
    std::string_view arguments;  ///< as in the help; "|" between choices, "[]" around what may be left out
    int least_arguments;
    int most_arguments;
    std::string_view help;
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
    {"preset", "NAME|FILE.json|1..9|next|previous|none", 1, 1, "takes a genre preset"},
    {"style", "NAME|next|none", 1, 1, "takes a style"},
    {"intensity", "0..100|low|medium|high|up|down", 1, 1, "sets how strong the treatment is"},
    {"loudness", "LUFS|up|down", 1, 1, "sets the loudness of the master"},
    {"match", "on|off|toggle", 1, 1, "level match: the louder ones are turned down"},
    {"delta", "on|off|toggle", 1, 1, "listens to what the master removed or added"},
    {"mono", "on|off|toggle", 1, 1, "listens in mono"},
    {"reference", "FILE", 1, 1, "loads a reference, to listen to as C"},
    {"abx", "on|off|toggle|A|B", 1, 1, "blind test: starts, ends, or says what X is"},
    {"X", "", 0, 0, "in a blind test, listens to X"},
    {"export", "[FILE]", 0, 1, "writes the master, and its settings beside it; a .json gets the settings alone"},
    {"status", "", 0, 0, "says what is heard and measured"},
    {"device", "", 0, 0, "tries to open the audio device again"},
    {"quit", "", 0, 0, "ends the preview"},
});

/// A key of the screen and the command that it stands for; both cases of a letter unless a row says otherwise.
struct PreviewKey {
    std::string_view key;
    std::string_view command;
    std::string_view help;
};

inline constexpr auto preview_keys = std::to_array<PreviewKey>({
    {"space", "toggle", "play, pause"},
    {"tab", "switch", "switch between A and B"},
    {"a", "A", "original"},
    {"b", "B", "master"},
    {"r", "C", "reference"},
    {"left", "back 5", "back 5 s"},
    {"right", "forward 5", "forward 5 s"},
    {"shift-left", "back 30", "back 30 s"},
    {"shift-right", "forward 30", "forward 30 s"},
    {"l", "loop toggle", "loop: the loudest 20 s, or the points set"},
    {"[", "loop in", "loop starts here"},
    {"]", "loop out", "loop ends here"},
    {"P", "preset next", "next genre preset"},
    {"p", "preset previous", "previous one"},
    {"0", "preset none", "no preset"},
    {"s", "style next", "next style"},
    {"up", "intensity up", "more treatment"},
    {"down", "intensity down", "less treatment"},
    {"+", "loudness up", "louder by 0.5 LU"},
    {"-", "loudness down", "quieter by 0.5 LU"},
    {"m", "match toggle", "level match on, off"},
    {"d", "delta toggle", "difference: what the master changed"},
    {"o", "mono toggle", "mono"},
    {"w", "abx toggle", "blind test (ABX)"},
    {"x", "X", "blind test: hear X"},
    {",", "abx A", "blind test: X is A"},
    {".", "abx B", "blind test: X is B"},
    {"e", "export", "export the master and its settings"},
    {"q", "quit", "quit"},
});

/// The presets of the keys 1 to 9.
inline constexpr auto preview_presets = std::to_array<std::string_view>(
    {"pop", "rock", "hip-hop", "electronic", "metal", "acoustic", "jazz", "classical", "podcast"});

/// The command of a key; empty if it has none.
[[nodiscard]] std::string command_of_key(std::string_view key);

/// A command as it was typed: its row and what followed.
struct PreviewOrder {
    const PreviewWord* word = nullptr;
    std::vector<std::string> arguments;
};

/// Reads a command. What follows the name of a command that takes a FILE is one argument, spaces and all.
[[nodiscard]] Result<PreviewOrder> read_order(std::string_view text);

/// "75", "1:15" or "1:02:03.5". @param where  named in the error
[[nodiscard]] Result<double> read_time_s(std::string_view where, std::string_view text);

/// Two tables for the help: of keys, and of commands.
[[nodiscard]] std::string key_table();
[[nodiscard]] std::string word_table();

}  // namespace burnish
