#include "preview/player.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "dsp/denormals.h"

namespace burnish {

namespace {

constexpr double short_fade_s = 0.010;
constexpr double long_fade_s = 0.030;
constexpr double reduction_fall_db_per_s = 20.0;

void silence(AudioView audio) noexcept {
    for (int c = 0; c < audio.channels(); ++c) std::fill(audio.channel(c).begin(), audio.channel(c).end(), 0.0F);
}

}  // namespace

Player::Player(double sample_rate_hz, int channels)
    : sample_rate_hz_(sample_rate_hz),
      short_fade_frames_(static_cast<int>(std::lround(short_fade_s * sample_rate_hz))),
      long_fade_frames_(static_cast<int>(std::lround(long_fade_s * sample_rate_hz))),
      tap_(channels),
      mono_(0.0, short_fade_frames_),
      matched_(1.0, long_fade_frames_),
      transport_(0.0, short_fade_frames_),
      original_(channels, deck_block_frames),
      master_(channels, deck_block_frames),
      reference_(channels, deck_block_frames),
      fading_original_(channels, deck_block_frames),
      fading_master_(channels, deck_block_frames),
      fading_heard_(channels, deck_block_frames) {
    weights_.fill(Ramp(0.0, short_fade_frames_));
    weights_[static_cast<std::size_t>(controls_.heard)].jump_to(1.0);
}

Player::~Player() {
    while (Deck* deck = offered_.pop().value_or(nullptr)) delete deck;
    while (Deck* deck = take_back()) delete deck;
    for (const Deck* deck : {deck_, fading_out_, next_deck_, loop_deck_}) delete deck;
}

void Player::render(AudioView out) noexcept {
    const FlushDenormals no_denormals;
    take_messages();
    for (int done = 0; done < out.frames();) {
        turn_over();
        const int most = std::min(deck_block_frames, out.frames() - done);
        const int count = is_silent() ? most : frames_to_next_turn(most);
        render_slice(out.part(done, count));
        done += count;
    }
    turn_over();
    publish(out.frames());
}

void Player::take_messages() noexcept {
    while (const auto controls = controls_queue_.pop()) apply(*controls);
    while (const auto deck = offered_.pop()) accept(*deck);
}

void Player::apply(const Controls& controls) noexcept {
    if (controls.reference != controls_.reference) reference_frame_ = controls.reference_frame;
    controls_ = controls;
    for (int i = 0; i < heard_count; ++i)
        weights_[static_cast<std::size_t>(i)].go_to(i == static_cast<int>(controls.heard) ? 1.0 : 0.0);
    mono_.go_to(controls.mono ? 1.0 : 0.0);
    matched_.go_to(controls.matched ? 1.0 : 0.0);
    transport_.go_to(controls.playing ? 1.0 : 0.0);
}

void Player::accept(Deck* deck) noexcept {
    Deck*& slot = deck->cue == Deck::Cue::at_loop_end ? loop_deck_ : next_deck_;
    retire(slot);
    slot = deck;
}

void Player::retire(Deck*& deck) noexcept {
    if (deck == nullptr) return;
    [[maybe_unused]] const bool has_room = retired_.push(deck);
    assert(has_room);  // no more decks are about than the queue takes
    deck = nullptr;
}

bool Player::is_silent() const noexcept {
    const bool stands_still = transport_.target() == 0.0 && !transport_.is_moving();
    return deck_ == nullptr || stands_still || at_end();
}

bool Player::at_end() const noexcept { return deck_ != nullptr && deck_->heard_frame() >= deck_->rendering->frames(); }

bool Player::is_due(Deck*& slot) noexcept {
    if (slot == nullptr) return false;
    if (deck_ == nullptr) return slot->cue != Deck::Cue::at_loop_end;
    const auto late_frames = deck_->heard_frame() - slot->cue_frame;
    switch (slot->cue) {
        case Deck::Cue::at_once:
            return true;
        case Deck::Cue::on_frame:
            if (late_frames <= 0) return late_frames == 0;
            break;
        case Deck::Cue::at_loop_end:
            // Somewhat late is better than never; long after it, the listener has left the loop.
            if (slot->generation == deck_->generation && slot->loop_id == controls_.loop_id &&
                late_frames < static_cast<std::int64_t>(sample_rate_hz_))
                return late_frames >= 0;
            break;
    }
    slot->missed = true;
    retire(slot);
    return false;
}

void Player::turn_over() noexcept {
    if (fading_out_ != nullptr && (!deck_fade_.is_moving() || is_silent())) retire(fading_out_);
    if (fading_out_ != nullptr) return;
    for (Deck** slot : {&next_deck_, &loop_deck_}) {
        if (!is_due(*slot)) continue;
        if (is_silent()) {
            retire(deck_);
        } else {
            fading_out_ = deck_;
            const bool jumps = (*slot)->cue != Deck::Cue::on_frame;
            deck_fade_ = Ramp(0.0, jumps ? short_fade_frames_ : long_fade_frames_);
            deck_fade_.go_to(1.0);
        }
        deck_ = *slot;
        *slot = nullptr;
        return;
    }
}

int Player::frames_to_next_turn(int most) const noexcept {
    // A reverb rings on behind the end of its mix.
    auto count = std::min<std::int64_t>(most, deck_->rendering->frames() - deck_->heard_frame());
    for (const Deck* deck : {next_deck_, loop_deck_}) {
        if (deck == nullptr || deck->cue == Deck::Cue::at_once) continue;
        const auto ahead = deck->cue_frame - deck_->heard_frame();
        if (ahead > 0) count = std::min(count, ahead);
    }
    return static_cast<int>(count);
}

void Player::render_slice(AudioView out) noexcept {
    if (is_silent()) {
        silence(out);
        return;
    }
    const auto frames = static_cast<std::size_t>(out.frames());
    for (std::size_t i = 0; i < weights_.size(); ++i) weights_[i].fill(std::span(weight_values_[i]).first(frames));
    mono_.fill(std::span(mono_values_).first(frames));
    matched_.fill(std::span(matched_values_).first(frames));
    transport_.fill(std::span(transport_values_).first(frames));
    read_reference(out.frames());

    const auto slice = [&](AudioBuffer& buffer) { return buffer.view().part(0, out.frames()); };
    const Sounds sounds{slice(original_), slice(master_), out};
    if (fading_out_ != nullptr) {
        const Sounds fading{slice(fading_original_), slice(fading_master_), slice(fading_heard_)};
        mix(*fading_out_, fading);
        mix(*deck_, sounds);
        cross_over(fading, sounds);
    } else {
        mix(*deck_, sounds);
    }
    for (const auto& view : {sounds.original, sounds.master, sounds.heard})
        for (int c = 0; c < view.channels(); ++c)
            for (std::size_t i = 0; i < frames; ++i) view.channel(c)[i] *= transport_values_[i];
    tap_.write(sounds.original, sounds.master);
}

void Player::cross_over(const Sounds& from, const Sounds& to) noexcept {
    const auto frames = static_cast<std::size_t>(to.heard.frames());
    deck_fade_.fill(std::span(fade_values_).first(frames));
    for (const auto& [old_sound, new_sound] :
         {std::pair{from.original, to.original}, std::pair{from.master, to.master}, std::pair{from.heard, to.heard}})
        for (int c = 0; c < new_sound.channels(); ++c)
            for (std::size_t i = 0; i < frames; ++i)
                new_sound.channel(c)[i] =
                    (1.0F - fade_values_[i]) * old_sound.channel(c)[i] + fade_values_[i] * new_sound.channel(c)[i];
}

void Player::read_reference(int frames) noexcept {
    const auto* track = controls_.reference;
    const auto view = reference_.view().part(0, frames);
    const auto& weight = weights_[static_cast<std::size_t>(Heard::reference)];
    if (track == nullptr || (weight.target() == 0.0 && !weight.is_moving())) {
        silence(view);
        return;
    }
    if (reference_frame_ >= track->frames()) reference_frame_ = 0;
    track->read(reference_frame_, view);
    reference_frame_ += frames;
}

// A weight or a gain of exactly 0 or 1 leaves the samples as they are, to the bit: x + 0 * y is x for finite y.
void Player::mix(Deck& deck, const Sounds& out) noexcept {
    const int frames = out.heard.frames();
    const double first_s = deck.track->seconds(deck.heard_frame());
    deck.advance(out.original, out.master);
    const auto gains = deck.match.at(first_s);
    const auto later = deck.match.at(deck.track->seconds(deck.heard_frame()));
    const float step = 1.0F / static_cast<float>(frames);
    const auto& [weigh_a, weigh_b, weigh_c, weigh_d] = weight_values_;
    for (int c = 0; c < out.heard.channels(); ++c) {
        const auto to = out.heard.channel(c);
        const auto a = out.original.channel(c);
        const auto b = out.master.channel(c);
        const auto r = reference_.channel(c);
        for (int i = 0; i < frames; ++i) {
            const float along = step * static_cast<float>(i);
            const auto turned = [&](float sample, float gain, float next_gain) {
                return sample * (1.0F + matched_values_[i] * (gain + along * (next_gain - gain) - 1.0F));
            };
            const float original = turned(a[i], gains.original, later.original);
            const float master = turned(b[i], gains.master, later.master);
            const float reference = turned(r[i], gains.reference, later.reference);
            to[i] =
                weigh_a[i] * original + weigh_b[i] * master + weigh_c[i] * reference + weigh_d[i] * (master - original);
        }
    }
    if (out.heard.channels() == 1 || (mono_.target() == 0.0 && !mono_.is_moving())) return;
    const auto left = out.heard.channel(0);
    const auto right = out.heard.channel(1);
    for (int i = 0; i < frames; ++i) {
        const float mid = 0.5F * (left[i] + right[i]);
        left[i] += mono_values_[i] * (mid - left[i]);
        right[i] += mono_values_[i] * (mid - right[i]);
    }
}

void Player::publish(int frames) noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    running_.store(!is_silent(), relaxed);
    at_end_.store(at_end(), relaxed);
    if (deck_ == nullptr) return;
    heard_frame_.store(deck_->heard_frame(), relaxed);
    generation_.store(deck_->generation, relaxed);
    exact_.store(deck_->exact, relaxed);
    measured_.store(deck_->measured, relaxed);
    const auto gains = deck_->match.at(deck_->track->seconds(deck_->heard_frame()));
    master_gain_.store(gains.master, relaxed);
    original_gain_.store(gains.original, relaxed);
    // A look now and then, as a screen has it, must not miss what lasts a millisecond.
    const auto now = deck_->rendering->reductions();
    const auto fall_db = static_cast<float>(reduction_fall_db_per_s * frames / sample_rate_hz_);
    for (std::size_t i = 0; i < now.db.size(); ++i)
        reductions_[i].store(std::max(now.db[i], reductions_[i].load(relaxed) - fall_db), relaxed);
    reduction_names_.store(now.names.data(), relaxed);
    reduction_count_.store(now.names.size(), relaxed);
    deck_serial_.store(deck_->serial, std::memory_order_release);
}

PlayerState Player::state() const noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    PlayerState state;
    state.deck_serial = deck_serial_.load(std::memory_order_acquire);
    state.heard_frame = heard_frame_.load(relaxed);
    state.running = running_.load(relaxed);
    state.at_end = at_end_.load(relaxed);
    state.generation = generation_.load(relaxed);
    state.exact = exact_.load(relaxed);
    state.measured = measured_.load(relaxed);
    state.master_gain = master_gain_.load(relaxed);
    state.original_gain = original_gain_.load(relaxed);
    // Of one player all renderings have the same names.
    if (const auto* names = reduction_names_.load(relaxed))
        state.reductions.names = {names, reduction_count_.load(relaxed)};
    for (std::size_t i = 0; i < reductions_.size(); ++i) state.reductions.db[i] = reductions_[i].load(relaxed);
    return state;
}

}  // namespace burnish
