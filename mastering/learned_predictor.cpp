#include "mastering/learned_predictor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <utility>

#include "mastering/corrections.h"
#include "mastering/reason_text.h"
#include "mastering/rule_predictor.h"

namespace burnish {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double least_gain_db = 0.1;
constexpr double least_rate_hz = 30000.0;
constexpr CorrectionLimits spread_limits{0.5, 3.0};
constexpr double most_ratio_reduction_db = 6.0;  // of peak to loudness
constexpr double quietest_lufs = -20.0, loudest_lufs = -7.0;
// What single tracks are played at (AES TD1008): quieter ones are brought nearer, as far as hardly anything is limited.
constexpr double streamed_lufs = -16.0, harmless_reduction_db = 2.0;

/// How sure a gain is: its share of itself and its deviation.
double confidence_of(double gain_db, double deviation_db) {
    return std::abs(gain_db) / (std::abs(gain_db) + std::max(0.0, deviation_db) + 1e-9);
}

/// What a model says of a track, head by head.
struct Opinions {
    VectorXd features;
    double trust = 1.0;
    FaultOpinion tone, width, dynamics;
    bool has_width = false;
};

Opinions opinions_of(const MasterModel& model, const TrackAnalysis& track) {
    Opinions opinions;
    opinions.features = model.standardized(track);
    opinions.trust = model.trust(opinions.features);
    opinions.tone = model.parts().tone.judge(opinions.features, tone_of(track));
    const auto width = width_of(track);
    opinions.has_width = width.heard.any();
    if (opinions.has_width) opinions.width = model.parts().width.judge(opinions.features, width);
    opinions.dynamics = model.parts().dynamics.judge(opinions.features, dynamics_of(track));
    return opinions;
}

const char* held_back(double trust) { return trust < 1.0 ? "; held back, since few tracks sound like it" : ""; }

/// Replaces what the rules proposed for some stages.
class Draft {
public:
    explicit Draft(Prediction prediction) : prediction_(std::move(prediction)) {}

    void forget(std::string_view stage) {
        std::erase_if(prediction_.decisions, [&](const Decision& decision) {
            return std::string_view(decision.parameter).starts_with(stage) && decision.parameter[stage.size()] == '.';
        });
    }
    template <class Settings>
    void set(std::string_view stage, Settings& settings, double Settings::*member, std::string_view name, double value,
             double confidence, std::string reason) {
        settings.*member = two_decimals(value);
        prediction_.decisions.push_back(
            {std::string(stage) + "." + std::string(name), two_decimals(value), confidence, std::move(reason)});
    }
    [[nodiscard]] ChainSettings& settings() noexcept { return prediction_.settings; }

