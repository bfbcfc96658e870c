#pragma once

#include <string>
#include <vector>

namespace burnish::training {

/// Mean over songs with a 95 % interval from songs drawn anew: "1.23 [1.10, 1.36]".
[[nodiscard]] std::string interval_text(const std::vector<double>& by_song);

}  // namespace burnish::training
