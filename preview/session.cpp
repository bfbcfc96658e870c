#include "preview/session.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <thread>
#include <utility>

#include "preview/chain_rendering.h"
#include "preview/mix_rendering.h"

namespace burnish {

namespace {
constexpr double least_loop_s = 0.5;
constexpr double reference_section_s = 20.0;

/// What is heard before anything is decided.
std::shared_ptr<const Rendering> plain_sum(const std::shared_ptr<const StemSet>& stems) {
    MixSettings neutral;
    std::vector<std::size_t> heard;
    for (std::size_t i = 0; i < stems->stems.size(); ++i) {
        neutral.strips.push_back({.name = stems->stems[i].name});
        if (!stems->stems[i].wish.mute) heard.push_back(i);
    }
    return std::make_shared<MixRendering>(stems, neutral, std::move(heard));
}
}  // namespace

Session::Session(std::shared_ptr<const Track> track, std::shared_ptr<const Rendering> neutral)
    : track_(std::move(track)),
      player_(track_->info.sample_rate_hz, track_->info.channels),
      deck_maker_(track_, std::move(neutral), player_),
      frames_(track_->frames()) {}

Session::Session(const std::shared_ptr<const Track>& track, MasterServices services)
    : Session(track, std::make_shared<ChainRendering>(track, ChainSettings{})) {
    planner_ = std::make_unique<Planner>(track_, std::move(services), [this](const Plan& plan) { take_plan(plan); });
}

Session::Session(std::shared_ptr<const StemSet> stems, MasterServices services)
    : Session(stems->sum, plain_sum(stems)) {
    stems_ = std::move(stems);
    mix_planner_ =
        std::make_unique<MixPlanner>(stems_, std::move(services), [this](const MixSheet& sheet) { take_sheet(sheet); });
}

void Session::want(MasterRequest request) {
    assert(planner_);
    planner_->want(std::move(request));
}

void Session::want(MixRequest request) {
    assert(mix_planner_);
    mix_planner_->want(std::move(request));
}

void Session::take_plan(const Plan& plan) {
    {
        const std::scoped_lock lock(plan_mutex_);
        if (plan.error) {
            plan_.error = plan.error;
            return;
        }
        plan_ = plan;
    }
    deck_maker_.set_rendering(std::make_shared<ChainRendering>(track_, plan.settings),
                              {plan.original_lufs, plan.master_lufs}, plan.refined);
}

void Session::take_sheet(const MixSheet& sheet) {
    std::shared_ptr<const Rendering> rendering;
    if (!sheet.error) rendering = std::make_shared<MixRendering>(stems_, sheet.plan.settings, sheet.heard);
    {
        const std::scoped_lock lock(plan_mutex_);
        if (sheet.error) {
            plan_.error = sheet.error;
            return;
        }
        frames_ = rendering->frames();
        sheet_ = sheet;
        plan_ = {.request = sheet.request,
                 .refined = sheet.refined,
                 .original_lufs = sheet.original_lufs,
                 .master_lufs = sheet.mix_lufs};
        for (const auto& stem : sheet.plan.stems)
            for (const auto& decision : stem.decisions) {
                plan_.decisions.push_back(decision);
                plan_.decisions.back().parameter = stem.name + ": " + decision.parameter;
            }
    }
    deck_maker_.set_rendering(std::move(rendering), {sheet.original_lufs, sheet.mix_lufs}, sheet.refined);
}

MixSheet Session::mix_sheet() const {
    const std::scoped_lock lock(plan_mutex_);
    return sheet_;
}

Plan Session::plan() const {
    const std::scoped_lock lock(plan_mutex_);
    return plan_;
}

double Session::duration_s() const {
    const std::scoped_lock lock(plan_mutex_);
    return track_->seconds(frames_);
}

void Session::send_controls() {
    // The queue is as good as never full; where nobody renders, waiting is no use either.
    constexpr int patience = 20;
    for (int i = 0; i < patience && !player_.set(controls_); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void Session::play(bool on) {
    if (on && player_.state().at_end) seek_to(loop_ ? loop_->first_s : 0.0);
    controls_.playing = on;
    send_controls();
}

void Session::listen_to(Heard heard) {
    controls_.heard = heard;
    send_controls();
}

void Session::set_mono(bool on) {
    controls_.mono = on;
    send_controls();
}

void Session::set_matched(bool on) {
    controls_.matched = on;
    send_controls();
}

double Session::position_s() const noexcept {
    const auto state = player_.state();
    // A jump that has not been made yet counts as made.
    return state.deck_serial == serial_at_seek_ ? sought_s_ : track_->seconds(state.heard_frame);
}

void Session::seek_to(double seconds) {
    sought_s_ = std::clamp(seconds, 0.0, duration_s());
    serial_at_seek_ = player_.state().deck_serial;
    deck_maker_.seek(static_cast<std::int64_t>(sought_s_ * track_->info.sample_rate_hz));
}

void Session::seek_by(double seconds) { seek_to(position_s() + seconds); }

void Session::set_loop(std::optional<Section> loop) {
    if (loop) {
        const double end_s = duration_s();
        const auto [first_s, last_s] = std::minmax({loop->first_s, loop->last_s});
        loop->first_s = std::clamp(first_s, 0.0, std::max(0.0, end_s - least_loop_s));
        loop->last_s = std::clamp(last_s, loop->first_s + least_loop_s, std::max(end_s, least_loop_s));
    }
    loop_ = loop;
    controls_.loop_id = loop ? ++last_loop_id_ : 0;
    send_controls();
    deck_maker_.set_loop(loop, controls_.loop_id);
    const double position = position_s();
    if (loop && (position < loop->first_s || position >= loop->last_s)) seek_to(loop->first_s);
}

Section Session::loudest_section(double seconds) const {
    const double first_s = track_->loudness.loudest_start_s(seconds);
    return {first_s, std::min(first_s + seconds, track_->seconds(track_->frames()))};
}

void Session::set_reference(std::shared_ptr<const Track> reference) {
    const auto& info = reference->info;
    const double start_s = reference->loudness.loudest_start_s(reference_section_s);
    deck_maker_.set_reference_lufs(reference->loudness.section_lufs(0.0, reference->seconds(info.frames)));
    controls_.reference = reference.get();
    controls_.reference_frame = static_cast<std::int64_t>(start_s * info.sample_rate_hz);
    references_.push_back(std::move(reference));
    send_controls();
}

void Session::wait_until_settled() {
    if (planner_) planner_->wait_until_idle();
    if (mix_planner_) mix_planner_->wait_until_idle();
    deck_maker_.wait_until_idle();
}

}  // namespace burnish
