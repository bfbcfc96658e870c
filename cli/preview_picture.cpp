#include "cli/preview_picture.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/number_format.h"
#include "cli/preview_words.h"

namespace burnish {

namespace {

constexpr std::array<char32_t, 9> eighths{U' ', U'▁', U'▂', U'▃', U'▄', U'▅', U'▆', U'▇', U'█'};
constexpr std::array<char32_t, 9> ascii_eighths{U' ', U'.', U'.', U':', U':', U'|', U'|', U'#', U'#'};
constexpr int least_rows_for_spectrum = 22;
constexpr int least_rows_for_waveform = 14;
constexpr int least_rows_with_stems = 20;  // for the waveform
constexpr int least_rows_for_both = 34;    // stems and the spectrum

std::string level_text(double db) { return db <= silence_db ? "-inf" : fixed_text(db, 1); }

std::string left(std::string text, std::size_t width) {
    text.resize(width, ' ');
    return text;
}

std::string right(const std::string& text, int width) {
    const auto missing = width - static_cast<int>(text.size());
    return missing > 0 ? std::string(static_cast<std::size_t>(missing), ' ') + text : text;
}

/// Paints one part after the other from the top down.
class Painter {
public:
    Painter(const PreviewPicture& picture, int columns, int rows) : p_(picture), grid_(columns, rows) {}

    TextGrid paint() {
        const int rows = grid_.rows();
        head();
        if (p_.shows_help) {
            help();
            return grid_;
        }
        const bool shows_stems = !p_.stems.empty();
        if (rows >= (shows_stems ? least_rows_with_stems : least_rows_for_waveform))
            waveform(rows >= least_rows_for_spectrum ? 4 + (rows - 24) / 6 : 3);
        meters();
        reductions();
        if (rows >= (shows_stems ? least_rows_for_both : least_rows_for_spectrum))
            spectrum(5 + std::max(0, rows - 24) / 4);
        if (shows_stems)
            stems(rows - 2);
        else
            settings(rows - 2);
        foot();
        return grid_;
    }

private:
    [[nodiscard]] char32_t bar(double full, int from_bottom) const {
        const int level = std::clamp(static_cast<int>(std::lround(8.0 * (full - from_bottom))), 0, 8);
        return p_.unicode ? eighths[level] : ascii_eighths[level];
    }
    [[nodiscard]] Look look_of(Heard heard, Look look) const { return p_.highlighted == heard ? look : Look::plain; }

    /// Text that may be longer than its room, up to `end_column`: what is cut says so. @return  the column after it
    int prose(int column, int row, const std::string& text, int end_column, Look look = Look::plain) {
        auto characters = characters_of(text);
        const auto room = static_cast<std::size_t>(std::max(0, end_column - column));
        if (characters.size() > room) {
            const std::u32string mark = p_.unicode ? U"…" : U"...";
            characters.resize(room - std::min(room, mark.size()));
            while (!characters.empty() && characters.back() == U' ') characters.pop_back();
            if (room >= mark.size()) characters += mark;
        }
        for (const char32_t character : characters) grid_.put(column++, row, character, look);
        return column;
    }

    void head() {
        const std::string device = (p_.device_is_lost ? "device gone, n opens it" : p_.device) +
                                   (p_.xruns > 0 ? "  xruns " + std::to_string(p_.xruns) : "");
        const int device_column = grid_.columns() - static_cast<int>(characters_of(device).size());
        prose(0, 0, "burnish  " + p_.title, device_column - 2, Look::bold);
        grid_.write(device_column, 0, device, p_.xruns > 0 || p_.device_is_lost ? Look::warning : Look::dim);
        const char* sign = p_.unicode ? (p_.playing ? "▶ " : "⏸ ") : (p_.playing ? "> " : "= ");
        int column = grid_.write(0, 1, sign + place_text(p_.position_s) + " / " + place_text(p_.duration_s) + "   ");
        column = grid_.write(column, 1, p_.heard, Look::reversed) + 2;
        std::string how = !p_.matched ? "not matched"
                                      : "matched A " + gain_text(p_.original_gain_db) + ", B " +
                                            gain_text(p_.master_gain_db) + (p_.gain_is_measured ? "" : " (guess)");
        if (p_.mono) how += "  mono";
        if (p_.loop) how += "  loop";
        grid_.write(column, 1, how, p_.matched ? Look::plain : Look::warning);
        row_ = 2;
    }

