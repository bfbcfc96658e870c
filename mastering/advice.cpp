#include "mastering/advice.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/decibels.h"
#include "mastering/reason_text.h"
#include "mastering/spectral_hump.h"

namespace burnish {

namespace {

using Found = std::optional<Complaint>;

std::string hz_text(double hz) {
    return hz < 1000.0 ? reason_text("%.0f Hz", hz) : reason_text("%.3g kHz", hz / 1000.0);
}

// ---- damage

Found clipping(const TrackAnalysis& track, bool /*is_lossy*/) {
    constexpr double fewest = 5.0;  // a limiter may leave a flat crest or two
    if (track.clipped_runs < fewest) return std::nullopt;
    const double minutes = std::max(track.duration_s, 1.0) / 60.0;
    return Complaint{
        reason_text("%.0f peaks are cut flat at %.2f dBFS, %.0f frames in all, %.0f peaks a minute", track.clipped_runs,
                    track.clip_level_db, track.clipped_frames, track.clipped_runs / minutes),
        track.clipped_runs / fewest};
}

Found limited(const TrackAnalysis& track, bool /*is_lossy*/) {
    constexpr double least_psr_db = 7.0;  // loud masters keep 8
    // Without the 3 s that a short-term loudness takes, there is none.
    if (track.psr_p50_db <= 0.0 || track.psr_p50_db >= least_psr_db) return std::nullopt;
    return Complaint{
        reason_text("half of the time peaks stand less than %.1f dB over the loudness of 3 s, and %.1f dB over "
                    "that of the whole: loud masters keep 8",
                    track.psr_p50_db, track.plr_db),
        1.0 + least_psr_db - track.psr_p50_db};
}

Found overs(const TrackAnalysis& track, bool is_lossy) {
    // Decoders and converters overshoot what was right before; masters live with 2 dB between the samples.
    const double allowed_db = is_lossy ? 4.0 : 2.0;
    const bool is_float = !is_lossy && track.bits_per_sample == 0.0;
    if (is_float && track.sample_peak_db > 0.1)
        return Complaint{
            reason_text("samples go up to %+.2f dBFS, beyond what any fixed-point file can hold", track.sample_peak_db),
            1.0 + track.sample_peak_db, "lower the mix bus until peaks stay below -3 dBFS"};
    if (track.true_peak_dbtp <= allowed_db) return std::nullopt;
    return Complaint{reason_text("the waveform goes up to %+.2f dBTP between samples that stop at %.2f dBFS",
                                 track.true_peak_dbtp, track.sample_peak_db),
                     1.0 + track.true_peak_dbtp - allowed_db};
}

// ---- stereo

constexpr double opposite = -0.3;  // correlation

Found one_sided(const TrackAnalysis& track, bool /*is_lossy*/) {
    constexpr double most_db = 5.0;
    if (track.channels < 2.0 || std::abs(track.balance_db) < most_db) return std::nullopt;
    const char* const weak = track.balance_db > 0.0 ? "left" : "right";
    if (std::abs(track.balance_db) > 60.0)
        return Complaint{reason_text("the %s channel is silent", weak), 100.0,
                         "look for a lost channel in the routing; if the mix is mono, export it as mono"};
    return Complaint{reason_text("the %s channel is %.1f dB weaker than the other", weak, std::abs(track.balance_db)),
                     std::abs(track.balance_db) / most_db};
}

bool is_opposite(const TrackAnalysis& track) { return track.channels >= 2.0 && track.correlation < opposite; }

Found polarity(const TrackAnalysis& track, bool /*is_lossy*/) {
    if (!is_opposite(track)) return std::nullopt;
    return Complaint{reason_text("left and right are opposite (correlation %.2f): a mono speaker loses %.1f dB",
                                 track.correlation, track.fold_down_loss_db),
                     track.correlation / opposite};
}

Found mono_bands(const TrackAnalysis& track, bool /*is_lossy*/) {
    // Wide effects alone reach -0.4 in a band; and what is 25 dB under the strongest band is not missed in mono.
    constexpr double lowest = -0.5;
    constexpr double heard_db = 25.0;
    if (track.channels < 2.0 || is_opposite(track)) return std::nullopt;
    const auto& curves = track.third_octave;
    std::array<double, third_octaves_hz.size()> power{};
    for (std::size_t b = 0; b < power.size(); ++b)
        power[b] = db_to_power(curves.mid_mean_db[b]) + db_to_power(curves.side_mean_db[b]);
    const double least_power = *std::ranges::max_element(power) * db_to_power(-heard_db);
    // The loudest stretch of neighbours that cancel each other.
    double worst_power = 0.0;
    std::size_t worst_first = 0;
    std::size_t worst_last = 0;
    for (std::size_t b = 0; b < power.size(); ++b) {
        const std::size_t first = b;
        double sum = 0.0;
        while (b < power.size() && curves.correlation[b] < lowest && power[b] > least_power) sum += power[b++];
        if (b - first < 2 || sum <= worst_power) continue;  // one third of an octave is a note
        worst_power = sum;
        worst_first = first;
        worst_last = b - 1;
    }
    if (worst_power <= 0.0) return std::nullopt;
    double mid_power = 0.0;
    for (std::size_t b = worst_first; b <= worst_last; ++b) mid_power += db_to_power(curves.mid_mean_db[b]);
    const double loss_db = std::min(power_to_db(worst_power) - power_to_db(mid_power), 99.0);
    return Complaint{
        reason_text("%s to %s cancels in mono: %.1f dB weaker, correlation %.2f",
                    hz_text(third_octaves_hz[worst_first] / std::exp2(1.0 / 6)).c_str(),
                    hz_text(third_octaves_hz[worst_last] * std::exp2(1.0 / 6)).c_str(), loss_db,
                    *std::min_element(curves.correlation.begin() + static_cast<std::ptrdiff_t>(worst_first),
                                      curves.correlation.begin() + static_cast<std::ptrdiff_t>(worst_last) + 1)),
        loss_db / 6.0};
}

// ---- what does not belong to the music

Found hum(const TrackAnalysis& track, bool /*is_lossy*/) {
    constexpr double lowest_db = -80.0;
    constexpr double under_music_db = 15.0;  // louder lines are notes: a drone of G1 and its harmonics
    if (track.hum_hz == 0.0 || track.hum_level_db < lowest_db ||
        track.hum_level_db > track.integrated_lufs - under_music_db)
        return std::nullopt;
    return Complaint{
        reason_text("mains hum of %.0f Hz and its multiples at %.1f dBFS, %.0f dB over what lies between them",
                    track.hum_hz, track.hum_level_db, track.hum_excess_db),
        1.0 + (track.hum_level_db - lowest_db) / 10.0};
}

Found noise(const TrackAnalysis& track, bool /*is_lossy*/) {
    constexpr double highest_db = -70.0;
    if (track.hiss_level_db < highest_db) return std::nullopt;
    return Complaint{
        reason_text("steady noise lies bare in the pauses: %.1f dBFS above 6 kHz, %.1f dBFS in all, %.0f dB "
                    "under the music",
                    track.hiss_level_db, std::max(track.noise_floor_db, track.hiss_level_db),
                    track.integrated_lufs - track.hiss_level_db),
        1.0 + (track.hiss_level_db - highest_db) / 10.0};
}

Found dc_offset(const TrackAnalysis& track, bool /*is_lossy*/) {
    constexpr double most = 0.025;  // a quarter of a decibel of headroom
    const double dc = std::max(std::abs(track.dc_left), std::abs(track.dc_right));
    if (dc < most) return std::nullopt;
    return Complaint{reason_text("DC offset of %.1f %% of full scale (left %+.4f, right %+.4f)", 100.0 * dc,
                                 track.dc_left, track.dc_right),
                     dc / most};
}

// ---- tone

Found mud(const TrackAnalysis& track, bool /*is_lossy*/) {
    constexpr double most_hump_db = 12.5;  // of finished tracks, fewer than one in a hundred have more
    const auto height_db = hump_height_db(track, Hump::mud);
    if (!height_db || *height_db < most_hump_db) return std::nullopt;
    return Complaint{
        reason_text("around 280 Hz the spectrum is %.0f dB higher than the rest of it lets expect, give or take "
                    "4.5 dB: it is muddy",
                    *height_db),
        *height_db / most_hump_db};
}

Found harshness(const TrackAnalysis& track, bool /*is_lossy*/) {
    constexpr double most_hump_db = 11.0;  // less than for mud, since it has to be loud as well
    constexpr double heard_db = -14.0;
    const auto height_db = hump_height_db(track, Hump::harshness);
    if (!height_db || *height_db < most_hump_db || track.harshness_db < heard_db) return std::nullopt;
    return Complaint{
        reason_text("around 3.5 kHz the spectrum is %.0f dB higher than the rest of it lets expect, give or take "
                    "4.7 dB, and 2.5 to 6 kHz are %.1f dB under the whole: it is harsh",
                    *height_db, -track.harshness_db),
        *height_db / most_hump_db};
}

// ---- the file

/// The rate that left a cliff there: half of it, less the slope of a converter; 0 for none.
double earlier_rate_hz(const TrackAnalysis& track) {
    for (const double rate_hz : {8000.0, 11025.0, 16000.0, 22050.0, 24000.0, 32000.0})
        if (rate_hz < 0.8 * track.sample_rate_hz && track.codec_cutoff_hz > 0.44 * rate_hz &&
            track.codec_cutoff_hz < 0.505 * rate_hz)
            return rate_hz;
    return 0.0;
}

// MP3 at 128 kb/s stops at 16 kHz, and so does an upsampled 32 kHz: a file that owns up to a codec has the codec's.
bool is_codec_own(const TrackAnalysis& track, bool is_lossy) { return is_lossy && track.codec_cutoff_hz > 15000.0; }

Found sample_rate(const TrackAnalysis& track, bool is_lossy) {
    constexpr double lowest_hz = 44100.0;
    if (track.sample_rate_hz < lowest_hz)
        return Complaint{reason_text("the sample rate is %s: nothing above %s can be in it",
                                     hz_text(track.sample_rate_hz).c_str(), hz_text(track.sample_rate_hz / 2).c_str()),
                         lowest_hz / track.sample_rate_hz};
    const double earlier_hz = earlier_rate_hz(track);
    // 14.5 to 16 kHz is where codecs cut too; a lossless file leaves that to the next check.
    if (earlier_hz == 0.0 || earlier_hz > 24000.0 || is_codec_own(track, is_lossy)) return std::nullopt;
    return Complaint{reason_text("the file has %s, but nothing sounds above %s: it was converted up from %s",
                                 hz_text(track.sample_rate_hz).c_str(), hz_text(track.codec_cutoff_hz).c_str(),
                                 hz_text(earlier_hz).c_str()),
                     lowest_hz / earlier_hz};
}

Found codec_cutoff(const TrackAnalysis& track, bool is_lossy) {
    // Converters and the limiter's own high-cut lie above, and codecs of some 256 kb/s, which are not worth a word.
    constexpr double highest_hz = 19500.0;
    if (track.codec_cutoff_hz == 0.0 || track.codec_cutoff_hz > highest_hz || is_codec_own(track, is_lossy) ||
        sample_rate(track, is_lossy))
        return std::nullopt;
    return Complaint{reason_text(is_lossy ? "the codec has cut everything off above %s"
                                          : "everything above %s is missing, as after a lossy codec",
                                 hz_text(track.codec_cutoff_hz).c_str()),
                     highest_hz / track.codec_cutoff_hz};
}

Found resolution(const TrackAnalysis& track, bool /*is_lossy*/) {
    constexpr double fewest_bits = 11.0;
    if (track.effective_bits == 0.0 || track.effective_bits > 24.0 || track.sample_peak_db <= silence_db)
        return std::nullopt;
    const double used_bits = track.effective_bits + track.sample_peak_db / 6.02;
    if (used_bits >= fewest_bits) return std::nullopt;
    return Complaint{reason_text("peaks reach %.1f dBFS in %.0f bits: only %.0f bits carry the sound",
                                 track.sample_peak_db, track.effective_bits, std::max(used_bits, 1.0)),
                     1.0 + fewest_bits - used_bits};
}

Found silence(const TrackAnalysis& track, bool /*is_lossy*/) {
    constexpr double most_leading_s = 2.0;
    constexpr double most_trailing_s = 6.0;
    const double urgency =
        std::max(track.leading_silence_s / most_leading_s, track.trailing_silence_s / most_trailing_s);
    if (urgency < 1.0 || track.leading_silence_s >= track.duration_s) return std::nullopt;
    return Complaint{reason_text("%.1f s of silence before the music, %.1f s after it", track.leading_silence_s,
                                 track.trailing_silence_s),
                     urgency};
}

constexpr auto checks = std::to_array<AdviceCheck>({
    {"clipping", Severity::repair, "five peaks or more cut flat, at full scale or below",
     "lower the bus or the converter's input and export again; what is cut off cannot be brought back", clipping},
    {"one_sided", Severity::repair, "5 dB or more between left and right",
     "check pan and routing, and level the channels in the mix", one_sided},
    {"polarity", Severity::repair, "left and right correlate below -0.3",
     "flip the polarity of one channel, or of the stereo source that dominates", polarity},
    {"mono_band", Severity::repair, "two or more neighbouring third octaves that correlate below -0.5",
     "look for a widener, a stereo bass or a flipped track in that band, and narrow it", mono_bands},
    {"sample_rate", Severity::repair, "a rate below 44.1 kHz, or what one has left behind in a higher one",
     "export from the session at 44.1 kHz or more; --rate converts cleanly, but brings nothing back", sample_rate},
    {"codec_cutoff", Severity::repair, "nothing above a cliff below 19.5 kHz, unless the file is lossy and says so",
     "send the lossless export, not a decoded MP3 or AAC", codec_cutoff},
    {"limited", Severity::repair, "half of the time peaks stand less than 7 dB over the short-term loudness",
     "take limiter and clipper off the mix bus and send what is before them", limited},
    {"headroom", Severity::improve, "samples beyond full scale, or a true peak above +2 dBTP (+4 of a lossy file)",
     "lower the mix bus by that much and 3 dB more", overs},
    {"hum", Severity::improve, "three lines or more of 50 or 60 Hz in the quietest passages, above -80 dBFS",
     "find the track that hums, and mute, gate or notch it there", hum},
    {"noise", Severity::improve, "a flat floor above 6 kHz of -70 dBFS or more",
     "mute pauses, shorten fades, or denoise the track it comes from: a louder master makes it louder", noise},
    {"mud", Severity::improve, "280 Hz 12.5 dB higher than the rest of the spectrum lets expect",
     "thin out the low mids of what is not bass: pads, guitars, rooms", mud},
    {"harshness", Severity::improve, "3.5 kHz 11 dB higher than the rest of the spectrum lets expect, and loud",
     "look for the voice, guitar or cymbal that bites there, and turn it down or cut it", harshness},
    {"resolution", Severity::improve, "fewer than 11 bits carry the sound",
     "export at a normal level, in 24 bits or floating point", resolution},
    {"dc_offset", Severity::tidy, "2.5 % of full scale or more",
     "high-pass the track it comes from at 10 Hz; burnish master takes it out too", dc_offset},
    {"silence", Severity::tidy, "more than 2 s before the music or 6 s after it",
     "cut it off, or have burnish master --trim do it", silence},
});

constexpr std::array<std::string_view, 3> severities{"repair", "improve", "tidy"};

}  // namespace

std::string_view severity_name(Severity severity) noexcept { return severities[static_cast<std::size_t>(severity)]; }

std::span<const AdviceCheck> advice_checks() noexcept { return checks; }

std::vector<Advice> advise(const TrackAnalysis& track, bool is_lossy) {
    std::vector<Advice> advice;
    // Of what has no loudness there is nothing to say.
    if (track.integrated_lufs <= silence_db) return advice;
    for (const auto& check : checks)
        if (auto complaint = check.look(track, is_lossy))
            advice.push_back({check.name, check.severity, complaint->urgency, std::move(complaint->found),
                              complaint->remedy.empty() ? std::string(check.remedy) : std::move(complaint->remedy)});
    std::ranges::stable_sort(advice, [](const Advice& a, const Advice& b) {
        return a.severity != b.severity ? a.severity < b.severity : a.urgency > b.urgency;
    });
    return advice;
}

nlohmann::ordered_json advice_json(const std::vector<Advice>& advice) {
    auto rows = nlohmann::ordered_json::array();
    for (const auto& row : advice)
        rows.push_back({{"check", row.check},
                        {"severity", severity_name(row.severity)},
                        {"urgency", std::round(row.urgency * 100.0) / 100.0},
                        {"found", row.found},
                        {"remedy", row.remedy}});
    return rows;
}

}  // namespace burnish
