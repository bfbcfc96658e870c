#pragma once

#include <string>

namespace burnish {

/// What follows the flags in the help of the program and of its commands: tables and examples.
[[nodiscard]] std::string program_footer();
[[nodiscard]] std::string master_footer();
[[nodiscard]] std::string analyze_footer();

/// Every number of the chain for --set: its name, range, default and meaning.
[[nodiscard]] std::string parameter_list();

}  // namespace burnish
