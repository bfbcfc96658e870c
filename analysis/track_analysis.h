#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "core/decibels.h"

namespace burnish {

/// Centres of the third-octave bands (IEC 61260 nominal); a band reaches from centre / 2^(1/6) to centre * 2^(1/6).
inline constexpr auto third_octaves_hz = std::to_array<double>(
    {25,  31.5, 40,   50,   63,   80,   100,  125,  160,  200,  250,  315,   400,   500,   630,
     800, 1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000, 10000, 12500, 16000, 20000});

/// Centres and edges of the critical bands. Source: Zwicker, "Subdivision of the audible frequency range into critical
/// bands", JASA 33, 1961.
inline constexpr auto bark_bands_hz =
    std::to_array<double>({50,   150,  250,  350,  450,  570,  700,  840,  1000, 1170, 1370,  1600,
                           1850, 2150, 2500, 2900, 3400, 4000, 4800, 5800, 7000, 8500, 10500, 13500});
inline constexpr auto bark_edges_hz =
    std::to_array<double>({20,   100,  200,  300,  400,  510,  630,  770,  920,  1080, 1270,  1480, 1720,
                           2000, 2320, 2700, 3150, 3700, 4400, 5300, 6400, 7700, 9500, 12000, 15500});

/// Where the four dynamics bands meet, and their centres: those of a four-band mastering compressor.
inline constexpr auto dynamics_splits_hz = std::to_array<double>({120, 1000, 6000});
inline constexpr auto dynamics_bands_hz = std::to_array<double>({50, 350, 2500, 11000});

/// Regions in which the stereo image is looked at.
inline constexpr auto image_edges_hz = std::to_array<double>({40, 160, 500, 1500, 4000, 8000, 16000});
inline constexpr auto image_regions_hz = std::to_array<double>({80, 280, 870, 2450, 5700, 11300});

inline constexpr auto resonance_ranks = std::to_array<double>({1, 2, 3, 4});

/// One number per band or per rank.
template <std::size_t size>
using Curve = std::array<double, size>;

template <std::size_t size>
[[nodiscard]] constexpr Curve<size> flat_curve(double value) {
    Curve<size> curve{};
    curve.fill(value);
    return curve;
}

/// Levels of the bands of one spectrum over time, mid = (L+R)/2 and side = (L-R)/2 apart.
///
/// Mean squares of 400 ms blocks, a full-scale sine reading -3 dB. Blocks more than 20 LU below the mean loudness, and
/// below -70 LUFS, are left out. silence_db above half the sample rate; side of a mono track is silence_db.
template <std::size_t bands>
struct SpectrumCurves {
    Curve<bands> mid_mean_db = flat_curve<bands>(silence_db);  // power mean
    Curve<bands> mid_p10_db = flat_curve<bands>(silence_db);
    Curve<bands> mid_p95_db = flat_curve<bands>(silence_db);
    Curve<bands> side_mean_db = flat_curve<bands>(silence_db);
    Curve<bands> side_p10_db = flat_curve<bands>(silence_db);
    Curve<bands> side_p95_db = flat_curve<bands>(silence_db);
    Curve<bands> side_mid_db = flat_curve<bands>(silence_db);
    Curve<bands> correlation = flat_curve<bands>(1.0);
};

/// What a multiband compressor would see; mean squares over both channels, levels of 50 ms blocks gated as above.
struct DynamicsCurves {
    Curve<4> level_db = flat_curve<4>(silence_db);
    Curve<4> p50_db = flat_curve<4>(silence_db);
    Curve<4> p95_db = flat_curve<4>(silence_db);
    Curve<4> spread_db = flat_curve<4>(0.0);
    Curve<4> crest_db = flat_curve<4>(0.0);
};

/// The strongest narrow peaks of the long-term spectrum between 200 Hz and 12 kHz, at least a third of an octave
/// apart; zeros where there are fewer.
struct Resonances {
    Curve<4> frequency_hz = flat_curve<4>(0.0);
    Curve<4> excess_db = flat_curve<4>(0.0);
    Curve<4> persistence = flat_curve<4>(0.0);
};

/// What a track is made of, band by band, whatever its tone; what TextureAnalyzer measures. Zeros for silence.
struct TextureCurves {
    Curve<24> level_p05_db{};
    Curve<24> level_p25_db{};
    Curve<24> level_p50_db{};
    Curve<24> level_p75_db{};
    Curve<24> level_p95_db{};
    Curve<24> rise_mean_db{};
    Curve<24> step_p02_db{};
    Curve<24> step_p10_db{};
    Curve<24> step_p98_db{};
    Curve<24> slow_step_p05_db{};
    Curve<24> slow_step_p95_db{};
    Curve<24> modulation_0p5_hz_db{};
    Curve<24> modulation_1_hz_db{};
    Curve<24> modulation_2_hz_db{};
    Curve<24> modulation_4_hz_db{};
    Curve<24> modulation_8_hz_db{};
    Curve<24> modulation_16_hz_db{};
    Curve<24> flatness_db{};
    Curve<24> flatness_deviation_db{};
    Curve<24> crest_db{};
    Curve<24> fine_flatness_db{};
    Curve<24> fine_crest_db{};
    Curve<24> loudness_slope{};
    Curve<24> loudness_correlation{};
    Curve<24> level_with_lows{};
    Curve<24> level_with_low_mids{};
    Curve<24> level_with_mids{};
    Curve<24> level_with_high_mids{};
    Curve<24> level_with_highs{};
    Curve<24> step_with_lows{};
    Curve<24> step_with_low_mids{};
    Curve<24> step_with_mids{};
    Curve<24> step_with_high_mids{};
    Curve<24> step_with_highs{};
};

/// What the tones of a track are like, band by band, whatever its tone; what PartialAnalyzer measures. Zeros where
/// there are too few.
struct PartialCurves {
    Curve<24> tonal_share{};
    Curve<24> percussive_share{};
    Curve<24> partials{};
    Curve<24> partial_level_db{};
    Curve<24> partial_deviation_db{};
    Curve<24> sharpness_db{};
    Curve<24> octave_share{};
    Curve<24> octave_step_db{};
    Curve<24> octave_deviation_db{};
    Curve<24> twelfth_share{};
    Curve<24> twelfth_step_db{};
    Curve<24> twelfth_deviation_db{};
};

/// What the stereo image is made of, whatever its width; what ImageAnalyzer measures. Percentiles are over side_mid_db.
/// Zeros, and silence_db for the level, where there is no side.
struct ImageCurves {
    Curve<6> side_mid_db = flat_curve<6>(silence_db);
    Curve<6> weighted_p05_db{};
    Curve<6> weighted_p25_db{};
    Curve<6> weighted_p50_db{};
    Curve<6> weighted_p75_db{};
    Curve<6> weighted_p90_db{};
    Curve<6> weighted_p95_db{};
    Curve<6> weighted_p99_db{};
    Curve<6> counted_p05_db{};
    Curve<6> counted_p25_db{};
    Curve<6> counted_p50_db{};
    Curve<6> counted_p75_db{};
    Curve<6> counted_p90_db{};
    Curve<6> counted_p95_db{};
    Curve<6> counted_p99_db{};
    Curve<6> panned_p05_db{};
    Curve<6> panned_p25_db{};
    Curve<6> panned_p50_db{};
    Curve<6> panned_p75_db{};
    Curve<6> panned_p90_db{};
    Curve<6> panned_p95_db{};
    Curve<6> panned_p99_db{};
    Curve<6> panned_share_db{};
};

/// All that is measured of a track: numbers with units, nothing else. Default values are those of an empty one.
///
/// Every number is finite for every track. Levels of nothing are silence_db, ratios of nothing 0 dB, correlations of
/// nothing 1, and what cannot be found (tempo, hum, cut-off) is 0. Loudness needs 400 ms, its range and PSR 3 s,
/// hum 6 s.
struct TrackAnalysis {
    // the stream
    double duration_s = 0.0;
    double sample_rate_hz = 0.0;
    double channels = 0.0;
    double frames = 0.0;
    double bits_per_sample = 0.0;

