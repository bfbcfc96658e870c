#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "cli/progress_bar.h"
#include "mastering/reference.h"

namespace burnish {

/// A file to sound like, and its weight beside others.
struct ReferenceFile {
    std::filesystem::path path;
    double weight = 1.0;
    bool operator==(const ReferenceFile&) const = default;
};

/// FILE or FILE:WEIGHT; a file whose name ends like a weight is meant as it is.
[[nodiscard]] Result<ReferenceFile> read_reference(const std::string& typed);

/// Reference files that have been listened to, each once.
class ReferenceShelf {
public:
    /// The references of a master; none for no files. An error if one cannot be read, or has no loudness.
    /// @param concurrent  use a second thread
    [[nodiscard]] Result<References> take(const std::vector<ReferenceFile>& files, bool concurrent,
                                          const JobProgress& progress);

private:
    std::map<std::filesystem::path, ReferenceSound> sounds_;
};

}  // namespace burnish
