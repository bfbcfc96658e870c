#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "core/result.h"

namespace burnish {

/// How text may look where it goes.
struct TextStyle {
    bool colors = false;
    bool unicode = false;
    int columns = 100;

    [[nodiscard]] std::string bold(std::string_view text) const { return painted("1", text); }
    [[nodiscard]] std::string dim(std::string_view text) const { return painted("2", text); }
    [[nodiscard]] std::string red(std::string_view text) const { return painted("31", text); }
    [[nodiscard]] std::string yellow(std::string_view text) const { return painted("33", text); }

private:
    [[nodiscard]] std::string painted(std::string_view code, std::string_view text) const;
};

/// Where a command talks to: data goes to `out`, everything else to `err`.
struct Console {
    std::ostream& out;
    std::ostream& err;
    TextStyle out_style;
    TextStyle err_style;
    bool shows_progress = false;  ///< err is a terminal whose cursor can be moved

    /// Messages may hold names of files, and so anything: it is made printable.
    void error(std::string_view message) const;
    void warning(std::string_view message) const;
};

/// The console of this process. NO_COLOR (no-color.org) and TERM=dumb are respected.
[[nodiscard]] Console process_console();

}  // namespace burnish
