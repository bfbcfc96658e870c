#include "cli/manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "cli/master_flags.h"

namespace burnish {

namespace {

using Json = nlohmann::ordered_json;
/// A name and the values that stand for it.
using Field = std::pair<std::string, std::vector<std::string>>;

constexpr std::string_view input_name = "input";

const std::vector<MasterFlag>& known_flags() {
    static const auto known = master_flags();
    return known;
}

/// nullptr if there is none.
const MasterFlag* flag_named(const std::string& name) {
    const auto flag = std::ranges::find(known_flags(), name, &MasterFlag::word);
    return flag == known_flags().end() ? nullptr : &*flag;
}

/// Puts the fields of one line in the place of flags.
class Line {
public:
    Line(std::filesystem::path manifest, int number) : manifest_(std::move(manifest)), number_(number) {}

    [[nodiscard]] Error problem(const std::string& what) const {
        return {ErrorCode::usage, manifest_.string() + ":" + std::to_string(number_) + ": " + what};
    }

    /// Whether a field of this name may stand in a manifest.
    [[nodiscard]] Status check_name(const std::string& name) const {
        if (name == input_name) return success();
        const auto* flag = flag_named(name);
        if (flag == nullptr) {
            std::vector<std::string> words{std::string(input_name)};
            for (const auto& row : known_flags())
                if (!row.is_of_the_run) words.push_back(row.word());
            return problem("unknown column \"" + name + "\"" + did_you_mean(name, {words.begin(), words.end()}));
        }
        if (flag->is_of_the_run) return problem("--" + name + " is for all tracks together");
        return success();
    }

    [[nodiscard]] Result<MasterFlags> apply(const std::vector<Field>& fields, const MasterFlags& common) const {
        MasterFlags flags = common;
        flags.manifest.reset();
        for (const auto& [name, values] : fields) {
            if (values.empty()) continue;
            if (name == input_name) {
                for (const auto& value : values) flags.inputs.push_back(beside_manifest(value));
                continue;
            }
            if (auto status = apply_flag(name, values, flags); !status) return status.error();
        }
        if (flags.inputs.empty()) return problem("no input");
        return flags;
    }

private:
    [[nodiscard]] std::string beside_manifest(const std::string& path) const {
        auto resolved = (manifest_.parent_path() / path).string();
        return resolved;
    }

    [[nodiscard]] Status apply_flag(const std::string& name, const std::vector<std::string>& values,
                                    MasterFlags& flags) const {
        if (auto status = check_name(name); !status) return status;
        const auto* flag = flag_named(name);
        if (flag->list) {
            auto& list = flag->list(flags);
            list.clear();
            for (const auto& value : values) list.push_back(name == "reference" ? beside_manifest(value) : value);
            return success();
        }
        if (values.size() > 1) return problem(name + ": one value expected");
        const bool is_path = name == "output" || name == "report" || name == "save-settings" || name == "settings";
        flag->text(flags) = is_path ? beside_manifest(values.front()) : values.front();
        return success();
    }

    std::filesystem::path manifest_;
    int number_;
};

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::size_t start = 0;
    for (auto end = text.find(separator); end != text.npos; end = text.find(separator, start)) {
        parts.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    parts.push_back(text.substr(start));
    return parts;
}

bool may_repeat(const std::string& name) {
    const auto* flag = flag_named(name);
    return flag != nullptr && flag->list;
}

Result<std::vector<Field>> fields_of_tsv(const Line& line, const std::string& text,
                                         const std::vector<std::string>& columns) {
    const auto values = split(text, '\t');
    if (values.size() > columns.size())
        return line.problem(std::to_string(values.size()) + " fields found, " + std::to_string(columns.size()) +
                            " columns named");
    std::vector<Field> fields;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i].empty()) continue;
        fields.emplace_back(columns[i],
                            may_repeat(columns[i]) ? split(values[i], ',') : std::vector<std::string>{values[i]});
    }
    return fields;
}

/// Numbers as they stand in the file; texts without their quotes.
std::optional<std::string> word_of(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.is_number() ? std::optional(value.dump()) : std::nullopt;
}

Result<std::vector<Field>> fields_of_json(const Line& line, const std::string& text) {
    const auto document = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (document.is_discarded() || !document.is_object()) return line.problem("a JSON object expected");
    std::vector<Field> fields;
    for (const auto& [key, value] : document.items()) {
        Field field{key, {}};
        const bool is_list = value.is_array() && (may_repeat(key) || key == input_name);
        for (const auto& item : is_list ? value : Json::array({value})) {
            if (item.is_null()) continue;
            const auto word = word_of(item);
            if (!word) return line.problem(key + ": a text or a number expected");
            field.second.push_back(*word);
        }
        fields.push_back(std::move(field));
    }
    return fields;
}

}  // namespace

Result<std::vector<MasterFlags>> read_manifest(const std::filesystem::path& path, std::string_view text,
                                               const MasterFlags& common) {
    const bool is_json = path.extension() == ".jsonl" || path.extension() == ".ndjson";
    if (!is_json && path.extension() != ".tsv")
        return Error{ErrorCode::usage, path.string() + ": a manifest that ends in .tsv or .jsonl expected"};
    std::vector<MasterFlags> tracks;
    std::vector<std::string> columns;
    std::istringstream lines{std::string(text)};
    int number = 0;
    for (std::string words; std::getline(lines, words);) {
        const Line line(path, ++number);
        if (words.ends_with('\r')) words.pop_back();
        if (words.empty() || words.starts_with('#')) continue;
        if (!is_json && columns.empty()) {
            columns = split(words, '\t');
            if (std::find(columns.begin(), columns.end(), input_name) == columns.end())
                return line.problem("a column \"input\" expected among the names of columns");
            for (const auto& name : columns)
                if (auto status = line.check_name(name); !name.empty() && !status) return status.error();
            continue;
        }
        const auto fields = is_json ? fields_of_json(line, words) : fields_of_tsv(line, words, columns);
        if (!fields) return fields.error();
        auto track = line.apply(*fields, common);
        if (!track) return track.error();
        // What is wrong with a value is told with its line, before any work.
        if (const auto read = read_deliveries(*track); !read) return line.problem(read.error().message);
        tracks.push_back(*std::move(track));
    }
    if (tracks.empty()) return Error{ErrorCode::usage, path.string() + ": no tracks in it"};
    return tracks;
}

}  // namespace burnish
