#pragma once

#include <vector>

#include "cli/console.h"
#include "cli/preview_control.h"
#include "cli/preview_script.h"

namespace burnish {

/// Does what a script says when the device's clock comes to it. Ends with `quit`, or with the track.
/// @return  the first command that could not be done
[[nodiscard]] Status run_script(PreviewControl& control, const std::vector<ScriptLine>& script, const Console& console);

/// The same without a device, as fast as it goes: the clock is the sound itself, and stands still while masters are
/// planned. The same script sounds the same every time.
[[nodiscard]] Status run_script_fast(PreviewControl& control, const std::vector<ScriptLine>& script,
                                     const DeviceRequest& request, const Console& console);

/// Reads commands from standard input, a line each, and says what happens, line by line: for terminals that cannot move
/// the cursor, for screen readers and for other programs. At the end of its input it plays on to the end of the track.
void run_plain(PreviewControl& control, const Console& console);

}  // namespace burnish
