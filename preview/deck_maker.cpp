#include "preview/deck_maker.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "dsp/denormals.h"

namespace burnish {

namespace {

constexpr double warm_up_s = 2.0;
// Where a chain may start so that its filters' transforms fall on the same frames as from the track's start on.
constexpr std::int64_t hop_grid_frames = 32768;
constexpr double least_lead_s = 0.1;  // between the place in hand and where a deck goes on in step
constexpr double most_lead_s = 2.0;
constexpr auto poll_interval = std::chrono::milliseconds(5);  // the audio thread cannot wake anybody

}  // namespace

DeckMaker::DeckMaker(std::shared_ptr<const Track> track, std::shared_ptr<const Rendering> neutral, Player& player)
    : track_(std::move(track)),
      player_(player),
      wanted_{.fresh = std::move(neutral),
              .lufs = {.original_lufs = track_->loudness.section_lufs(0.0, track_->seconds(track_->frames()))}},
      original_(track_->info.channels, deck_block_frames),
      master_(track_->info.channels, deck_block_frames),
      lead_s_(least_lead_s),
      thread_([this] { run(); }) {}

DeckMaker::~DeckMaker() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    asked_.notify_all();
    thread_.join();
}

void DeckMaker::ask(const std::function<void(Wanted&)>& change) {
    {
        const std::scoped_lock lock(mutex_);
        change(wanted_);
        ++requests_;
    }
    asked_.notify_all();
}

void DeckMaker::set_rendering(std::shared_ptr<const Rendering> fresh, Expected lufs, bool settled) {
    ask([&](Wanted& wanted) {
        wanted.fresh = std::move(fresh);
        wanted.lufs = lufs;
        wanted.settled = settled;
        ++wanted.generation;
    });
}

void DeckMaker::seek(std::int64_t frame) {
    ask([&](Wanted& wanted) { wanted.seek_frame = frame; });
}

void DeckMaker::set_loop(const std::optional<Section>& loop, unsigned id) {
    ask([&](Wanted& wanted) {
        wanted.loop = loop;
        wanted.loop_id = id;
        ++wanted.match_version;
    });
}

void DeckMaker::set_reference_lufs(double lufs) {
    ask([&](Wanted& wanted) {
        wanted.reference_lufs = lufs;
        ++wanted.match_version;
    });
}

void DeckMaker::wait_until_idle() {
    std::unique_lock lock(mutex_);
    const auto request = ++requests_;
    asked_.notify_all();
    idle_.wait(lock, [&] { return handled_ >= request; });
}

std::shared_ptr<const MasterSound> DeckMaker::sound() const {
    const std::scoped_lock lock(mutex_);
    return sound_;
}

void DeckMaker::run() {
    const FlushDenormals no_denormals;
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const auto wanted = wanted_;
        const auto request = requests_;
        wanted_.seek_frame.reset();
        lock.unlock();
        const bool worked = work(wanted);
        lock.lock();
        if (worked) continue;
        handled_ = request;
        idle_.notify_all();
        if (requests_ == request) asked_.wait_for(lock, poll_interval);
    }
}

void DeckMaker::follow_player(const PlayerState& state) {
    for (auto* record : {&pending_, &standby_})
        if (*record && (*record)->serial == state.deck_serial) {
            playing_ = **record;
            record->reset();
        }
    while (const std::unique_ptr<Deck> deck{player_.take_back()}) {
        if (standby_ && standby_->serial == deck->serial) standby_.reset();
        if (!pending_ || pending_->serial != deck->serial) continue;
        pending_.reset();
        if (deck->missed) lead_s_ = std::min(2.0 * lead_s_, most_lead_s);
    }
}

void DeckMaker::start_generation(const Wanted& wanted) {
    if (wanted.generation == generation_) return;
    generation_ = wanted.generation;
    trail_.reset();
    trail_fraction_ = 0.0;
    fresh_ = wanted.fresh;
}

bool DeckMaker::is_outdated(const Record& record, const Wanted& wanted) const noexcept {
    const bool could_be_better = trail_ && trail_->is_complete() && !(record.exact && record.measured);
    return record.generation != wanted.generation || record.match_version != wanted.match_version || could_be_better;
}

