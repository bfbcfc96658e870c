#pragma once

namespace burnish {

/// From now on the first SIGINT, SIGTERM or SIGHUP only asks the program to stop, and the second one removes every
/// temporary file and exits on the spot. A signal that the parent process had set to be ignored stays ignored.
void install_interrupt_handlers() noexcept;

/// True once the user asked the program to stop.
[[nodiscard]] bool interrupt_requested() noexcept;

}  // namespace burnish
