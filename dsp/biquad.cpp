#include "dsp/biquad.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <numeric>

#include "core/decibels.h"
#include "dsp/pair.h"

namespace burnish {

namespace {
constexpr double pi = std::numbers::pi;
constexpr double butterworth_q = 0.5 * std::numbers::sqrt2;
constexpr double highest_fraction_of_rate = 0.49;
constexpr double widest_matched_q = 1.0;  // wider bells are fitted to the whole band

[[nodiscard]] double square(double x) noexcept { return x * x; }

[[nodiscard]] bool out_of_reach(double frequency_hz, double sample_rate_hz) noexcept {
    return frequency_hz >= highest_fraction_of_rate * sample_rate_hz;
}

/// Radians per sample, kept below the limit.
[[nodiscard]] double angle(double frequency_hz, double sample_rate_hz) noexcept {
    return 2 * pi * std::min(frequency_hz / sample_rate_hz, highest_fraction_of_rate);
}

// On the unit circle the square of a real second-order polynomial c0 + c1 z^-1 + c2 z^-2 is
//
//     C0 p0 + C1 p1 + C2 p2      p1 = sin^2(w/2)   p0 = 1 - p1   p2 = 4 p0 p1
//     C0 = (c0 + c1 + c2)^2      C1 = (c0 - c1 + c2)^2           C2 = -4 c0 c2
//
// so |H|^2 of a section is a ratio of two such sums, linear in what the design looks for.
struct Basis {
    explicit Basis(double w) noexcept : p1(square(std::sin(w / 2))), p0(1 - p1), p2(4 * p0 * p1) {}
    double p1, p0, p2;
};

struct Square {
    double c0, c1, c2;
    [[nodiscard]] double at(const Basis& p) const noexcept { return c0 * p.p0 + c1 * p.p1 + c2 * p.p2; }
};

struct Poles {
    double a1, a2;
    [[nodiscard]] Square squared() const noexcept { return {square(1 + a1 + a2), square(1 - a1 + a2), -4 * a2}; }
};

/// Poles of the analogue s^2 + s/Q + 1 by impulse invariance.
[[nodiscard]] Poles matched_poles(double w0, double q) noexcept {
    const double damping = 0.5 / q;
    const double radius = std::exp(-damping * w0);
    const double turn =
        damping <= 1.0 ? std::cos(std::sqrt(1 - square(damping)) * w0) : std::cosh(std::sqrt(square(damping) - 1) * w0);
    return {-2 * radius * turn, square(radius)};
}

/// The minimum-phase numerator with a given square, over the given poles.
[[nodiscard]] BiquadCoefficients section(const Square& numerator, const Poles& poles) noexcept {
    const double at_dc = std::sqrt(std::max(numerator.c0, 0.0));
    const double at_nyquist = std::sqrt(std::max(numerator.c1, 0.0));
    const double w = (at_dc + at_nyquist) / 2;
    const double b0 = (w + std::sqrt(std::max(square(w) + numerator.c2, 0.0))) / 2;
    return {b0, (at_dc - at_nyquist) / 2, -numerator.c2 / (4 * b0), poles.a1, poles.a2};
}

[[nodiscard]] BiquadCoefficients scaled(const BiquadCoefficients& h, double gain) noexcept {
    return {gain * h.b0, gain * h.b1, gain * h.b2, h.a1, h.a2};
}

/// 1 / H, stable because H has its zeros inside the unit circle.
[[nodiscard]] BiquadCoefficients inverse(const BiquadCoefficients& h) noexcept {
    return {1 / h.b0, h.a1 / h.b0, h.a2 / h.b0, h.b1 / h.b0, h.b2 / h.b0};
}

/// |H|^2 of the analogue bell at a frequency in units of its own.
[[nodiscard]] double bell_power(double a, double q, double frequency) noexcept {
    const double f2 = square(frequency);
    return (square(1 - f2) + square(a / q) * f2) / (square(1 - f2) + f2 / square(a * q));
}

/// Matches DC, the centre and 17 kHz. Instead of the third, the source asks for no slope at the centre: that leaves
/// 0.9 dB at the top for wide bells, three times as much.
[[nodiscard]] BiquadCoefficients bell_boost(double w0, double q, double gain_db, double sample_rate_hz) noexcept {
    const double bell_a = db_to_gain(gain_db / 2);
    double w_top = 2 * pi * std::min(17000.0 / sample_rate_hz, 0.37);
    if (std::abs(w_top / w0 - 1) < 0.01) w_top = 0.98 * w0;  // two conditions in one place would be one too few
    const Poles poles = matched_poles(w0, q * bell_a);
    const Square a = poles.squared();
    const Basis p(w0);
    const Basis top(w_top);
    const double at_centre = a.at(p) * bell_power(bell_a, q, 1.0) - a.c0 * p.p0;
    const double at_top = a.at(top) * bell_power(bell_a, q, w_top / w0) - a.c0 * top.p0;
    const double determinant = p.p1 * top.p2 - p.p2 * top.p1;
    const double b1 = (at_centre * top.p2 - p.p2 * at_top) / determinant;
    const double b2 = (p.p1 * at_top - top.p1 * at_centre) / determinant;
    return section({a.c0, b1, b2}, poles);
}

/// With x = sin^2(w/2) / sin^2(w0/2), the square of a section is a ratio of two polynomials 1 + c1 x + c2 x^2, as that
/// of the analogue bell is in f^2. All four coefficients of a wide bell are fitted by least squares in dB, with
/// the range to 1 kHz counting most: its poles lie far apart, and no fixed place for them serves the whole band.
class WideBellFit {
public:
    WideBellFit(double frequency_hz, double q, double gain_db, double sample_rate_hz) noexcept
        : unit_(Basis(angle(frequency_hz, sample_rate_hz)).p1) {
        const double bell_a = db_to_gain(gain_db / 2);
        const double lowest_hz = 20.0;
        const double highest_hz = std::min(20000.0, 0.46 * sample_rate_hz);
        for (int i = 0; i < points; ++i) {
            const double hz = i + 1 < points
                                  ? lowest_hz * std::pow(highest_hz / lowest_hz, double{1} * i / (points - 2))
                                  : std::min(frequency_hz, highest_hz);
            x_[i] = Basis(angle(hz, sample_rate_hz)).p1 / unit_;
            power_[i] = bell_power(bell_a, q, hz / frequency_hz);
            importance_[i] = hz <= 1100.0 ? 40.0 : 1.0;
        }
        denominator_ = {1 / square(bell_a * q) - 2, 1.0};
        // Linear in the coefficients once divided by the denominator, which the fit before has found.
        for (int pass = 0; pass < 3; ++pass) refine();
    }

