#pragma once

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
    /// @param references  of the run; none, or none for no references, and there is nothing to follow
    MixReferee(const References& references, const Target& target, bool concurrent);

    [[nodiscard]] bool has_references() const noexcept { return aim_.has_value(); }

    /// What the references ask of a mix that was made without them. Nothing of silence.
    [[nodiscard]] Result<std::optional<ReferenceWish>> ask(const Mixdown& mixdown, MixReferenceReport& report,
                                                           const Progress& progress) const;
    /// Completes the report with the mix as it became.
    [[nodiscard]] Status check(const Mixdown& mixdown, MixReferenceReport& report, const Progress& progress) const;

private:
    [[nodiscard]] Result<TrackAnalysis> listen_to(const Mixdown& mixdown, const Progress& progress) const;

    References references_;
    Target target_;
    bool concurrent_;
    std::optional<ReferenceAim> aim_;
};

}  // namespace burnish
