#include <unistd.h>

#include <exception>
#include <iostream>

#include "cli/app.h"
#include "cli/interrupt.h"
#include "io/temporary_file.h"

int main(int count, char** words) {
    using namespace burnish;
    // A fault on any thread leaves no half-written file behind either.
    std::set_terminate([] {
        remove_temporary_files();
        std::cerr << "error: internal error, or out of memory" << std::endl;
        ::_exit(static_cast<int>(ExitCode::internal));
    });
    install_interrupt_handlers();
    return static_cast<int>(run_command_line({words + (count > 0 ? 1 : 0), words + count}, process_console()));
}