bool DeckMaker::work(const Wanted& wanted) {
    const auto state = player_.state();
    follow_player(state);
    start_generation(wanted);
    refresh_match(wanted);

    if (wanted.seek_frame) {
        auto deck = make_deck(wanted, std::clamp<std::int64_t>(*wanted.seek_frame, 0, fresh_->frames()));
        deck->cue = Deck::Cue::at_once;
        pending_ = offer(std::move(deck), wanted);
        return true;
    }
    const auto& latest = pending_ ? pending_ : playing_;
    const bool waits_for_jump = pending_ && pending_->jumps;
    if (latest && is_outdated(*latest, wanted) && !waits_for_jump) {
        const double lead_s = state.running ? lead_s_ : 0.0;
        const auto frame = state.heard_frame + static_cast<std::int64_t>(lead_s * track_->info.sample_rate_hz);
        auto deck = make_deck(wanted, frame);
        deck->cue = Deck::Cue::on_frame;
        deck->cue_frame = frame;
        const auto offered = offer(std::move(deck), wanted);
        if (offered) pending_ = offered;
        return offered.has_value();
    }
    if (wanted.loop && playing_ &&
        (!standby_ || is_outdated(*standby_, wanted) || standby_->loop_id != wanted.loop_id)) {
        const auto frame_at = [&](double s) { return static_cast<std::int64_t>(s * track_->info.sample_rate_hz); };
        if (state.heard_frame < frame_at(wanted.loop->last_s)) {
            auto deck = make_deck(wanted, frame_at(wanted.loop->first_s));
            deck->cue = Deck::Cue::at_loop_end;
            deck->cue_frame = frame_at(wanted.loop->last_s);
            const auto offered = offer(std::move(deck), wanted);
            if (offered) standby_ = offered;
            return offered.has_value();
        }
    }
    if (!wanted.settled || (trail_ && trail_->is_complete())) return false;
    go_along_trail(wanted);
    return true;
}

void DeckMaker::go_along_trail(const Wanted& wanted) {
    if (!trail_) trail_ = std::make_unique<Trail>(track_, *fresh_);
    trail_->advance();
    trail_fraction_ = trail_->fraction();
    if (!trail_->is_complete()) return;
    auto sound =
        std::make_shared<const MasterSound>(MasterSound{wanted.generation, trail_->loudness(), trail_->overview()});
    const std::scoped_lock lock(mutex_);
    sound_ = std::move(sound);
}

void DeckMaker::refresh_match(const Wanted& wanted) {
    const bool can_measure = trail_ && trail_->is_complete();
    if (match_generation_ == wanted.generation && match_version_ == wanted.match_version &&
        match_is_measured_ == can_measure)
        return;
    match_generation_ = wanted.generation;
    match_version_ = wanted.match_version;
    match_is_measured_ = can_measure;
    match_ = can_measure
                 ? match_curve(trail_->original_loudness(), trail_->loudness(), wanted.reference_lufs, wanted.loop)
                 : MatchCurve(match_gains(wanted.lufs.original_lufs, wanted.lufs.master_lufs, wanted.reference_lufs));
}

std::unique_ptr<Deck> DeckMaker::make_deck(const Wanted& wanted, std::int64_t heard_frame) {
    const auto target = heard_frame + fresh_->latency_frames();
    const auto* copy = trail_ ? trail_->nearest(target) : nullptr;
    const auto warm_up = static_cast<std::int64_t>(warm_up_s * track_->info.sample_rate_hz);
    const auto start = std::max<std::int64_t>(0, (target - warm_up) / hop_grid_frames * hop_grid_frames);
    auto deck = copy != nullptr ? std::make_unique<Deck>(track_, copy->rendering->copy(), copy->next_frame)
                                : std::make_unique<Deck>(track_, fresh_->copy(), start);
    while (deck->next_frame < target) {
        const auto count = static_cast<int>(std::min<std::int64_t>(deck_block_frames, target - deck->next_frame));
        deck->advance(original_.view().part(0, count), master_.view().part(0, count));
    }
    deck->exact = copy != nullptr || start == 0;
    deck->match = match_;
    deck->measured = match_is_measured_;
    deck->generation = wanted.generation;
    deck->loop_id = wanted.loop_id;
    deck->serial = ++last_serial_;
    return deck;
}

std::optional<DeckMaker::Record> DeckMaker::offer(std::unique_ptr<Deck> deck, const Wanted& wanted) {
    const Record record{.serial = deck->serial,
                        .generation = deck->generation,
                        .match_version = wanted.match_version,
                        .loop_id = deck->loop_id,
                        .exact = deck->exact,
                        .measured = deck->measured,
                        .jumps = deck->cue == Deck::Cue::at_once};
    if (!player_.offer(deck.get())) return std::nullopt;
    (void)deck.release();
    return record;
}

}  // namespace burnish
