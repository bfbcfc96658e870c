#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "mastering/reference.h"
#include "mastering/target.h"
#include "mixing/mix.h"
#include "preview/request_thread.h"
#include "preview/stem_set.h"

namespace burnish {

/// What the listener has changed of one stem.
struct StemChange {
    double gain_db = 0.0;  ///< over what is planned
    bool mute = false;
};

/// The mix that is to be heard.
struct MixRequest {
    BalancePredictor predictor;
    WidthPredictor widths = widths_by_rules;
    MixTarget target;
    std::optional<MixSettings> fixed;  ///< takes the place of a plan, and follows nothing
    References references{};           ///< that the mix is to sound like; none for none
    Target amounts{};                  ///< of their tone and width
    std::vector<StemChange> changes;   ///< of every stem, or none
};

/// A mix as it is planned, with the listener's changes.
struct MixSheet {
    unsigned request = 0;
    bool refined = false;  ///< the level of the sum is found; nothing better will come
    MixPlan plan;          ///< its settings have the changes in them
    std::vector<std::size_t> heard;
    double original_lufs = silence_db;  ///< of the plain sum, expected
    double mix_lufs = silence_db;       ///< likewise
    std::optional<Error> error{};
};

/// A plan, and what it was made for.
struct PlannedMix {
    MixPlan plan;
    MixTarget target;
    References references;
    bool is_fixed = false;
    bool has_level = false;
    double unforeseen_lu = 0.0;  ///< of the sum as it was rendered over what was expected: glue, reverberation
};

/// Plans mixes of one session on a thread of its own, the latest request first.
///
/// Stems are measured once. A plan of another kind is published twice, before and after the level of its sum is found,
/// which takes a render, and more of them with references; a change of faders alone keeps that level and is there at
/// once.
class MixPlanner {
public:
    /// @param publish  called on the planner's thread
    MixPlanner(std::shared_ptr<const StemSet> stems, MasterServices services,
               std::function<void(const MixSheet&)> publish);

    unsigned want(MixRequest request) { return thread_.want(std::move(request)); }
    void wait_until_idle() { thread_.wait_until_idle(); }
    [[nodiscard]] double fraction() const noexcept { return thread_.fraction(); }

private:
    void answer(const MixRequest& request, unsigned number);
    [[nodiscard]] Status measure(unsigned number);
    [[nodiscard]] bool has_plan_for(const MixRequest& request) const;
    void plan(const MixRequest& request);
    /// Finds the level of the sum, after references if there are any.
    [[nodiscard]] Status refine(const MixRequest& request, const std::function<bool(double)>& tick);
    /// The plan with the changes, and how loud it is going to be.
    [[nodiscard]] MixSheet sheet(const MixRequest& request, unsigned number, bool refined) const;

    std::shared_ptr<const StemSet> stems_;
    MasterServices services_;
    std::function<void(const MixSheet&)> publish_;

    // The thread's own.
    std::vector<std::unique_ptr<TrackSource>> sources_;
    std::optional<MixSession> session_;
    std::optional<PlannedMix> planned_;

    RequestThread<MixRequest> thread_;  // uses all of the above
};

}  // namespace burnish
