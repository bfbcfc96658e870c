#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace burnish {

/// What a stem is in the music.
enum class Role {
    kick,
    snare,
    drums,
    percussion,
    bass,
    lead_vocal,
    backing_vocal,
    guitar,
    keys,
    lead_synth,
    fx,
    submix,  ///< several instruments in one stem
    other,
};

/// The subgroup bus that a stem runs through.
enum class Bus { drums, music, vocals };
inline constexpr int bus_count = 3;
inline constexpr auto bus_names = std::to_array<std::string_view>({"drums", "music", "vocals"});

/// What is usual for a role: one row, used by all the rules.
struct RoleRow {
    Role role;
    std::string_view name;  ///< on the command line, in sessions, settings and reports
    Bus bus;
    double loudness_lu;     ///< in a mix, over a lead vocal
    double spread_lu;       ///< standard deviation of that between mixes that work
    double width;           ///< how far from the centre it may be panned, 0..1
    double send_db;         ///< into its reverb, if it is dry; -60 is none
    bool in_hall;           ///< its reverb is the hall, not the room
    double priority;        ///< how much it matters that it is not masked, 0..1
    bool owns_lows;         ///< what is below 60 Hz belongs to it
    double level_range_db;  ///< 95th over 10th percentile of its peak level, where compression is usual from
};

/// Loudness: lead vocal as loud as all the rest together, after Pestana & Reiss, "Intelligent audio production
/// strategies informed by best practices", AES 53, 2014; the others are convention.
inline constexpr auto roles = std::to_array<RoleRow>({
    {Role::kick, "kick", Bus::drums, -4.0, 3.0, 0.0, -60.0, false, 0.8, true, 30.0},
    {Role::snare, "snare", Bus::drums, -5.0, 3.0, 0.0, -14.0, false, 0.6, false, 30.0},
    {Role::drums, "drums", Bus::drums, -2.0, 3.0, 0.0, -22.0, false, 0.6, true, 30.0},
    {Role::percussion, "percussion", Bus::drums, -9.0, 4.0, 0.6, -18.0, false, 0.4, false, 30.0},
    {Role::bass, "bass", Bus::music, -4.0, 3.0, 0.0, -60.0, false, 0.8, true, 14.0},
    {Role::lead_vocal, "lead-vocal", Bus::vocals, 0.0, 3.0, 0.0, -15.0, true, 1.0, false, 18.0},
    {Role::backing_vocal, "backing-vocal", Bus::vocals, -7.0, 3.5, 0.6, -13.0, true, 0.5, false, 18.0},
    {Role::guitar, "guitar", Bus::music, -5.0, 3.5, 0.7, -18.0, false, 0.5, false, 24.0},
    {Role::keys, "keys", Bus::music, -7.0, 4.0, 0.5, -17.0, true, 0.4, false, 24.0},
    {Role::lead_synth, "lead-synth", Bus::music, -3.0, 3.5, 0.15, -16.0, true, 0.8, false, 24.0},
    {Role::fx, "fx", Bus::music, -11.0, 5.0, 0.6, -60.0, true, 0.2, true, 40.0},
    {Role::submix, "submix", Bus::music, 1.0, 3.5, 0.0, -60.0, false, 0.6, true, 40.0},
    {Role::other, "other", Bus::music, -6.0, 4.5, 0.4, -20.0, false, 0.4, false, 30.0},
});

[[nodiscard]] constexpr const RoleRow& row_of(Role role) noexcept { return roles[static_cast<std::size_t>(role)]; }
[[nodiscard]] std::optional<Role> role_named(std::string_view name) noexcept;
/// "kick, snare, ...".
[[nodiscard]] std::string role_names(std::string_view between);
[[nodiscard]] std::optional<Bus> bus_named(std::string_view name) noexcept;

/// A role as plain rules hear it.
struct HeardRole {
    Role role = Role::other;
    double confidence = 0.0;  ///< 0..1
};

/// Why a stem is taken for what it is.
struct RoleGuess {
    Role role = Role::other;
    double confidence = 0.0;  ///< 0..1
    std::string reason;
    /// What plain rules hear where no name tells: what levels go by, since theirs are learned over it. The likeliest
    /// role is right more often, but its mistakes cost levels more than its hits gain.
    std::optional<HeardRole> heard{};

    [[nodiscard]] Role level_role() const noexcept { return heard ? heard->role : role; }
    [[nodiscard]] double level_confidence() const noexcept { return heard ? heard->confidence : confidence; }
};

/// What a file's name says of its role; confidence 0 if nothing. "03_LeadVox dbl.wav" is a lead vocal.
[[nodiscard]] RoleGuess role_from_name(std::string_view name);

/// Left or right of a pair of mono files, and the name they share: "Gtr L", "OH_right".
struct SideOfPair {
    int side = 0;  ///< -1 left, 1 right, 0 neither
    std::string pair;
};
[[nodiscard]] SideOfPair side_from_name(std::string_view name);

}  // namespace burnish
