#include "cli/analysis_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>
#include <string_view>
#include <vector>

#include "cli/number_format.h"
#include "core/decibels.h"

namespace burnish {

namespace {

/// Where a new group begins in analysis_numbers.
struct Heading {
    std::string_view first_row;
    std::string_view title;
};
constexpr auto headings = std::to_array<Heading>({
    {"duration_s", "stream"},
    {"integrated_lufs", "loudness and peaks"},
    {"tilt_db_per_octave", "tone"},
    {"flux_db_per_s", "movement"},
    {"correlation", "stereo"},
    {"dc_left", "faults and edges"},
});

constexpr bool every_heading_has_its_row() {
    return std::all_of(headings.begin(), headings.end(), [](const Heading& heading) {
        return std::any_of(analysis_numbers.begin(), analysis_numbers.end(),
                           [&](const NumberRow& row) { return row.name == heading.first_row; });
    });
}
static_assert(every_heading_has_its_row());

constexpr int label_width = 32;
constexpr int number_width = 12;
constexpr std::size_t most_columns = 4;  // of a curve that is shown as a table

std::string left(std::string_view text, int width) {
    std::string result(text);
    result.resize(std::max(result.size(), static_cast<std::size_t>(width)), ' ');
    return result;
}

std::string right(const std::string& text, int width) {
    return std::string(static_cast<std::size_t>(std::max(0, width - static_cast<int>(text.size()))), ' ') + text;
}

std::string trimmed(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

void add_heading(std::ostringstream& text, std::string_view row_name, const TextStyle& style) {
    for (const auto& heading : headings)
        if (heading.first_row == row_name)
            text << (text.tellp() > 0 ? "\n" : "") << "  " << style.bold(heading.title) << '\n';
}

/// A level of nothing has no number.
std::string value_text(double value, std::string_view unit, int decimals) {
    const bool is_level = unit.starts_with("dB") || unit == "LUFS";
    return is_level && value <= silence_db ? "silence" : fixed_text(value, decimals);
}

/// 16000 as "16k".
std::string frequency_text(double hz) { return hz < 1000.0 ? fixed_text(hz, 0) : fixed_text(hz / 1000.0, 0) + "k"; }

template <class Group>
void add_table(std::ostringstream& text, const Group& group, const TrackAnalysis& analysis, const TextStyle& style) {
    std::string head = left(group.name, label_width);
    for (const double value : group.axis_values) head += right(fixed_text(value, 0), number_width);
    text << "\n  " << style.bold(head) << "  " << style.dim(group.axis) << '\n';
    for (const auto& row : group.curves) {
        text << "  " << left(row.label, label_width);
        for (const double value : analysis.*group.member.*row.member)
            text << right(value_text(value, row.unit, row.decimals), number_width);
        text << (row.unit.empty() ? "" : "  ") << row.unit << '\n';
    }
}

constexpr int chart_rows = 8;
constexpr double row_db = 6.0;
constexpr std::array eighths = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

std::string_view column_text(double rows_filled, bool unicode) {
    if (!unicode) return rows_filled >= 0.5 ? "#" : " ";
    return eighths[static_cast<std::size_t>(std::lround(std::clamp(rows_filled, 0.0, 1.0) * 8.0))];
}

}  // namespace

std::string spectrum_chart(std::span<const double> centres_hz, std::span<const double> levels_db,
                           const TextStyle& style) {
    const double top_db = std::ceil(*std::max_element(levels_db.begin(), levels_db.end()) / row_db) * row_db;
    std::ostringstream chart;
    for (int row = 0; row < chart_rows; ++row) {
        const double bottom_db = top_db - row_db * (row + 1);
        std::string line = right(row % 2 == 0 ? fixed_text(top_db - row_db * row, 0) : "", 8) + " ";
        for (const double level_db : levels_db) {
            line += column_text((level_db - bottom_db) / row_db, style.unicode);
            line += ' ';
        }
        chart << trimmed(line) << '\n';
    }
    std::string axis(9, ' ');
    for (std::size_t i = 1; i < centres_hz.size(); i += 3)  // 31.5 Hz, 63 Hz ...
        axis = left(axis, 9 + 2 * static_cast<int>(i)) + frequency_text(centres_hz[i]);
    chart << style.dim(axis + " Hz") << '\n';
    return chart.str();
}

std::string analysis_text(const TrackAnalysis& analysis, const TextStyle& style) {
    std::ostringstream text;
    text << comparison_text(analysis, std::nullopt, style);
    text << "\n  " << style.bold("spectrum") << "  " << style.dim("third octaves of the mid, mean level in dBFS")
         << '\n'
         << spectrum_chart(third_octaves_hz, analysis.third_octave.mid_mean_db, style);
    for_each_curve_group([&](const auto& group) {
        if (group.axis_values.size() <= most_columns) add_table(text, group, analysis, style);
    });
    return text.str();
}

std::string comparison_text(const TrackAnalysis& before, const std::optional<TrackAnalysis>& after,
                            const TextStyle& style) {
    std::ostringstream text;
    if (after)
        text << std::string(label_width + 2, ' ') << right("before", number_width) << right("after", number_width)
             << '\n';
    for (const auto& row : analysis_numbers) {
        add_heading(text, row.name, style);
        text << "  " << left(row.label, label_width)
             << right(value_text(before.*row.member, row.unit, row.decimals), number_width);
        if (after)
            text << right(row.of_master ? value_text((*after).*row.member, row.unit, row.decimals) : "", number_width);
        text << (row.unit.empty() ? "" : "  ") << row.unit << '\n';
    }
    if (after)
        text << '\n'
             << style.dim(
                    "  Of a master less is measured, by spectra side by side: burnish analyze, by spectra that\n"
                    "  overlap, may read its harshness and the like some tenths of a dB apart.")
             << '\n';
    return text.str();
}

}  // namespace burnish