    // loudness and peaks
    double integrated_lufs = silence_db;
    double max_momentary_lufs = silence_db;
    double max_short_term_lufs = silence_db;
    double loudness_range_lu = 0.0;
    double true_peak_dbtp = silence_db;
    double sample_peak_db = silence_db;
    double rms_db = silence_db;
    double crest_db = 0.0;
    double plr_db = 0.0;
    double psr_min_db = 0.0;
    double psr_p10_db = 0.0;
    double psr_p50_db = 0.0;
    double psr_p95_db = 0.0;

    // tone
    double tilt_db_per_octave = 0.0;
    double centroid_hz = 0.0;
    double rolloff_hz = 0.0;
    double harshness_db = 0.0;
    double harshness_p95_db = 0.0;

    // movement
    double flux_db_per_s = 0.0;
    double onsets_per_s = 0.0;
    double percussive_share = 0.0;
    double tempo_bpm = 0.0;

    // stereo
    double correlation = 1.0;
    double side_mid_db = silence_db;
    double balance_db = 0.0;
    double fold_down_loss_db = 0.0;

    // faults and edges
    double dc_left = 0.0;
    double dc_right = 0.0;
    double clipped_runs = 0.0;
    double clipped_frames = 0.0;
    double clip_level_db = 0.0;
    double codec_cutoff_hz = 0.0;
    double effective_bits = 0.0;
    double hum_hz = 0.0;
    double hum_excess_db = 0.0;
    double hum_level_db = silence_db;
    double noise_floor_db = silence_db;
    double hiss_level_db = silence_db;
    double leading_silence_s = 0.0;
    double trailing_silence_s = 0.0;

