#include "io/wave_chunks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

namespace burnish {

namespace {

constexpr std::uint64_t max_cue_frame = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint16_t loudness_not_given = 0x7FFF;

struct Name {
    std::string_view chunk;
    std::string_view key;
};

/// Two ids are in use for the track number: both are written, either is read.
constexpr auto info_names = std::to_array<Name>({
    {"INAM", "TITLE"},
    {"IART", "ARTIST"},
    {"IPRD", "ALBUM"},
    {"ICRD", "DATE"},
    {"IGNR", "GENRE"},
    {"ICMT", "COMMENT"},
    {"IPRT", "TRACKNUMBER"},
    {"ITRK", "TRACKNUMBER"},
    {"ICOP", "COPYRIGHT"},
    {"IENG", "ENGINEER"},
    {"IMUS", "COMPOSER"},
    {"ILNG", "LANGUAGE"},
    {"ITCH", "ENCODEDBY"},
});

constexpr auto aiff_names = std::to_array<Name>({
    {"NAME", "TITLE"},
    {"AUTH", "ARTIST"},
    {"(c) ", "COPYRIGHT"},
    {"ANNO", "COMMENT"},
});

std::string without_end_spaces(std::string text) {
    text.erase(text.find_last_not_of(" \r\n") + 1);
    return text;
}

/// One chunk inside a list, zero-terminated and of even length.
void add_text_chunk(ByteWriter& list, std::string_view id, std::uint32_t number, bool numbered, std::string_view text) {
    list.field(id, 4);
    list.u32(text.size() + 1 + (numbered ? 4 : 0));
    if (numbered) list.u32(number);
    list.text(text);
    list.u8(0);
    list.pad_to_even();
}

}  // namespace

bool has_tag(const Metadata& metadata, std::string_view key) noexcept {
    return std::any_of(metadata.tags.begin(), metadata.tags.end(), [&](const Tag& tag) { return tag.key == key; });
}

void add_if_new(Metadata& metadata, std::string_view key, std::string value) {
    if (!value.empty() && !has_tag(metadata, key)) metadata.tags.push_back({std::string(key), std::move(value)});
}

void parse_bext(std::span<const std::uint8_t> bytes, Metadata& metadata) {
    ByteReader reader(bytes);
    Broadcast b;
    b.description = without_end_spaces(reader.text(256));
    b.originator = without_end_spaces(reader.text(32));
    b.originator_reference = without_end_spaces(reader.text(32));
    b.origination_date = reader.text(10);
    b.origination_time = reader.text(8);
    b.time_reference_frames = reader.u64();
    const auto version = reader.u16();
    const auto umid = reader.take(64);
    if (version >= 1) std::copy(umid.begin(), umid.end(), b.umid.begin());
    reader.skip(10 + 180);  // five loudness fields and reserve
    b.coding_history = reader.text(reader.left());
    metadata.broadcast = std::move(b);
}

Bytes make_bext(const Broadcast& broadcast) {
    ByteWriter out;
    out.field(broadcast.description, 256);
    out.field(broadcast.originator, 32);
    out.field(broadcast.originator_reference, 32);
    out.field(broadcast.origination_date, 10);
    out.field(broadcast.origination_time, 8);
    out.u64(broadcast.time_reference_frames);
    out.u16(2);
    out.raw(broadcast.umid);
    if (broadcast.loudness)
        out.raw(make_bext_loudness(*broadcast.loudness));
    else
        for (int field = 0; field < 5; ++field) out.u16(loudness_not_given);
    out.zeros(180);
    out.text(broadcast.coding_history);
    out.pad_to_even();
    return out.bytes();
}

Bytes make_bext_loudness(const std::array<double, 5>& loudness) {
    ByteWriter out;
    for (const double value : loudness) {
        // In hundredths; what lies outside of the fields' range, as silence does, is not given.
        const bool fits = value > -99.99 && value < 99.99;
        out.u16(fits ? static_cast<std::uint16_t>(std::lround(100.0 * value)) : loudness_not_given);
    }
    return out.bytes();
}

void parse_cue(std::span<const std::uint8_t> bytes, Metadata& metadata) {
    ByteReader reader(bytes);
    for (auto count = reader.u32(); count > 0 && reader.left() >= 24; --count) {
        reader.skip(20);  // id, play order, chunk, its start, its block
        metadata.cues.push_back({.frame = reader.u32(), .label = {}});
    }
}

Bytes make_cue(const std::vector<Cue>& cues) {
    ByteWriter out;
    out.u32(cues.size());
    std::uint32_t id = 0;
    for (const auto& cue : cues) {
        const auto frame = std::min(static_cast<std::uint64_t>(cue.frame), max_cue_frame);
        out.u32(++id);
        out.u32(frame);
        out.text("data");
        out.u32(0);
        out.u32(0);
        out.u32(frame);
    }
    return out.bytes();
}

void parse_list(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> cue, Metadata& metadata) {
    ByteReader reader(bytes);
    const auto kind = reader.text(4);
    std::map<std::uint32_t, std::size_t> index_of_id;
    ByteReader ids(cue);
    const auto count = std::min<std::size_t>(ids.u32(), metadata.cues.size());
    for (std::size_t i = 0; i < count; ++i) {
        index_of_id[ids.u32()] = i;
        ids.skip(20);
    }
    while (reader.left() >= 8) {
        const auto id = reader.text(4);
        const auto size = reader.u32();
        ByteReader chunk(reader.take(size));
        reader.skip(size % 2);
        if (kind == "INFO") {
            for (const auto& name : info_names)
                if (name.chunk == id) add_if_new(metadata, name.key, chunk.text(chunk.left()));
        } else if (kind == "adtl" && id == "labl") {
            const auto found = index_of_id.find(chunk.u32());
            if (found != index_of_id.end()) metadata.cues[found->second].label = chunk.text(chunk.left());
        }
    }
}

Bytes make_cue_labels(const std::vector<Cue>& cues) {
    ByteWriter list;
    list.text("adtl");
    std::uint32_t id = 0;
    for (const auto& cue : cues) {
        ++id;
        if (!cue.label.empty()) add_text_chunk(list, "labl", id, true, cue.label);
    }
    return list.bytes().size() > 4 ? list.bytes() : Bytes{};
}

Bytes make_info_list(const std::vector<Tag>& tags) {
    ByteWriter list;
    list.text("INFO");
    for (const auto& name : info_names) {
        const auto tag = std::find_if(tags.begin(), tags.end(), [&](const Tag& t) { return t.key == name.key; });
        if (tag != tags.end()) add_text_chunk(list, name.chunk, 0, false, tag->value);
    }
    return list.bytes().size() > 4 ? list.bytes() : Bytes{};
}

void parse_smpl(std::span<const std::uint8_t> bytes, Metadata& metadata) {
    ByteReader reader(bytes);
    Sampler sampler;
    reader.skip(12);  // manufacturer, product, sample period
    sampler.midi_note = reader.u32();
    sampler.pitch_fraction = reader.u32();
    reader.skip(8);  // SMPTE format and offset
    auto count = reader.u32();
    reader.skip(4);
    for (; count > 0 && reader.left() >= 24; --count) {
        Loop loop;
        reader.skip(4);
        const auto kind = reader.u32();
        loop.kind = kind == 1 ? Loop::Kind::alternating : kind == 2 ? Loop::Kind::backward : Loop::Kind::forward;
        loop.first = reader.u32();
        loop.last = reader.u32();
        reader.skip(4);
        loop.count = reader.u32();
        sampler.loops.push_back(loop);
    }
    metadata.sampler = std::move(sampler);
}

Bytes make_smpl(const Sampler& sampler, double sample_rate_hz) {
    ByteWriter out;
    out.zeros(8);
    out.u32(static_cast<std::uint64_t>(std::llround(1e9 / sample_rate_hz)));  // sample period in ns
    out.u32(sampler.midi_note);
    out.u32(sampler.pitch_fraction);
    out.zeros(8);
    out.u32(sampler.loops.size());
    out.u32(0);
    std::uint32_t id = 0;
    for (const auto& loop : sampler.loops) {
        out.u32(++id);
        out.u32(loop.kind == Loop::Kind::alternating ? 1 : loop.kind == Loop::Kind::backward ? 2 : 0);
        out.u32(static_cast<std::uint64_t>(loop.first));
        out.u32(static_cast<std::uint64_t>(loop.last));
        out.u32(0);
        out.u32(loop.count);
    }
    return out.bytes();
}

void parse_mark(std::span<const std::uint8_t> bytes, Metadata& metadata) {
    ByteReader reader(bytes, Endian::big);
    for (auto count = reader.u16(); count > 0 && reader.left() >= 7; --count) {
        reader.skip(2);  // id
        const auto frame = reader.u32();
        const std::size_t length = reader.u8();
        metadata.cues.push_back({.frame = frame, .label = reader.text(length)});
        reader.skip((length + 1) % 2);  // the length byte counts
    }
}

Bytes make_mark(const std::vector<Cue>& cues) {
    ByteWriter out(Endian::big);
    const auto count = std::min<std::size_t>(cues.size(), 0xFFFF);
    out.u16(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto label = cues[i].label.substr(0, 255);
        out.u16(i + 1);
        out.u32(std::min(static_cast<std::uint64_t>(cues[i].frame), max_cue_frame));
        out.u8(label.size());
        out.text(label);
        out.pad_to_even();
    }
    return out.bytes();
}

std::string_view aiff_text_key(std::string_view chunk_id) noexcept {
    for (const auto& name : aiff_names)
        if (name.chunk == chunk_id) return name.key;
    return {};
}

std::string_view aiff_text_chunk(std::string_view key) noexcept {
    for (const auto& name : aiff_names)
        if (name.key == key) return name.chunk;
    return {};
}

}  // namespace burnish
