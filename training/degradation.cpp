#include "training/degradation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/decibels.h"
#include "dsp/biquad.h"
#include "io/codec.h"
#include "mastering/rendered_source.h"
#include "mastering/track_features.h"
#include "training/normal.h"

namespace burnish::training {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double most_db = 12.0;  // of any knot or bell

double octaves_between(double a_hz, double b_hz) { return std::log2(a_hz / b_hz); }

/// A smooth curve through knots, of deviation 1 at each.
VectorXd smooth_curve(std::span<const double> knots_hz, double length_octaves, Random& random) {
    const auto n = static_cast<Index>(knots_hz.size());
    MatrixXd covariance(n, n);
    for (Index a = 0; a < n; ++a)
        for (Index b = 0; b < n; ++b) {
            const double lengths =
                octaves_between(knots_hz[static_cast<std::size_t>(a)], knots_hz[static_cast<std::size_t>(b)]) /
                length_octaves;
            covariance(a, b) = std::exp(-0.5 * lengths * lengths) + (a == b ? 1e-6 : 0.0);
        }
    VectorXd white(n);
    for (Index i = 0; i < n; ++i) white(i) = normal(random);
    return MatrixXd(covariance.llt().matrixL()) * white;
}

/// The tone curve's settings for levels at its knots, and what they do to the bands.
VectorXd draw_tone_curve(VectorXd knots_db, ToneCurveSettings& tone) {
    const auto bands_of = [](const VectorXd& levels_db) {
        KnotLevels levels{};
        std::ranges::copy(levels_db, levels.begin());
        return curve_at_bands(levels);
    };
    knots_db.array() -= bands_of(knots_db).mean();
    knots_db = knots_db.cwiseMax(-most_db).cwiseMin(most_db);
    for (int knot = 0; knot < tone_knots; ++knot) tone.*mid_tone_knots[static_cast<std::size_t>(knot)] = knots_db(knot);
    return bands_of(knots_db);
}

VectorXd equalizer_response(const EqualizerSettings& eq) {
    constexpr double rate_hz = 48000.0;
    const std::array sections{low_shelf(eq.low_shelf_hz, eq.low_shelf_db, rate_hz),
                              bell(eq.bell_1_hz, eq.bell_1_q, eq.bell_1_db, rate_hz),
                              bell(eq.bell_2_hz, eq.bell_2_q, eq.bell_2_db, rate_hz),
                              bell(eq.bell_3_hz, eq.bell_3_q, eq.bell_3_db, rate_hz),
                              bell(eq.bell_4_hz, eq.bell_4_q, eq.bell_4_db, rate_hz),
                              high_shelf(eq.high_shelf_hz, eq.high_shelf_db, rate_hz)};
    VectorXd response = VectorXd::Zero(tone_bands);
    for (int b = 0; b < tone_bands; ++b)
        for (const auto& section : sections)
            response(b) += magnitude_db(section, bark_bands_hz[static_cast<std::size_t>(b)], rate_hz);
    return response;
}

void draw_equalizer(double size_db, Random& random, Degradation& degradation) {
    auto& eq = degradation.settings.eq;
    const auto between_octaves = [&](double low_hz, double high_hz) {
        return low_hz * std::exp2(random.uniform() * octaves_between(high_hz, low_hz));
    };
    eq.low_shelf_hz = between_octaves(60.0, 400.0);
    eq.bell_1_hz = between_octaves(60.0, 250.0);
    eq.bell_2_hz = between_octaves(200.0, 900.0);
    eq.bell_3_hz = between_octaves(700.0, 3000.0);
    eq.bell_4_hz = between_octaves(2500.0, 10000.0);
    eq.high_shelf_hz = between_octaves(2000.0, 9000.0);
    for (auto* q : {&eq.bell_1_q, &eq.bell_2_q, &eq.bell_3_q, &eq.bell_4_q}) *q = random.uniform(0.5, 2.0);
    std::array gains{&eq.low_shelf_db, &eq.bell_1_db, &eq.bell_2_db, &eq.bell_3_db, &eq.bell_4_db, &eq.high_shelf_db};
    for (auto* gain : gains) *gain = normal(random);
    // Scaled until the bands have the deviation asked for; the ranges may not let them.
    for (int round = 0; round < 4; ++round) {
        VectorXd bands = equalizer_response(eq);
        bands.array() -= bands.mean();
        const double deviation = std::sqrt(bands.squaredNorm() / tone_bands);
        for (auto* gain : gains) *gain = std::clamp(*gain * size_db / std::max(1e-6, deviation), -most_db, most_db);
    }
    degradation.tone_db = equalizer_response(eq);
    degradation.tone_db.array() -= degradation.tone_db.mean();
}

void draw_width(double size_db, Random& random, Degradation& degradation) {
    constexpr std::array knots_hz{150.0, 1200.0, 9600.0};
    VectorXd knots_db = size_db * smooth_curve(knots_hz, random.uniform(2.0, 4.0), random);
    knots_db = knots_db.cwiseMax(-most_db).cwiseMin(most_db);
    for (std::size_t knot = 0; knot < side_tone_knots.size(); ++knot)
        degradation.settings.tone.*side_tone_knots[knot] = knots_db(static_cast<Eigen::Index>(knot));
    const LevelCurve curve({knots_db.data(), 3}, knots_hz[0], knots_hz[1] / knots_hz[0]);
    for (int region = 0; region < image_regions; ++region)
        degradation.width_db(region) = curve.level_db(image_regions_hz[static_cast<std::size_t>(region)]);
}

/// Raises what stands over its surroundings: a gain of share * (level of 2 ms over level of 200 ms) in dB.
class TransientSource final : public AudioSource {
public:
    TransientSource(std::unique_ptr<AudioSource> source, double most_gain_db)
        : source_(std::move(source)),
          most_gain_db_(most_gain_db),
          fast_(1.0 - std::exp(-1.0 / (0.002 * source_->info().sample_rate_hz))),
          slow_(1.0 - std::exp(-1.0 / (0.2 * source_->info().sample_rate_hz))) {}

