#include "mastering/delivery_target.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "mastering/delivery_check.h"
#include "mastering/json_document.h"
#include "mastering/patch.h"

namespace burnish {

namespace {
using Json = nlohmann::ordered_json;

constexpr std::string_view format_name = "burnish-target-1";
constexpr auto statuses = std::to_array<std::string_view>({"official", "third-party", "convention"});

/// An object whose fields are asked for one by one. The first thing that is wrong is kept; what nobody asked for is
/// wrong too.
class Fields {
public:
    Fields(std::string where, const Json& object) : where_(std::move(where)), object_(&object) {
        if (!object.is_object()) complain("", "an object expected");
    }

    std::optional<double> number(std::string_view key) {
        const auto* value = find(key);
        if (value == nullptr || value->is_null()) return std::nullopt;
        if (value->is_number()) return value->get<double>();
        complain(key, value->dump() + " is not a number");
        return std::nullopt;
    }
    std::optional<int> whole(std::string_view key) {
        const auto value = number(key);
        if (value && (*value != std::floor(*value) || std::abs(*value) > 1e6)) complain(key, "a whole number expected");
        return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
    }
    std::string text(std::string_view key) {
        const auto* value = find(key);
        if (value == nullptr || value->is_null()) return {};
        if (value->is_string()) return value->get<std::string>();
        complain(key, "a text expected");
        return {};
    }
    template <class Names>
    std::string one_of(std::string_view key, const Names& names) {
        auto word = text(key);
        if (word.empty() || std::find(names.begin(), names.end(), word) != names.end()) return word;
        std::string list;
        for (const auto& name : names) list += (list.empty() ? "" : ", ") + std::string(name);
        complain(key, "\"" + word + "\" found, one of " + list + " expected");
        return {};
    }
    bool flag(std::string_view key) {
        const auto* value = find(key);
        if (value == nullptr) return false;
        if (value->is_boolean()) return value->get<bool>();
        complain(key, "true or false expected");
        return false;
    }
    /// Calls `read` with the fields of the object of that name, if there is one.
    template <class Read>
    void object(std::string_view key, Read read) {
        const auto* value = find(key);
        if (value != nullptr) read_item(std::string(key), *value, read);
    }
    /// Calls `read` with the fields of every object in the list of that name.
    template <class Read>
    void list(std::string_view key, Read read) {
        const auto* value = find(key);
        if (value == nullptr) return;
        if (!value->is_array()) return complain(key, "a list expected");
        int index = 0;
        for (const auto& item : *value) read_item(std::string(key) + "[" + std::to_string(index++) + "]", item, read);
    }
    std::vector<std::string> texts(std::string_view key) {
        std::vector<std::string> found;
        const auto* value = find(key);
        if (value == nullptr) return found;
        if (!value->is_array()) complain(key, "a list expected");
        for (const auto& item : *value)
            item.is_string() ? found.push_back(item.get<std::string>()) : complain(key, "texts expected");
        return found;
    }
    /// The numbers of a target by their names in target_params.
    void target_numbers(std::vector<std::pair<double Target::*, double>>& numbers) {
        for (const auto& param : target_params) {
            const auto value = number(param.name);
            if (!value) continue;
            if (!param.accepts(*value))
                complain(param.name, number_text(*value) + " is outside [" + number_text(param.min) + ", " +
                                         number_text(param.max) + "] (" + std::string(param.help) + ")");
            numbers.emplace_back(param.member, *value);
        }
    }
    void complain(std::string_view key, const std::string& what) {
        if (!problem_.empty()) return;
        problem_ = key.empty() && where_.ends_with(':') ? where_ + " " + what : place(key) + ": " + what;
    }

    /// Success if everything that is there was asked for and was right.
    [[nodiscard]] Status finish() {
        if (problem_.empty() && object_->is_object())
            for (const auto& [key, value] : object_->items())
                if (std::find(asked_.begin(), asked_.end(), key) == asked_.end())
                    complain("", "unknown key \"" + key + "\"" + did_you_mean(key, {asked_.begin(), asked_.end()}));
        if (problem_.empty()) return success();
        return Error{ErrorCode::usage, problem_};
    }

private:
    /// The path of a field: "file.json: limits[0].max".
    [[nodiscard]] std::string place(std::string_view key) const {
        if (key.empty()) return where_;
        return where_ + (where_.ends_with(':') ? " " : ".") + std::string(key);
    }
    const Json* find(std::string_view key) {
        asked_.emplace_back(key);
        if (!object_->is_object()) return nullptr;
        const auto found = object_->find(std::string(key));
        return found == object_->end() ? nullptr : &*found;
    }
    template <class Read>
    void read_item(const std::string& key, const Json& value, Read read) {
        Fields fields(place(key), value);
        read(fields);
        if (const auto status = fields.finish(); !status && problem_.empty()) problem_ = status.error().message;
    }