    // curves
    SpectrumCurves<third_octaves_hz.size()> third_octave;
    SpectrumCurves<bark_bands_hz.size()> bark;
    DynamicsCurves dynamics;
    Resonances resonances;
    TextureCurves texture;
    PartialCurves partials;
    ImageCurves image;
};

/// One row of the table of single numbers: everything about a number except its value.
struct NumberRow {
    std::string_view name;   ///< with its unit; the same word in C++ and JSON
    std::string_view label;  ///< for people
    std::string_view unit;
    int decimals;  ///< worth printing
    double TrackAnalysis::*member;
    std::string_view help;
    bool of_master = true;  ///< whether a master is measured for it too
};

/// One row of the table of a group's curves.
template <class Group, std::size_t size>
struct CurveRow {
    std::string_view name;
    std::string_view label;
    std::string_view unit;
    int decimals;
    Curve<size> Group::*member;
    std::string_view help;
};

/// Curves that share an axis: where they live in a TrackAnalysis, what their entries stand for, and their rows.
template <class Group, std::size_t size, std::size_t rows>
struct CurveGroup {
    std::string_view name;
    std::string_view axis;  ///< name of the axis, with its unit
    Curve<size> axis_values;
    Group TrackAnalysis::*member;
    std::array<CurveRow<Group, size>, rows> curves;
    bool of_master = true;

