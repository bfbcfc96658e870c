#pragma once

#include <string>
#include <vector>

#include "mixing/voice.h"

namespace burnish {

/// What to do about levels.
enum class BalanceMode {
    automatic,  ///< a balance that works is kept, one that does not is made
    keep,       ///< the stems' levels are the mix
    rules,      ///< made anew, whatever has come
};
inline constexpr auto balance_mode_names = std::to_array<std::string_view>({"auto", "keep", "rules"});

/// How loud a voice is expected to be, up to a constant that all of a mix share.
struct Expectation {
    double loudness_lu = 0.0;
    double spread_lu = 1.0;  ///< one standard deviation, between mixes that work
};

/// What the levels of a mix come to.
struct Balance {
    std::vector<double> gains_db;  ///< for each voice
    std::vector<std::string> reasons;
    bool kept = false;         ///< the balance that came is left alone
    int brought_back = 0;      ///< voices of it that stood out and are moved by more than 1 LU
    double kept_chance = 0.0;  ///< how likely it is one that was made on purpose
};

/// The expectations of the rules: a row of the role table, the presence, and less for each of several of a role.
[[nodiscard]] std::vector<Expectation> expected_by_rules(const std::vector<Voice>& voices);

/// Levels for the voices.
///
/// Each voice's loudness is compared with what is expected. A balance made on purpose departs from it by as much as
/// mixes do that work; levels that nobody has set depart by some 5 dB more. What has come is kept if it more likely was
/// made on purpose: then no voice is moved by more than 1 LU, and by less the surer that is, but for what stands out by
/// more than any mix would. Otherwise each voice is moved towards what is expected as far as its departure is likely to
/// be an accident; all the way where the stems were each made as loud as they go. Locks hold.
[[nodiscard]] Balance balance(const std::vector<Voice>& voices, const std::vector<Expectation>& expected,
                              BalanceMode mode);

}  // namespace burnish