    void waveform(int height) {
        const bool of_master = p_.highlighted == Heard::master && p_.master_sound;
        const Overview* overview = of_master ? &p_.master_sound->overview : p_.original_overview;
        const int columns = grid_.columns();
        for (int column = 0; overview != nullptr && column < columns; ++column) {
            // A mix rings on where the plain sum is over already.
            const double stretches =
                p_.duration_s / overview->duration_s * static_cast<double>(overview->highest.size());
            const auto first = static_cast<std::size_t>(column * stretches / columns);
            const auto last = std::max(first + 1, static_cast<std::size_t>((column + 1) * stretches / columns));
            float peak = 0.0F;
            for (auto i = first; i < std::min(last, overview->highest.size()); ++i)
                peak = std::max({peak, overview->highest[i], -overview->lowest[i]});
            const double middle_s = (column + 0.5) / columns * p_.duration_s;
            const bool in_loop = p_.loop && middle_s >= p_.loop->first_s && middle_s < p_.loop->last_s;
            const Look look = in_loop || !p_.loop ? (of_master ? Look::master : Look::original) : Look::dim;
            for (int level = 0; level < height; ++level)
                grid_.put(column, row_ + height - 1 - level, bar(std::min(peak, 1.0F) * height, level), look);
        }
        row_ += height;
        const auto column_at = [&](double s) {
            return p_.duration_s > 0.0 ? std::min(columns - 1, static_cast<int>(s / p_.duration_s * columns)) : 0;
        };
        for (int column = 0; column < columns; ++column) grid_.put(column, row_, p_.unicode ? U'─' : U'-', Look::dim);
        if (p_.loop) {
            grid_.put(column_at(p_.loop->first_s), row_, U'[', Look::bold);
            grid_.put(column_at(p_.loop->last_s), row_, U']', Look::bold);
        }
        grid_.put(column_at(p_.position_s), row_, p_.unicode ? U'▲' : U'^', Look::bold);
        for (int level = 0; level < height; ++level)
            grid_.set_look(column_at(p_.position_s), row_ - 1 - level, Look::reversed);
        ++row_;
    }

    void meters() {
        grid_.write(0, row_++, "            momentary  short-term  integrated   true peak  correlation", Look::dim);
        // Integrated loudness is that of the whole; what has been heard of it says less.
        const bool of_stems = !p_.stems.empty();
        meter_line(of_stems ? "A sum" : "A original", p_.original, p_.plan.original_lufs,
                   look_of(Heard::original, Look::original));
        meter_line(of_stems ? "B mix" : "B master", p_.master, p_.plan.master_lufs,
                   look_of(Heard::master, Look::master));
    }
    void meter_line(const std::string& name, const MeterReading& reading, double integrated_lufs, Look look) {
        grid_.write(0, row_, name, look);
        grid_.write(10, row_++,
                    right(level_text(reading.momentary_lufs), 11) + right(level_text(reading.short_term_lufs), 12) +
                        right(level_text(integrated_lufs), 12) + right(level_text(reading.true_peak_dbtp), 12) +
                        right(fixed_text(reading.correlation, 2), 13));
    }

    void reductions() {
        int column = grid_.write(0, row_, "reduction ", Look::dim);
        for (std::size_t i = 0; i < p_.reductions.names.size(); ++i) {
            const auto name = p_.reductions.names[i];
            const float db = p_.reductions.db[i];
            column = grid_.write(column, row_, (name.empty() ? "" : " " + std::string(name)) + " ", Look::dim);
            // Three characters for any of them: 80 columns have room for no more.
            column = grid_.write(column, row_, fixed_text(db, db < 9.95F ? 1 : 0), db > 0.05F ? Look::bold : Look::dim);
        }
        grid_.write(column, row_++, " dB", Look::dim);
    }