    /// The decisions in signal order.
    [[nodiscard]] Prediction take() {
        std::vector<Decision> ordered;
        for_each_parameter([&](const auto& stage, const auto& param) {
            const auto name = std::string(stage.name) + "." + std::string(param.name);
            for (auto& decision : prediction_.decisions)
                if (decision.parameter == name) ordered.push_back(decision);
        });
        prediction_.decisions = std::move(ordered);
        return std::move(prediction_);
    }

private:
    Prediction prediction_;
};

void propose_tone(const Opinions& opinions, const TrackAnalysis& track, double amount, Draft& draft) {
    const double highest_hz = track.codec_cutoff_hz > 0.0 ? track.codec_cutoff_hz : 20000.0;
    const auto correction = tone_correction(opinions.tone, opinions.trust, amount, highest_hz);
    auto& tone = draft.settings().tone;
    for (int knot = 0; knot < tone_knots; ++knot) {
        const double gain_db = correction.knots_db[static_cast<std::size_t>(knot)];
        if (std::abs(gain_db) < least_gain_db) continue;
        Index band = 0;  // whose opinion stands for the knot
        for (Index b = 1; b < tone_bands; ++b) {
            const auto distance = [&](Index which) {
                return std::abs(std::log2(bark_bands_hz[static_cast<std::size_t>(which)] / tone_knot_hz(knot)));
            };
            if (distance(b) < distance(band)) band = b;
        }
        const auto* row = std::find_if(ToneCurve::params.begin(), ToneCurve::params.end(), [&](const auto& param) {
            return param.member == mid_tone_knots[static_cast<std::size_t>(knot)];
        });
        const double deviation_db = opinions.tone.deviation(band);
        draft.set("tone", tone, row->member, row->name, gain_db, confidence_of(gain_db, deviation_db),
                  reason_text(
                      "%.1f dB %s at %.0f Hz: %.1f dB %s what tracks that sound like this one have, %.1f dB of it held "
                      "to be a fault, give or take %.1f dB%s",
                      std::abs(gain_db), gain_db < 0.0 ? "less" : "more", tone_knot_hz(knot),
                      std::abs(opinions.tone.excess(band)), opinions.tone.excess(band) > 0.0 ? "above" : "below",
                      std::abs(opinions.tone.error(band)), deviation_db, held_back(opinions.trust)));
    }
}

struct WidthRow {
    std::string_view name, where;
    double StereoWidth::Settings::*member;
    Index region;  // whose opinion stands for the band
};
constexpr auto width_rows =
    std::to_array<WidthRow>({{"low_db", "below 200 Hz", &StereoWidth::Settings::low_db, 0},
                             {"mid_db", "from 200 Hz to 4 kHz", &StereoWidth::Settings::mid_db, 2},
                             {"high_db", "above 4 kHz", &StereoWidth::Settings::high_db, 4}});

struct SideRow {
    std::string_view name;
    double hz;
    double ToneCurve::Settings::*member;
    Index region;
};
constexpr auto side_rows =
    std::to_array<SideRow>({{"side_150_hz_db", 150, &ToneCurve::Settings::side_150_hz_db, 0},
                            {"side_1200_hz_db", 1200, &ToneCurve::Settings::side_1200_hz_db, 2},
                            {"side_9600_hz_db", 9600, &ToneCurve::Settings::side_9600_hz_db, 5}});

void propose_width(const Opinions& opinions, double amount, Draft& draft) {
    if (!opinions.has_width) return;
    const auto& opinion = opinions.width;
    const auto correction = width_correction(opinion, opinions.trust, amount);
    const auto reason = [&](double gain_db, Index region) {
        return reason_text(
            "the side is %.1f dB %s what tracks that sound like this one have, %.1f dB of it held to be a fault, "
            "give or take %.1f dB: %.1f dB %s%s",
            std::abs(opinion.excess(region)), opinion.excess(region) > 0.0 ? "above" : "below",
            std::abs(opinion.error(region)), opinion.deviation(region), std::abs(gain_db),
            gain_db < 0.0 ? "less" : "more", held_back(opinions.trust));
    };
    auto& width = draft.settings().width;
    for (std::size_t band = 0; band < width_rows.size(); ++band) {
        const auto& row = width_rows[band];
        const double gain_db = correction.bands_db[band];
        // What the rules found unsafe in the bass stays.
        if (std::abs(gain_db) < least_gain_db || (band == 0 && gain_db >= width.low_db)) continue;
        if (band == 0) draft.forget("width");
        draft.set("width", width, row.member, row.name, gain_db, confidence_of(gain_db, opinion.deviation(row.region)),
                  std::string(row.where) + ": " + reason(gain_db, row.region));
    }
    auto& tone = draft.settings().tone;
    for (std::size_t knot = 0; knot < side_rows.size(); ++knot) {
        const auto& row = side_rows[knot];
        const double gain_db = correction.side_knots_db[knot];
        if (std::abs(gain_db) < least_gain_db) continue;
        draft.set("tone", tone, row.member, row.name, gain_db, confidence_of(gain_db, opinion.deviation(row.region)),
                  reason_text("around %.0f Hz ", row.hz) + reason(gain_db, row.region));
    }
}

struct BandRow {
    std::string_view where;
    std::array<std::string_view, 3> names;
    double MultibandCompressor::Settings::*ratio;
    double MultibandCompressor::Settings::*level_db;
    double MultibandCompressor::Settings::*threshold_db;
    double TreatmentAim::*spread_db;
};
constexpr auto band_rows = std::to_array<BandRow>({{"below 120 Hz",
                                                    {"low_ratio", "low_level_db", "low_threshold_db"},
                                                    &MultibandCompressor::Settings::low_ratio,
                                                    &MultibandCompressor::Settings::low_level_db,
                                                    &MultibandCompressor::Settings::low_threshold_db,
                                                    &TreatmentAim::low_spread_db},
                                                   {"120 Hz to 1 kHz",
                                                    {"low_mid_ratio", "low_mid_level_db", "low_mid_threshold_db"},
                                                    &MultibandCompressor::Settings::low_mid_ratio,
                                                    &MultibandCompressor::Settings::low_mid_level_db,
                                                    &MultibandCompressor::Settings::low_mid_threshold_db,
                                                    &TreatmentAim::low_mid_spread_db},
                                                   {"1 to 6 kHz",
                                                    {"high_mid_ratio", "high_mid_level_db", "high_mid_threshold_db"},
                                                    &MultibandCompressor::Settings::high_mid_ratio,
                                                    &MultibandCompressor::Settings::high_mid_level_db,
                                                    &MultibandCompressor::Settings::high_mid_threshold_db,
                                                    &TreatmentAim::high_mid_spread_db},
                                                   {"above 6 kHz",
                                                    {"high_ratio", "high_level_db", "high_threshold_db"},
                                                    &MultibandCompressor::Settings::high_ratio,
                                                    &MultibandCompressor::Settings::high_level_db,
                                                    &MultibandCompressor::Settings::high_threshold_db,
                                                    &TreatmentAim::high_spread_db}});

/// What is too much of a number of the dynamics, and what it should come to: the model's word, or a preset's.
struct Surplus {
    double usual = 0.0, too_much_db = 0.0, deviation_db = 0.0;
};
Surplus surplus_of(const FaultOpinion& opinion, Index number, double measured, double preset_aim,
                   const Target& target) {
    Surplus surplus{measured - opinion.excess(number), opinion.error(number), opinion.deviation(number)};
    if (target.preset.empty()) return surplus;
    surplus.usual = 0.5 * (surplus.usual + preset_aim);
    surplus.too_much_db = 0.5 * (surplus.too_much_db + std::max(0.0, measured - preset_aim));
    return surplus;
}

void propose_dynamics(const Opinions& opinions, const TrackAnalysis& track, const Target& target, double amount,
                      Draft& draft) {
    const auto& opinion = opinions.dynamics;
    const auto limits = limits_at(spread_limits, amount);
    auto& multiband = draft.settings().multiband;
    for (std::size_t band = 0; band < band_rows.size(); ++band) {
        const auto& row = band_rows[band];
        const double level_db = track.dynamics.level_db[band];
        const bool is_heard = band == 0 || dynamics_splits_hz[band - 1] < 0.4 * track.sample_rate_hz;
        if (!is_heard || level_db < -75.0) continue;
        const double spread_db = track.dynamics.spread_db[band];
        const auto surplus =
            surplus_of(opinion, static_cast<Index>(band) + 1, spread_db, target.aim.*row.spread_db, target);
        const double reduction_db =
            std::clamp(opinions.trust * (surplus.too_much_db - limits.dead_zone_db), 0.0, limits.cap_db);
        if (reduction_db < least_gain_db) continue;
        const auto found = band_compression(track.dynamics.p95_db[band] - level_db, reduction_db);
        const double confidence = confidence_of(reduction_db, surplus.deviation_db);
        draft.set(
            "multiband", multiband, row.ratio, row.names[0], found.ratio, confidence,
            reason_text("loud moments %s stand %.1f dB over the middle, tracks that sound like this one have %.1f dB: "
                        "%.1f dB less%s",
                        std::string(row.where).c_str(), spread_db, surplus.usual, reduction_db,
                        held_back(opinions.trust)));
        draft.set("multiband", multiband, row.level_db, row.names[1], level_db, 0.9,
                  "measured level " + std::string(row.where));
        draft.set("multiband", multiband, row.threshold_db, row.names[2], found.threshold_db, confidence,
                  "catches only what stands out " + std::string(row.where));
    }

    const auto surplus = surplus_of(opinion, 0, track.plr_db, target.aim.plr_db, target);
    const double over_db = opinions.trust * std::max(0.0, surplus.too_much_db - limits.dead_zone_db);
    const double ratio = 1.0 + std::min(0.5, 0.1 * over_db) * std::min(amount, 2.0);
    if (ratio < 1.05) return;
    auto& glue = draft.settings().glue;
    const double confidence = confidence_of(over_db, surplus.deviation_db);
    draft.set("glue", glue, &GlueCompressor::Settings::threshold_db, "threshold_db",
              std::clamp(track.max_short_term_lufs + 8.0, -60.0, 0.0), 0.5,
              reason_text("8 dB over the loudest 3 s, %.1f LUFS", track.max_short_term_lufs));
    draft.set("glue", glue, &GlueCompressor::Settings::ratio, "ratio", ratio, confidence,
              reason_text("peaks stand %.1f dB over the loudness, tracks that sound like this one have %.1f dB%s",
                          track.plr_db, surplus.usual, held_back(opinions.trust)));
    draft.set("glue", glue, &GlueCompressor::Settings::slow_release_amount, "slow_release_amount", 0.5, 0.5,
              "half of a lasting reduction recovers slowly, so that it does not pump");
}

/// The loudness of a master with the peak to loudness ratio that is expected of this one.
Decision loudness_for(const Opinions& opinions, const TrackAnalysis& track, const Target& target, double amount) {
    const auto& opinion = opinions.dynamics;
    const double reduction_db =
        std::clamp(opinions.trust * opinion.error(0), 0.0, most_ratio_reduction_db * std::max(amount, 0.25));
    const double untouched_lufs = target.ceiling_dbtp - track.plr_db;
    const double as_expected_lufs = untouched_lufs + reduction_db;
    const double wanted = std::max(as_expected_lufs, std::min(streamed_lufs, untouched_lufs + harmless_reduction_db));
    const double lufs = std::round(10.0 * std::clamp(wanted, quietest_lufs, loudest_lufs)) / 10.0;
    auto reason = reason_text(
        "peaks stand %.1f dB over the loudness, masters of tracks that sound like this one have %.1f dB; %.1f dB of it "
        "is taken away",
        track.plr_db, track.plr_db - opinion.excess(0), wanted - untouched_lufs);
    if (wanted > as_expected_lufs)
        reason += reason_text(", for streams play single tracks at %.0f LUFS", streamed_lufs);
    return {"loudness_lufs", lufs, confidence_of(std::max(reduction_db, 1.0), opinion.deviation(0)), std::move(reason)};
}

std::vector<GenreShare> genres_of(const GenreModel& model, const VectorXd& features) {
    const VectorXd posterior = model.posterior(features);
    std::vector<GenreShare> shares;
    for (std::size_t g = 0; g < model.names.size(); ++g)
        shares.push_back({model.names[g], posterior(static_cast<Index>(g))});
    std::ranges::stable_sort(shares, std::ranges::greater{}, &GenreShare::share);
    return shares;
}

}  // namespace

