#pragma once

#include <tuple>

#include "dsp/dither.h"
#include "dsp/dynamic_equalizer.h"
#include "dsp/equalizer.h"
#include "dsp/glue_compressor.h"
#include "dsp/high_cut.h"
#include "dsp/limiter.h"
#include "dsp/multiband_compressor.h"
#include "dsp/reverb.h"
#include "dsp/saturator.h"
#include "dsp/soft_clipper.h"
#include "dsp/stereo_width.h"
#include "dsp/subsonic_filter.h"
#include "dsp/tone_curve.h"

namespace burnish::test {

/// The one list of blocks under the contract: a new block adds its name here.
using AllBlocks = std::tuple<SubsonicFilter, ToneCurve, Equalizer, DynamicEqualizer, MultibandCompressor,
                             GlueCompressor, Saturator, StereoWidth, SoftClipper, HighCut, Limiter, Reverb, Dither>;

}  // namespace burnish::test