    /// Third octaves, a column for A beside one for B.
    void spectrum(int height) {
        constexpr double floor_db = -80.0;
        const int left = 5;
        for (std::size_t band = 0; band < third_octaves_hz.size(); ++band) {
            const int column = left + 2 * static_cast<int>(band);
            const auto paint_bar = [&](int at, float level_db, Look look) {
                const double full = height * std::clamp(1.0 - level_db / floor_db, 0.0, 1.0);
                for (int level = 0; level < height; ++level)
                    grid_.put(at, row_ + height - 1 - level, bar(full, level), look);
            };
            paint_bar(column, p_.original.spectrum_db[band], Look::original);
            paint_bar(column + 1, p_.master.spectrum_db[band], Look::master);
        }
        grid_.write(0, row_, "0 dB", Look::dim);
        grid_.write(0, row_ + height - 1, "-80", Look::dim);
        const int legend = left + 2 * static_cast<int>(third_octaves_hz.size()) + 2;
        grid_.write(legend, row_, "left  A", Look::original);
        grid_.write(legend, row_ + 1, "right B", Look::master);
        row_ += height;
        for (const auto& [band, label] :
             {std::pair{3, "50"}, std::pair{6, "100"}, std::pair{9, "200"}, std::pair{13, "500"}, std::pair{16, "1k"},
              std::pair{19, "2k"}, std::pair{23, "5k"}, std::pair{26, "10k"}, std::pair{29, "20k"}})
            grid_.write(left + 2 * band, row_, label, Look::dim);
        ++row_;
    }

    [[nodiscard]] std::string progress() const {
        if (p_.plan_fraction < 1.0) return "  planning " + fixed_text(100.0 * p_.plan_fraction, 0) + " %";
        if (!p_.exact) return "  settling " + fixed_text(100.0 * p_.trail_fraction, 0) + " %";
        return p_.plan.limited ? "  limited: out of reach" : "";
    }

    /// A line for each stem that finds room, the chosen one in the middle if it can be.
    void stems(int end_row) {
        const auto count = static_cast<int>(p_.stems.size());
        if (row_ < end_row)
            grid_.write(0, row_++,
                        "mix " + p_.variant + (p_.balance_kept ? "  levels kept" : "  levels made") + progress(),
                        Look::bold);
        if (row_ < end_row)
            grid_.write(0, row_++, "  stem               role           fader  change    pan    LUFS", Look::dim);
        const int room = std::max(0, end_row - row_);
        const int first =
            std::clamp(static_cast<int>(p_.selected_stem.value_or(0)) - room / 2, 0, std::max(0, count - room));
        for (int i = first; i < count && row_ < end_row; ++i) {
            const auto& stem = p_.stems[static_cast<std::size_t>(i)];
            const bool is_selected = p_.selected_stem == static_cast<std::size_t>(i);
            const Look look = is_selected ? Look::reversed : stem.is_heard ? Look::plain : Look::dim;
            grid_.write(0, row_, is_selected ? ">" : " ", look);
            grid_.write(2, row_, stem.name, look);
            // What is longer than its column gives way.
            grid_.write(20, row_,
                        " " + left(stem.role, 14) + right(signed_text(stem.fader_db, 1), 6) +
                            right(stem.change_db == 0.0 ? "" : signed_text(stem.change_db, 1), 8) +
                            right(fixed_text(stem.pan, 2), 7) +
                            right(stem.lufs <= silence_db ? "silent" : fixed_text(stem.lufs, 1), 8) +
                            (stem.solo ? "  solo" : "") + (stem.mute ? "  mute" : ""),
                        look);
            ++row_;
        }
    }

