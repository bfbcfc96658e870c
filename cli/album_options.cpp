#include "cli/album_options.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "cli/flag_values.h"
#include "cli/master_plan.h"
#include "cli/text_file.h"

namespace burnish {

namespace {

namespace fs = std::filesystem;

constexpr double most_gap_s = 60.0;
constexpr auto gapless_names = std::to_array<std::pair<std::string_view, Gapless>>(
    {{"auto", Gapless::found}, {"all", Gapless::all}, {"none", Gapless::none}});

std::string extension_of(const fs::path& path) {
    auto extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

/// A name that any file system takes.
std::string file_name(std::string text) {
    for (char& c : text)
        if (c == '/' || c == '\\' || c == ':' || static_cast<unsigned char>(c) < 32) c = '-';
    return text;
}

std::string two_digits(std::size_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

struct Listing {
    std::vector<fs::path> tracks;
    std::vector<fs::path> sheets;
};

Result<Listing> list_directory(const fs::path& directory) {
    Listing listing;
    std::error_code problem;
    for (fs::directory_iterator entry(directory, problem), end; !problem && entry != end; entry.increment(problem)) {
        const auto& path = entry->path();
        const auto extension = extension_of(path);
        if (path.filename().string().starts_with('.')) continue;
        if (extension == ".cue") listing.sheets.push_back(path);
        if (is_sound_file(path)) listing.tracks.push_back(path);
    }
    if (problem) return Error{ErrorCode::input, directory.string() + ": cannot be read: " + problem.message()};
    std::ranges::sort(listing.tracks, [](const fs::path& a, const fs::path& b) {
        return comes_before(a.filename().string(), b.filename().string());
    });
    return listing;
}

/// The sheet's file beside it, under its own name or, as often happens, with another extension.
Result<fs::path> file_beside(const fs::path& sheet, const std::string& name) {
    const auto path = sheet.parent_path() / name;
    std::error_code ignored;
    if (fs::exists(path, ignored)) return path;
    for (const auto extension : sound_extensions()) {
        auto other = path;
        other.replace_extension(extension);
        if (fs::exists(other, ignored)) return other;
    }
    return Error{ErrorCode::input, sheet.string() + ": there is no " + path.string()};
}

Status take_sheet(const fs::path& path, AlbumOptions& album) {
    const auto text = read_text(path, ErrorCode::input);
    if (!text) return text.error();
    auto sheet = read_cue_sheet(path.string(), *text);
    if (!sheet) return sheet.error();
    album.sheet = *std::move(sheet);
    const auto& tracks = album.sheet.tracks;
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        const auto file = file_beside(path, tracks[i].file);
        if (!file) return file.error();
        AlbumEntry entry{.file = *file, .cue = tracks[i]};
        const bool follows = i > 0 && tracks[i - 1].file == tracks[i].file;
        const bool goes_on = i + 1 < tracks.size() && tracks[i + 1].file == tracks[i].file;
        entry.is_part = follows || goes_on;
        if (follows) entry.first_sectors = tracks[i].start_sectors;
        if (goes_on) entry.end_sectors = tracks[i + 1].start_sectors;
        const auto title = tracks[i].title.empty() ? file->stem().string() : tracks[i].title;
        entry.name = entry.is_part ? two_digits(i + 1) + " " + file_name(title) + ".wav" : master_name(*file).string();
        album.tracks.push_back(std::move(entry));
    }
    return success();
}

Status find_tracks(const AlbumFlags& flags, AlbumOptions& album) {
    const auto& inputs = flags.master.inputs;
    if (flags.cue && !inputs.empty())
        return usage("--cue and input files contradict each other: the cue sheet names the files");
    if (flags.cue) return take_sheet(*flags.cue, album);
    std::vector<fs::path> files;
    for (const auto& input : inputs) {
        std::error_code ignored;
        if (extension_of(input) == ".cue") {
            if (inputs.size() > 1) return usage(input + ": a cue sheet has to be the only input");
            return take_sheet(input, album);
        }
        if (!fs::is_directory(input, ignored)) {
            files.emplace_back(input);
            continue;
        }
        auto listing = list_directory(input);
        if (!listing) return listing.error();
        if (inputs.size() == 1 && listing->sheets.size() == 1) return take_sheet(listing->sheets.front(), album);
        if (inputs.size() == 1 && listing->sheets.size() > 1)
            return usage(input + ": " + std::to_string(listing->sheets.size()) +
                         " cue sheets found; name one with --cue, or the tracks themselves");
        if (listing->tracks.empty()) return Error{ErrorCode::input, input + ": there is no sound file in it"};
        files.insert(files.end(), listing->tracks.begin(), listing->tracks.end());
    }
    for (const auto& file : files) {
        auto& entry = album.tracks.emplace_back();
        entry.file = file;
        entry.name = master_name(file).string();
    }
    return success();
}

Result<std::optional<std::size_t>> read_anchor(const std::optional<std::string>& typed,
                                               const std::vector<AlbumEntry>& tracks) {
    if (!typed) return std::optional<std::size_t>();
    std::size_t number = 0;
    const auto [end, problem] = std::from_chars(typed->data(), typed->data() + typed->size(), number);
    if (problem == std::errc() && end == typed->data() + typed->size() && number >= 1 && number <= tracks.size())
        return std::optional(number - 1);
    const auto named = std::ranges::find_if(tracks, [&](const AlbumEntry& track) {
        return track.file == *typed || track.file.filename() == *typed || track.cue.title == *typed;
    });
    if (named != tracks.end()) return std::optional(static_cast<std::size_t>(named - tracks.begin()));
    return usage("--anchor: \"" + *typed + "\" found, a track's number in [1, " + std::to_string(tracks.size()) +
                 "], its file or its title expected");
}

Status read_gap(const std::optional<std::string>& typed, AlbumOptions& album) {
    if (!typed) return success();
    const auto gap_s = read_number("--gap", *typed, "seconds in " + range_text(0.0, most_gap_s));
    if (!gap_s) return gap_s.error();
    if (*gap_s < 0.0 || *gap_s > most_gap_s) return out_of_range("--gap", *gap_s, 0.0, most_gap_s, "seconds");
    for (std::size_t i = 1; i < album.tracks.size(); ++i)
        album.tracks[i].cue.pregap_sectors = std::llround(*gap_s * sectors_per_second);
    return success();
}

/// What a compact disc holds, where nothing else was asked for.
Status settle_cd(const AlbumFlags& flags, MasterFlags& master) {
    if (!flags.cd) return success();
    if (master.rate && *master.rate != "44100")
        return usage("--cd and --rate contradict each other: a CD has 44100 Hz");
    if (master.bit_depth && *master.bit_depth != "16")
        return usage("--cd and --bit-depth contradict each other: a CD has 16 bits");
    master.rate = "44100";
    master.bit_depth = "16";
    return success();
}

/// Silence is only cut off where it belongs to no other track.
Status check_trim(const AlbumFlags& flags, const AlbumOptions& album) {
    if (!flags.master.trim) return success();
    if (album.gapless == Gapless::all)
        return usage("--trim and --gapless all contradict each other: what lies between tracks in one piece stays");
    if (std::ranges::any_of(album.tracks, &AlbumEntry::is_part))
        return usage(
            "--trim and a cue sheet that cuts one file into tracks contradict each other: the sheet says "
            "where they start and end");
    return success();
}

Status check_names(const AlbumOptions& album) {
    std::vector<std::string> names;
    for (const auto& track : album.tracks) {
        if (std::ranges::find(names, track.name) != names.end())
            return usage("two tracks would both become " + track.name + ": rename one of the inputs");
        names.push_back(track.name);
    }
    return success();
}

}  // namespace

bool comes_before(std::string_view a, std::string_view b) noexcept {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    const auto all_a = a;
    const auto all_b = b;
    while (!a.empty() && !b.empty()) {
        if (is_digit(a.front()) && is_digit(b.front())) {
            const auto take = [&](std::string_view& text) {
                auto digits = text.substr(
                    0, static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin()));
                text.remove_prefix(digits.size());
                digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
                return digits;
            };
            const auto number_a = take(a);
            const auto number_b = take(b);
            if (number_a.size() != number_b.size()) return number_a.size() < number_b.size();
            if (number_a != number_b) return number_a < number_b;
            continue;
        }
        if (lower(a.front()) != lower(b.front())) return lower(a.front()) < lower(b.front());
        a.remove_prefix(1);
        b.remove_prefix(1);
    }
    if (a.empty() != b.empty()) return a.empty();
    return all_a < all_b;
}

Result<AlbumOptions> read_album_flags(const AlbumFlags& flags) {
    AlbumOptions album;
    if (flags.master.inputs.empty() && !flags.cue) return usage("no input given: a directory, files or a cue sheet");
    if (auto status = find_tracks(flags, album); !status) return status.error();
    auto master = flags.master;
    if (auto status = settle_cd(flags, master); !status) return status.error();
    master.inputs.clear();
    for (const auto& track : album.tracks)
        if (std::ranges::find(master.inputs, track.file.string()) == master.inputs.end())
            master.inputs.push_back(track.file.string());
    const bool has_output = master.output && !master.output->empty();
    if (!has_output && !master.dry_run) return usage("no output given: -o DIR/ or --dry-run is needed");
    std::error_code ignored;
    if (has_output && fs::exists(*master.output, ignored) && !fs::is_directory(*master.output, ignored))
        return usage("-o " + *master.output + ": is a file, a directory is needed");
    if (has_output && !master.output->ends_with('/')) *master.output += '/';
    auto options = read_master_flags(master);
    if (!options) return options.error();
    album.master = *std::move(options);
    const auto anchor = read_anchor(flags.anchor, album.tracks);
    if (!anchor) return anchor.error();
    album.anchor = *anchor;
    if (flags.gapless) {
        const auto named =
            std::ranges::find(gapless_names, *flags.gapless, &std::pair<std::string_view, Gapless>::first);
        if (named == gapless_names.end())
            return usage("--gapless: \"" + *flags.gapless + "\" found, one of auto, all, none expected");
        album.gapless = named->second;
    }
    if (auto status = check_trim(flags, album); !status) return status.error();
    album.cd = flags.cd;
    if (album.cd) album.master.channels = 2;
    if (album.master.delivery && album.master.delivery->rms_db)
        return usage("--target " + album.master.delivery->name +
                     " asks for an rms level, which every track is to have by itself: burnish master does that");
    if (auto status = read_gap(flags.gap, album); !status) return status.error();
    const auto& delivery = album.master.delivery;
    for (auto& track : album.tracks)
        if (delivery && !delivery->file.extensions.empty())
            track.name = fs::path(track.name).replace_extension(delivery->file.extensions.front()).string();
    if (album.cd)
        for (auto& track : album.tracks) track.name = fs::path(track.name).replace_extension(".wav").string();
    if (album.cd && album.tracks.size() > 99)
        return usage("a CD holds 99 tracks, " + std::to_string(album.tracks.size()) + " found");
    if (auto status = check_names(album); !status) return status.error();
    return album;
}

Result<std::vector<AlbumOptions>> read_album_deliveries(const AlbumFlags& flags) {
    const auto& names = flags.master.deliveries;
    std::vector<AlbumOptions> albums;
    auto single = flags;
    for (std::size_t i = 0; i < std::max<std::size_t>(1, names.size()); ++i) {
        if (!names.empty()) single.master.deliveries = {names[i]};
        auto album = read_album_flags(single);
        if (!album) return album.error();
        if (names.size() > 1) album->folder = album->master.delivery->name;
        for (const auto& other : albums)
            if (other.folder == album->folder) return usage("--target: " + names[i] + " is given twice");
        albums.push_back(*std::move(album));
    }
    return albums;
}

}  // namespace burnish
