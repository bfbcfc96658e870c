#include "io/text_tags.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "io/wave_chunks.h"

namespace burnish {

namespace {

struct Field {
    std::string_view key;
    std::string Broadcast::*member;
};

constexpr auto fields = std::to_array<Field>({
    {"DESCRIPTION", &Broadcast::description},
    {"ORIGINATOR", &Broadcast::originator},
    {"ORIGINATOR_REFERENCE", &Broadcast::originator_reference},
    {"ORIGINATION_DATE", &Broadcast::origination_date},
    {"ORIGINATION_TIME", &Broadcast::origination_time},
    {"CODING_HISTORY", &Broadcast::coding_history},
});
constexpr std::string_view time_reference_key = "TIME_REFERENCE";
constexpr std::string_view umid_key = "UMID";
constexpr double r128_to_replaygain_db = 5.0;
constexpr double replaygain_lufs = -18.0;
constexpr double lowest_lufs = -70.0;

std::string chapter_key(std::size_t number) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "CHAPTER%03zu", number);
    return text.data();
}

std::string time_text(double seconds) {
    const auto ms = std::llround(seconds * 1000.0);
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%02lld:%02lld:%02lld.%03lld", ms / 3600000, ms / 60000 % 60,
                  ms / 1000 % 60, ms % 1000);
    return text.data();
}

/// Takes the tag of this key out of the list; empty if there is none.
std::string take_tag(Metadata& metadata, std::string_view key) {
    const auto tag =
        std::find_if(metadata.tags.begin(), metadata.tags.end(), [&](const Tag& t) { return t.key == key; });
    if (tag == metadata.tags.end()) return {};
    std::string value = std::move(tag->value);
    metadata.tags.erase(tag);
    return value;
}

bool all_zero(const std::array<std::uint8_t, 64>& umid) {
    return std::all_of(umid.begin(), umid.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

std::vector<Tag> chapter_tags(const std::vector<Cue>& cues, double sample_rate_hz) {
    std::vector<Tag> tags;
    for (std::size_t i = 0; i < cues.size(); ++i) {
        const auto key = chapter_key(i + 1);
        tags.push_back({key, time_text(static_cast<double>(cues[i].frame) / sample_rate_hz)});
        if (!cues[i].label.empty()) tags.push_back({key + "NAME", cues[i].label});
    }
    return tags;
}

void take_chapter_tags(Metadata& metadata) {
    const bool wanted = metadata.cues.empty();
    for (std::size_t number = 1; has_tag(metadata, chapter_key(number)); ++number) {
        const auto time = take_tag(metadata, chapter_key(number));
        auto label = take_tag(metadata, chapter_key(number) + "NAME");
        int hours = 0;
        int minutes = 0;
        double seconds = 0.0;
        if (!wanted || std::sscanf(time.c_str(), "%d:%d:%lf", &hours, &minutes, &seconds) != 3) continue;
        const double at = hours * 3600.0 + minutes * 60.0 + seconds;
        if (at >= 0.0 && at < 1e7)
            metadata.cues.push_back({std::llround(at * metadata.sample_rate_hz), std::move(label)});
    }
}

std::vector<Tag> broadcast_tags(const Broadcast& broadcast) {
    std::vector<Tag> tags;
    for (const auto& field : fields)
        if (const auto& value = broadcast.*field.member; !value.empty())
            tags.push_back({std::string(field.key), value});
    tags.push_back({std::string(time_reference_key), std::to_string(broadcast.time_reference_frames)});
    if (!all_zero(broadcast.umid)) {
        std::string hex;
        for (const auto byte : broadcast.umid) {
            constexpr std::string_view digits = "0123456789ABCDEF";
            hex += {digits[byte >> 4], digits[byte & 15]};
        }
        tags.push_back({std::string(umid_key), hex});
    }
    return tags;
}

void take_broadcast_tags(Metadata& metadata) {
    // DESCRIPTION alone is an ordinary tag; the time reference marks a bext in disguise.
    if (!has_tag(metadata, time_reference_key)) return;
    Broadcast broadcast;
    for (const auto& field : fields) broadcast.*field.member = take_tag(metadata, field.key);
    const auto time = take_tag(metadata, time_reference_key);
    std::from_chars(time.data(), time.data() + time.size(), broadcast.time_reference_frames);
    const auto hex = take_tag(metadata, umid_key);
    for (std::size_t i = 0; i < broadcast.umid.size() && 2 * i + 2 <= hex.size(); ++i)
        std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, broadcast.umid[i], 16);
    if (!metadata.broadcast) metadata.broadcast = std::move(broadcast);
}

std::optional<double> replaygain_of(const std::vector<Tag>& tags) {
    for (const auto& tag : tags) {
        const bool is_opus = tag.key == "R128_TRACK_GAIN";
        if (!is_opus && tag.key != "REPLAYGAIN_TRACK_GAIN") continue;
        const char* text = tag.value.c_str();
        if (*text == '+') ++text;
        double value = 0.0;
        const auto [end, problem] = std::from_chars(text, tag.value.c_str() + tag.value.size(), value);
        if (problem == std::errc()) return is_opus ? value / 256.0 + r128_to_replaygain_db : value;
    }
    return std::nullopt;
}

std::vector<Tag> replaygain_tags(double integrated_lufs, double true_peak_dbtp, bool for_opus) {
    if (integrated_lufs <= lowest_lufs) return {};  // there is no loudness to start from
    const double gain_db = replaygain_lufs - integrated_lufs;
    if (for_opus) return {{"R128_TRACK_GAIN", std::to_string(std::lround(256.0 * (gain_db - r128_to_replaygain_db)))}};
    std::array<char, 32> gain{};
    std::array<char, 32> peak{};
    std::snprintf(gain.data(), gain.size(), "%+.2f dB", gain_db);
    std::snprintf(peak.data(), peak.size(), "%.6f", std::pow(10.0, true_peak_dbtp / 20.0));
    return {{"REPLAYGAIN_TRACK_GAIN", gain.data()}, {"REPLAYGAIN_TRACK_PEAK", peak.data()}};
}

bool is_stale(std::string_view key) noexcept {
    constexpr std::string_view beginnings[] = {"REPLAYGAIN_", "R128_", "MP3GAIN_", "COMMENT:ITUN",
                                               "WAVEFORMATEXTENSIBLE"};
    constexpr std::string_view names[] = {"ENCODER", "ENCODING", "ENCODERSETTINGS", "LENGTH", "ITUNNORM", "ITUNSMPB"};
    return std::any_of(std::begin(beginnings), std::end(beginnings),
                       [&](auto text) { return key.starts_with(text); }) ||
           std::find(std::begin(names), std::end(names), key) != std::end(names);
}

}  // namespace burnish
