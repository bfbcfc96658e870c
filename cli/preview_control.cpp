#include "cli/preview_control.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "cli/interrupt.h"
#include "cli/number_format.h"
#include "io/resampler.h"

namespace burnish {

namespace {

constexpr double loudest_s = 20.0;

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

std::string lufs_text(double lufs) { return lufs <= silence_db ? "silence" : fixed_text(lufs, 1) + " LUFS"; }

}  // namespace

PreviewControl::PreviewControl(Session& session, Output& output, MasterFlags flags, DeviceRequest device,
                               std::unique_ptr<StemControl> stems)
    : session_(session),
      output_(output),
      master_(session, std::move(flags)),
      device_(std::move(device)),
      stems_(std::move(stems)) {}

Status PreviewControl::want_master() {
    if (!stems_) return master_.want_master();
    stems_->want_mix();
    return success();
}

Result<std::string> PreviewControl::run(std::string_view command) {
    const auto order = read_order(command);
    if (!order) return order.error();
    const auto name = order->word->name;
    const auto& arguments = order->arguments;
    if (!is_for(order->word->needs, playing()))
        return usage(std::string(name) + (stems_ ? ": there is no master to change; stems play"
                                                 : ": there are no stems; a folder of them can be previewed"));
    const auto what = arguments.empty() ? std::string() : arguments[0];
    if (order->word->needs == Playing::stems) return stems_->run(name, what);
    if (order->word->needs == Playing::track) return master_.run(name, what);
    if (name == "A" || name == "B" || name == "C" || name == "X") return do_listen(name);
    if (name == "loop") return do_loop(arguments);
    if (name == "match" || name == "delta" || name == "mono") return do_switch(name, arguments[0]);
    if (name == "reference") return do_reference(arguments[0]);
    if (name == "abx") return do_abx(arguments[0]);
    if (name == "export") return do_export(arguments);
    if (name == "device") return do_device();
    if (name == "status") return status();
    return do_transport(name, arguments);
}

PreviewControl::Done PreviewControl::do_transport(std::string_view name, const Arguments& arguments) {
    if (name == "quit") {
        quits_ = true;
        return std::string("quits");
    }
    const bool is_playing = session_.controls().playing && !session_.player().state().at_end;
    if (name == "play" || name == "pause" || name == "toggle") {
        const bool plays = name == "toggle" ? !is_playing : name == "play";
        session_.play(plays);
        told_end_ = false;
        return plays ? "plays " + heard_name() : std::string("pauses");
    }
    if (name == "switch") {
        // Also the way back from C and from the difference.
        const bool is_at_b = blind_test_ ? blind_test_->listened() != "A" : session_.controls().heard == Heard::master;
        return do_listen(is_at_b ? "A" : "B");
    }
    const auto seconds = read_time_s(name, arguments[0]);
    if (!seconds) return seconds.error();
    if (name == "seek") session_.seek_to(*seconds);
    if (name == "forward") session_.seek_by(*seconds);
    if (name == "back") session_.seek_by(-*seconds);
    told_end_ = false;
    return "at " + place_text(session_.position_s());
}

PreviewControl::Done PreviewControl::do_listen(std::string_view name) {
    if (name == "C" && session_.reference() == nullptr)
        return usage("no reference to hear as C: start with --reference FILE (plain: reference FILE)");
    if (name == "X" && !blind_test_) return usage("X: only in a blind test; abx on starts one");
    if (name == "C")
        session_.listen_to(Heard::reference);
    else if (blind_test_)
        session_.listen_to(blind_test_->listen_to(name));
    else
        session_.listen_to(name == "A" ? Heard::original : Heard::master);
    return heard_name();
}

bool PreviewControl::is_blind() const noexcept {
    const auto heard = session_.controls().heard;
    return blind_test_ && blind_test_->listened() == "X" && (heard == Heard::original || heard == Heard::master);
}

std::string PreviewControl::heard_name() const {
    if (is_blind()) return "X, which is A or B";
    switch (session_.controls().heard) {
        case Heard::original:
            return stems_ ? "A, the plain sum" : "A, the original";
        case Heard::master:
            return stems_ ? "B, the mix" : "B, the master";
        case Heard::reference:
            return "C, " + reference_name_;
        case Heard::difference:
            return "the difference B - A";
    }
    return {};
}

PreviewControl::Done PreviewControl::do_loop(const Arguments& arguments) {
    const auto& what = arguments[0];
    const auto describe = [&]() -> Done {
        const auto& loop = session_.loop();
        if (!loop) return std::string("no loop");
        return "loop from " + place_text(loop->first_s) + " to " + place_text(loop->last_s);
    };
    if (arguments.size() == 2) {
        const auto first_s = read_time_s("loop", arguments[0]);
        if (!first_s) return first_s.error();
        const auto last_s = read_time_s("loop", arguments[1]);
        if (!last_s) return last_s.error();
        loop_in_s_ = *first_s;
        loop_out_s_ = *last_s;
        session_.set_loop(Section{*first_s, *last_s});
        return describe();
    }
    if (what == "in") loop_in_s_ = session_.position_s();
    if (what == "out") loop_out_s_ = session_.position_s();
    const bool has_points = loop_in_s_ && loop_out_s_ && *loop_in_s_ < *loop_out_s_;
    if (what == "in" || what == "out") {
        if (has_points) session_.set_loop(Section{*loop_in_s_, *loop_out_s_});
        return has_points ? describe()
                          : Done("loop " + std::string(what == "in" ? "starts" : "ends") + " at " +
                                 place_text(session_.position_s()));
    }
    if (what == "off" || (what == "toggle" && session_.loop())) {
        session_.set_loop({});
    } else if (what == "on" || what == "toggle") {
        session_.set_loop(has_points ? Section{*loop_in_s_, *loop_out_s_} : session_.loudest_section(loudest_s));
    } else if (what == "loudest") {
        session_.set_loop(session_.loudest_section(loudest_s));
    } else {
        return usage("loop: \"" + what + "\" found, two times, loudest, in, out, on, off or toggle expected");
    }
    return describe();
}

PreviewControl::Done PreviewControl::do_switch(std::string_view name, const std::string& what) {
    const auto& controls = session_.controls();
    const bool is_delta = controls.heard == Heard::difference;
    const bool now = name == "match" ? controls.matched : name == "mono" ? controls.mono : is_delta;
    const auto on = read_switch(name, what, now);
    if (!on) return on.error();
    if (name == "match" && !*on && blind_test_)
        return usage("match: stays on in a blind test, or X were told by its level");
    if (name == "match") session_.set_matched(*on);
    if (name == "mono") session_.set_mono(*on);
    if (name == "delta" && *on != is_delta) session_.listen_to(*on ? Heard::difference : Heard::master);
    return std::string(name) + (*on ? " on" : " off");
}

PreviewControl::Done PreviewControl::do_reference(const std::string& path) {
    auto file = open_audio(path);
    if (!file) return file.error();
    const auto& info = session_.track().info;
    auto source = convert_rate(**file, info.sample_rate_hz);
    if (!source) return source.error();
    auto track = load_track(
        std::filesystem::path(path).filename().string(), **source, [](double) { return !interrupt_requested(); },
        info.channels);
    if (!track) return track.error();
    reference_name_ = (*track)->name;
    session_.set_reference(*std::move(track));
    if (stems_ && !stems_->can_follow()) return "C is " + reference_name_ + "; B is the mix of its settings file";
    if (stems_) {
        if (auto status = stems_->follow(path); !status) return status.error();
        told_mix_ = false;
        return "C is " + reference_name_ + ", and B is mixed after it";
    }
    if (!master_.follows_reference()) return "C is " + reference_name_;
    if (auto status = master_.follow(path); !status) return status.error();
    return "C is " + reference_name_ + ", and B is made after it";
}

PreviewControl::Done PreviewControl::do_abx(const std::string& what) {
    if (what == "A" || what == "B") {
        if (!blind_test_) return usage("abx: there is no blind test; abx on starts one");
        auto said = blind_test_->answer(what == "A" ? Heard::original : Heard::master);
        session_.listen_to(Heard::original);
        return said;
    }
    const auto on = read_switch("abx", what, blind_test_.has_value());
    if (!on) return on.error();
    if (!*on) {
        if (!blind_test_) return std::string("no blind test");
        auto result = "blind test: " + blind_test_->score();
        blind_test_.reset();
        return result;
    }
    // Louder would be told from quieter, so the level is matched; which X is must not repeat from test to test.
    session_.set_matched(true);
    blind_test_.emplace(static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()));
    session_.listen_to(Heard::original);
    return std::string("blind test: listen to A, B and X, then say what X is");
}