Prediction predict_by_model(const std::shared_ptr<const MasterModel>& model, const TrackAnalysis& track,
                            const Target& target) {
    if (track.integrated_lufs <= silence_db || track.sample_rate_hz < least_rate_hz)
        return predict_by_rules(track, target);
    const auto opinions = opinions_of(*model, track);
    const double tone = amount_of(target, Dimension::tone);
    const double dynamics = amount_of(target, Dimension::dynamics);
    const double width = amount_of(target, Dimension::width);

    auto by_rules = predict_by_rules(track, target);
    by_rules.settings.tone = {};
    by_rules.settings.multiband = {};
    by_rules.settings.glue = {};
    by_rules.settings.width.mid_db = by_rules.settings.width.high_db = 0.0;
    std::erase_if(by_rules.decisions, [](const Decision& decision) {
        return decision.parameter == "width.mid_db" || decision.parameter == "width.high_db";
    });
    Draft draft(std::move(by_rules));
    for (const auto* stage : {"tone", "multiband", "glue"}) draft.forget(stage);
    if (tone > 0.0) propose_tone(opinions, track, tone, draft);
    if (dynamics > 0.0) propose_dynamics(opinions, track, target, dynamics, draft);
    if (width > 0.0) propose_width(opinions, width, draft);
    auto prediction = draft.take();
    prediction.loudness = loudness_for(opinions, track, target, dynamics);
    prediction.genres = genres_of(model->parts().genre, opinions.features);
    prediction.misfit = [model, features = opinions.features](const TrackAnalysis& other) {
        return model->misfit(features, other);
    };
    return prediction;
}

