#pragma once

#include <functional>
#include <vector>

#include "mixing/mix_plan.h"

namespace burnish {

/// Whether two plans of the same stems are heard as different mixes: levels against one another by 0.5 dB, a pan by
/// 0.05, a send by 1 dB, or the glue of a bus.
[[nodiscard]] bool are_different_mixes(const MixPlan& one, const MixPlan& other);

/// The first variants whose mixes differ from the balanced one and from one another: where nothing leads, there is
/// nothing to bring forward. @return  `count` of them, or as many as there are
[[nodiscard]] std::vector<MixVariant> choose_variants(const std::function<MixPlan(const MixVariant&)>& plan, int count);

}  // namespace burnish