PreviewControl::Done PreviewControl::do_export(const Arguments& arguments) {
    if (export_.is_writing()) return Error{ErrorCode::output, "export: the last one is still being written"};
    const std::filesystem::path path = arguments.empty() ? export_path() : std::filesystem::path(arguments[0]);
    if (path.extension() == ".json") {
        const auto status = stems_ ? stems_->write_settings(path, master_.flags().force) : master_.write_settings(path);
        if (!status) return status.error();
        return "written: " + path.string();
    }
    auto write = stems_ ? stems_->exporter(path, master_.flags().force) : master_.exporter(path);
    if (!write) return write.error();
    export_.start(*std::move(write));
    return "writes " + path.string();
}

std::filesystem::path PreviewControl::export_path() const {
    // "stems/" is called stems.
    const auto& flags = master_.flags();
    auto input = std::filesystem::absolute(flags.inputs.front()).lexically_normal();
    if (!input.has_filename()) input = input.parent_path();
    const std::filesystem::path path =
        flags.output.value_or(input.stem().string() + (stems_ ? ".mix.wav" : ".master.wav"));
    return flags.force ? path : free_path(path);
}

PreviewControl::Done PreviewControl::do_device() {
    const auto& facts = output_.facts();
    // One that plays may be held by this program alone: to ask for it again would be to find it busy.
    if (facts.api != "null") return facts.api + ": " + facts.name + " plays";
    if (auto status = output_.open(device_); !status) return status.error();
    return facts.api + ": " + facts.name;
}

