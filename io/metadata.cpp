#include "io/metadata.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "io/audio_file.h"
#include "io/chunks.h"
#include "io/container.h"
#include "io/sound_stream.h"
#include "io/tags.h"
#include "io/text_tags.h"
#include "io/wave_chunks.h"

namespace burnish {

namespace {

/// Sound, its description, padding, and measurements of the sound as it was: never carried over.
constexpr std::string_view chunks_of_the_sound[] = {"fmt ", "data", "fact", "ds64", "JUNK", "junk", "PAD ", "FLLR",
                                                    "PEAK", "levl", "slnt", "wavl", "bext", "cue ", "smpl", "plst"};
constexpr std::int64_t max_chunk_bytes = std::int64_t{64} << 20;

bool is_id3(const Chunk& chunk) { return chunk.id == "id3 " || chunk.id == "ID3 "; }

const Chunk* find(const std::vector<Chunk>& chunks, std::string_view id) {
    const auto found = std::find_if(chunks.begin(), chunks.end(), [&](const Chunk& chunk) { return chunk.id == id; });
    return found == chunks.end() ? nullptr : &*found;
}

void drop_oversized(std::vector<Chunk>& chunks, Metadata& metadata) {
    std::erase_if(chunks, [&](const Chunk& chunk) {
        const bool too_large = chunk.size > max_chunk_bytes && chunk.id != "data" && chunk.id != "SSND";
        if (too_large)
            metadata.warnings.push_back("the chunk \"" + chunk.id + "\" of " + std::to_string(chunk.size >> 20) +
                                        " MiB is not carried over");
        return too_large;
    });
}

void read_wave(int descriptor, InputKind kind, Metadata& metadata) {
    auto chunks = list_chunks(descriptor, kind);
    drop_oversized(chunks, metadata);
    Bytes cue;
    if (const auto* chunk = find(chunks, "cue ")) {
        cue = read_chunk(descriptor, *chunk);
        parse_cue(cue, metadata);
    }
    for (const auto& chunk : chunks)
        if (is_id3(chunk)) parse_id3(read_chunk(descriptor, chunk), metadata);
    for (const auto& chunk : chunks) {
        if (is_id3(chunk)) continue;
        if (chunk.id == "bext") parse_bext(read_chunk(descriptor, chunk), metadata);
        if (chunk.id == "smpl") parse_smpl(read_chunk(descriptor, chunk), metadata);
        if (chunk.id == "LIST")
            parse_list(read_chunk(descriptor, chunk), cue, metadata);
        else if (std::ranges::find(chunks_of_the_sound, chunk.id) == std::end(chunks_of_the_sound))
            metadata.chunks.push_back({chunk.id, read_chunk(descriptor, chunk)});
    }
}

void read_aiff(int descriptor, Metadata& metadata) {
    auto chunks = list_chunks(descriptor, InputKind::aiff);
    drop_oversized(chunks, metadata);
    if (const auto* marks = find(chunks, "MARK")) parse_mark(read_chunk(descriptor, *marks), metadata);
    for (const auto& chunk : chunks)
        if (is_id3(chunk)) parse_id3(read_chunk(descriptor, chunk), metadata);
    for (const auto& chunk : chunks)
        if (const auto key = aiff_text_key(chunk.id); !key.empty()) {
            const auto bytes = read_chunk(descriptor, chunk);
            add_if_new(metadata, key, ByteReader(bytes).text(bytes.size()));
        }
    if (find(chunks, "INST") != nullptr)
        metadata.warnings.emplace_back("the sampler settings of AIFF (INST) are not carried over");
}

/// CAF, AU and W64: the few strings that libsndfile finds.
void read_strings(const Input& input, Metadata& metadata) {
    struct String {
        int id;
        std::string_view key;
    };
    static constexpr auto strings = std::to_array<String>({{SF_STR_TITLE, "TITLE"},
                                                           {SF_STR_ARTIST, "ARTIST"},
                                                           {SF_STR_ALBUM, "ALBUM"},
                                                           {SF_STR_TRACKNUMBER, "TRACKNUMBER"},
                                                           {SF_STR_DATE, "DATE"},
                                                           {SF_STR_GENRE, "GENRE"},
                                                           {SF_STR_COMMENT, "COMMENT"},
                                                           {SF_STR_COPYRIGHT, "COPYRIGHT"},
                                                           {SF_STR_LICENSE, "LICENSE"}});
    const auto stream = SoundStream::for_reading(input.file.get(), {});
    if (!stream) return;
    for (const auto& string : strings)
        if (const char* text = sf_get_string(stream.get(), string.id)) add_if_new(metadata, string.key, text);
}

}  // namespace

Result<Metadata> read_metadata(const std::filesystem::path& path) {
    const auto audio = open_audio(path);
    if (!audio) return audio.error();
    const auto input = open_input(path);
    if (!input) return input.error();
    const int descriptor = input->file.get();
    Metadata metadata;
    metadata.sample_rate_hz = (*audio)->info().sample_rate_hz;
    switch (input->kind) {
        case InputKind::wav:
        case InputKind::rf64:
        case InputKind::bw64:
            read_wave(descriptor, input->kind, metadata);
            break;
        case InputKind::aiff:
            read_aiff(descriptor, metadata);
            break;
        case InputKind::flac:
        case InputKind::ogg:
        case InputKind::mpeg:
            read_tags(descriptor, input->kind, metadata);
            break;
        case InputKind::w64:
        case InputKind::caf:
        case InputKind::au:
            read_strings(*input, metadata);
            break;
    }
    metadata.replaygain_db = replaygain_of(metadata.tags);
    std::erase_if(metadata.tags, [](const Tag& tag) { return is_stale(tag.key); });
    take_chapter_tags(metadata);
    take_broadcast_tags(metadata);
    for (auto& warning : metadata.warnings) warning = path.string() + ": " + warning;
    return metadata;
}

void set_tag(Metadata& metadata, const Tag& tag) {
    std::erase_if(metadata.tags, [&](const Tag& old) { return old.key == tag.key; });
    metadata.tags.push_back(tag);
}

Metadata at_rate(Metadata metadata, double sample_rate_hz) {
    if (metadata.sample_rate_hz > 0.0 && metadata.sample_rate_hz != sample_rate_hz) {
        const double ratio = sample_rate_hz / metadata.sample_rate_hz;
        const auto scale = [&](auto& frame) {
            frame =
                static_cast<std::remove_reference_t<decltype(frame)>>(std::llround(static_cast<double>(frame) * ratio));
        };
        for (auto& cue : metadata.cues) scale(cue.frame);
        if (metadata.sampler)
            for (auto& loop : metadata.sampler->loops) {
                scale(loop.first);
                scale(loop.last);
            }
        if (metadata.broadcast) scale(metadata.broadcast->time_reference_frames);
    }
    metadata.sample_rate_hz = sample_rate_hz;
    return metadata;
}

Metadata cropped(Metadata metadata, std::int64_t first_frame, std::int64_t frames) {
    const auto is_outside = [&](std::int64_t frame) { return frame < 0 || frame > frames; };
    for (auto& cue : metadata.cues) cue.frame -= first_frame;
    if (std::erase_if(metadata.cues, [&](const Cue& cue) { return is_outside(cue.frame); }) > 0)
        metadata.warnings.emplace_back("cue points in the silence that was cut off are gone");
    if (metadata.sampler) {
        auto& loops = metadata.sampler->loops;
        for (auto& loop : loops) {
            loop.first -= first_frame;
            loop.last -= first_frame;
        }
        if (std::erase_if(loops, [&](const Loop& loop) { return loop.first < 0 || loop.last >= frames; }) > 0)
            metadata.warnings.emplace_back("loops that reach into the silence that was cut off are gone");
    }
    if (metadata.broadcast) metadata.broadcast->time_reference_frames += static_cast<std::uint64_t>(first_frame);
    return metadata;
}

}  // namespace burnish
