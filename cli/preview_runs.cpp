#include "cli/preview_runs.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>

#include "cli/interrupt.h"
#include "cli/number_format.h"

namespace burnish {

namespace {

/// Runs a script's lines as their time comes, and tells what they did.
class ScriptReader {
public:
    ScriptReader(PreviewControl& control, const std::vector<ScriptLine>& script, const Console& console)
        : control_(control), script_(script), console_(console) {}

    /// @return  whether there was something to do
    bool run_until(double time_s) {
        bool ran = false;
        for (; next_ < script_.size() && script_[next_].time_s <= time_s && !control_.quits(); ++next_) {
            const auto& line = script_[next_];
            const auto done = control_.run(line.command);
            console_.out << fixed_text(line.time_s, 3) << "  " << line.command << ": "
                         << (done ? *done : "error: " + done.error().message) << std::endl;
            if (!done && status_) status_ = Error{done.error().code, line.place + ": " + done.error().message};
            ran = true;
        }
        return ran;
    }
    void tell_news(double time_s) {
        for (const auto& line : control_.news()) console_.out << fixed_text(time_s, 3) << "  " << line << std::endl;
    }
    [[nodiscard]] bool is_over() {
        auto& session = control_.session();
        const bool plays = session.controls().playing && !session.player().state().at_end;
        return control_.quits() || interrupt_requested() || (next_ == script_.size() && !plays);
    }
    [[nodiscard]] const Status& status() const { return status_; }

private:
    PreviewControl& control_;
    const std::vector<ScriptLine>& script_;
    const Console& console_;
    std::size_t next_ = 0;
    Status status_ = success();
};

void tell_load(const CallbackLoad& load, int xruns, double played_s, const Console& console) {
    console.out << "played " << fixed_text(played_s, 1) << " s, " << xruns << " xruns, callbacks took "
                << fixed_text(100.0 * load.mean, 1) << " % of their time, " << fixed_text(100.0 * load.worst, 1)
                << " % at worst" << std::endl;
}

}  // namespace

Status run_script(PreviewControl& control, const std::vector<ScriptLine>& script, const Console& console) {
    auto& output = control.output();
    ScriptReader reader(control, script, console);
    while (!reader.is_over()) {
        reader.run_until(output.played_s());
        reader.tell_news(output.played_s());
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    control.finish_export();
    reader.tell_news(output.played_s());
    tell_load(output.load(), output.xruns(), output.played_s(), console);
    return reader.status();
}

Status run_script_fast(PreviewControl& control, const std::vector<ScriptLine>& script, const DeviceRequest& request,
                       const Console& console) {
    auto& session = control.session();
    const auto& info = session.track().info;
    const auto facts = make_null_device(request)->facts();
    DeviceFeed feed(session.player(), info.sample_rate_hz, info.channels, facts);
    AudioBuffer block(facts.channels, facts.buffer_frames);
    ScriptReader reader(control, script, console);
    session.wait_until_settled();
    while (!reader.is_over()) {
        if (reader.run_until(feed.played_s())) session.wait_until_settled();
        reader.tell_news(feed.played_s());
        session.wait_for_decks();
        feed.fill(block.view());
    }
    control.finish_export();
    reader.tell_news(feed.played_s());
    tell_load(feed.load(), 0, feed.played_s(), console);
    return reader.status();
}

void run_plain(PreviewControl& control, const Console& console) {
    constexpr int wait_ms = 50;
    std::string typed;
    bool is_open = true;
    console.out << "plays; commands are read from here, a line each (burnish preview --help lists them)" << std::endl;
    while (!control.quits() && !interrupt_requested()) {
        for (const auto& line : control.news()) console.out << line << std::endl;
        const bool plays = control.session().controls().playing && !control.session().player().state().at_end;
        if (!is_open && !plays) break;
        if (!is_open) {
            std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
            continue;
        }
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, wait_ms) <= 0) continue;
        std::array<char, 512> bytes{};
        const auto count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
        is_open = count > 0;
        if (is_open) typed.append(bytes.data(), static_cast<std::size_t>(count));
        if (!is_open && !typed.empty()) typed += '\n';
        for (auto end = typed.find('\n'); end != typed.npos && !control.quits(); end = typed.find('\n')) {
            const auto line = typed.substr(0, end);
            typed.erase(0, end + 1);
            if (line.find_first_not_of(" \t\r") == line.npos) continue;
            const auto done = control.run(line.substr(0, line.find_last_not_of(" \t\r") + 1));
            console.out << (done ? *done : "error: " + done.error().message) << std::endl;
        }
    }
    control.finish_export();
    for (const auto& line : control.news()) console.out << line << std::endl;
}

}  // namespace burnish