    /// @return  whether a filter with this square exists; it goes to `found`
    [[nodiscard]] bool section(BiquadCoefficients& found) const noexcept {
        std::array<double, 3> b{}, a{};
        if (!minimum_phase(numerator_, b) || !minimum_phase(denominator_, a)) return false;
        found = {b[0] / a[0], b[1] / a[0], b[2] / a[0], a[1] / a[0], a[2] / a[0]};
        return true;
    }

private:
    static constexpr int points = 13;
    static constexpr int unknowns = 4;
    using Polynomial = std::array<double, 2>;  // c1, c2
    using Column = std::array<double, points>;

    void refine() noexcept {
        // Gram and Schmidt's method, with the right side as the last column.
        std::array<Column, unknowns + 1> columns{};
        for (int i = 0; i < points; ++i) {
            const double x = x_[i];
            const double weight =
                importance_[i] / (power_[i] * std::abs(1 + denominator_[0] * x + denominator_[1] * square(x)) + 1e-9);
            const double of_power = -power_[i] * weight;
            const std::array<double, unknowns + 1> row{x * weight, square(x) * weight, x * of_power,
                                                       square(x) * of_power, (power_[i] - 1) * weight};
            for (int k = 0; k <= unknowns; ++k) columns[k][i] = row[k];
        }
        std::array<std::array<double, unknowns + 1>, unknowns> triangle{};
        for (int k = 0; k < unknowns; ++k) {
            const double length2 = std::inner_product(columns[k].begin(), columns[k].end(), columns[k].begin(), 0.0);
            for (int j = k + 1; j <= unknowns; ++j) {
                const double share =
                    std::inner_product(columns[k].begin(), columns[k].end(), columns[j].begin(), 0.0) / length2;
                for (int i = 0; i < points; ++i) columns[j][i] -= share * columns[k][i];
                triangle[k][j] = share;
            }
        }
        std::array<double, unknowns> solution{};
        for (int k = unknowns - 1; k >= 0; --k) {
            solution[k] = triangle[k][unknowns];
            for (int j = k + 1; j < unknowns; ++j) solution[k] -= triangle[k][j] * solution[j];
        }
        numerator_ = {solution[0], solution[1]};
        denominator_ = {solution[2], solution[3]};
    }

