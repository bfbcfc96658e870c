#include "cli/stem_control.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "cli/interrupt.h"
#include "cli/mix_job.h"
#include "cli/number_format.h"
#include "cli/preview_words.h"
#include "cli/text_file.h"
#include "mastering/patch.h"
#include "mixing/mix_settings_json.h"

namespace burnish {

namespace {

constexpr double fader_step_db = 0.5;
constexpr double most_change_db = 24.0;

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

Error none_selected(std::string_view command) {
    return usage(std::string(command) + ": no stem is chosen, for the last name was none; stem NAME chooses one");
}

}  // namespace

StemControl::StemControl(Session& session, MixOptions options, BalancePredictor predictor, WidthPredictor widths,
                         std::optional<MixSettings> fixed)
    : session_(session),
      options_(std::move(options)),
      predictor_(std::move(predictor)),
      widths_(std::move(widths)),
      fixed_(std::move(fixed)),
      changes_(session.stems()->stems.size()) {}

bool StemControl::is_muted(std::size_t stem) const {
    const bool any_solo = std::ranges::any_of(changes_, &Change::solo);
    return changes_[stem].mute || (any_solo && !changes_[stem].solo);
}

void StemControl::want_mix() {
    MixRequest request{.predictor = predictor_,
                       .widths = widths_,
                       .target = {.balance = options_.balance,
                                  .variant = variant_,
                                  .aim = options_.shared.target.mix,
                                  .reference = {},
                                  .reopening = {}},
                       .fixed = fixed_,
                       .references = references_,
                       .amounts = options_.shared.target,
                       .changes = {}};
    for (std::size_t i = 0; i < changes_.size(); ++i)
        request.changes.push_back({.gain_db = changes_[i].gain_db, .mute = is_muted(i)});
    session_.want(std::move(request));
}

Status StemControl::follow(const std::string& reference) {
    const auto file = read_reference(reference);
    if (!file) return file.error();
    auto references =
        shelf_.take({*file}, true, [](std::string_view, double, double) { return !interrupt_requested(); });
    if (!references) return references.error();
    references_ = *std::move(references);
    want_mix();
    return success();
}

const std::string& StemControl::name_of(std::size_t stem) const { return session_.stems()->stems[stem].name; }

StemControl::Done StemControl::run(std::string_view name, const std::string& what) {
    if (name == "stem") return select(what);
    if (name == "fader") return set_fader(what);
    if (name == "variant") return set_variant(what);
    if (name == "reset") {
        changes_.assign(changes_.size(), {});
        want_mix();
        return std::string("all faders as they are mixed, nothing muted");
    }
    return set_switch(name, what);
}

StemControl::Done StemControl::select(const std::string& what) {
    const auto& stems = session_.stems()->stems;
    const auto count = stems.size();
    if (what == "next" || what == "previous") {
        if (selected_)
            selected_ = (*selected_ + (what == "next" ? 1 : count - 1)) % count;
        else
            selected_ = what == "next" ? 0 : count - 1;
        return name_of(*selected_);
    }
    selected_.reset();
    std::size_t number = 0;
    const auto [end, problem] = std::from_chars(what.data(), what.data() + what.size(), number);
    const bool is_number = problem == std::errc() && end == what.data() + what.size();
    const auto named = std::ranges::find(stems, what, &Stem::name);
    if (named != stems.end()) {
        selected_ = static_cast<std::size_t>(named - stems.begin());
    } else if (is_number && number >= 1 && number <= count) {
        selected_ = number - 1;
    } else {
        std::vector<std::string_view> known;
        known.reserve(stems.size());
        for (const auto& stem : stems) known.push_back(stem.name);
        return usage("stem: there is no stem called \"" + what + "\"" + did_you_mean(what, known) + "; 1 to " +
                     std::to_string(count) + ", next and previous are understood too");
    }
    return name_of(*selected_);
}

StemControl::Done StemControl::set_fader(const std::string& what) {
    if (!selected_) return none_selected("fader");
    auto& change = changes_[*selected_];
    double wanted_db = change.gain_db;
    if (what == "up" || what == "down") {
        wanted_db += what == "up" ? fader_step_db : -fader_step_db;
    } else {
        const char* first = what.data() + (what.starts_with('+') && !what.starts_with("+-") ? 1 : 0);
        const auto [end, problem] = std::from_chars(first, what.data() + what.size(), wanted_db);
        if (problem != std::errc() || end != what.data() + what.size() || !(std::abs(wanted_db) <= most_change_db))
            return usage("fader: \"" + what + "\" found, up, down or a number of decibels in [-24, 24] expected");
    }
    change.gain_db = std::clamp(wanted_db, -most_change_db, most_change_db);
    want_mix();
    return name_of(*selected_) + " " + gain_text(change.gain_db) + " over the mix";
}

StemControl::Done StemControl::set_switch(std::string_view name, const std::string& what) {
    if (!selected_) return none_selected(name);
    auto& change = changes_[*selected_];
    bool& value = name == "solo" ? change.solo : change.mute;
    const auto on = read_switch(name, what, value);
    if (!on) return on.error();
    value = *on;
    want_mix();
    return name_of(*selected_) + ": " + std::string(name) + (value ? " on" : " off");
}

StemControl::Done StemControl::set_variant(const std::string& what) {
    if (fixed_) return usage("variant: the settings file is one mix");
    const auto now = std::ranges::find(mix_variants, variant_.name, &MixVariant::name);
    auto wanted = std::ranges::find(mix_variants, what, &MixVariant::name);
    if (what == "next") wanted = now + 1 == mix_variants.end() ? mix_variants.begin() : now + 1;
    if (wanted == mix_variants.end()) {
        std::string names;
        for (const auto& row : mix_variants) names += std::string(row.name) + ", ";
        return usage("variant: \"" + what + "\" found, " + names + "or next expected");
    }
    variant_ = *wanted;
    want_mix();
    return std::string(variant_.name) + ": " + std::string(variant_.help);
}

Status StemControl::write_settings(const std::filesystem::path& path, bool replace) const {
    const auto sheet = session_.mix_sheet();
    if (!sheet.refined) return Error{ErrorCode::output, "export: the mix is not settled yet"};
    return write_text(path, json_text(mix_settings_json(sheet.plan.settings)), replace);
}

Result<FileWriter> StemControl::exporter(const std::filesystem::path& path, bool replace) const {
    auto options = options_;
    options.shared.output = path;
    options.shared.dry_run = false;
    options.shared.force = replace;
    options.variants = 0;
    options.shared.references.clear();  // what they shaped is in the settings
    options.settings = settings_path_of(path);
    if (auto status = may_be_written(path, replace); !status) return status.error();
    if (auto status = write_settings(*options.settings, replace); !status) return status.error();
    return FileWriter([options]() -> std::string {
        const auto outcome =
            run_mix_job(options, [](std::string_view, double, double) { return !interrupt_requested(); });
        if (!outcome) return "export failed: " + outcome.error().message;
        const auto& mix = outcome->mixes.front();
        return "written: " + options.shared.output->string() + ", " + fixed_text(mix.integrated_lufs, 2) + " LUFS, " +
               fixed_text(mix.true_peak_dbtp, 2) + " dBTP";
    });
}

std::vector<StemLine> StemControl::lines() const {
    const auto sheet = session_.mix_sheet();
    std::vector<StemLine> lines;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
        auto& line = lines.emplace_back();
        line.name = session_.stems()->stems[i].name;
        line.change_db = changes_[i].gain_db;
        line.mute = changes_[i].mute;
        line.solo = changes_[i].solo;
        line.is_heard = !is_muted(i);
        if (i >= sheet.plan.stems.size()) continue;
        const auto& stem = sheet.plan.stems[i];
        const auto& settings = sheet.plan.settings.strips[i].settings;
        line.role = row_of(stem.role.role).name;
        line.fader_db = settings.fader.gain_db;
        line.pan = settings.fader.pan;
        line.lufs = stem.is_silent ? silence_db : stem.mix_lufs + sheet.plan.settings.sum.gain_db;
    }
    return lines;
}

}  // namespace burnish
