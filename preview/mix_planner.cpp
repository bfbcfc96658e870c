#include "preview/mix_planner.h"

#include <algorithm>
#include <utility>

#include "core/decibels.h"
#include "mixing/mix_referee.h"

namespace burnish {

namespace {

constexpr double measuring_share = 0.5;    // of the work on a session that has not been measured yet
constexpr int steps_after_references = 4;  // two mixes, each of them listened to

/// Loudness of a sum of stems, from their cells; what is done to their sound is left out.
double sum_lufs(const std::vector<StemMeasures>& measures, const std::vector<std::size_t>& heard,
                const std::function<double(std::size_t)>& gain_db) {
    std::vector<float> sum;
    for (const auto i : heard) {
        const auto& cells = measures[i].cells.loudness;
        sum.resize(std::max(sum.size(), cells.size()));
        const auto power = static_cast<float>(db_to_power(gain_db(i)));
        for (std::size_t n = 0; n < cells.size(); ++n) sum[n] += power * cells[n];
    }
    return cells_lufs(sum);
}

}  // namespace

MixPlanner::MixPlanner(std::shared_ptr<const StemSet> stems, MasterServices services,
                       std::function<void(const MixSheet&)> publish)
    : stems_(std::move(stems)),
      services_(std::move(services)),
      publish_(std::move(publish)),
      thread_([this](const MixRequest& request, unsigned number) { answer(request, number); }) {}

Status MixPlanner::measure(unsigned number) {
    if (!session_) {
        auto stems = stems_->stems;
        for (std::size_t i = 0; i < stems.size(); ++i) {
            sources_.push_back(std::make_unique<TrackSource>(stems_->tracks[i]));
            stems[i].source = sources_.back().get();
        }
        auto session = MixSession::open(std::move(stems), stems_->sum->info.sample_rate_hz, services_, true);
        if (!session) return session.error();
        session_ = *std::move(session);
    }
    const auto tick = thread_.ticker(number, 0.0, measuring_share);
    return session_->measure([&](std::string_view, double done) { return tick(done); });
}

bool MixPlanner::has_plan_for(const MixRequest& request) const {
    return planned_ && planned_->is_fixed == request.fixed.has_value() &&
           planned_->target.variant.name == request.target.variant.name &&
           planned_->target.balance == request.target.balance && planned_->references == request.references;
}

void MixPlanner::plan(const MixRequest& request) {
    planned_.emplace();
    planned_->target = request.target;
    planned_->references = request.references;
    planned_->is_fixed = request.fixed.has_value();
    if (request.fixed) {
        planned_->plan = replay_mix(*request.fixed, session_->measures());
        planned_->has_level = true;
        return;
    }
    planned_->plan =
        plan_mix(session_->stems(), session_->measures(), request.predictor, request.target, request.widths);
    // Until its level is found, the mix is to be about as loud as the plain sum.
    const auto guess = sheet(request, 0, false);
    if (guess.mix_lufs > silence_db) planned_->plan.settings.sum.gain_db = guess.original_lufs - guess.mix_lufs;
}

Status MixPlanner::refine(const MixRequest& request, const std::function<bool(double)>& tick) {
    const MixReferee referee(request.references, request.amounts, true);
    const int steps = referee.has_references() ? steps_after_references : 1;
    int step = 0;
    const auto next_step = [&]() -> Progress {
        return [&, first = std::min(step++, steps - 1)](std::string_view, double done) {
            return tick((first + done) / steps);
        };
    };
    auto plan = planned_->plan;
    auto mixdown = session_->mix(plan.settings, true, next_step());
    if (!mixdown) return mixdown.error();
    if (referee.has_references()) {
        const auto remix = [&](const MixTarget& target) {
            plan = plan_mix(session_->stems(), session_->measures(), request.predictor, target, request.widths);
            return session_->mix(plan.settings, true, next_step());
        };
        auto target = request.target;
        const auto followed = referee.follow(target, *mixdown, remix, next_step);
        if (!followed) return followed.error();
    }
    planned_->plan = std::move(plan);
    planned_->plan.settings = mixdown->settings;
    planned_->has_level = true;
    auto unchanged = request;
    unchanged.changes.clear();
    const double expected_lufs = sheet(unchanged, 0, true).mix_lufs;
    if (expected_lufs > silence_db && mixdown->integrated_lufs > silence_db)
        planned_->unforeseen_lu = mixdown->integrated_lufs - expected_lufs;
    return success();
}

MixSheet MixPlanner::sheet(const MixRequest& request, unsigned number, bool refined) const {
    MixSheet sheet{.request = number, .refined = refined, .plan = planned_->plan, .heard = {}};
    auto& settings = sheet.plan.settings;
    for (std::size_t i = 0; i < request.changes.size(); ++i) {
        auto& gain_db = settings.strips[i].settings.fader.gain_db;
        gain_db = std::clamp(gain_db + request.changes[i].gain_db, -60.0, 40.0);
        settings.strips[i].mute = settings.strips[i].mute || request.changes[i].mute;
        sheet.plan.stems[i].mix_lufs = strip_lufs(session_->measures()[i], settings.strips[i].settings);
    }
    sheet.heard = session_->heard(settings);
    const auto& measures = session_->measures();
    sheet.original_lufs = sum_lufs(measures, sheet.heard, [](std::size_t) { return 0.0; });
    sheet.mix_lufs = sum_lufs(measures, sheet.heard, [&](std::size_t i) {
        return planned_->unforeseen_lu + strip_lufs(measures[i], settings.strips[i].settings) -
               measures[i].track.integrated_lufs + settings.sum.gain_db;
    });
    return sheet;
}

void MixPlanner::answer(const MixRequest& request, unsigned number) {
    const auto fail = [&](const Error& error) {
        if (error.code == ErrorCode::canceled) return;
        MixSheet sheet{.request = number, .plan = {}, .heard = {}};
        sheet.error = error;
        publish_(sheet);
    };
    const bool is_measured = session_ && !session_->measures().empty() && planned_;
    if (!is_measured)
        if (auto status = measure(number); !status) return fail(status.error());
    if (!has_plan_for(request)) plan(request);
    if (!planned_->has_level) {
        publish_(sheet(request, number, false));
        const auto tick = thread_.ticker(number, is_measured ? 0.0 : measuring_share, 1.0);
        if (auto status = refine(request, tick); !status) return fail(status.error());
    }
    publish_(sheet(request, number, true));
}

}  // namespace burnish
