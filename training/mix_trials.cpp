#include "training/mix_trials.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <numeric>

#include "core/decibels.h"

namespace burnish::training {

namespace {

constexpr double most_gain_db = 9.0;
constexpr double most_octave_db = 6.0;
/// What stems are brought to, in turn.
constexpr double normal_peak_db = -0.1;
constexpr double normal_lufs = -23.0;
constexpr double normal_rms_db = -20.0;

/// From octave to octave smoothly: a random walk that is kept within bounds.
OctavePowers random_octaves(Random& random) {
    OctavePowers octaves{};
    double octave_db = random.uniform(-most_octave_db, most_octave_db);
    for (auto& value : octaves) {
        value = static_cast<float>(octave_db);
        octave_db = std::clamp(octave_db + random.uniform(-3.0, 3.0), -most_octave_db, most_octave_db);
    }
    return octaves;
}

double to_normal_db(const TrackAnalysis& track, int draw) {
    if (draw % 3 == 0) return normal_peak_db - track.sample_peak_db;
    return draw % 3 == 1 ? normal_lufs - track.integrated_lufs : normal_rms_db - track.rms_db;
}

std::string numbered(const char* format, std::size_t number) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), format, number);
    return text.data();
}

std::string renamed(std::string name, std::size_t number) {
    if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    // The end of a name may tell the side of a pair.
    return numbered("%02zu ", number) + name;
}

StemMeasures silent_like(const StemMeasures& stem) {
    StemMeasures silent;
    silent.track.channels = stem.track.channels;
    silent.cells.per_second = stem.cells.per_second;
    silent.cells.loudness.resize(stem.cells.loudness.size());
    silent.cells.peak.resize(stem.cells.peak.size());
    silent.cells.octaves.resize(stem.cells.octaves.size());
    return silent;
}

}  // namespace

std::vector<StemMeasures> tried(const MixSong& song, const MixTrial& trial, std::size_t index, int draw) {
    Random random(7919 * index + static_cast<std::size_t>(draw) + 1);
    std::vector<StemMeasures> measures;
    for (const auto& stem : song.measures) {
        const double gain_db = random.uniform(-most_gain_db, most_gain_db);
        auto heard = changed(stem, gain_db, random_octaves(random));
        if (!trial.has_levels && heard.track.integrated_lufs > silence_db) {
            const double more_db = to_normal_db(heard.track, draw);
            heard = changed(std::move(heard), more_db, {});
        }
        measures.push_back(std::move(heard));
    }
    return measures;
}

AlteredSession altered(const MixSong& song, const std::vector<StemMeasures>& measures, Alteration alteration,
                       std::uint64_t seed) {
    Random random(seed);
    AlteredSession session{song.stems, measures, {}};
    for (std::size_t i = 0; i < measures.size(); ++i) session.members.push_back({i});
    switch (alteration) {
        case Alteration::permuted: {
            std::vector<std::size_t> order(measures.size());
            std::iota(order.begin(), order.end(), 0U);
            for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.bits() % i]);
            for (std::size_t place = 0; place < order.size(); ++place) {
                session.stems[place] = song.stems[order[place]];
                session.measures[place] = measures[order[place]];
                session.members[order[place]] = {place};
            }
            break;
        }
        case Alteration::renamed:
            for (std::size_t i = 0; i < measures.size(); ++i)
                session.stems[i].name = renamed(session.stems[i].name, measures.size() - i);
            break;
        case Alteration::split: {
            const auto chosen = random.bits() % measures.size();
            session.measures[chosen] = changed(measures[chosen], gain_to_db(0.5), {});
            session.members[chosen].push_back(measures.size());
            session.stems.push_back(session.stems[chosen]);
            session.stems.back().name += " 2";
            session.measures.push_back(session.measures[chosen]);
            break;
        }
        case Alteration::silent:
            session.stems.push_back({"keys", nullptr, 0.0, {}});
            session.measures.push_back(silent_like(measures[0]));
            break;
        case Alteration::nameless:
            for (std::size_t i = 0; i < measures.size(); ++i) session.stems[i].name = numbered("Audio %02zu", i);
            break;
    }
    return session;
}

}  // namespace burnish::training
