#pragma once

#include <functional>
#include <optional>
#include <string>

#include "mastering/reference.h"
#include "mastering/target.h"
#include "mixing/mix.h"

namespace burnish {

/// How near a mix came to its references, by their loudest passages.
struct MixReferenceReport {
    std::vector<ReferenceReport::Row> references;
    double tone_before_db = 0.0;  ///< mean magnitude of the differences over octaves, their mean taken out
    double tone_after_db = 0.0;
    double side_mid_before_db = silence_db;
    double side_mid_after_db = silence_db;
    double wanted_side_mid_db = silence_db;  ///< theirs
    std::string faders_left{};               ///< why no fader followed; empty if they may have
};

/// Holds the sums of a mix against its references.
class MixReferee {
public:
    /// Plans and makes a mix after a target.
    using Remix = std::function<Result<Mixdown>(const MixTarget&)>;
    /// What tells of each step's progress in turn.
    using NextStep = std::function<Progress()>;

    MixReferee() = default;
    /// @param references  of the run; none, or none for no references, and there is nothing to follow
    /// @param target      amounts of tone and width, and the cap on the tone
    MixReferee(const References& references, const Target& target, bool concurrent);

    [[nodiscard]] bool has_references() const noexcept { return aim_.has_value(); }

    /// Makes a mix anew, after what its sum misses of the references; faders stay where moving them brings the tone no
    /// nearer.
    /// @param target   gets what the references ask for
    /// @param mixdown  the mix as it is without them; becomes the one after them
    /// @return         how near it came; nothing of silence, which stays as it is
    [[nodiscard]] Result<std::optional<MixReferenceReport>> follow(MixTarget& target, Mixdown& mixdown,
                                                                   const Remix& remix, const NextStep& next_step) const;
    /// Completes the report with the mix as it became.
    [[nodiscard]] Status check(const Mixdown& mixdown, MixReferenceReport& report, const Progress& progress) const;

private:
    /// What the references ask of a mix that was made without them.
    [[nodiscard]] Result<ReferenceWish> ask(const Mixdown& mixdown, MixReferenceReport& report,
                                            const Progress& progress) const;
    [[nodiscard]] Result<TrackAnalysis> listen_to(const Mixdown& mixdown, const Progress& progress) const;

    References references_;
    Target target_;
    bool concurrent_ = true;
    std::optional<ReferenceAim> aim_;
};

}  // namespace burnish
