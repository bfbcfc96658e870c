#include <fcntl.h>
#include <taglib/aifffile.h>
#include <taglib/attachedpictureframe.h>
#include <taglib/chapterframe.h>
#include <taglib/flacfile.h>
#include <taglib/id3v2tag.h>
#include <taglib/infotag.h>
#include <taglib/mpegfile.h>
#include <taglib/opusfile.h>
#include <taglib/textidentificationframe.h>
#include <taglib/tpropertymap.h>
#include <taglib/vorbisfile.h>
#include <taglib/wavfile.h>
#include <taglib/xiphcomment.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

#include "core/random.h"
#include "io/chunks.h"
#include "io/output_file.h"
#include "io/tag_stream.h"
#include "tests/io/audio_files.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

using Catch::Matchers::Contains;

/// Something of everything; text beyond ASCII, a picture too large for any buffer, keys that no standard knows.
Metadata full_metadata(double sample_rate_hz) {
    Metadata m;
    m.sample_rate_hz = sample_rate_hz;
    m.tags = {
        {"TITLE", "Größe \u2013 Nº 1"}, {"ARTIST", "Anna"},     {"ARTIST", "Ben"},       {"ALBUM", "Tests"},
        {"TRACKNUMBER", "3/12"},        {"DATE", "2024-05-06"}, {"GENRE", "Electronic"}, {"COMMENT", "odd length!"},
        {"ISRC", "DEAB12300001"},       {"COMPOSER", "Clara"},  {"STUDIO DESK", "left"}};
    m.pictures = {{"image/png", "cover", 3, FileBytes(300'001, 0x5A)}, {"image/jpeg", "back", 4, {0xFF, 0xD8, 0, 1}}};
    m.cues = {{4800, "intros"}, {9600, ""}, {19'200, "end"}, {354'456'000, "2 h 3 min 4.5 s"}};
    m.sampler = Sampler{.midi_note = 64,
                        .pitch_fraction = 1U << 31,
                        .loops = {{Loop::Kind::alternating, 480, 960, 7}, {Loop::Kind::forward, 0, 4799, 0}}};
    Broadcast b;
    b.description = "a description";
    b.originator = "somebody";
    b.originator_reference = "REF0001";
    b.origination_date = "2024-05-06";
    b.origination_time = "07:08:09";
    b.time_reference_frames = 172'800'000'000;  // needs both halves of the field
    for (std::size_t i = 0; i < b.umid.size(); ++i) b.umid[i] = static_cast<std::uint8_t>(3 * i + 1);
    b.coding_history = "A=ANALOGUE,M=stereo,T=tape\r\n";
    m.broadcast = b;
    m.chunks = {{"iXML", {'<', 'x', '/', '>', '\n'}}, {"cart", FileBytes(2048, 'c')}};
    return m;
}

std::vector<std::string> write_with(const std::filesystem::path& path, const Metadata& metadata,
                                    double rate_hz = 48000.0, std::int64_t expected_frames = 24'000) {
    const auto audio = toy_music(0.5, rate_hz);
    auto file = need(OutputFile::create(
        path, {.sample_rate_hz = rate_hz, .channels = 2, .frames = expected_frames, .depth = std::nullopt}, metadata,
        true));
    need(file->write(audio.view()));
    need(file->finish());
    need(file->commit());
    const auto written = need(open_audio(path));
    CHECK(written->info().frames == audio.frames());
    CHECK(written->warnings().empty());
    if (!file->encoding().format->lossy()) CHECK(null_depth_db(audio, read_all(*written)) < -120.0);
    return file->warnings();
}

std::vector<Tag> sorted(std::vector<Tag> tags) {
    std::sort(tags.begin(), tags.end(),
              [](const Tag& a, const Tag& b) { return std::tie(a.key, a.value) < std::tie(b.key, b.value); });
    return tags;
}

TagLib::String text(const char* utf8) { return {utf8, TagLib::String::UTF8}; }

struct Close {
    void operator()(SNDFILE* file) const noexcept { sf_close(file); }
};
using Sndfile = std::unique_ptr<SNDFILE, Close>;
Sndfile open_sndfile(const std::filesystem::path& path) {
    SF_INFO info{};
    Sndfile file(sf_open(path.c_str(), SFM_READ, &info));
    REQUIRE(file);
    return file;
}

}  // namespace

TEST_CASE("metadata survives in every format that has a place for it", "[io]") {
    const TemporaryDirectory directory;
    const auto given = full_metadata(48000.0);
    for (const auto& format : output_formats()) {
        if (format.container == Container::w64) continue;
        INFO(format.name);
        const auto path = directory / name_in(format);
        const auto warnings = write_with(path, given);
        const auto found = need(read_metadata(path));
        CHECK(sorted(found.tags) == sorted(given.tags));
        CHECK(found.pictures == given.pictures);
        CHECK(found.cues == given.cues);
        REQUIRE(found.broadcast);
        auto broadcast = *given.broadcast;
        const bool wav = format.container == Container::wav;
        if (wav) broadcast.coding_history += "A=PCM,F=48000,W=24,M=stereo,T=burnish\r\n";
        CHECK(*found.broadcast == broadcast);
        CHECK(found.sampler == (wav ? given.sampler : std::nullopt));
        CHECK((found.chunks == given.chunks) == wav);
        CHECK(warnings.size() == (wav ? 0 : 3));  // the loops and the two chunks
        CHECK(found.warnings.empty());
    }
    const auto warnings = write_with(directory / "x.w64", given);
    CHECK(warnings.size() == given.tags.size() + 6);
    CHECK_THAT(warnings.front(), Contains("x.w64: the tag TITLE left out, W64 has no place for it"));
}

TEST_CASE("metadata survives a journey through all containers", "[io]") {
    const TemporaryDirectory directory;
    const auto given = full_metadata(48000.0);
    auto metadata = given;
    metadata.sampler.reset();
    metadata.chunks.clear();
    for (const char* name : {"a.wav", "b.flac", "c.aiff", "d.mp3", "e.opus", "f.ogg", "g.wav"}) {
        INFO(name);
        CHECK(write_with(directory / name, metadata).empty());
        metadata = need(read_metadata(directory / name));
        CHECK(sorted(metadata.tags) == sorted(given.tags));
        CHECK(metadata.pictures == given.pictures);
        CHECK(metadata.cues == given.cues);
        CHECK(metadata.broadcast->time_reference_frames == given.broadcast->time_reference_frames);
    }
}

TEST_CASE("WAV metadata is read by libsndfile and TagLib as it was meant", "[io]") {
    const TemporaryDirectory directory;
    const auto given = full_metadata(48000.0);
    write_with(directory / "x.wav", given);
    const auto file = open_sndfile(directory / "x.wav");

    SF_BROADCAST_INFO_VAR(1024) bext = {};
    REQUIRE(sf_command(file.get(), SFC_GET_BROADCAST_INFO, &bext, sizeof bext) == SF_TRUE);
    CHECK(std::string(bext.description) == "a description");
    CHECK(std::string(bext.originator) == "somebody");
    CHECK(std::string(bext.originator_reference) == "REF0001");
    CHECK(std::string(bext.origination_date, 10) == "2024-05-06");
    CHECK(std::string(bext.origination_time, 8) == "07:08:09");
    CHECK((std::uint64_t{bext.time_reference_high} << 32 | bext.time_reference_low) == 172'800'000'000);
    CHECK(bext.version == 2);
    CHECK(std::memcmp(bext.umid, given.broadcast->umid.data(), 64) == 0);
    CHECK(bext.loudness_value == 0x7FFF);
    CHECK(bext.max_true_peak_level == 0x7FFF);
    CHECK_THAT(std::string(bext.coding_history, bext.coding_history_size),
               Catch::Matchers::StartsWith("A=ANALOGUE,M=stereo,T=tape\r\nA=PCM,F=48000,W=24,M=stereo,T=burnish\r\n"));

    SF_CUES cues = {};
    REQUIRE(sf_command(file.get(), SFC_GET_CUE, &cues, sizeof cues) == SF_TRUE);
    REQUIRE(cues.cue_count == 4);
    CHECK(cues.cue_points[0].sample_offset == 4800);
    CHECK(cues.cue_points[2].sample_offset == 19'200);
    CHECK(std::string(cues.cue_points[0].name) == "intros");
    CHECK(std::string(cues.cue_points[1].name).empty());
    CHECK(std::string(cues.cue_points[2].name) == "end");

    SF_INSTRUMENT instrument = {};
    REQUIRE(sf_command(file.get(), SFC_GET_INSTRUMENT, &instrument, sizeof instrument) == SF_TRUE);
    CHECK(instrument.basenote == 64);
    REQUIRE(instrument.loop_count == 2);
    CHECK(instrument.loops[0].mode == SF_LOOP_ALTERNATING);
    CHECK(instrument.loops[0].start == 480);
    CHECK(instrument.loops[0].count == 7);
    CHECK(std::string(sf_get_string(file.get(), SF_STR_TITLE)) == "Größe \u2013 Nº 1");

    TagLib::RIFF::WAV::File wav((directory / "x.wav").c_str());
    REQUIRE(wav.hasID3v2Tag());
    CHECK(wav.ID3v2Tag()->properties()["ARTIST"].size() == 2);
    CHECK(wav.ID3v2Tag()->properties()["ISRC"].front() == text("DEAB12300001"));
    CHECK(wav.ID3v2Tag()->frameList("APIC").size() == 2);
    REQUIRE(wav.hasInfoTag());
    CHECK(wav.InfoTag()->album() == text("Tests"));
    CHECK(wav.InfoTag()->track() == 3);

    // Broadcast software looks for bext before the sound.
    const auto bytes = load(directory / "x.wav");
    const auto find = [&](const std::string& id) {
        return std::search(bytes.begin(), bytes.end(), id.begin(), id.end());
    };
    CHECK(find("bext") < find("data"));
    const std::string bext_id = "bext";
    CHECK(std::search(find("bext") + 1, bytes.end(), bext_id.begin(), bext_id.end()) == bytes.end());
    const auto riff_size = bytes[4] | bytes[5] << 8 | bytes[6] << 16 | bytes[7] << 24;
    CHECK(static_cast<std::size_t>(riff_size) + 8 == bytes.size());
}

TEST_CASE("the other containers' metadata is read by TagLib as it was meant", "[io]") {
    const TemporaryDirectory directory;
    const auto given = full_metadata(48000.0);
    const auto check_properties = [&](TagLib::PropertyMap properties) {
        CHECK(properties["TITLE"].front() == text("Größe \u2013 Nº 1"));
        CHECK(properties["ARTIST"].size() == 2);
        CHECK(properties["STUDIO DESK"].front() == "left");
        CHECK(properties["TIME_REFERENCE"].front() == "172800000000");
    };
    for (const char* name : {"x.flac", "x.ogg", "x.opus", "x.mp3", "x.aiff"}) write_with(directory / name, given);
    {
        TagLib::FLAC::File file((directory / "x.flac").c_str());
        check_properties(file.properties());
        REQUIRE(file.pictureList().size() == 2);
        CHECK(file.pictureList().front()->data().size() == 300'001);
        CHECK(file.properties()["CHAPTER001"].front() == "00:00:00.100");
        CHECK(file.properties()["CHAPTER003NAME"].front() == "end");
        CHECK(file.properties()["CHAPTER004"].front() == "02:03:04.500");
    }
    {
        TagLib::Ogg::Vorbis::File file((directory / "x.ogg").c_str());
        check_properties(file.properties());
        CHECK(file.tag()->pictureList().size() == 2);
    }
    {
        TagLib::Ogg::Opus::File file((directory / "x.opus").c_str());
        check_properties(file.properties());
        CHECK(file.tag()->pictureList().size() == 2);
    }
    {
        TagLib::MPEG::File file((directory / "x.mp3").c_str());
        check_properties(file.properties());
        CHECK(file.ID3v2Tag()->frameList("APIC").size() == 2);
        const auto chapters = file.ID3v2Tag()->frameList("CHAP");
        REQUIRE(chapters.size() == 4);
        const auto* first = dynamic_cast<TagLib::ID3v2::ChapterFrame*>(chapters.front());
        REQUIRE(first != nullptr);
        CHECK(first->startTime() == 100);
        CHECK(first->endTime() == 200);
        CHECK(first->embeddedFrameList("TIT2").front()->toString() == "intros");
    }
    {
        TagLib::RIFF::AIFF::File file((directory / "x.aiff").c_str());
        check_properties(file.properties());
        const auto sndfile = open_sndfile(directory / "x.aiff");
        SF_CUES cues = {};
        REQUIRE(sf_command(sndfile.get(), SFC_GET_CUE, &cues, sizeof cues) == SF_TRUE);
        REQUIRE(cues.cue_count == 4);
        CHECK(cues.cue_points[0].sample_offset == 4800);
        CHECK(std::string(cues.cue_points[2].name) == "end");
        CHECK(std::string(sf_get_string(sndfile.get(), SF_STR_TITLE)) == "Größe \u2013 Nº 1");
    }
}

TEST_CASE("what others have written is found", "[io]") {
    const TemporaryDirectory directory;
    const auto path = directory / "x.wav";
    {
        SF_INFO info{};
        info.samplerate = 44100;
        info.channels = 1;
        info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
        const Sndfile file(sf_open(path.c_str(), SFM_WRITE, &info));
        sf_set_string(file.get(), SF_STR_TITLE, "title");
        sf_set_string(file.get(), SF_STR_TRACKNUMBER, "7");
        SF_BROADCAST_INFO bext = {};
        std::strncpy(bext.description, "described", sizeof bext.description);
        bext.time_reference_low = 12'345;
        bext.version = 1;
        REQUIRE(sf_command(file.get(), SFC_SET_BROADCAST_INFO, &bext, sizeof bext) == SF_TRUE);
        SF_CUES cues = {};
        cues.cue_count = 2;
        for (std::uint32_t i = 0; i < 2; ++i) {
            cues.cue_points[i].indx = static_cast<std::int32_t>(i);
            cues.cue_points[i].sample_offset = 100 * (i + 1);
        }
        REQUIRE(sf_command(file.get(), SFC_SET_CUE, &cues, sizeof cues) == SF_TRUE);
        SF_INSTRUMENT instrument = {};
        instrument.basenote = 50;
        instrument.loop_count = 1;
        instrument.loops[0] = {SF_LOOP_FORWARD, 10, 20, 3};
        REQUIRE(sf_command(file.get(), SFC_SET_INSTRUMENT, &instrument, sizeof instrument) == SF_TRUE);
        const std::vector<short> samples(1000, 0);
        sf_write_short(file.get(), samples.data(), 1000);
    }
    {
        TagLib::RIFF::WAV::File file(path.c_str());
        file.ID3v2Tag()->setTitle("title of the ID3 tag");
        file.save(TagLib::RIFF::WAV::File::ID3v2, TagLib::File::StripNone);
    }
    const auto found = need(read_metadata(path));
    CHECK(found.sample_rate_hz == 44100.0);
    CHECK(sorted(found.tags) == std::vector<Tag>{{"TITLE", "title of the ID3 tag"}, {"TRACKNUMBER", "7"}});
    REQUIRE(found.broadcast);
    CHECK(found.broadcast->description == "described");
    CHECK(found.broadcast->time_reference_frames == 12'345);
    CHECK_THAT(found.broadcast->coding_history, Contains("libsndfile"));
    CHECK(found.cues == std::vector<Cue>{{100, ""}, {200, ""}});
    REQUIRE(found.sampler);
    CHECK(found.sampler->midi_note == 50);
    REQUIRE(found.sampler->loops.size() == 1);
    CHECK(found.sampler->loops[0].first == 10);
    CHECK(found.sampler->loops[0].count == 3);
}

TEST_CASE("measurements of the old sound and the old encoder do not pass", "[io]") {
    const TemporaryDirectory directory;
    write_with_libsndfile(directory / "x.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, grid_noise(16, 1000, 2));
    {
        TagLib::FLAC::File file((directory / "x.flac").c_str());
        TagLib::PropertyMap properties;
        for (const char* key :
             {"REPLAYGAIN_TRACK_GAIN", "REPLAYGAIN_ALBUM_PEAK", "R128_TRACK_GAIN", "ENCODER", "ALBUM"})
            properties.insert(key, TagLib::StringList("x"));
        file.setProperties(properties);
        file.save();
    }
    CHECK(need(read_metadata(directory / "x.flac")).tags == std::vector<Tag>{{"ALBUM", "x"}});
}

// 44.1 kHz to 96 kHz: 44100 frames become 96000.
TEST_CASE("positions are counted at the rate of the file", "[io]") {
    const TemporaryDirectory directory;
    Metadata metadata;
    metadata.sample_rate_hz = 44100.0;
    metadata.cues = {{441, "a"}, {22'050, "b"}};
    metadata.sampler = Sampler{.midi_note = 60, .pitch_fraction = 0, .loops = {{Loop::Kind::forward, 441, 4410, 0}}};
    metadata.broadcast = Broadcast{};
    metadata.broadcast->time_reference_frames = 44'100;
    write_with(directory / "x.wav", metadata, 96000.0);
    const auto found = need(read_metadata(directory / "x.wav"));
    CHECK(found.cues == std::vector<Cue>{{960, "a"}, {48'000, "b"}});
    CHECK(found.sampler->loops[0].first == 960);
    CHECK(found.sampler->loops[0].last == 9600);
    CHECK(found.broadcast->time_reference_frames == 96'000);
    CHECK(found.broadcast->coding_history == "A=PCM,F=96000,W=24,M=stereo,T=burnish\r\n");
}

TEST_CASE("metadata goes into long WAVs too", "[io]") {
    const TemporaryDirectory directory;
    const auto given = full_metadata(48000.0);
    // Announced as RF64, ended as WAV.
    write_with(directory / "x.wav", given, 48000.0, std::int64_t{1} << 30);
    CHECK(need(read_metadata(directory / "x.wav")).pictures == given.pictures);

    // RF64 proper: its size is in the ds64 chunk.
    const auto audio = grid_noise(24, 501, 1);  // an odd number of bytes
    write_with_libsndfile(directory / "y.wav", SF_FORMAT_RF64 | SF_FORMAT_PCM_24, 48000, audio);
    {
        const FileDescriptor file(::open((directory / "y.wav").c_str(), O_RDWR));
        REQUIRE(append_chunk(file.get(), InputKind::rf64, "iXML", FileBytes(7, 'x')));
    }
    const auto bytes = load(directory / "y.wav");
    CHECK(bytes.size() % 2 == 0);
    CHECK((bytes[20] | bytes[21] << 8U) + 8U == bytes.size());
    CHECK(same_bits(read_all(*need(open_audio(directory / "y.wav"))), audio));
    const auto found = need(read_metadata(directory / "y.wav"));
    REQUIRE(found.chunks.size() == 1);
    CHECK(found.chunks[0].id == "iXML");
    CHECK(found.chunks[0].bytes == FileBytes(7, 'x'));
}

// Tags go in front of the sound, which may be many times larger than what is moved at once.
TEST_CASE("bytes are put into the middle of a file and taken out again", "[io]") {
    const TemporaryDirectory directory;
    Random random(3);
    FileBytes bytes(3'500'000);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.bits());
    save(directory / "x", bytes);
    const FileDescriptor file(::open((directory / "x").c_str(), O_RDWR));
    TagStream stream(file.get(), false);
    stream.insert(TagLib::ByteVector(1000, 'n'), 100, 10);  // longer than what it replaces
    bytes.erase(bytes.begin() + 100, bytes.begin() + 110);
    bytes.insert(bytes.begin() + 100, 1000, 'n');
    CHECK(load(directory / "x") == bytes);
    stream.insert(TagLib::ByteVector(7, 'm'), 50, 3000);  // shorter
    bytes.erase(bytes.begin() + 50, bytes.begin() + 3050);
    bytes.insert(bytes.begin() + 50, 7, 'm');
    CHECK(load(directory / "x") == bytes);
    stream.removeBlock(20, 2'000'000);
    bytes.erase(bytes.begin() + 20, bytes.begin() + 2'000'020);
    CHECK(load(directory / "x") == bytes);
    CHECK(stream.error_number() == 0);
}

// Damaged metadata must not stand in the way of the sound, nor crash.
TEST_CASE("any bytes at all in the place of metadata are survived", "[io]") {
    const TemporaryDirectory directory;
    const auto given = full_metadata(48000.0);
    Random random(5);
    for (const char* name : {"x.wav", "x.aiff", "x.flac", "x.mp3", "x.ogg"}) {
        auto small = given;
        small.pictures = {{"image/png", "cover", 3, FileBytes(100, 1)}};
        write_with(directory / name, small);
        const auto whole = load(directory / name);
        for (int trial = 0; trial < 60; ++trial) {
            auto bytes = whole;
            for (int i = 0; i < 20; ++i) {
                const auto range = static_cast<double>(std::min<std::size_t>(bytes.size(), 6000));
                const auto at = static_cast<std::size_t>(random.uniform() * range);
                bytes[trial % 2 == 0 ? at : bytes.size() - 1 - at] = static_cast<std::uint8_t>(random.bits());
            }
            save(directory / "y", bytes);
            const auto found = read_metadata(directory / "y");
            CHECK((found || !found.error().message.empty()));
        }
    }
}

}  // namespace burnish::test