std::string PreviewControl::place() const {
    return place_text(session_.position_s()) + " of " + place_text(session_.duration_s());
}

std::string PreviewControl::status() const {
    const auto state = session_.player().state();
    const auto& controls = session_.controls();
    const auto plan = session_.plan();
    std::string text = place() + (controls.playing && !state.at_end ? ", plays " : ", paused, ") + heard_name();
    text += controls.matched ? ", matched (A " + gain_text(gain_to_db(state.original_gain)) + ", B " +
                                   gain_text(gain_to_db(state.master_gain)) + ")"
                             : ", not matched";
    if (controls.mono) text += ", mono";
    if (session_.loop())
        text += ", loop " + place_text(session_.loop()->first_s) + " to " + place_text(session_.loop()->last_s);
    if (plan.request == 0)
        text += std::string("; the ") + (stems_ ? "mix" : "master") + " is being planned";
    else
        text += "; A " + lufs_text(plan.original_lufs) + ", B " + lufs_text(plan.master_lufs) +
                (plan.refined ? "" : " (a first guess)");
    const auto& target = master_.options().target;
    if (target.preset.size() + target.style.size() > 0) text += "; " + target.preset + " " + target.style;
    return text + "; xruns " + std::to_string(output_.xruns());
}

std::vector<std::string> PreviewControl::news() {
    std::vector<std::string> lines;
    if (const auto failure = output_.watch()) lines.push_back(*failure + "; paused; n (plain: device) opens it again");
    const auto plan = session_.plan();
    if (plan.error && plan.error->message != told_error_)
        lines.push_back("error: " + (told_error_ = plan.error->message));
    if (plan.request != told_request_ || plan.refined != told_refined_) {
        told_request_ = plan.request;
        told_refined_ = plan.refined;
        // Of a mix once; what a moved fader makes of it goes without saying.
        if (plan.refined && !(stems_ && std::exchange(told_mix_, true)))
            lines.push_back((stems_ ? "mix planned: " : "master planned: ") + lufs_text(plan.master_lufs) + ", " +
                            std::to_string(plan.decisions.size()) +
                            (plan.decisions.size() == 1 ? " number departs" : " numbers depart") + " from neutral" +
                            (plan.limited ? "; limited: " + plan.reason : ""));
    }
    const bool ended = session_.player().state().at_end;
    if (ended && !told_end_ && session_.controls().playing) lines.emplace_back("the track is over");
    told_end_ = ended;
    if (auto written = export_.news()) lines.push_back(*std::move(written));
    if (stems_) {
        auto warnings = session_.mix_sheet().plan.warnings;
        for (const auto& warning : warnings)
            if (std::ranges::find(told_warnings_, warning) == told_warnings_.end())
                lines.push_back("warning: " + warning);
        told_warnings_ = std::move(warnings);
    }
    for (auto& warning : master_.take_warnings()) lines.push_back("warning: " + warning);
    return lines;
}

}  // namespace burnish
