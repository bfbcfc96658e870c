#pragma once

#include "cli/preview_control.h"
#include "cli/preview_picture.h"
#include "preview/meters.h"

namespace burnish {

/// True if standard input and output are a terminal that a screen can be drawn on.
[[nodiscard]] bool has_screen();

/// Shows the preview on the whole terminal and does what the keys say, until it is quit.
/// @param title    of the track
/// @param unicode  false keeps to ASCII
void run_screen(PreviewControl& control, const std::string& title, bool unicode);

/// What there is to be seen at the moment.
[[nodiscard]] PreviewPicture picture_of(PreviewControl& control, Meters& meters, const std::string& title);

}  // namespace burnish
