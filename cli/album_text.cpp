#include "cli/album_text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/number_format.h"
#include "cli/printable_text.h"
#include "cli/summary_text.h"
#include "mastering/settings_json.h"

namespace burnish {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto columns = std::to_array<const char*>(
    {"", "track", "found", "asked", "reached", "off by", "tone apart", "width apart", "peak"});
using Row = std::array<std::string, columns.size()>;

std::string lufs_text(double lufs) { return lufs > silence_db ? fixed_text(lufs, 2) : "-"; }

Row row_of(const Album& album, std::size_t index) {
    const auto& track = album.tracks[index];
    Row row{std::to_string(index + 1) + (track.goes_on ? "+" : ""),
            track.entry.name,
            lufs_text(track.before.integrated_lufs),
            track.asked_lufs ? fixed_text(*track.asked_lufs, 2) : "-",
            "-",
            "-",
            fixed_text(tone_from_centre_db(track.before, album.centre), 1),
            signed_text(width_from_centre_db(track.before, album.centre), 1),
            "-"};
    if (!track.after) return row;
    row[4] = lufs_text(track.after->integrated_lufs);
    if (track.asked_lufs) row[5] = signed_text(album.deviation_lu(track), 2);
    row[6] += " -> " + fixed_text(tone_from_centre_db(*track.after, album.centre), 1);
    row[7] += " -> " + signed_text(width_from_centre_db(*track.after, album.centre), 1);
    row[8] = fixed_text(track.after->true_peak_dbtp, 2);
    return row;
}

/// What codecs and a delivery have made of the level, a line each.
std::string level_notes(const Album& album) {
    std::string text;
    for (std::size_t codec = 0; codec < album.options.master.codecs.size(); ++codec) {
        const CodecReading* highest = nullptr;
        for (const auto& track : album.tracks) {
            if (codec >= track.codecs.size()) continue;
            const auto& reading = track.codecs[codec];
            if (highest == nullptr || reading.levels.true_peak_dbtp > highest->levels.true_peak_dbtp)
                highest = &reading;
        }
        if (highest != nullptr)
            text += "after " + highest->codec + " the true peak of no track is above " +
                    fixed_text(highest->levels.true_peak_dbtp, 2) + " dBTP\n";
    }
    if (album.turned_down_db > 0.0)
        text += "all tracks are turned down by " + fixed_text(album.turned_down_db, 2) +
                " dB: nothing is to be limited for this target\n";
    return text;
}

double rounded(double value) { return std::round(value * 1000.0) / 1000.0; }

}  // namespace