namespace {

using SharedModel = std::shared_ptr<const MasterModel>;

Result<SharedModel> read_model(std::string_view where, std::span<const std::byte> bytes) {
    auto file = parse_model(where, bytes);
    if (!file) return file.error();
    auto model = MasterModel::from(where, *file);
    if (!model) return model.error();
    return std::make_shared<const MasterModel>(*std::move(model));
}

Predictor predictor_by(SharedModel model) {
    return [model = std::move(model)](const TrackAnalysis& track, const Target& target) {
        return predict_by_model(model, track, target);
    };
}

}  // namespace

Result<SharedModel> built_in_model() {
    static const auto made = read_model("the built-in model", embedded_model());
    return made;
}

Result<Predictor> learned_predictor() {
    const auto model = built_in_model();
    if (!model) return model.error();
    return predictor_by(*model);
}

Result<Predictor> learned_predictor(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::vector<std::byte> bytes(largest_model_bytes + 1);  // one more is too much, which parse_model tells
    stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (stream.bad() || (stream.fail() && stream.gcount() == 0))
        return Error{ErrorCode::input, file.string() + ": cannot be read, or is empty"};
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    const auto model = read_model(file.string(), bytes);
    if (!model) return model.error();
    return predictor_by(*model);
}

Prediction predict_nothing(const TrackAnalysis& /*track*/, const Target& /*target*/) { return {}; }

}  // namespace burnish
