#include "mixing/voice.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/decibels.h"

namespace burnish {

namespace {

/// Copies of one recording, one perhaps louder than the other, have the same picture to six digits; two takes of the
/// same part do not to two.
constexpr double same_picture = 0.999999;

double likeness(const StemCells& a, const StemCells& b) {
    double ab = 0.0, aa = 0.0, bb = 0.0;
    const std::size_t cells = std::max(a.octaves.size(), b.octaves.size());
    if (std::min(a.octaves.size(), b.octaves.size()) + 2 < cells) return 0.0;
    for (std::size_t i = 0; i < std::min(a.octaves.size(), b.octaves.size()); ++i)
        for (std::size_t f = 0; f < octave_count; ++f) {
            const double x = a.octaves[i][f], y = b.octaves[i][f];
            ab += x * y;
            aa += x * x;
            bb += y * y;
        }
    return aa > 0.0 && bb > 0.0 ? ab / std::sqrt(aa * bb) : 0.0;
}

void scale(StemCells& cells, double power) {
    const auto gain = static_cast<float>(power);
    for (auto& value : cells.loudness) value *= gain;
    for (auto& value : cells.peak) value *= std::sqrt(gain);
    for (auto& octaves : cells.octaves)
        for (auto& value : octaves) value *= gain;
}

void add(const StemCells& from, StemCells& to) {
    const std::size_t cells = std::max(from.loudness.size(), to.loudness.size());
    to.loudness.resize(cells);
    to.peak.resize(cells);
    to.octaves.resize(cells);
    for (std::size_t i = 0; i < from.loudness.size(); ++i) {
        to.loudness[i] += from.loudness[i];
        to.peak[i] = std::max(to.peak[i], from.peak[i]);
        for (std::size_t f = 0; f < octave_count; ++f) to.octaves[i][f] += from.octaves[i][f];
    }
}

bool is_heard(const StemMeasures& measures) { return measures.track.integrated_lufs > silence_db; }

void take_wishes(Voice& voice, const std::vector<Stem>& stems) {
    int gain_locks = 0;
    for (const auto member : voice.members) {
        const auto& wish = stems[member].wish;
        if (wish.gain_db) voice.gain_lock_db += *wish.gain_db, ++gain_locks;
        if (wish.pan) voice.pan_lock = *wish.pan, voice.has_pan_lock = true;
        if (wish.presence != Presence::normal) voice.presence = wish.presence;
    }
    voice.has_gain_lock = gain_locks > 0;
    if (gain_locks > 0) voice.gain_lock_db /= gain_locks;
}

/// What the members sound like together: copies add up in amplitude, the sides of a pair in power.
void join_sound(Voice& voice, const std::vector<StemMeasures>& measures) {
    const auto& first = measures[voice.members[0]];
    voice.track = &first.track;
    voice.is_mono = first.is_mono && !voice.is_pair;
    voice.decay_s = first.decay_s;
    voice.cells = first.cells;
    voice.left_power = first.left_power;
    voice.right_power = first.right_power;
    if (voice.is_pair) {
        const auto& second = measures[voice.members[1]];
        add(second.cells, voice.cells);
        voice.right_power = second.left_power;
        voice.lufs = power_to_db(db_to_power(first.track.integrated_lufs) + db_to_power(second.track.integrated_lufs));
    } else {
        double amplitude = 0.0;
        for (const auto member : voice.members) amplitude += db_to_gain(measures[member].track.integrated_lufs);
        voice.lufs = gain_to_db(amplitude);
        const double power = db_to_power(voice.lufs - first.track.integrated_lufs);
        if (voice.members.size() > 1) scale(voice.cells, power);
        voice.left_power *= power;
        voice.right_power *= power;
    }
    voice.octaves = gated_octaves(voice.cells);
}

}  // namespace

std::vector<std::size_t> order_by_sound(const std::vector<StemMeasures>& measures) {
    std::vector<std::size_t> order(measures.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return measures[i].fingerprint; });
    return order;
}

std::vector<Voice> voices_of(const std::vector<Stem>& stems, const std::vector<StemMeasures>& measures,
                             const std::vector<RoleGuess>& guesses) {
    std::vector<Voice> voices;
    std::vector<SideOfPair> sides;
    sides.reserve(stems.size());
    for (const auto& stem : stems) sides.push_back(side_from_name(stem.name));
    std::vector<bool> is_taken(stems.size());
    const auto joins = [&](std::size_t a, std::size_t b) {
        const auto& x = measures[a].track;
        const auto& y = measures[b].track;
        return guesses[a].role == guesses[b].role && x.channels == y.channels &&
               std::abs(x.centroid_hz - y.centroid_hz) < 0.01 * (1.0 + x.centroid_hz) &&
               likeness(measures[a].cells, measures[b].cells) > same_picture;
    };
    const auto is_other_side = [&](std::size_t a, std::size_t b) {
        return sides[a].side != 0 && sides[a].side == -sides[b].side && sides[a].pair == sides[b].pair &&
               measures[a].is_mono && measures[b].is_mono;
    };
    for (const auto i : order_by_sound(measures)) {
        if (is_taken[i] || stems[i].wish.mute || !is_heard(measures[i])) continue;
        Voice voice{.members = {i}};
        for (const auto j : order_by_sound(measures)) {
            if (j == i || is_taken[j] || stems[j].wish.mute || !is_heard(measures[j])) continue;
            if (voice.is_pair || !(joins(i, j) || (voice.members.size() == 1 && is_other_side(i, j)))) continue;
            voice.is_pair = is_other_side(i, j) && !joins(i, j);
            voice.members.push_back(j);
        }
        if (voice.is_pair && sides[voice.members[0]].side > 0) std::swap(voice.members[0], voice.members[1]);
        for (const auto member : voice.members) is_taken[member] = true;
        voice.role = guesses[voice.members[0]];
        voice.bus = stems[voice.members[0]].wish.group.value_or(row_of(voice.role.role).bus);
        voice.name = stems[voice.members[0]].name;
        take_wishes(voice, stems);
        join_sound(voice, measures);
        voices.push_back(std::move(voice));
    }
    return voices;
}

std::vector<double> relative_lufs(const std::vector<Voice>& voices, const std::vector<double>& gains_db) {
    std::vector<float> sum;
    for (std::size_t i = 0; i < voices.size(); ++i) {
        const auto& cells = voices[i].cells.loudness;
        sum.resize(std::max(sum.size(), cells.size()));
        const double gain = db_to_power(gains_db[i]);
        for (std::size_t n = 0; n < cells.size(); ++n) sum[n] += static_cast<float>(gain * cells[n]);
    }
    const double whole = cells_lufs(sum);
    std::vector<double> relative;
    relative.reserve(voices.size());
    for (std::size_t i = 0; i < voices.size(); ++i) relative.push_back(voices[i].lufs + gains_db[i] - whole);
    return relative;
}

}  // namespace burnish
