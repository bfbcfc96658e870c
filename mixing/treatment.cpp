#include "mixing/treatment.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "analysis/statistics.h"
#include "core/decibels.h"
#include "mixing/rounding.h"

namespace burnish {

namespace {

constexpr double rumble_floor_db = -40.0;  // below the whole
constexpr double steady_db = 8.0;          // between the mean and what is exceeded nine tenths of the time
constexpr double rumble_cutoff_hz = 40.0;
constexpr double dc_cutoff_hz = 20.0;
constexpr double least_offset = 1e-3;
constexpr double least_offset_share_db = -26.0;  // over the rms level: a kick has some by nature

constexpr double most_reduction_db = 3.0;
constexpr double stem_ratio = 2.0;
constexpr double wet_decay_s = 0.8;

constexpr double glue_ratio = 1.6;

std::string text_of(const char* format, double a, double b = 0.0) {
    std::array<char, 160> text{};
    std::snprintf(text.data(), text.size(), format, a, b);
    return text.data();
}

/// Percentile of peaks in dB, of the cells within 40 dB of the largest.
double peak_level_db(const std::vector<float>& peaks, double share) {
    const float top = peaks.empty() ? 0.0F : *std::ranges::max_element(peaks);
    std::vector<float> levels;
    for (const float peak : peaks)
        if (peak > 0.01F * top) levels.push_back(static_cast<float>(gain_to_db(peak)));
    return levels.empty() ? silence_db : percentile(levels, share);
}

/// What a compressor takes off on average, by its curve alone, weighed with power.
double mean_reduction_db(const StemCells& cells, const GlueCompressor::Settings& settings) {
    const GainCurve curve{settings.threshold_db, settings.ratio, settings.knee_db};
    double before = 0.0, after = 0.0;
    for (std::size_t i = 0; i < cells.loudness.size(); ++i) {
        before += cells.loudness[i];
        after += cells.loudness[i] * db_to_power(compressor_gain_db(gain_to_db(cells.peak[i]), curve));
    }
    return after > 0.0 ? power_to_db(before) - power_to_db(after) : 0.0;
}

/// The note value nearest to a time, or the time itself without a beat.
double in_time(double seconds, double tempo_bpm) {
    if (tempo_bpm <= 0.0) return seconds;
    const double beat = 60.0 / tempo_bpm;
    return beat * std::exp2(std::round(std::log2(seconds / beat)));
}

}  // namespace

Treatment<SubsonicFilter::Settings> rumble_filter(const Voice& voice) {
    const auto& track = *voice.track;
    const double offset = std::max(std::abs(track.dc_left), std::abs(track.dc_right));
    const double share_db = gain_to_db(offset) - track.rms_db;
    if (offset > least_offset && share_db > least_offset_share_db)
        return {{.cutoff_hz = dc_cutoff_hz}, text_of("an offset of %.2f %% of full scale", 100.0 * offset)};
    if (row_of(voice.role.role).owns_lows) return {};
    double rumble = 0.0, quiet = 0.0, whole = 0.0, above = 0.0;
    for (std::size_t f = 0; f < third_octaves_hz.size(); ++f) {
        const double power = db_to_power(track.third_octave.mid_mean_db[f]);
        whole += power;
        if (third_octaves_hz[f] < 41.0) {
            rumble += power;
            quiet += db_to_power(track.third_octave.mid_p10_db[f]);
        } else if (third_octaves_hz[f] < 101.0) {
            above += power;
        }
    }
    const double level_db = power_to_db(rumble) - power_to_db(whole);
    // Music comes and goes, rumble stays; and where it sinks into what lies above, it does no harm.
    const bool is_steady = power_to_db(rumble) - power_to_db(quiet) < steady_db;
    const bool stands_out = rumble > above;
    if (level_db < rumble_floor_db || !is_steady || !stands_out) return {};
    return {{.cutoff_hz = rumble_cutoff_hz}, text_of("steady rumble below 40 Hz, %.0f dB under the whole", -level_db)};
}

Treatment<GlueCompressor::Settings> compressor(const Voice& voice) {
    const double loud_db = peak_level_db(voice.cells.peak, 0.95);
    const double soft_db = peak_level_db(voice.cells.peak, 0.10);
    const double usual_db = row_of(voice.role.role).level_range_db;
    const double excess_db = loud_db - soft_db - usual_db;
    if (excess_db < 1.0 || voice.cells.peak.size() < 30) return {};
    const double reduction_db = std::min(most_reduction_db, 0.5 * excess_db);
    GlueCompressor::Settings settings;
    settings.ratio = stem_ratio;
    settings.threshold_db = std::clamp(rounded(loud_db - reduction_db / (1.0 - 1.0 / stem_ratio), 1), -60.0, 0.0);
    const double crest = std::max(1.5, db_to_gain(voice.track->crest_db));
    settings.attack_ms = rounded(std::clamp(2.0 * 80.0 / (crest * crest), 3.0, 60.0), 1);
    settings.release_ms = rounded(std::clamp(2.0 * 1000.0 / (crest * crest), 60.0, 500.0), 0);
    settings.sidechain_hz = 60.0;
    settings.makeup_db = rounded(std::clamp(mean_reduction_db(voice.cells, settings), 0.0, most_reduction_db), 2);
    return {settings, text_of("its peaks range over %.0f dB, usual is up to %.0f", loud_db - soft_db, usual_db)};
}

Treatment<GlueCompressor::Settings> glue(const std::vector<Voice>& voices, const std::vector<double>& gains_db, Bus bus,
                                         double most_db) {
    std::vector<float> powers;
    int count = 0;
    for (std::size_t i = 0; i < voices.size(); ++i) {
        if (voices[i].bus != bus) continue;
        ++count;
        const auto& peaks = voices[i].cells.peak;
        powers.resize(std::max(powers.size(), peaks.size()));
        // A mono stem is heard 3 dB lower on each side.
        const double power = db_to_power(gains_db[i]) * (voices[i].track->channels < 2 ? 0.5 : 1.0);
        for (std::size_t n = 0; n < peaks.size(); ++n) powers[n] += static_cast<float>(power * peaks[n] * peaks[n]);
    }
    if (count < 2 || most_db < 0.2) return {};
    for (auto& power : powers) power = std::sqrt(power);
    const double loud_db = peak_level_db(powers, 0.95);
    if (loud_db <= silence_db) return {};
    GlueCompressor::Settings settings;
    settings.ratio = glue_ratio;
    settings.threshold_db = std::clamp(rounded(loud_db - most_db / (1.0 - 1.0 / glue_ratio), 1), -60.0, 0.0);
    settings.attack_ms = bus == Bus::drums ? 30.0 : 20.0;
    settings.release_ms = 200.0;
    settings.slow_release_amount = 0.5;
    return {settings, text_of("about %.1f dB off the loudest moments of %.0f stems", most_db, count)};
}

Send send(const Voice& voice) {
    const auto& row = row_of(voice.role.role);
    Send result;
    result.in_hall = row.in_hall;
    if (row.send_db <= send_off_db) {
        result.reason = std::string(row.name) + " stays dry";
    } else if (voice.decay_s > wet_decay_s) {
        result.reason = text_of("decays by 60 dB in %.1f s already", voice.decay_s);
    } else if (!voice.is_mono && !voice.is_pair && voice.track->correlation < 0.7) {
        result.reason = text_of("has width of its own already, correlation %.2f", voice.track->correlation);
    } else {
        result.level_db = row.send_db;
        result.reason = voice.decay_s > 0.0 ? text_of("dry: decays by 60 dB in %.1f s", voice.decay_s) : "dry";
    }
    return result;
}

std::array<Reverb::Settings, reverb_count> reverbs(double tempo_bpm) {
    Reverb::Settings room, hall;
    room.decay_s = rounded(std::clamp(in_time(0.5, tempo_bpm), 0.35, 0.8), 2);
    room.size = 0.45;
    room.predelay_ms = 5.0;
    room.low_ratio = 0.8;
    room.high_ratio = 0.5;
    room.low_cut_hz = 180.0;
    room.modulation = 0.2;
    hall.decay_s = rounded(std::clamp(in_time(1.8, tempo_bpm), 1.2, 2.4), 2);
    hall.predelay_ms = rounded(std::clamp(1000.0 * in_time(0.03, tempo_bpm), 15.0, 45.0), 1);
    hall.low_ratio = 1.1;
    hall.high_ratio = 0.4;
    hall.low_cut_hz = 200.0;
    return {room, hall};
}

}  // namespace burnish
