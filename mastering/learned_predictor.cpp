#include "mastering/learned_predictor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <utility>

#include "mastering/corrections.h"
#include "mastering/genre_mixture.h"
#include "mastering/proposals.h"
#include "mastering/reason_text.h"
#include "mastering/rule_predictor.h"

namespace burnish {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double least_rate_hz = 30000.0;

/// The genres that somebody has told the music to be, or meant by a preset; empty if nobody has.
std::vector<GenreShare> told_genres(const Target& target) {
    if (!target.genres.empty()) return target.genres;
    if (target.preset.empty()) return {};
    return {{std::string(genre_of_preset(target.preset)), 1.0}};
}

/// "rock", "rock and metal".
std::string names_of(const std::vector<GenreShare>& genres) {
    std::string names;
    for (const auto& genre : genres)
        if (genre.share > 0.0) names += (names.empty() ? "" : &genre == &genres.back() ? " and " : ", ") + genre.name;
    return names;
}

/// Why less is done to a track than is held to be wrong with it.
std::string held_back_text(const MasterModel& model, const Opinions& opinions, const TrackAnalysis& track) {
    if (opinions.trust >= 1.0) return "";
    if (model.trust(opinions.features, 0.0) < 1.0) return "; held back, since few tracks sound like it";
    return reason_text("; held back, since a codec took all above %.0f kHz", track.codec_cutoff_hz / 1000.0);
}

/// Whether being told a genre moves nothing of what is expected.
bool tells_nothing(const MasterModel& model, const std::string& genre) {
    const auto& names = model.parts().genre.names;
    const auto row = std::ranges::find(names, genre) - names.begin();
    return std::ranges::all_of(model_heads(), [&](const ModelHead& head) {
        const auto& weights = (model.parts().*head.model).parts().genre_weights;
        return row >= weights.rows() || weights.row(row).isZero();
    });
}

Opinions opinions_of(const MasterModel& model, const TrackAnalysis& track, const Target& target) {
    Opinions opinions;
    opinions.features = model.standardized(track);
    opinions.trust = model.trust(opinions.features, track.codec_cutoff_hz);
    opinions.held_back = held_back_text(model, opinions, track);
    const auto told = told_genres(target);
    const auto shares = model.shares_of(told);
    opinions.expected = shares ? model.expected(opinions.features, *shares) : model.expected(opinions.features);
    if (shares) opinions.whom = names_of(told) + " that sounds like this one has";
    if (!model.parts().dynamics.parts().genre_weights.isZero()) opinions.whose_dynamics = opinions.whom;
    const auto judge = [&](const FaultModel& part, const VectorXd& expected, const Measured& measured) {
        return part.judge_excess(measured.values - expected, measured, part.doubt(opinions.features));
    };
    opinions.tone = judge(model.parts().tone, opinions.expected.tone, tone_of(track));
    const auto width = width_of(track);
    opinions.has_width = width.heard.any();
    if (opinions.has_width) opinions.width = judge(model.parts().width, opinions.expected.width, width);
    const auto& dynamics = model.parts().dynamics;
    opinions.dynamics = judge(dynamics, opinions.expected.dynamics, dynamics_of(track));
    opinions.plr_deviation_db = std::sqrt(std::exp(dynamics.doubt(opinions.features)) * dynamics.parts().spread(0, 0));
    return opinions;
}

/// Whether a gain is there for the numbers around its own, which has no fault of that direction.
bool is_for_others(const FaultOpinion& opinion, Index number, double gain_db) {
    return gain_db * opinion.error(number) >= 0.0 || std::abs(opinion.error(number)) < 0.05;
}

/// "0.8 dB less".
std::string change_text(double gain_db) {
    return reason_text("%.1f dB %s", std::abs(gain_db), gain_db < 0.0 ? "less" : "more");
}

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
        const double band_hz = bark_bands_hz[static_cast<std::size_t>(band)];
        const bool is_far = std::abs(std::log2(band_hz / tone_knot_hz(knot))) > 0.5;
        const auto* row = std::find_if(ToneCurve::params.begin(), ToneCurve::params.end(), [&](const auto& param) {
            return param.member == mid_tone_knots[static_cast<std::size_t>(knot)];
        });
        draft.set("tone", tone, row->member, row->name, gain_db, confidence_of(opinions.tone, band, gain_db),
                  change_text(gain_db) + reason_text(" at %.0f Hz", tone_knot_hz(knot)) +
                      (is_for_others(opinions.tone, band, gain_db)
                           ? ", as the bands around it ask for"
                           : (is_far ? reason_text(", by the band around %.0f Hz: ", band_hz) : ": ") +
                                 finding_text(opinions.tone, band, opinions.whom)) +
                      (correction.done < 0.9 ? "; held back, since it may be meant" : "") + opinions.held_back);
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
        if (is_for_others(opinion, region, gain_db))
            return "the side gets " + change_text(gain_db) + ", since what is done around it goes too far there" +
                   opinions.held_back;
        return "the side is " + finding_text(opinion, region, opinions.whom) + ": " + change_text(gain_db) +
               opinions.held_back;
    };
    auto& width = draft.settings().width;
    for (std::size_t band = 0; band < width_rows.size(); ++band) {
        const auto& row = width_rows[band];
        const double gain_db = correction.bands_db[band];
        // What the rules found unsafe in the bass stays.
        if (std::abs(gain_db) < least_gain_db || (band == 0 && gain_db >= width.low_db)) continue;
        if (band == 0) draft.forget("width");
        draft.set("width", width, row.member, row.name, gain_db, confidence_of(opinion, row.region, gain_db),
                  std::string(row.where) + ": " + reason(gain_db, row.region));
    }
    auto& tone = draft.settings().tone;
    for (std::size_t knot = 0; knot < side_rows.size(); ++knot) {
        const auto& row = side_rows[knot];
        const double gain_db = correction.side_knots_db[knot];
        if (std::abs(gain_db) < least_gain_db) continue;
        draft.set("tone", tone, row.member, row.name, gain_db, confidence_of(opinion, row.region, gain_db),
                  reason_text("around %.0f Hz ", row.hz) + reason(gain_db, row.region));
    }
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