    [[nodiscard]] const StreamInfo& info() const override { return source_->info(); }
    [[nodiscard]] Status rewind() override {
        fast_power_ = slow_power_ = 0.0;
        return source_->rewind();
    }
    [[nodiscard]] Result<int> read(AudioView into) override {
        const auto got = source_->read(into);
        if (!got) return got;
        for (int n = 0; n < *got; ++n) {
            double power = 1e-9;
            for (int c = 0; c < into.channels(); ++c) power += double{into.channel(c)[n]} * into.channel(c)[n];
            fast_power_ += fast_ * (power - fast_power_);
            slow_power_ += slow_ * (power - slow_power_);
            const double over_db = power_to_db((fast_power_ + 1e-9) / (slow_power_ + 1e-9));
            const auto gain = static_cast<float>(db_to_gain(std::clamp(0.5 * over_db, 0.0, most_gain_db_)));
            for (int c = 0; c < into.channels(); ++c) into.channel(c)[n] *= gain;
        }
        return got;
    }

private:
    std::unique_ptr<AudioSource> source_;
    double most_gain_db_, fast_, slow_;
    double fast_power_ = 0.0, slow_power_ = 0.0;
};

/// White noise on top, of its own in every channel.
class HissSource final : public AudioSource {
public:
    HissSource(AudioSource& source, double under_full_scale_db)
        : source_(&source), amplitude_(std::sqrt(3.0) * db_to_gain(-under_full_scale_db)) {}

    [[nodiscard]] const StreamInfo& info() const override { return source_->info(); }
    [[nodiscard]] Status rewind() override {
        random_ = Random(seed);
        return source_->rewind();
    }
    [[nodiscard]] Result<int> read(AudioView into) override {
        const auto got = source_->read(into);
        if (!got) return got;
        for (int n = 0; n < *got; ++n)
            for (int c = 0; c < into.channels(); ++c)
                into.channel(c)[n] += static_cast<float>(amplitude_ * random_.uniform(-1.0, 1.0));
        return got;
    }

private:
    static constexpr std::uint64_t seed = 55;
    AudioSource* source_;
    double amplitude_;
    Random random_{seed};
};

/// What a codec makes of a track. An error of it comes with the first read.
class LossySource final : public AudioSource {
public:
    LossySource(AudioSource& source, int kbps)
        : info_(source.info()), decoded_(through_codec(source, {CodecKind::mp3, kbps}, [](double) { return true; })) {}

    [[nodiscard]] const StreamInfo& info() const override { return decoded_ ? (*decoded_)->info() : info_; }
    [[nodiscard]] Status rewind() override { return decoded_ ? (*decoded_)->rewind() : decoded_.error(); }
    [[nodiscard]] Result<int> read(AudioView into) override {
        return decoded_ ? (*decoded_)->read(into) : decoded_.error();
    }

private:
    StreamInfo info_;
    Result<std::unique_ptr<AudioFile>> decoded_;
};

}  // namespace

