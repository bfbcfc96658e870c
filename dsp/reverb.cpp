#include "dsp/reverb.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/decibels.h"
#include "dsp/simd.h"

namespace burnish {

namespace {

constexpr int lines = 16;
using Lanes = std::array<float, lines>;

// At size 1; made prime at the rate in hand. Spread evenly over the octaves, so that echoes seldom coincide.
constexpr std::array<double, lines> line_ms{29.7, 32.3, 34.9, 37.1, 40.9, 43.7, 47.3, 50.9,
                                            54.1, 58.7, 62.3, 67.1, 71.9, 77.3, 83.3, 89.1};
constexpr std::array<std::array<double, 4>, max_channels> diffuser_ms{
    {{4.31, 6.37, 9.73, 13.11}, {4.73, 7.01, 8.89, 14.29}}};
constexpr float diffusion = 0.62F;
constexpr double low_shelf_hz = 200.0;
constexpr double most_modulation_ms = 0.33;
constexpr double largest_size = 1.5;
constexpr double longest_predelay_ms = 100.0;
constexpr double least_kept = 0.05;  // by a line, for the level: what dies on its first way is not to be made up for
constexpr double slowest_modulation_hz = 0.75;

/// Signs by which a channel hears the lines: a bent function, which is equally far from all rows of the Hadamard
/// matrix, so that what is heard goes back into all lines alike and no repetition stands out; the other channel's
/// differ by a row and are orthogonal. Source: Rothaus, "On 'bent' functions", J. Combinatorial Theory A 20, 1976.
constexpr std::array<Lanes, max_channels> hearing = [] {
    std::array<Lanes, max_channels> signs{};
    for (unsigned i = 0; i < lines; ++i) {
        const auto bit = [&](unsigned k) { return (i >> k) & 1U; };
        const unsigned bent = (bit(0) & bit(1)) ^ (bit(2) & bit(3));
        signs[0][i] = bent != 0 ? -0.25F : 0.25F;
        signs[1][i] = (bent ^ bit(0) ^ bit(3)) != 0 ? -0.25F : 0.25F;
    }
    return signs;
}();
constexpr std::array<Lanes, max_channels> feeding{
    {{1, 0, -1, 0, 1, 0, 1, 0, -1, 0, -1, 0, 1, 0, -1, 0}, {0, 1, 0, 1, 0, -1, 0, 1, 0, -1, 0, 1, 0, -1, 0, -1}}};

bool is_prime(int n) noexcept {
    for (int d = 2; d * d <= n; ++d)
        if (n % d == 0) return false;
    return n > 1;
}

int power_of_two_from(double least) noexcept {
    int power = 1;
    while (power < least) power *= 2;
    return power;
}

/// The fast Walsh-Hadamard transform, scaled to lose no energy.
inline void mix_without_loss(Lanes& x) noexcept {
    for (int half = 1; half < lines; half *= 2)
        for (int i = 0; i < lines; i += 2 * half)
            for (int k = i; k < i + half; ++k) {
                const float a = x[static_cast<std::size_t>(k)];
                const float b = x[static_cast<std::size_t>(k + half)];
                x[static_cast<std::size_t>(k)] = a + b;
                x[static_cast<std::size_t>(k + half)] = a - b;
            }
    for (auto& value : x) value *= 0.25F;
}

/// One line's echoes from frame `first` of a control block on: third-order Lagrange interpolation between frames, at a
/// delay that moves evenly. `from` points to the frame before the two that lie around the echo of frame `first`, were
/// the delay that of the block's start.
BURNISH_VECTORIZED
void interpolate(const float* from, float* to, int first, int count, float fraction, float step) noexcept {
    for (int n = 0; n < count; ++n) {
        const float d = fraction + step * static_cast<float>(first + n);
        const float below = d - 1.0F, above = d + 1.0F, far = d - 2.0F;
        const float c0 = -d * below * far * (1.0F / 6.0F);
        const float c1 = above * below * far * 0.5F;
        const float c2 = -above * d * far * 0.5F;
        const float c3 = above * d * below * (1.0F / 6.0F);
        to[n] = c0 * from[n] + c1 * from[n + 1] + c2 * from[n + 2] + c3 * from[n + 3];
    }
}

}  // namespace

void Reverb::prepare(const ProcessSpec& spec) {
    sample_rate_hz_ = spec.sample_rate_hz;
    channels_ = spec.channels;
    const double frames_per_ms = sample_rate_hz_ / 1000.0;
    ring_frames_ = power_of_two_from((line_ms.back() * largest_size + most_modulation_ms) * frames_per_ms +
                                     2.0 * control_frames + 8.0);
    rings_.assign(static_cast<std::size_t>(ring_frames_) * lines, 0.0F);
    for (auto& ring : predelay_) ring.assign(power_of_two_from(longest_predelay_ms * frames_per_ms + 1.0), 0.0F);
    for (std::size_t c = 0; c < max_channels; ++c)
        for (std::size_t i = 0; i < diffusers; ++i)
            diffusers_[c][i].ring.assign(std::max(1, static_cast<int>(diffuser_ms[c][i] * frames_per_ms)), 0.0F);
    modulation_period_ = power_of_two_from(sample_rate_hz_ / slowest_modulation_hz / std::numbers::sqrt2);
    set({});
    reset();
}

void Reverb::set(const Settings& settings) noexcept {
    settings_ = settings;
    design();
}

void Reverb::design() noexcept {
    const double frames_per_ms = sample_rate_hz_ / 1000.0;
    modulation_frames_ = settings_.modulation * most_modulation_ms * frames_per_ms * 0.5;
    // A line has to be longer than what is worked off at once.
    int last = control_frames + 4 + static_cast<int>(std::ceil(modulation_frames_));
    double energy = 0.0;
    for (std::size_t i = 0; i < lines; ++i) {
        int frames = std::max(static_cast<int>(line_ms[i] * settings_.size * frames_per_ms), last + 1);
        while (!is_prime(frames)) ++frames;
        last = frames;
        delay_[i] = frames;
        // 60 dB in decay_s: so much is lost on one way through the line.
        const double loss_db = 60.0 * frames / (settings_.decay_s * sample_rate_hz_);
        const double middle = db_to_gain(-loss_db);
        energy += middle * middle / lines;
        const double high = db_to_gain(-loss_db * (1.0 / settings_.high_ratio - 1.0));
        const double low = db_to_gain(-loss_db * (1.0 / settings_.low_ratio - 1.0));
        // First-order shelves: 1 on one side, `high` or `low` on the other, the geometric mean at the frequency.
        const double th = std::tan(std::numbers::pi * std::min(settings_.high_hz / sample_rate_hz_, 0.45));
        const double rh = std::sqrt(high);
        high_.b0[i] = static_cast<float>(middle * (th + rh) / (th + 1.0 / rh));
        high_.b1[i] = static_cast<float>(middle * (th - rh) / (th + 1.0 / rh));
        high_.a1[i] = static_cast<float>((th - 1.0 / rh) / (th + 1.0 / rh));
        const double tl = std::tan(std::numbers::pi * low_shelf_hz / sample_rate_hz_);
        const double rl = std::sqrt(low);
        low_.b0[i] = static_cast<float>((tl * rl + 1.0) / (tl / rl + 1.0));
        low_.b1[i] = static_cast<float>((tl * rl - 1.0) / (tl / rl + 1.0));
        low_.a1[i] = static_cast<float>((tl / rl - 1.0) / (tl / rl + 1.0));
    }
    // Each line carries one channel's input, and every row of the scaled matrix hears a sixteenth of what leaves all
    // lines: of a loop that keeps a share k of its energy, k + k^2 + ... = k / (1 - k).
    const double kept = std::max(energy, least_kept);
    output_gain_ = static_cast<float>(std::sqrt((1.0 - kept) / kept));
    predelay_frames_ = static_cast<int>(settings_.predelay_ms * frames_per_ms);
    low_cut_ = static_cast<float>(std::exp(-2.0 * std::numbers::pi * settings_.low_cut_hz / sample_rate_hz_));
}

void Reverb::reset() noexcept {
    std::fill(rings_.begin(), rings_.end(), 0.0F);
    for (auto& ring : predelay_) std::fill(ring.begin(), ring.end(), 0.0F);
    for (auto& channel : diffusers_)
        for (auto& diffuser : channel) {
            std::fill(diffuser.ring.begin(), diffuser.ring.end(), 0.0F);
            diffuser.next = 0;
        }
    low_x_ = low_y_ = high_x_ = high_y_ = {};
    low_cut_state_ = {};
    write_ = predelay_write_ = 0;
    modulation_position_ = control_position_ = 0;
}

void Reverb::begin_control_block() noexcept {
    const auto at = [&](int position, std::size_t line) {
        const double turns = static_cast<double>(position) / modulation_period_;
        // Odd lines move twice as fast, and no two with the same phase.
        const double speed = line % 2 == 0 ? 1.0 : 2.0;
        return modulation_frames_ *
               std::sin(2.0 * std::numbers::pi * (speed * turns + static_cast<double>(line) * 7.0 / 16.0));
    };
    for (std::size_t i = 0; i < lines; ++i) offset_[i] = at(modulation_position_, i);
    modulation_position_ = (modulation_position_ + control_frames) % modulation_period_;
    for (std::size_t i = 0; i < lines; ++i) next_offset_[i] = at(modulation_position_, i);
}

void Reverb::process(AudioView io) noexcept {
    if (settings_.mix == 0.0) return;
    for (int done = 0; done < io.frames();) {
        if (control_position_ == 0) begin_control_block();
        const int count = std::min(io.frames() - done, control_frames - control_position_);
        run(io, done, count);
        control_position_ = (control_position_ + count) % control_frames;
        done += count;
    }
}

void Reverb::run(AudioView io, int first, int count) noexcept {
    diffuse(io, first, count);
    read_lines(count);
    feed_back(count);
    const auto mix = static_cast<float>(settings_.mix);
    for (int c = 0; c < io.channels(); ++c) {
        const auto samples = io.channel(c).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
        const auto& wet = output_[static_cast<std::size_t>(c)];
        for (std::size_t n = 0; n < samples.size(); ++n) samples[n] = (1.0F - mix) * samples[n] + mix * wet[n];
    }
}

void Reverb::diffuse(AudioView io, int first, int count) noexcept {
    const int mask = static_cast<int>(predelay_[0].size()) - 1;
    for (std::size_t c = 0; c < max_channels; ++c) {
        const auto from = io.channel(static_cast<int>(c) < io.channels() ? static_cast<int>(c) : 0);
        auto& ring = predelay_[c];
        auto& input = input_[c];
        float low = low_cut_state_[c];
        for (int n = 0; n < count; ++n) {
            const int at = (predelay_write_ + n) & mask;
            ring[static_cast<std::size_t>(at)] = from[static_cast<std::size_t>(first + n)];
            const float x = ring[static_cast<std::size_t>((at - predelay_frames_) & mask)];
            low = low_cut_ * low + (1.0F - low_cut_) * x;
            input[static_cast<std::size_t>(n)] = x - low;
        }
        low_cut_state_[c] = low;
        for (auto& diffuser : diffusers_[c]) {
            int next = diffuser.next;
            const int size = static_cast<int>(diffuser.ring.size());
            float* const held = diffuser.ring.data();
            for (int n = 0; n < count; ++n) {
                const float old = held[next];
                const float in = input[static_cast<std::size_t>(n)] - diffusion * old;
                input[static_cast<std::size_t>(n)] = old + diffusion * in;
                held[next] = in;
                if (++next == size) next = 0;
            }
            diffuser.next = next;
        }
    }
    predelay_write_ = (predelay_write_ + count) & mask;
}

void Reverb::read_lines(int count) noexcept {
    const int mask = ring_frames_ - 1;
    std::array<float, control_frames + 4> from{};
    std::array<float, control_frames> echo{};
    for (std::size_t i = 0; i < lines; ++i) {
        const double step = (next_offset_[i] - offset_[i]) / control_frames;
        // The echo lies between two frames, `fraction` after the earlier one. All is counted from the start of the
        // control block, so that it does not matter how the input is cut.
        const double exact = -(delay_[i] + offset_[i]);
        const double whole = std::floor(exact);
        const auto fraction = static_cast<float>(exact - whole);
        const int start = (write_ + static_cast<int>(whole) - 1) & mask;
        const float* const ring = rings_.data() + i * static_cast<std::size_t>(ring_frames_);
        const int before_end = std::min(count + 3, ring_frames_ - start);
        std::copy_n(ring + start, before_end, from.begin());
        std::copy_n(ring, count + 3 - before_end, from.begin() + before_end);
        interpolate(from.data(), echo.data(), control_position_, count, fraction, static_cast<float>(-step));
        for (int n = 0; n < count; ++n) heard_[static_cast<std::size_t>(n)][i] = echo[static_cast<std::size_t>(n)];
    }
}

BURNISH_VECTORIZED
void Reverb::feed_back(int count) noexcept {
    const int mask = ring_frames_ - 1;
    Lanes low_x = low_x_, low_y = low_y_, high_x = high_x_, high_y = high_y_;
    for (int frame = 0; frame < count; ++frame) {
        const auto n = static_cast<std::size_t>(frame);
        Lanes x = heard_[n];
        for (std::size_t i = 0; i < lines; ++i) {
            const float y = high_.b0[i] * x[i] + high_.b1[i] * high_x[i] - high_.a1[i] * high_y[i];
            high_x[i] = x[i];
            high_y[i] = y;
            x[i] = low_.b0[i] * y + low_.b1[i] * low_x[i] - low_.a1[i] * low_y[i];
            low_x[i] = y;
            low_y[i] = x[i];
        }
        for (std::size_t c = 0; c < max_channels; ++c) {
            Lanes heard;
            for (std::size_t i = 0; i < lines; ++i) heard[i] = hearing[c][i] * x[i];
            for (std::size_t half = lines / 2; half > 0; half /= 2)
                for (std::size_t i = 0; i < half; ++i) heard[i] += heard[i + half];
            output_[c][n] = output_gain_ * heard[0];
        }
        mix_without_loss(x);
        for (std::size_t i = 0; i < lines; ++i) x[i] += feeding[0][i] * input_[0][n] + feeding[1][i] * input_[1][n];
        const auto at = static_cast<std::size_t>((write_ + frame) & mask);
        for (std::size_t i = 0; i < lines; ++i) rings_[i * static_cast<std::size_t>(ring_frames_) + at] = x[i];
    }
    low_x_ = low_x, low_y_ = low_y, high_x_ = high_x, high_y_ = high_y;
    write_ = (write_ + count) & mask;
}

}  // namespace burnish
