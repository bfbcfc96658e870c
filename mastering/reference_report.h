#pragma once

#include <string>
#include <vector>

namespace burnish {

/// How near the loudest passages came to the references', before limiting.
struct ReferenceReport {
    struct Row {
        std::string name;
        double weight = 1.0;
    };
    std::vector<Row> references;
    double tone_before_db = 0.0;  ///< mean magnitude of the differences over the Bark bands, their mean taken out
    double tone_after_db = 0.0;
    double width_before_db = 0.0;  ///< side over mid, less the references'
    double width_after_db = 0.0;
    double plr_before_db = 0.0;  ///< peak to loudness ratio, less the references'
    double plr_after_db = 0.0;
};

}  // namespace burnish