    /// The coefficients c0, c1, c2 whose square it is, zeros inside the unit circle.
    [[nodiscard]] bool minimum_phase(const Polynomial& polynomial, std::array<double, 3>& c) const noexcept {
        const double c1 = polynomial[0] / unit_;
        const double c2 = polynomial[1] / square(unit_);
        const double nyquist_power = 1 + c1 + c2;
        if (!(nyquist_power > 0.0)) return false;
        const double at_nyquist = std::sqrt(nyquist_power);
        const double difference_power = (2 + c1 + 2 * at_nyquist) / 4;  // of c0 - c2
        if (!(difference_power > 0.0)) return false;
        const double sum = (1 + at_nyquist) / 2;
        const double difference = std::sqrt(difference_power);
        c = {(sum + difference) / 2, (1 - at_nyquist) / 2, (sum - difference) / 2};
        return true;
    }

    double unit_;
    Column x_{}, power_{}, importance_{};
    Polynomial numerator_{}, denominator_{};
};

/// |H|^2 of the analogue low shelf with the parameter A at a frequency in units of its own.
[[nodiscard]] double low_shelf_power(double a, double frequency) noexcept {
    const double f2 = square(frequency);
    return square(a) * (square(a - f2) + 2 * a * f2) / (square(1 - a * f2) + 2 * a * f2);
}

[[nodiscard]] BiquadCoefficients low_shelf_boost(double w0, double gain_db) noexcept {
    const double shelf_a = db_to_gain(gain_db / 2);
    const Poles poles = matched_poles(w0 / std::sqrt(shelf_a), butterworth_q);
    const Square a = poles.squared();
    // DC, Nyquist and the corner; a corner near Nyquist would leave the range below it to chance.
    const double w_between = std::min(w0, 0.7 * pi);
    const Basis p(w_between);
    const double b0 = a.c0 * db_to_power(gain_db);
    const double b1 = a.c1 * low_shelf_power(shelf_a, pi / w0);
    const double b2 = (a.at(p) * low_shelf_power(shelf_a, w_between / w0) - b0 * p.p0 - b1 * p.p1) / p.p2;
    return section({b0, b1, b2}, poles);
}
}  // namespace

BiquadCoefficients low_pass(double frequency_hz, double q, double sample_rate_hz) noexcept {
    const double w0 = angle(frequency_hz, sample_rate_hz);
    const Poles poles = matched_poles(w0, q);
    const Square a = poles.squared();
    const Basis p(w0);
    const double b1 = (a.at(p) * square(q) - a.c0 * p.p0) / p.p1;
    return section({a.c0, b1, 0.0}, poles);
}

BiquadCoefficients high_pass(double frequency_hz, double q, double sample_rate_hz) noexcept {
    const double w0 = angle(frequency_hz, sample_rate_hz);
    const Poles poles = matched_poles(w0, q);
    const Basis p(w0);
    const double b0 = q * std::sqrt(std::max(poles.squared().at(p), 0.0)) / (4 * p.p1);
    return {b0, -2 * b0, b0, poles.a1, poles.a2};
}

BiquadCoefficients bell(double frequency_hz, double q, double gain_db, double sample_rate_hz) noexcept {
    if (gain_db == 0.0 || out_of_reach(frequency_hz, sample_rate_hz)) return {};
    const double boost_db = std::abs(gain_db);
    BiquadCoefficients boost;
    if (q >= widest_matched_q || !WideBellFit(frequency_hz, q, boost_db, sample_rate_hz).section(boost))
        boost = bell_boost(angle(frequency_hz, sample_rate_hz), q, boost_db, sample_rate_hz);
    return gain_db > 0.0 ? boost : inverse(boost);
}

BiquadCoefficients low_shelf(double frequency_hz, double gain_db, double sample_rate_hz) noexcept {
    if (gain_db == 0.0) return {};
    const auto boost = low_shelf_boost(angle(frequency_hz, sample_rate_hz), std::abs(gain_db));
    return gain_db > 0.0 ? boost : inverse(boost);
}

BiquadCoefficients high_shelf(double frequency_hz, double gain_db, double sample_rate_hz) noexcept {
    if (gain_db == 0.0 || out_of_reach(frequency_hz, sample_rate_hz)) return {};
    // Raising the top is raising everything, then taking the rest down again.
    const auto low_boost = low_shelf_boost(angle(frequency_hz, sample_rate_hz), std::abs(gain_db));
    const auto boost = scaled(inverse(low_boost), db_to_gain(std::abs(gain_db)));
    return gain_db > 0.0 ? boost : inverse(boost);
}

double magnitude_db(const BiquadCoefficients& c, double frequency_hz, double sample_rate_hz) noexcept {
    const auto z1 = std::polar(1.0, -2 * pi * frequency_hz / sample_rate_hz);
    const auto z2 = z1 * z1;
    return gain_to_db(std::abs((c.b0 + c.b1 * z1 + c.b2 * z2) / (1.0 + c.a1 * z1 + c.a2 * z2)));
}

void BiquadCascade::set_section(int slot, const BiquadCoefficients& section) noexcept {
    assert(slot >= 0 && slot < max_sections);
    const BiquadCoefficients identity;
    sections_[slot] = section;
    if (section == identity) states_[slot] = {};
    used_ = 0;
    for (int i = 0; i < max_sections; ++i)
        if (!(sections_[i] == identity)) used_slots_[used_++] = i;
}

template <int used>
void BiquadCascade::run(float* left, float* right, int frames) noexcept {
    std::array<Pair, used> b0, b1, b2, a1, a2, s1, s2;
    for (int k = 0; k < used; ++k) {
        const auto& c = sections_[used_slots_[k]];
        const auto& state = states_[used_slots_[k]];
        b0[k] = both(c.b0), b1[k] = both(c.b1), b2[k] = both(c.b2), a1[k] = both(c.a1), a2[k] = both(c.a2);
        s1[k] = Pair{state.s1[0], state.s1[1]};
        s2[k] = Pair{state.s2[0], state.s2[1]};
    }
    for (int n = 0; n < frames; ++n) {
        Pair value{left[n], right[n]};
        for (int k = 0; k < used; ++k) {
            const Pair y = b0[k] * value + s1[k];
            s1[k] = (b1[k] * value + s2[k]) - a1[k] * y;
            s2[k] = b2[k] * value - a2[k] * y;
            value = y;
        }
        left[n] = static_cast<float>(value[0]);
        right[n] = static_cast<float>(value[1]);
    }
    for (int k = 0; k < used; ++k) states_[used_slots_[k]] = {{s1[k][0], s1[k][1]}, {s2[k][0], s2[k][1]}};
}

void BiquadCascade::process(AudioView io) noexcept {
    static_assert(max_sections == 8);
    static constexpr std::array<void (BiquadCascade::*)(float*, float*, int) noexcept, max_sections> run_sections{
        &BiquadCascade::run<1>, &BiquadCascade::run<2>, &BiquadCascade::run<3>, &BiquadCascade::run<4>,
        &BiquadCascade::run<5>, &BiquadCascade::run<6>, &BiquadCascade::run<7>, &BiquadCascade::run<8>};
    if (used_ == 0 || io.channels() == 0) return;
    float* const left = io.channel(0).data();
    float* const right = io.channels() == 2 ? io.channel(1).data() : left;
    (this->*run_sections[static_cast<std::size_t>(used_ - 1)])(left, right, io.frames());
}

}  // namespace burnish