    std::string where_;
    const Json* object_;
    std::vector<std::string> asked_;
    std::string problem_;
};

struct MeasureName {
    std::string_view name;
    LevelMeasure measure;
};
constexpr auto measures = std::to_array<MeasureName>(
    {{"programme", LevelMeasure::programme}, {"rms", LevelMeasure::rms}, {"dialogue", LevelMeasure::dialogue}});

void read_limit(Fields& fields, std::vector<DeliveryLimit>& limits) {
    DeliveryLimit limit;
    limit.number = fields.one_of("number", check_number_names());
    limit.min = fields.number("min");
    limit.max = fields.number("max");
    limit.is_advice = fields.flag("advice");
    limit.why = fields.text("why");
    if (limit.number.empty()) fields.complain("number", "missing");
    if (!limit.min && !limit.max) fields.complain("", "min or max expected");
    limits.push_back(std::move(limit));
}

void read_mode(Fields& fields, std::vector<PlaybackMode>& modes) {
    PlaybackMode mode;
    mode.name = fields.text("mode");
    mode.loudness_lufs = fields.number("loudness_lufs");
    mode.raises = fields.flag("raises");
    mode.ceiling_dbtp = fields.number("ceiling_dbtp").value_or(0.0);
    mode.limits = fields.flag("limits");
    if (mode.name.empty()) fields.complain("mode", "missing");
    modes.push_back(std::move(mode));
}

void read_file(Fields& fields, DeliveryFile& file) {
    file.extensions = fields.texts("extensions");
    file.rate_hz = fields.number("rate_hz");
    if (auto depth = fields.one_of("bit_depth", std::to_array<std::string_view>({"16", "24", "32f"})); !depth.empty())
        file.bit_depth = std::move(depth);
    file.channels = fields.whole("channels");
    file.bitrate_kbps = fields.whole("bitrate_kbps");
    file.replaygain = fields.flag("replaygain");
}

void read_source(Fields& fields, std::vector<DeliverySource>& sources) {
    DeliverySource source{.about = fields.text("about"),
                          .status = fields.one_of("status", statuses),
                          .verified_on = fields.text("verified_on"),
                          .source = fields.text("source")};
    if (source.status.empty() || source.source.empty()) fields.complain("", "status and source expected");
    sources.push_back(std::move(source));
}

void read_measure(Fields& fields, DeliveryTarget& target) {
    std::vector<std::string_view> names;
    names.reserve(measures.size());
    for (const auto& row : measures) names.push_back(row.name);
    const auto word = fields.one_of("measure", names);
    for (const auto& row : measures)
        if (row.name == word) target.measure = row.measure;
    target.rms_db = fields.number("rms_db");
    target.dialogue_lufs = fields.number("dialogue_lufs");
    if ((target.measure == LevelMeasure::rms) != target.rms_db.has_value())
        fields.complain("rms_db", "belongs to the measure rms, and that to it");
    if ((target.measure == LevelMeasure::dialogue) != target.dialogue_lufs.has_value())
        fields.complain("dialogue_lufs", "belongs to the measure dialogue, and that to it");
}

}  // namespace

Result<DeliveryTarget> read_delivery_target(std::string_view where, std::string_view name, std::string_view json_text) {
    const auto document = read_document(where, json_text, format_name);
    if (!document) return document.error();
    DeliveryTarget target;
    target.name = name;
    Fields fields(std::string(where) + ":", *document);
    (void)fields.text("format");
    target.title = fields.text("title");
    target.help = fields.text("help");
    read_measure(fields, target);
    target.normalizes = fields.one_of("loudness", std::to_array<std::string_view>({"as it is"})).empty();
    target.may_limit = !fields.flag("unlimited");
    fields.object("master", [&](Fields& f) { f.target_numbers(target.master); });
    fields.object("usual", [&](Fields& f) { f.target_numbers(target.usual); });
    fields.object("loud", [&](Fields& f) {
        const auto above = f.number("above_lufs");
        const auto ceiling = f.number("ceiling_dbtp");
        if (above && ceiling)
            target.loud = LoudRule{*above, *ceiling};
        else
            f.complain("", "above_lufs and ceiling_dbtp expected");
    });
    fields.object("file", [&](Fields& f) { read_file(f, target.file); });
    fields.list("limits", [&](Fields& f) { read_limit(f, target.limits); });
    fields.list("playback", [&](Fields& f) { read_mode(f, target.playback); });
    fields.list("sources", [&](Fields& f) { read_source(f, target.sources); });
    if (auto status = fields.finish(); !status) return status.error();
    return target;
}

void apply_habits(const DeliveryTarget& delivery, Target& target) {
    for (const auto& [member, value] : delivery.usual) target.*member = value;
}

void apply_demands(const DeliveryTarget& delivery, Target& target) {
    for (const auto& [member, value] : delivery.master) target.*member = value;
    if (!delivery.normalizes) target.normalize = false;
}

}  // namespace burnish
