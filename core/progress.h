#pragma once

#include <functional>
#include <string_view>

namespace burnish {

/// How far a long job is; called from the thread that runs the job, some ten times a second at most.
///
/// @param stage     what is being done, in a word or two
/// @param fraction  0..1 of the whole job, never falling
/// @return          false to cancel
using Progress = std::function<bool(std::string_view stage, double fraction)>;

}  // namespace burnish