std::string album_table(const Album& album, const TextStyle& style) {
    std::vector<Row> rows(1);
    std::ranges::copy(columns, rows.front().begin());
    for (std::size_t i = 0; i < album.tracks.size(); ++i) rows.push_back(row_of(album, i));
    std::array<std::size_t, columns.size()> widths{};
    for (const auto& row : rows)
        for (std::size_t column = 0; column < row.size(); ++column)
            widths[column] = std::max(widths[column], shown_width(row[column]));
    std::string text;
    if (album.options.master.delivery) text += style.bold(album.options.master.delivery->title) + "\n";
    for (std::size_t r = 0; r < rows.size(); ++r) {
        std::string line;
        for (std::size_t column = 0; column < columns.size(); ++column) {
            const auto& cell = rows[r][column];
            const std::string space(widths[column] - shown_width(cell), ' ');
            line += column == 1 ? cell + space : space + cell;
            line += "  ";
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += (r == 0 ? style.dim(line) : line) + "\n";
    }
    const bool joined = std::ranges::any_of(album.tracks, &AlbumTrack::goes_on);
    const auto* centre = album.references != nullptr
                             ? (album.references->size() > 1 ? "the references" : "the reference")
                         : album.options.anchor ? "the album's anchor"
                                                : "the album's median";
    text += "LUFS, LU, dB from " + std::string(centre) + ", dBTP" +
            (joined ? "; + goes on into the next track, in one render" : "") + "\n";
    text += level_notes(album);
    if (album.options.master.dry_run) text += "no master is written in a dry run\n";
    return text;
}

std::string album_reasons(const Album& album, const TextStyle& style) {
    std::string text;
    for (const auto& group : album_groups(album)) {
        text += "\n";
        for (auto i = group.first; i < group.end; ++i)
            text += style.bold(album.tracks[i].entry.name) + (i + 1 < group.end ? ", " : "\n");
        const auto reasons = decisions_text(album.tracks[group.first].decisions, style);
        text += reasons.empty() ? "  left as it is\n" : reasons;
    }
    return text;
}

Json album_json(const Album& album) {
    Json json;
    json["format"] = "burnish-album-1";
    if (album.options.master.delivery) json["target"] = album.options.master.delivery->name;
    json["loudest_lufs"] = album.options.master.target.normalize ? Json(rounded(album.loudest_lufs)) : Json(nullptr);
    if (album.loudest) json["loudest_track"] = *album.loudest + 1;
    json["centre"] = album.options.anchor ? "track " + std::to_string(*album.options.anchor + 1) : "median";
    json["ceiling_dbtp"] = rounded(album.options.master.target.ceiling_dbtp);
    if (album.turned_down_db > 0.0) json["turned_down_db"] = rounded(album.turned_down_db);
    if (album.references != nullptr)
        for (const auto& reference : *album.references)
            json["references"].push_back({{"name", reference.name}, {"weight", reference.weight}});
    json["bounds"] = {{"tone_db", album_tone_bound_db}, {"width_db", album_width_bound_db}};
    auto& tracks = json["tracks"] = Json::array();
    for (const auto& track : album.tracks) {
        Json row{{"input", track.entry.file.string()}};
        if (!album.options.master.dry_run) row["output"] = track.output.string();
        row["goes_on"] = track.goes_on;
        row["status"] = status_name(track.status);
        if (!track.reason.empty()) row["reason"] = track.reason;
        if (!track.entry.cue.isrc.empty()) row["isrc"] = track.entry.cue.isrc;
        row["found_lufs"] = rounded(track.before.integrated_lufs);
        row["asked_lufs"] = track.asked_lufs ? Json(rounded(*track.asked_lufs)) : Json(nullptr);
        row["tone_apart_db"]["before"] = rounded(tone_from_centre_db(track.before, album.centre));
        row["width_apart_db"]["before"] = rounded(width_from_centre_db(track.before, album.centre));
        if (track.after) {
            row["reached_lufs"] = rounded(track.after->integrated_lufs);
            row["deviation_lu"] = rounded(album.deviation_lu(track));
            row["tone_apart_db"]["after"] = rounded(tone_from_centre_db(*track.after, album.centre));
            row["width_apart_db"]["after"] = rounded(width_from_centre_db(*track.after, album.centre));
            row["true_peak_dbtp"] = rounded(track.after->true_peak_dbtp);
            row["frames"] = static_cast<std::int64_t>(track.after->frames);
        }
        if (track.referee)
            row["referee"] = {{"meter", "libebur128"},
                              {"integrated_lufs", rounded(track.referee->integrated_lufs)},
                              {"true_peak_dbtp", rounded(track.referee->true_peak_dbtp)}};
        if (track.match && track.match->reference) {
            const auto& reference = *track.match->reference;
            row["reference"] = {
                {"tone_distance_db",
                 {{"before", rounded(reference.tone_before_db)}, {"after", rounded(reference.tone_after_db)}}},
                {"width_distance_db",
                 {{"before", rounded(reference.width_before_db)}, {"after", rounded(reference.width_after_db)}}}};
        }
        for (const auto& codec : track.codecs)
            row["codecs"].push_back({{"codec", codec.codec},
                                     {"integrated_lufs", rounded(codec.levels.integrated_lufs)},
                                     {"true_peak_dbtp", rounded(codec.levels.true_peak_dbtp)}});
        if (track.check) row["check"] = check_json(*track.check);
        row["warnings"] = track.warnings;
        auto& decisions = row["decisions"] = Json::array();
        for (const auto& decision : track.decisions) decisions.push_back(decision_json(decision));
        row["settings"] = settings_json(track.settings);
        tracks.push_back(std::move(row));
    }
    return json;
}

}  // namespace burnish
