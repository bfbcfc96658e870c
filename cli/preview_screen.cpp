#define NCURSES_NOMACROS 1  // functions are functions
#define NCURSES_WIDECHAR 1
#include "cli/preview_screen.h"

#include <fcntl.h>
#include <ncurses.h>
#include <unistd.h>

#include <chrono>
#include <clocale>
#include <cstdlib>
#include <string_view>

#include "cli/interrupt.h"
#include "cli/number_format.h"

namespace burnish {

namespace {

constexpr int frame_ms = 40;                     // 25 pictures a second
constexpr std::chrono::seconds reading_time{6};  // how long a message stays

/// The terminal while it is ours. What libraries write to standard error meanwhile would spoil the picture.
class Terminal {
public:
    Terminal() : kept_stderr_(::dup(STDERR_FILENO)) {
        const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (nowhere >= 0) {
            ::dup2(nowhere, STDERR_FILENO);
            ::close(nowhere);
        }
        std::setlocale(LC_CTYPE, "");
        ::initscr();
        ::cbreak();
        ::noecho();
        ::nonl();
        ::keypad(stdscr, TRUE);
        ::curs_set(0);
        ::set_escdelay(25);
        ::timeout(frame_ms);
        if (::has_colors() == TRUE && std::getenv("NO_COLOR") == nullptr) start_colors();
    }
    ~Terminal() {
        ::endwin();
        if (kept_stderr_ < 0) return;
        ::dup2(kept_stderr_, STDERR_FILENO);
        ::close(kept_stderr_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    /// Only what has changed goes to the terminal.
    void show(const TextGrid& page) const {
        ::erase();
        for (int row = 0; row < page.rows(); ++row)
            for (int column = 0; column < page.columns(); ++column) {
                // The last cell of all would scroll the page.
                if (row + 1 == page.rows() && column + 1 == page.columns()) continue;
                const auto& cell = page.at(column, row);
                if (cell.character == U' ' && cell.look != Look::reversed) continue;
                const wchar_t text[] = {static_cast<wchar_t>(cell.character), L'\0'};
                ::attrset(attributes_[static_cast<int>(cell.look)]);
                ::mvaddwstr(row, column, text);
            }
        ::attrset(A_NORMAL);
        ::refresh();
    }

private:
    void start_colors() {
        ::start_color();
        ::use_default_colors();
        for (const auto& [look, color] :
             {std::pair{Look::original, COLOR_CYAN}, std::pair{Look::master, COLOR_GREEN},
              std::pair{Look::reference, COLOR_MAGENTA}, std::pair{Look::warning, COLOR_YELLOW}}) {
            const auto pair = static_cast<short>(static_cast<int>(look) + 1);
            ::init_pair(pair, static_cast<short>(color), -1);
            attributes_[static_cast<int>(look)] = COLOR_PAIR(pair) | (look == Look::warning ? A_BOLD : A_NORMAL);
        }
    }

    int kept_stderr_;
    // A terminal without colours tells A and B apart all the same.
    attr_t attributes_[look_count] = {A_NORMAL, A_DIM, A_BOLD, A_NORMAL, A_BOLD, A_NORMAL, A_BOLD, A_REVERSE};
};

/// A key as preview_keys calls it.
std::string key_name(int code) {
    switch (code) {
        case ' ':
            return "space";
        case '\t':
            return "tab";
        case KEY_LEFT:
            return "left";
        case KEY_RIGHT:
            return "right";
        case KEY_SLEFT:
            return "shift-left";
        case KEY_SRIGHT:
            return "shift-right";
        case KEY_UP:
            return "up";
        case KEY_DOWN:
            return "down";
        default:
            return code > ' ' && code < 127 ? std::string(1, static_cast<char>(code)) : std::string();
    }
}

}  // namespace

bool has_screen() {
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1 && terminal != nullptr && *terminal != '\0' &&
           std::string_view(terminal) != "dumb";
}

PreviewPicture picture_of(PreviewControl& control, Meters& meters, const std::string& title) {
    auto& session = control.session();
    const auto state = session.player().state();
    meters.update(session.player().tap(), state.generation);
    const auto& track = session.track();
    const auto& facts = control.output().facts();
    PreviewPicture picture;
    picture.title = title;
    picture.device = facts.api + " " + fixed_text(facts.sample_rate_hz / 1000.0, 1) + " kHz, " +
                     std::to_string(facts.buffer_frames) + " frames";
    picture.device_is_lost = control.output().is_lost();
    picture.duration_s = session.duration_s();
    picture.position_s = session.position_s();
    picture.playing = session.controls().playing && !state.at_end;
    picture.loop = session.loop();
    picture.heard = control.heard_name();
    if (!control.is_blind()) picture.highlighted = session.controls().heard;
    picture.matched = session.controls().matched;
    picture.mono = session.controls().mono;
    picture.original_gain_db = gain_to_db(state.original_gain);
    picture.master_gain_db = gain_to_db(state.master_gain);
    picture.gain_is_measured = state.measured;
    picture.exact = state.exact && state.measured;
    picture.original_overview = &track.overview;
    picture.master_sound = session.master_sound();
    picture.original = meters.original();
    picture.master = meters.master();
    picture.reductions = state.reductions;
    picture.has_reference = session.reference() != nullptr;
    picture.plan = session.plan();
    if (const auto* stems = control.stems()) {
        picture.stems = stems->lines();
        picture.selected_stem = stems->selected();
        picture.variant = stems->variant().name;
        picture.balance_kept = session.mix_sheet().plan.balance_kept;
    }
    picture.preset = control.options().target.preset;
    picture.style = control.options().target.style;
    picture.intensity_percent = control.options().target.intensity_percent;
    picture.plan_fraction = session.plan_fraction();
    picture.trail_fraction = session.trail_fraction();
    picture.xruns = control.output().xruns();
    picture.load_worst = control.output().load().worst;
    if (const auto* test = control.blind_test())
        picture.blind_test = "blind test: a b x listen  , X is A  . X is B  " + test->score() + "  w ends";
    return picture;
}

void run_screen(PreviewControl& control, const std::string& title, bool unicode) {
    const auto& info = control.session().track().info;
    Meters meters(info.sample_rate_hz, info.channels);
    Terminal terminal;
    bool shows_help = false;
    std::string message;
    bool is_error = false;
    std::chrono::steady_clock::time_point said_at;
    const auto say = [&](std::string text, bool of_error) {
        message = std::move(text);
        is_error = of_error;
        said_at = std::chrono::steady_clock::now();
    };
    while (!control.quits() && !interrupt_requested()) {
        for (auto& line : control.news()) {
            const bool of_error = line.starts_with("error");
            say(std::move(line), of_error);
        }
        if (std::chrono::steady_clock::now() - said_at > reading_time) say({}, false);
        auto picture = picture_of(control, meters, title);
        picture.shows_help = shows_help;
        picture.message = message;
        picture.message_is_error = is_error;
        picture.unicode = unicode;
        terminal.show(paint(picture, COLS, LINES));

        const int code = ::getch();  // waits for a picture's time
        if (code == ERR || code == KEY_RESIZE) continue;
        const auto key = key_name(code);
        if (key == "?") {
            shows_help = !shows_help;
            continue;
        }
        const auto command = command_of_key(key, control.playing());
        if (command.empty()) continue;
        const auto done = control.run(command);
        say(done ? *done : done.error().message, !done);
    }
}

}  // namespace burnish
