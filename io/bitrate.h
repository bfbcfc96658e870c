#pragma once

#include <sndfile.h>

#include "io/output_format.h"

namespace burnish {

/// Has a lossy file encoded at the bit rate of the spec, or near the top of what the codec offers if it has none. To be
/// called before the first sample is written.
///
/// libsndfile takes no bit rates, but a share of the way between those that it has; the formulas are its own (1.2.0).
void set_bitrate(SNDFILE* file, Container container, const OutputSpec& spec);

}  // namespace burnish
