#include "training/mix_invariance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/decibels.h"
#include "mixing/mix_plan.h"
#include "training/mix_trials.h"

namespace burnish::training {

namespace {

constexpr double most_difference_lu = 0.3;

/// Loudness over that of all stems together, in LU, of what the stems of the song have become.
std::vector<double> planned_lu(const AlteredSession& session, const BalanceModel& model, const PanModel& pans,
                               const RoleModel& sounds) {
    const auto plan = plan_mix(
        session.stems, session.measures,
        [&](const std::vector<Voice>& voices) { return expected_by_model(voices, model); }, {},
        [&](const std::vector<Voice>& voices) { return widths_by_model(voices, pans); }, sounds);
    std::vector<double> lufs;
    double power = 0.0;
    for (const auto& members : session.members) {
        // Copies of one stem add up in amplitude.
        double amplitude = 0.0;
        for (const auto member : members) amplitude += db_to_gain(plan.stems[member].mix_lufs);
        lufs.push_back(gain_to_db(amplitude));
        power += amplitude * amplitude;
    }
    for (auto& value : lufs) value -= power_to_db(power);
    return lufs;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    double largest = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] > silence_db / 2) largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

struct Differences {
    double largest = 0.0;
    int songs = 0;
    int within = 0;

    void add(double difference) {
        largest = std::max(largest, difference);
        ++songs;
        within += difference <= most_difference_lu ? 1 : 0;
    }
};

std::string text_of(const Differences& found) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.1f | %.2f", 100.0 * found.within / found.songs, found.largest);
    return text.data();
}

}  // namespace

std::vector<Bar> print_invariance(std::span<const MixSong> songs, const HeldOut& learned, std::ostream& out) {
    constexpr std::size_t situations = mix_trials.size() + 1;  // the author's levels first
    std::array<std::array<Differences, situations>, alteration_names.size()> table{};
    for (std::size_t s = 0; s < songs.size(); ++s)
        for (std::size_t at = 0; at < situations; ++at) {
            const auto measures =
                at == 0 ? songs[s].measures : tried(songs[s], mix_trials[at - 1], s, static_cast<int>(s));
            const AlteredSession plain{songs[s].stems, measures,
                                       altered(songs[s], measures, Alteration::renamed, 0).members};
            const auto wanted = planned_lu(plain, learned.balance[s], learned.pan[s], songs[s].sounds);
            for (std::size_t a = 0; a < alteration_names.size(); ++a)
                table[a][at].add(
                    largest_difference(wanted, planned_lu(altered(songs[s], measures, static_cast<Alteration>(a), s),
                                                          learned.balance[s], learned.pan[s], songs[s].sounds)));
        }
    out << "**What must not matter.** Songs of which no stem's loudness in the mix comes to differ by more than 0.3 "
           "LU, "
           "%, and the\nlargest difference, LU, by what stems come as\n\n| | the author's levels | largest |";
    for (const auto& trial : mix_trials) out << ' ' << trial.name << " | largest |";
    out << "\n|---|---|---|---|---|---|---|\n";
    std::vector<Bar> bars;
    for (std::size_t a = 0; a < alteration_names.size(); ++a) {
        out << "| " << alteration_names[a] << " |";
        double largest = 0.0;
        for (const auto& found : table[a]) {
            out << ' ' << text_of(found) << " |";
            largest = std::max(largest, found.largest);
        }
        out << '\n';
        // What a name says of a stem is heard: without it, less is known.
        if (static_cast<Alteration>(a) == Alteration::nameless) continue;
        bars.push_back(
            {"largest change of a stem: " + std::string(alteration_names[a]), largest, most_difference_lu, true, "LU"});
    }
    out << "\nRenamed, a stem's name says the same as before (\"07 Name\" for \"name\"). Where names tell nothing, "
           "roles are taken "
           "from the\nsound, which tells fewer of them: that is no invariance, and shown for what it costs.\n\n";
    return bars;
}

}  // namespace burnish::training