    static_assert(sizeof(Group) == rows * size * sizeof(double), "every curve has one row");
    static constexpr std::size_t numbers = rows * size;
};

inline constexpr auto analysis_numbers = std::to_array<NumberRow>({
    {"duration_s", "duration", "s", 3, &TrackAnalysis::duration_s, "length of the track"},
    {"sample_rate_hz", "sample rate", "Hz", 0, &TrackAnalysis::sample_rate_hz, "frames per second"},
    {"channels", "channels", "", 0, &TrackAnalysis::channels, "1 mono, 2 stereo"},
    {"frames", "frames", "", 0, &TrackAnalysis::frames, "samples per channel"},
    {"bits_per_sample", "stored bits", "bit", 0, &TrackAnalysis::bits_per_sample,
     "word length of integer PCM; 0 for floating point and lossy codecs"},

    {"integrated_lufs", "integrated loudness", "LUFS", 2, &TrackAnalysis::integrated_lufs,
     "loudness of the whole track, gated (ITU-R BS.1770-5); a mono track is one channel, not two equal ones"},
    {"max_momentary_lufs", "loudest 400 ms", "LUFS", 2, &TrackAnalysis::max_momentary_lufs,
     "largest momentary loudness (EBU Tech 3341)"},
    {"max_short_term_lufs", "loudest 3 s", "LUFS", 2, &TrackAnalysis::max_short_term_lufs,
     "largest short-term loudness (EBU Tech 3341)"},
    {"loudness_range_lu", "loudness range", "LU", 1, &TrackAnalysis::loudness_range_lu,
     "spread of the short-term loudness (EBU Tech 3342); 0 below 3 s"},
    {"true_peak_dbtp", "true peak", "dBTP", 2, &TrackAnalysis::true_peak_dbtp,
     "largest magnitude of the reconstructed waveform"},
    {"sample_peak_db", "sample peak", "dBFS", 2, &TrackAnalysis::sample_peak_db, "largest sample magnitude"},
    {"rms_db", "rms level", "dBFS", 2, &TrackAnalysis::rms_db,
     "root mean square over both channels; a full-scale sine reads -3.01"},
    {"crest_db", "crest factor", "dB", 1, &TrackAnalysis::crest_db, "sample peak over rms"},
    {"plr_db", "peak to loudness ratio", "dB", 1, &TrackAnalysis::plr_db, "true peak over integrated loudness"},
    {"psr_min_db", "least peak to short-term ratio", "dB", 1, &TrackAnalysis::psr_min_db,
     "peak over short-term loudness of the densest 3 s; below 8 is heavily limited"},
    {"psr_p10_db", "peak to short-term ratio, p10", "dB", 1, &TrackAnalysis::psr_p10_db,
     "exceeded by nine tenths of the track"},
    {"psr_p50_db", "peak to short-term ratio, median", "dB", 1, &TrackAnalysis::psr_p50_db,
     "exceeded by half of the track"},
    {"psr_p95_db", "peak to short-term ratio, p95", "dB", 1, &TrackAnalysis::psr_p95_db,
     "exceeded by a twentieth of the track"},

    {"tilt_db_per_octave", "spectral tilt", "dB/oct", 2, &TrackAnalysis::tilt_db_per_octave,
     "slope of the third-octave spectrum, 63 Hz to 12.5 kHz; pink noise reads 0"},
    {"centroid_hz", "spectral centroid", "Hz", 0, &TrackAnalysis::centroid_hz, "mean frequency, weighted by power"},
    {"rolloff_hz", "roll-off", "Hz", 0, &TrackAnalysis::rolloff_hz, "85 % of the power lies below"},
    {"harshness_db", "harshness", "dB", 1, &TrackAnalysis::harshness_db,
     "mean level of 2.5 to 6 kHz relative to the whole"},
    {"harshness_p95_db", "harshness, p95", "dB", 1, &TrackAnalysis::harshness_p95_db,
     "the same, exceeded in a twentieth of the 400 ms blocks"},

    {"flux_db_per_s", "spectral flux", "dB/s", 1, &TrackAnalysis::flux_db_per_s,
     "how fast the levels of the Bark bands rise, on average over bands and time",
     /*of_master=*/false},
    {"onsets_per_s", "onset density", "1/s", 2, &TrackAnalysis::onsets_per_s, "notes and hits per second",
     /*of_master=*/false},
    {"percussive_share", "percussive share", "", 2, &TrackAnalysis::percussive_share,
     "0 all tones, 1 all hits; noise reads one half",
     /*of_master=*/false},
    {"tempo_bpm", "tempo", "BPM", 1, &TrackAnalysis::tempo_bpm, "beats per minute; 0 if there is no steady beat",
     /*of_master=*/false},

    {"correlation", "correlation", "", 3, &TrackAnalysis::correlation,
     "of left and right: 1 mono, 0 unrelated, -1 opposite"},
    {"side_mid_db", "side over mid", "dB", 1, &TrackAnalysis::side_mid_db, "level of (L-R)/2 relative to (L+R)/2"},
    {"balance_db", "balance", "dB", 2, &TrackAnalysis::balance_db, "level of right over left; positive leans right"},
    {"fold_down_loss_db", "mono fold-down loss", "dB", 2, &TrackAnalysis::fold_down_loss_db,
     "power lost by (L+R)/2: 0 mono, 3 unrelated channels, 120 opposite ones"},

    {"dc_left", "DC offset left", "FS", 6, &TrackAnalysis::dc_left, "mean sample value"},
    {"dc_right", "DC offset right", "FS", 6, &TrackAnalysis::dc_right, "mean sample value; left's for mono"},
    {"clipped_runs", "clipped runs", "", 0, &TrackAnalysis::clipped_runs,
     "peaks cut flat for three frames or more, at full scale or below, counted per channel",
     /*of_master=*/false},
    {"clipped_frames", "clipped frames", "", 0, &TrackAnalysis::clipped_frames, "frames in those runs",
     /*of_master=*/false},
    {"clip_level_db", "clip level", "dBFS", 2, &TrackAnalysis::clip_level_db,
     "where most runs are cut; 0 if nothing is",
     /*of_master=*/false},
    {"codec_cutoff_hz", "codec cut-off", "Hz", 0, &TrackAnalysis::codec_cutoff_hz,
     "where the spectrum falls off a cliff, as a lossy codec, an earlier sample rate or a steep low-pass leaves it; "
     "0 if there is none"},
    {"effective_bits", "effective bits", "bit", 0, &TrackAnalysis::effective_bits,
     "word length that holds every sample; 32 if floating point is needed, 0 for silence",
     /*of_master=*/false},
    {"hum_hz", "hum", "Hz", 0, &TrackAnalysis::hum_hz,
     "mains frequency found in the quietest passages, 50 or 60; 0 none",
     /*of_master=*/false},
    {"hum_excess_db", "hum over its surroundings", "dB", 1, &TrackAnalysis::hum_excess_db,
     "mean of the mains lines found, over the noise between them",
     /*of_master=*/false},
    {"hum_level_db", "hum level", "dBFS", 1, &TrackAnalysis::hum_level_db, "rms of the mains lines found",
     /*of_master=*/false},
    {"noise_floor_db", "noise floor", "dBFS", 1, &TrackAnalysis::noise_floor_db,
     "level that a hundredth of the 50 ms blocks stay below, digital silence left out",
     /*of_master=*/false},
    {"hiss_level_db", "hiss level", "dBFS", 1, &TrackAnalysis::hiss_level_db,
     "steady noise above 6 kHz that the music leaves bare at times; -120 if there is none",
     /*of_master=*/false},
    {"leading_silence_s", "leading silence", "s", 3, &TrackAnalysis::leading_silence_s,
     "before the first sample above -80 dBFS"},
    {"trailing_silence_s", "trailing silence", "s", 3, &TrackAnalysis::trailing_silence_s,
     "after the last sample above -80 dBFS"},
});

template <std::size_t bands>
inline constexpr auto spectrum_curve_rows = std::to_array<CurveRow<SpectrumCurves<bands>, bands>>({
    {"mid_mean_db", "mid, mean", "dBFS", 1, &SpectrumCurves<bands>::mid_mean_db, "power mean over time"},
    {"mid_p10_db", "mid, p10", "dBFS", 1, &SpectrumCurves<bands>::mid_p10_db, "exceeded nine tenths of the time"},
    {"mid_p95_db", "mid, p95", "dBFS", 1, &SpectrumCurves<bands>::mid_p95_db, "exceeded a twentieth of the time"},
    {"side_mean_db", "side, mean", "dBFS", 1, &SpectrumCurves<bands>::side_mean_db, "power mean over time"},
    {"side_p10_db", "side, p10", "dBFS", 1, &SpectrumCurves<bands>::side_p10_db, "exceeded nine tenths of the time"},
    {"side_p95_db", "side, p95", "dBFS", 1, &SpectrumCurves<bands>::side_p95_db, "exceeded a twentieth of the time"},
    {"side_mid_db", "side over mid", "dB", 1, &SpectrumCurves<bands>::side_mid_db, "ratio of the mean levels"},
    {"correlation", "correlation", "", 3, &SpectrumCurves<bands>::correlation, "of left and right"},
});

inline constexpr CurveGroup<SpectrumCurves<third_octaves_hz.size()>, third_octaves_hz.size(), 8> third_octave_curves{
    "third_octave", "centre_hz", third_octaves_hz, &TrackAnalysis::third_octave,
    spectrum_curve_rows<third_octaves_hz.size()>};

inline constexpr CurveGroup<SpectrumCurves<bark_bands_hz.size()>, bark_bands_hz.size(), 8> bark_curves{
    "bark", "centre_hz", bark_bands_hz, &TrackAnalysis::bark, spectrum_curve_rows<bark_bands_hz.size()>};

inline constexpr CurveGroup<DynamicsCurves, 4, 5> dynamics_curves{
    "dynamics",
    "centre_hz",
    dynamics_bands_hz,
    &TrackAnalysis::dynamics,
    {{{"level_db", "level", "dBFS", 1, &DynamicsCurves::level_db, "rms over time"},
      {"p50_db", "level, median", "dBFS", 1, &DynamicsCurves::p50_db, "exceeded half of the time"},
      {"p95_db", "level, p95", "dBFS", 1, &DynamicsCurves::p95_db, "exceeded a twentieth of the time"},
      {"spread_db", "spread", "dB", 1, &DynamicsCurves::spread_db, "p95 over median"},
      {"crest_db", "crest factor", "dB", 1, &DynamicsCurves::crest_db, "peak of the band over its rms"}}},
    /*of_master=*/false};

inline constexpr CurveGroup<Resonances, 4, 3> resonance_curves{
    "resonances",
    "rank",
    resonance_ranks,
    &TrackAnalysis::resonances,
    {{{"frequency_hz", "frequency", "Hz", 0, &Resonances::frequency_hz, "of the peak; 0 if there is none"},
      {"excess_db", "excess", "dB", 1, &Resonances::excess_db,
       "of a twelfth of an octave over the half octaves to both sides"},
      {"persistence", "persistence", "", 2, &Resonances::persistence, "share of the time it stands out by 3 dB"}}},
    /*of_master=*/false};

inline constexpr CurveGroup<TextureCurves, bark_bands_hz.size(), 34> texture_curves{
    "texture",
    "centre_hz",
    bark_bands_hz,
    &TrackAnalysis::texture,
    {{{"level_p05_db", "level, p05", "dB", 1, &TextureCurves::level_p05_db,
       "exceeded nineteen twentieths of the time, over the band's mean power"},
      {"level_p25_db", "level, p25", "dB", 1, &TextureCurves::level_p25_db, "exceeded three quarters of the time"},
      {"level_p50_db", "level, median", "dB", 1, &TextureCurves::level_p50_db, "exceeded half of the time"},
      {"level_p75_db", "level, p75", "dB", 1, &TextureCurves::level_p75_db, "exceeded a quarter of the time"},
      {"level_p95_db", "level, p95", "dB", 1, &TextureCurves::level_p95_db, "exceeded a twentieth of the time"},
      {"rise_mean_db", "rise, mean", "dB", 2, &TextureCurves::rise_mean_db,
       "rise of the level from one frame (23 ms) to the next, falls counted as 0"},
      {"step_p02_db", "step, p02", "dB", 1, &TextureCurves::step_p02_db,
       "change of the level from frame to frame: its steepest falls"},
      {"step_p10_db", "step, p10", "dB", 1, &TextureCurves::step_p10_db,
       "the same, exceeded nine tenths of the time: how notes decay"},
      {"step_p98_db", "step, p98", "dB", 1, &TextureCurves::step_p98_db,
       "the same, its steepest rises: how notes begin"},
      {"slow_step_p05_db", "slow step, p05", "dB", 1, &TextureCurves::slow_step_p05_db,
       "change of the level over four frames: falls"},
      {"slow_step_p95_db", "slow step, p95", "dB", 1, &TextureCurves::slow_step_p95_db, "the same: rises"},
      {"modulation_0p5_hz_db", "modulation around 0.5 Hz", "dB", 1, &TextureCurves::modulation_0p5_hz_db,
       "variance of the level in dB, in the octave from 0.34 Hz up"},
      {"modulation_1_hz_db", "modulation around 1 Hz", "dB", 1, &TextureCurves::modulation_1_hz_db,
       "the same, from 0.67 Hz up"},
      {"modulation_2_hz_db", "modulation around 2 Hz", "dB", 1, &TextureCurves::modulation_2_hz_db,
       "the same, from 1.3 Hz up"},
      {"modulation_4_hz_db", "modulation around 4 Hz", "dB", 1, &TextureCurves::modulation_4_hz_db,
       "the same, from 2.7 Hz up"},
      {"modulation_8_hz_db", "modulation around 8 Hz", "dB", 1, &TextureCurves::modulation_8_hz_db,
       "the same, from 5.4 Hz up"},
      {"modulation_16_hz_db", "modulation around 16 Hz", "dB", 1, &TextureCurves::modulation_16_hz_db,
       "the same, from 11 Hz up"},
      {"flatness_db", "flatness", "dB", 1, &TextureCurves::flatness_db,
       "geometric over arithmetic mean of the band's bins (11 Hz wide)"},
      {"flatness_deviation_db", "flatness, deviation", "dB", 1, &TextureCurves::flatness_deviation_db,
       "how much that varies over time"},
      {"crest_db", "spectral crest", "dB", 1, &TextureCurves::crest_db, "largest over mean bin of the band"},
      {"fine_flatness_db", "flatness, fine", "dB", 1, &TextureCurves::fine_flatness_db, "the same with bins of 2.7 Hz"},
      {"fine_crest_db", "spectral crest, fine", "dB", 1, &TextureCurves::fine_crest_db, "the same with bins of 2.7 Hz"},
      {"loudness_slope", "slope over loudness", "", 2, &TextureCurves::loudness_slope,
       "dB that the band gains when the whole gains 1 dB"},
      {"loudness_correlation", "correlation with loudness", "", 2, &TextureCurves::loudness_correlation,
       "of the level with that of the whole"},
      {"level_with_lows", "level, with lows", "", 2, &TextureCurves::level_with_lows,
       "correlation of the level with those of the bands from 20 to 200 Hz"},
      {"level_with_low_mids", "level, with low mids", "", 2, &TextureCurves::level_with_low_mids,
       "correlation of the level with those of the bands from 200 to 770 Hz"},
      {"level_with_mids", "level, with mids", "", 2, &TextureCurves::level_with_mids,
       "correlation of the level with those of the bands from 0.8 to 1.7 kHz"},
      {"level_with_high_mids", "level, with high mids", "", 2, &TextureCurves::level_with_high_mids,
       "correlation of the level with those of the bands from 2 to 5 kHz"},
      {"level_with_highs", "level, with highs", "", 2, &TextureCurves::level_with_highs,
       "correlation of the level with those of the bands from 5 to 15 kHz"},
      {"step_with_lows", "step, with lows", "", 2, &TextureCurves::step_with_lows,
       "correlation of the step from frame to frame with those of the bands from 20 to 200 Hz"},
      {"step_with_low_mids", "step, with low mids", "", 2, &TextureCurves::step_with_low_mids,
       "correlation of the step from frame to frame with those of the bands from 200 to 770 Hz"},
      {"step_with_mids", "step, with mids", "", 2, &TextureCurves::step_with_mids,
       "correlation of the step from frame to frame with those of the bands from 0.8 to 1.7 kHz"},
      {"step_with_high_mids", "step, with high mids", "", 2, &TextureCurves::step_with_high_mids,
       "correlation of the step from frame to frame with those of the bands from 2 to 5 kHz"},
      {"step_with_highs", "step, with highs", "", 2, &TextureCurves::step_with_highs,
       "correlation of the step from frame to frame with those of the bands from 5 to 15 kHz"}}},
    /*of_master=*/false};

inline constexpr CurveGroup<PartialCurves, bark_bands_hz.size(), 12> partial_curves{
    "partials",
    "centre_hz",
    bark_bands_hz,
    &TrackAnalysis::partials,
    {{{"tonal_share", "tonal share", "", 2, &PartialCurves::tonal_share,
       "power of the band in bins that are steadier over time than they are broad"},
      {"percussive_share", "percussive share", "", 2, &PartialCurves::percussive_share,
       "the same in bins that are broader than steady; the rest is noise"},
      {"partials", "partials", "", 1, &PartialCurves::partials, "lines that stand out of the band in one spectrum"},
      {"partial_level_db", "level of a partial", "dB", 1, &PartialCurves::partial_level_db, "over the band's, mean"},
      {"partial_deviation_db", "level of a partial, deviation", "dB", 1, &PartialCurves::partial_deviation_db,
       "how far apart partials are in level"},
      {"sharpness_db", "sharpness of a partial", "dB", 1, &PartialCurves::sharpness_db,
       "over its two neighbours: how still it stands"},
      {"octave_share", "octaves above", "", 2, &PartialCurves::octave_share,
       "share of the band's partials that have one an octave above"},
      {"octave_step_db", "step to the octave", "dB", 1, &PartialCurves::octave_step_db,
       "its level over the partial's, less what the mean spectrum does from the one to the other"},
      {"octave_deviation_db", "step to the octave, deviation", "dB", 1, &PartialCurves::octave_deviation_db,
       "how much that varies"},
      {"twelfth_share", "twelfths above", "", 2, &PartialCurves::twelfth_share,
       "share of the band's partials that have one at three times the frequency"},
      {"twelfth_step_db", "step to the twelfth", "dB", 1, &PartialCurves::twelfth_step_db, "as that to the octave"},
      {"twelfth_deviation_db", "step to the twelfth, deviation", "dB", 1, &PartialCurves::twelfth_deviation_db,
       "how much that varies"}}},
    /*of_master=*/false};

/// How much is measured: all there is to know of a track; or what mastering is meant to change, for which spectra side
/// by side are enough: what plays, and what was wrong with the source, is known when its master is measured; or that
/// and the dynamics of the bands, which is what one track has to say to another that is to sound like it.
enum class AnalysisScope { track, master, match };

inline constexpr CurveGroup<ImageCurves, image_regions_hz.size(), 23> image_curves{
    "image",
    "centre_hz",
    image_regions_hz,
    &TrackAnalysis::image,
    {{{"side_mid_db", "side over mid", "dB", 1, &ImageCurves::side_mid_db, "ratio of their powers in the region"},
      {"weighted_p05_db", "bins, weighted, p05", "dB", 1, &ImageCurves::weighted_p05_db,
       "bins of the spectra, side over mid, over that of the region; weighted by the power of the mid"},
      {"weighted_p25_db", "bins, weighted, p25", "dB", 1, &ImageCurves::weighted_p25_db, "the same, exceeded by 75 %"},
      {"weighted_p50_db", "bins, weighted, p50", "dB", 1, &ImageCurves::weighted_p50_db, "the same, exceeded by 50 %"},
      {"weighted_p75_db", "bins, weighted, p75", "dB", 1, &ImageCurves::weighted_p75_db, "the same, exceeded by 25 %"},
      {"weighted_p90_db", "bins, weighted, p90", "dB", 1, &ImageCurves::weighted_p90_db, "the same, exceeded by 10 %"},
      {"weighted_p95_db", "bins, weighted, p95", "dB", 1, &ImageCurves::weighted_p95_db, "the same, exceeded by 5 %"},
      {"weighted_p99_db", "bins, weighted, p99", "dB", 1, &ImageCurves::weighted_p99_db, "the same, exceeded by 1 %"},
      {"counted_p05_db", "bins, counted, p05", "dB", 1, &ImageCurves::counted_p05_db,
       "bins of the spectra, side over mid, over that of the region; every bin alike"},
      {"counted_p25_db", "bins, counted, p25", "dB", 1, &ImageCurves::counted_p25_db, "the same, exceeded by 75 %"},
      {"counted_p50_db", "bins, counted, p50", "dB", 1, &ImageCurves::counted_p50_db, "the same, exceeded by 50 %"},
      {"counted_p75_db", "bins, counted, p75", "dB", 1, &ImageCurves::counted_p75_db, "the same, exceeded by 25 %"},
      {"counted_p90_db", "bins, counted, p90", "dB", 1, &ImageCurves::counted_p90_db, "the same, exceeded by 10 %"},
      {"counted_p95_db", "bins, counted, p95", "dB", 1, &ImageCurves::counted_p95_db, "the same, exceeded by 5 %"},
      {"counted_p99_db", "bins, counted, p99", "dB", 1, &ImageCurves::counted_p99_db, "the same, exceeded by 1 %"},
      {"panned_p05_db", "bins, panned, p05", "dB", 1, &ImageCurves::panned_p05_db,
       "bins of the spectra, side over mid, over that of the region; weighted, of bins with mid and side in phase"},
      {"panned_p25_db", "bins, panned, p25", "dB", 1, &ImageCurves::panned_p25_db, "the same, exceeded by 75 %"},
      {"panned_p50_db", "bins, panned, p50", "dB", 1, &ImageCurves::panned_p50_db, "the same, exceeded by 50 %"},
      {"panned_p75_db", "bins, panned, p75", "dB", 1, &ImageCurves::panned_p75_db, "the same, exceeded by 25 %"},
      {"panned_p90_db", "bins, panned, p90", "dB", 1, &ImageCurves::panned_p90_db, "the same, exceeded by 10 %"},
      {"panned_p95_db", "bins, panned, p95", "dB", 1, &ImageCurves::panned_p95_db, "the same, exceeded by 5 %"},
      {"panned_p99_db", "bins, panned, p99", "dB", 1, &ImageCurves::panned_p99_db, "the same, exceeded by 1 %"},
      {"panned_share_db", "panned share", "dB", 1, &ImageCurves::panned_share_db,
       "power of the mid in bins with mid and side in phase, over the whole"}}}};

/// Calls `visit` with each CurveGroup in turn.
template <class Visit>
constexpr void for_each_curve_group(Visit&& visit) {
    visit(third_octave_curves);
    visit(bark_curves);
    visit(dynamics_curves);
    visit(resonance_curves);
    visit(texture_curves);
    visit(partial_curves);
    visit(image_curves);
}

static_assert(sizeof(TrackAnalysis) ==
                  sizeof(double) * (analysis_numbers.size() + third_octave_curves.numbers + bark_curves.numbers +
                                    dynamics_curves.numbers + resonance_curves.numbers + texture_curves.numbers +
                                    partial_curves.numbers + image_curves.numbers),
              "every number of an analysis has one row");

}  // namespace burnish
