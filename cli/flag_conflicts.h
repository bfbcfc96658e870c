#pragma once

#include "cli/master_options.h"

namespace burnish {

/// What was typed, read from files or asked for by a destination, and cannot all be had.

/// Whether a number of the target was typed.
[[nodiscard]] bool given(const MasterFlags& flags, double Target::*member);
/// Whether the master's destination decides a number.
[[nodiscard]] bool demands(const std::optional<DeliveryTarget>& delivery, double Target::*member);

/// Flags that are empty, missing, or contradict each other.
[[nodiscard]] Status check_flags(const MasterFlags& flags);
/// What two of --loudness, --ceiling, --bit-depth, --set and the settings file both decide.
[[nodiscard]] Status check_pins(const MasterFlags& flags, const MasterOptions& options, const Patch& from_file,
                                const Patch& from_sets);
/// The same for --limiter.
[[nodiscard]] Status check_limiter_mode(const Patch& from_mode, const Patch& from_file, const Patch& from_sets);

}  // namespace burnish
