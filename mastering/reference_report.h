#pragma once

#include <string>
#include <vector>

#include "core/decibels.h"

namespace burnish {

/// What references ask for, and how near the loudest passages came to theirs. Distances are before the delivery's own
/// ceiling, if that is lower.
struct ReferenceReport {
    struct Row {
        std::string name;
        double weight = 1.0;
    };
    std::vector<Row> references;
    double loudness_lufs = silence_db;  ///< of a master whose loudest passages are as loud as theirs
    double plr_db = 0.0;                ///< theirs: how far the highest peak stands over the loudness
    double tone_before_db = 0.0;        ///< mean magnitude of the differences over third octaves, their mean taken out
    double tone_after_db = 0.0;
    double width_before_db = 0.0;  ///< side over mid, less the references'
    double width_after_db = 0.0;
    double plr_before_db = 0.0;  ///< peak to loudness ratio, less the references'
    double plr_after_db = 0.0;
};

}  // namespace burnish
