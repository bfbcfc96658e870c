#pragma once

#include <array>
#include <string_view>

#include "core/result.h"

namespace burnish {

/// What the program tells its caller. Frozen: scripts rely on these numbers.
enum class ExitCode : int {
    done = 0,
    usage = 2,
    input = 3,
    output = 4,
    target = 5,
    internal = 70,
    interrupted = 130,
};

struct ExitCodeRow {
    ExitCode code;
    std::string_view meaning;
};

inline constexpr auto exit_codes = std::to_array<ExitCodeRow>({
    {ExitCode::done, "all done"},
    {ExitCode::usage, "a flag, a settings file or their combination makes no sense; nothing was done"},
    {ExitCode::input, "an input is missing or cannot be read, or a folder has no sound in it"},
    {ExitCode::output, "an output cannot be written"},
    {ExitCode::target, "check: a file fails; master --strict: a target was missed, the file was written all the same"},
    {ExitCode::internal, "a fault of the program, or memory ran out"},
    {ExitCode::interrupted, "stopped by Ctrl-C or a signal; unfinished files have vanished"},
});

[[nodiscard]] constexpr ExitCode exit_code_for(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::usage:
            return ExitCode::usage;
        case ErrorCode::input:
            return ExitCode::input;
        case ErrorCode::output:
            return ExitCode::output;
        case ErrorCode::target:
            return ExitCode::target;
        case ErrorCode::canceled:
            return ExitCode::interrupted;
        case ErrorCode::internal:
            return ExitCode::internal;
    }
    return ExitCode::internal;
}

}  // namespace burnish