std::string_view fault_name(Fault fault) noexcept {
    switch (fault) {
        case Fault::none:
            return "none";
        case Fault::smooth:
            return "smooth curve";
        case Fault::equalizer:
            return "shelves and bells";
        case Fault::width:
            return "width";
        case Fault::transients:
            return "transients";
        case Fault::squashed:
            return "squashed";
        case Fault::tilt:
            return "tilt";
        case Fault::hiss:
            return "hiss";
        case Fault::codec:
            return "MP3";
    }
    return "";
}

bool is_of_tone(Fault fault) noexcept {
    return fault == Fault::smooth || fault == Fault::equalizer || fault == Fault::tilt;
}

VectorXd curve_at_bands(const KnotLevels& knots_db) {
    const LevelCurve curve(knots_db, tone_knot_hz(0), 2.0);
    VectorXd bands(tone_bands);
    for (int b = 0; b < tone_bands; ++b) bands(b) = curve.level_db(bark_bands_hz[static_cast<std::size_t>(b)]);
    return bands;
}

VectorXd tone_gains(const ChainSettings& settings) {
    KnotLevels knots_db{};
    for (std::size_t knot = 0; knot < knots_db.size(); ++knot) knots_db[knot] = settings.tone.*mid_tone_knots[knot];
    return curve_at_bands(knots_db);
}

Degradation draw_from_mixture(bool is_of_width, Random& random) {
    constexpr std::array sizes_db{1.0, 2.0, 3.0, 4.0, 6.0};
    const double kind = random.uniform();
    const double size_db = sizes_db[random.bits() % sizes_db.size()];
    const bool is_strange = kind >= clean_share + known_share;
    const auto other = random.bits() % 2 == 0 ? Fault::equalizer : Fault::tilt;
    if (kind < clean_share) return draw_degradation(Fault::none, 0.0, random);
    if (is_of_width) return draw_degradation(Fault::width, size_db, random);
    return draw_degradation(is_strange ? other : Fault::smooth, size_db, random);
}

Degradation draw_degradation(Fault fault, double size_db, Random& random) {
    Degradation degradation{fault, size_db, {}, 0.0, VectorXd::Zero(tone_bands), VectorXd::Zero(image_regions)};
    if (fault == Fault::smooth) {
        std::array<double, tone_knots> knots_hz{};
        for (int knot = 0; knot < tone_knots; ++knot) knots_hz[static_cast<std::size_t>(knot)] = tone_knot_hz(knot);
        const double length_octaves = random.uniform(1.0, 2.0);
        degradation.tone_db =
            draw_tone_curve(size_db * smooth_curve(knots_hz, length_octaves, random), degradation.settings.tone);
    } else if (fault == Fault::equalizer && size_db > 0.0) {
        draw_equalizer(size_db, random, degradation);
    } else if (fault == Fault::tilt) {
        constexpr double bands_octaves = 1.985;  // standard deviation of the Bark bands' centres
        const double slope_db = (random.bits() % 2 == 0 ? 1.0 : -1.0) * size_db / bands_octaves;
        VectorXd knots_db(tone_knots);
        for (int knot = 0; knot < tone_knots; ++knot)
            knots_db(knot) = slope_db * octaves_between(tone_knot_hz(knot), 1000.0);
        degradation.tone_db = draw_tone_curve(std::move(knots_db), degradation.settings.tone);
    } else if (fault == Fault::width) {
        draw_width(size_db, random, degradation);
    } else if (fault == Fault::transients) {
        degradation.transient_db = size_db;
    } else if (fault == Fault::squashed) {
        auto& glue = degradation.settings.glue;
        glue.threshold_db = -36.0;
        glue.ratio = 4.0;
        glue.attack_ms = 5.0;
        glue.makeup_db = size_db;
        degradation.settings.saturation.drive_db = size_db;
    }
    return degradation;
}

std::unique_ptr<AudioSource> degraded(AudioSource& source, const Degradation& degradation) {
    auto rendered = std::make_unique<RenderedSource<program_stages>>(source, degradation.settings);
    if (degradation.fault == Fault::hiss) return std::make_unique<HissSource>(source, degradation.size_db);
    if (degradation.fault == Fault::codec)
        return std::make_unique<LossySource>(source, static_cast<int>(degradation.size_db));
    if (degradation.transient_db <= 0.0) return rendered;
    return std::make_unique<TransientSource>(std::move(rendered), degradation.transient_db);
}

}  // namespace burnish::training