std::string finding_text(const FaultOpinion& opinion, Index number, const std::string& whom) {
    const double excess_db = opinion.excess(number), error_db = opinion.error(number);
    const auto held = reason_text("held to be %.1f dB too %s", std::abs(error_db), error_db > 0.0 ? "much" : "little");
    const auto give_or_take = reason_text(", give or take %.1f dB", opinion.deviation(number));
    if (error_db * excess_db <= 0.0 || std::abs(error_db) > std::abs(excess_db))
        return held + " by what lies around it" + give_or_take;
    return reason_text("%.1f dB %s what %s; ", std::abs(excess_db), excess_db > 0.0 ? "above" : "below", whom.c_str()) +
           held + give_or_take;
}

Prediction predict_by_model(const std::shared_ptr<const MasterModel>& model, const TrackAnalysis& track,
                            const Target& target) {
    if (track.integrated_lufs <= silence_db) return predict_by_rules(track, target);
    if (track.sample_rate_hz < least_rate_hz) {
        auto by_rules = predict_by_rules(track, target);
        by_rules.notes.push_back(
            reason_text("at %g kHz it lacks the treble that the learned model goes by: the rules decided",
                        track.sample_rate_hz / 1000.0));
        return by_rules;
    }
    const auto opinions = opinions_of(*model, track, target);
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
    prediction.by = "learned";
    if (opinions.trust == 0.0) {
        prediction.notes.emplace_back(
            "it is too unlike all that was learned from: tone, width and dynamics are left as they are");
    } else {
        prediction.judgements = {{"tone", opinions.tone.clean_probability}};
        if (opinions.has_width) prediction.judgements.push_back({"width", opinions.width.clean_probability});
        prediction.judgements.push_back({"dynamics", opinions.dynamics.clean_probability});
    }
    for (const auto& genre : target.genres)
        if (genre.share > 0.0 && tells_nothing(*model, genre.name))
            prediction.notes.push_back("too little " + genre.name +
                                       " was learned from for the model to go by it; presets do");
    prediction.misfit = [model, features = opinions.features, expected = opinions.expected](
                            const TrackAnalysis& other) { return model->misfit(features, expected, other); };
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

Result<SharedModel> read_model_file(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::vector<std::byte> bytes(largest_model_bytes + 1);  // one more is too much, which parse_model tells
    stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (stream.bad() || (stream.fail() && stream.gcount() == 0))
        return Error{ErrorCode::input, file.string() + ": cannot be read, or is empty"};
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    return read_model(file.string(), bytes);
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
    const auto model = read_model_file(file);
    if (!model) return model.error();
    return predictor_by(*model);
}

Result<std::vector<std::string>> genre_names() {
    const auto model = built_in_model();
    if (!model) return model.error();
    return (*model)->parts().genre.names;
}

Result<std::vector<std::string>> genre_names(const std::filesystem::path& file) {
    const auto model = read_model_file(file);
    if (!model) return model.error();
    return (*model)->parts().genre.names;
}

Prediction predict_nothing(const TrackAnalysis& /*track*/, const Target& /*target*/) {
    Prediction prediction;
    prediction.by = "off";
    return prediction;
}

}  // namespace burnish
