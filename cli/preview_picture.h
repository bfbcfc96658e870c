#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/stem_control.h"
#include "cli/text_grid.h"
#include "preview/deck_maker.h"
#include "preview/meters.h"
#include "preview/planner.h"

namespace burnish {

/// All that the screen shows, taken at one moment.
struct PreviewPicture {
    std::string title;
    std::string device;           ///< "jack 48 kHz, 256 frames"
    bool device_is_lost = false;  ///< a clock is in its place
    double duration_s = 0.0;
    double position_s = 0.0;
    bool playing = false;
    std::optional<Section> loop;
    std::string heard;                 ///< what plays, in words
    std::optional<Heard> highlighted;  ///< none while X is heard
    bool matched = true;
    bool mono = false;
    double original_gain_db = 0.0;  ///< of the level match
    double master_gain_db = 0.0;
    bool gain_is_measured = false;
    bool exact = false;  ///< the samples are those of the offline render
    bool has_reference = false;

    const Overview* original_overview = nullptr;
    std::shared_ptr<const MasterSound> master_sound;
    MeterReading original;
    MeterReading master;
    Reductions reductions;

    std::vector<StemLine> stems;  ///< of a session; empty while a track plays
    std::optional<std::size_t> selected_stem = 0;
    std::string variant;
    bool balance_kept = false;  ///< the stems came at levels that make a balance

    Plan plan;
    std::string preset;
    std::string style;
    double intensity_percent = 50.0;
    double plan_fraction = 1.0;
    double trail_fraction = 1.0;

    int xruns = 0;
    double load_worst = 0.0;
    std::string blind_test;  ///< its score; empty without one
    std::string message;
    bool message_is_error = false;
    bool shows_help = false;
    bool unicode = true;
};

/// Paints it on a page of any size; parts that find no room are left out, the least needed first. 80 x 24 shows all.
[[nodiscard]] TextGrid paint(const PreviewPicture& picture, int columns, int rows);

}  // namespace burnish