    void settings(int end_row) {
        const std::string line =
            "preset " + (p_.preset.empty() ? "none" : p_.preset) + "  style " + (p_.style.empty() ? "none" : p_.style) +
            "  intensity " + fixed_text(p_.intensity_percent, 0) + " %  target " +
            (p_.plan.target.normalize ? fixed_text(p_.plan.target.loudness_lufs, 1) + " LUFS" : "none") + progress();
        if (row_ < end_row) grid_.write(0, row_++, line, Look::bold);
        for (std::size_t i = 0; i < p_.plan.decisions.size() && row_ < end_row; ++i) {
            const auto& decision = p_.plan.decisions[i];
            const bool is_last = row_ + 1 == end_row && i + 1 < p_.plan.decisions.size();
            if (is_last) {
                grid_.write(0, row_++, "... and " + std::to_string(p_.plan.decisions.size() - i) + " more", Look::dim);
                break;
            }
            const int column = grid_.write(0, row_, decision.parameter + " " + fixed_text(decision.value, 2) + "  ");
            prose(column, row_++, decision.reason, grid_.columns(), Look::dim);
        }
        if (p_.plan.refined && p_.plan.decisions.empty() && row_ < end_row)
            grid_.write(0, row_++, "all settings are neutral: only the level changes", Look::dim);
    }

    void foot() {
        const int rows = grid_.rows();
        const bool of_stems = !p_.stems.empty();
        if (!p_.blind_test.empty() && !p_.message_is_error)
            prose(0, rows - 2, p_.blind_test, grid_.columns());
        else if (!p_.message.empty())
            prose(0, rows - 2, p_.message, grid_.columns(), p_.message_is_error ? Look::warning : Look::plain);
        else  // nothing to say: room for more keys
            grid_.write(0, rows - 2,
                        std::string(of_stems ? "v variant  c faders back  m match  d delta  o mono  "
                                             : "s style  +- loudness  m match  d delta  o mono  ") +
                            (p_.has_reference ? "r hear C  " : "") + "w blind test  q quit",
                        Look::dim);
        const std::string sideways = p_.unicode ? "←→" : "<>", upright = p_.unicode ? "↑↓" : "^v";
        std::string keys = "space play  tab A/B  " + sideways + " seek  l loop  ";
        keys +=
            !of_stems ? "1-9 preset  " + upright + " intensity  e save" : upright + " stem  +- fader  s solo  u mute";
        grid_.write(0, rows - 1, keys + "  ? help", Look::dim);
    }

    void help() {
        const auto playing = p_.stems.empty() ? Playing::track : Playing::stems;
        std::vector<const PreviewKey*> keys;
        for (const auto& key : preview_keys)
            if (is_for(key.while_playing, playing)) keys.push_back(&key);
        const auto half = (keys.size() + 1) / 2;
        const int width = grid_.columns() / 2;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const int column = i < half ? 0 : width;
            const int row = row_ + 1 + static_cast<int>(i < half ? i : i - half);
            // What it would do, and cannot yet.
            const bool is_idle = keys[i]->command == "C" && !p_.has_reference;
            grid_.write(column, row, keys[i]->key, is_idle ? Look::dim : Look::bold);
            grid_.write(column + 12, row, is_idle ? "reference: --reference FILE" : std::string(keys[i]->help),
                        is_idle ? Look::dim : Look::plain);
        }
        if (playing == Playing::track) {
            std::string presets = "1-9 ";
            for (const auto name : preview_presets) presets += " " + std::string(name);
            grid_.write(0, row_ + 2 + static_cast<int>(half), presets);
        }
        grid_.write(0, grid_.rows() - 1, "? back", Look::dim);
    }

    const PreviewPicture& p_;
    TextGrid grid_;
    int row_ = 0;
};

}  // namespace

TextGrid paint(const PreviewPicture& picture, int columns, int rows) { return Painter(picture, columns, rows).paint(); }

}  // namespace burnish
