#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mastering/master.h"
#include "preview/request_thread.h"
#include "preview/track.h"

namespace burnish {

/// A master as it is planned: what `burnish master` would do, or a first guess of it.
struct Plan {
    unsigned request = 0;  ///< the number of the request that it answers
    bool refined = false;  ///< all was measured and solved for; nothing better will come
    Target target{};
    ChainSettings settings{};
    std::vector<Decision> decisions{};
    double original_lufs = silence_db;
    double original_dbtp = silence_db;
    double master_lufs = silence_db;  ///< expected
    bool limited = false;             ///< the loudness asked for is out of reach
    std::string reason{};             ///< why
    std::optional<Error> error{};
};

/// Plans masters of one track on a thread of its own, the latest request first.
///
/// Every request is answered twice: at once from what is known by then, which for the first request on a long track is
/// what its loudest half minute tells; and again, for good, when everything is measured and the loudness solved for.
class Planner {
public:
    /// @param publish  called on the planner's thread, once or twice for each request that is not overtaken
    Planner(std::shared_ptr<const Track> track, MasterServices services, std::function<void(const Plan&)> publish);

    /// @return  the request's number
    unsigned want(MasterRequest request) { return thread_.want(std::move(request)); }
    void wait_until_idle() { thread_.wait_until_idle(); }
    /// How far the work is, 0..1; 1 when there is none.
    [[nodiscard]] double fraction() const noexcept { return thread_.fraction(); }

private:
    void answer(const MasterRequest& request, unsigned number);
    [[nodiscard]] Plan guess(const MasterRequest& request, const TrackAnalysis& analysis, unsigned number) const;

    std::shared_ptr<const Track> track_;
    MasterServices services_;
    std::function<void(const Plan&)> publish_;

    std::optional<TrackAnalysis> analysis_;  // the thread's own

    RequestThread<MasterRequest> thread_;  // uses all of the above
};

}  // namespace burnish
