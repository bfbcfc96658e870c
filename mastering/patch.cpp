#include "mastering/patch.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

namespace burnish {

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

Error usage(std::string message) { return {ErrorCode::usage, std::move(message)}; }

}  // namespace

std::string did_you_mean(std::string_view typed, const std::vector<std::string_view>& known) {
    const auto begins = std::find_if(known.begin(), known.end(), [&](auto name) { return name.starts_with(typed); });
    if (typed.size() > 3 && begins != known.end()) return " (did you mean \"" + std::string(*begins) + "\"?)";
    const auto nearest = std::min_element(
        known.begin(), known.end(), [&](auto a, auto b) { return edit_distance(typed, a) < edit_distance(typed, b); });
    if (nearest == known.end() || edit_distance(typed, *nearest) > std::max<std::size_t>(2, typed.size() / 2))
        return "";
    return " (did you mean \"" + std::string(*nearest) + "\"?)";
}

std::string number_text(double value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

Status Patch::pin(std::string_view where, std::string_view stage_name, std::string_view param_name, double value) {
    std::vector<std::string_view> stage_names;
    std::vector<std::string_view> param_names;
    bool stage_known = false;
    bool param_known = false;
    std::string range_error;
    for_each_stage(chain_stages, [&](const auto& stage) {
        stage_names.push_back(stage.name);
        if (stage.name != stage_name) return;
        stage_known = true;
        for (const auto& param : std::remove_cvref_t<decltype(stage)>::Processor::params) {
            param_names.push_back(param.name);
            if (param.name != param_name) continue;
            param_known = true;
            if (!param.accepts(value))
                range_error = std::string(where) + ": " + std::string(stage_name) + "." + std::string(param_name) +
                              " = " + number_text(value) + " is " +
                              (param.whole && value != std::floor(value) ? "not a whole number in [" : "outside [") +
                              number_text(param.min) + ", " + number_text(param.max) + "] (" + std::string(param.help) +
                              ")";
        }
    });
    if (!stage_known)
        return usage(std::string(where) + ": unknown stage \"" + std::string(stage_name) + "\"" +
                     did_you_mean(stage_name, stage_names));
    if (!param_known)
        return usage(std::string(where) + ": stage \"" + std::string(stage_name) + "\" has no parameter \"" +
                     std::string(param_name) + "\"" + did_you_mean(param_name, param_names));
    if (!range_error.empty()) return usage(range_error);

    std::erase_if(pins_, [&](const Pin& pin) { return pin.stage == stage_name && pin.param == param_name; });
    pins_.push_back({std::string(stage_name), std::string(param_name), value});
    return success();
}

Status Patch::pin(std::string_view where, std::string_view assignment) {
    const auto equals = assignment.find('=');
    const auto dot = assignment.substr(0, equals).find('.');
    if (equals == std::string_view::npos || dot == std::string_view::npos)
        return usage(std::string(where) + ": \"" + std::string(assignment) + "\" found, stage.param=value expected");
    auto text = assignment.substr(equals + 1);
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    double value = 0.0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size())
        return usage(std::string(where) + ": " + std::string(assignment.substr(0, equals)) + " = \"" +
                     std::string(text) + "\" is not a number");
    return pin(where, assignment.substr(0, dot), assignment.substr(dot + 1, equals - dot - 1), value);
}

void Patch::apply_to(ChainSettings& settings) const {
    for_each_parameter([&](const auto& stage, const auto& param) {
        for (const auto& pinned : pins_)
            if (pinned.stage == stage.name && pinned.param == param.name)
                (settings.*stage.settings).*param.member = pinned.value;
    });
}

bool Patch::pins(std::string_view stage, std::string_view param) const noexcept {
    return std::any_of(pins_.begin(), pins_.end(),
                       [&](const Pin& pinned) { return pinned.stage == stage && pinned.param == param; });
}

}  // namespace burnish
