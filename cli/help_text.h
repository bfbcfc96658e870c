#pragma once

#include <string>
#include <string_view>

namespace burnish {

/// What follows the flags in the help of the program and of its commands: tables and examples.
[[nodiscard]] std::string program_footer();
[[nodiscard]] std::string master_footer();
[[nodiscard]] std::string album_footer();
[[nodiscard]] std::string mix_footer();
[[nodiscard]] std::string analyze_footer();
[[nodiscard]] std::string presets_footer();
[[nodiscard]] std::string preview_footer();
[[nodiscard]] std::string targets_footer();
[[nodiscard]] std::string check_footer();

/// Every number of the chain for --set: its name, range, default and meaning.
[[nodiscard]] std::string parameter_list();
/// Everything that `burnish analyze --json` measures: its name, unit and meaning.
[[nodiscard]] std::string measure_list();
/// The limiter's modes, and what each is for.
[[nodiscard]] std::string limiter_mode_names(std::string_view between);
[[nodiscard]] std::string limiter_mode_help();
/// The predictors, and what each does.
[[nodiscard]] std::string predictor_help();

}  // namespace burnish
