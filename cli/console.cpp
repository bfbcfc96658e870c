#include "cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <initializer_list>
#include <iostream>

#include "cli/printable_text.h"

namespace burnish {

namespace {

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : value;
}

bool locale_is_unicode() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const auto value = environment(name);
        if (value.empty()) continue;
        return value.find("UTF-8") != value.npos || value.find("utf8") != value.npos;
    }
    return false;
}

TextStyle style_of(int descriptor, bool is_capable_terminal) {
    TextStyle style;
    style.unicode = locale_is_unicode();
    style.colors = is_capable_terminal && environment("NO_COLOR").empty();
    winsize size{};
    if (is_capable_terminal && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        style.columns = size.ws_col;
    return style;
}

}  // namespace

std::string TextStyle::painted(std::string_view code, std::string_view text) const {
    if (!colors) return std::string(text);
    return "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m";
}

void Console::error(std::string_view message) const {
    err << err_style.red("error:") << ' ' << printable(message) << '\n';
}

void Console::warning(std::string_view message) const {
    err << err_style.yellow("warning:") << ' ' << printable(message) << '\n';
}

Console process_console() {
    const auto terminal = environment("TERM");
    const bool capable = !terminal.empty() && terminal != "dumb";
    const bool out_is_terminal = capable && ::isatty(STDOUT_FILENO) == 1;
    const bool err_is_terminal = capable && ::isatty(STDERR_FILENO) == 1;
    return {.out = std::cout,
            .err = std::cerr,
            .out_style = style_of(STDOUT_FILENO, out_is_terminal),
            .err_style = style_of(STDERR_FILENO, err_is_terminal),
            .shows_progress = err_is_terminal};
}

}  // namespace burnish
