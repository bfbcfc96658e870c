#include "cli/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "cli/exit_code.h"
#include "io/temporary_file.h"

namespace burnish {

namespace {

std::atomic<bool> requested = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int) {
    if (!requested.exchange(true)) return;
    remove_temporary_files();
    ::_exit(static_cast<int>(ExitCode::interrupted));
}

}  // namespace

void install_interrupt_handlers() noexcept {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction action {};
        if (::sigaction(number, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
        action = {};
        action.sa_handler = on_signal;
        action.sa_flags = SA_RESTART;
        ::sigemptyset(&action.sa_mask);
        ::sigaction(number, &action, nullptr);
    }
    // A reader that goes away is an error of writing, not a reason to die with half-written files around.
    std::signal(SIGPIPE, SIG_IGN);
}

bool interrupt_requested() noexcept { return requested; }

}  // namespace burnish
