#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "io/audio_file.h"
#include "tests/io/audio_files.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

using Catch::Matchers::Contains;

constexpr int wav_24 = SF_FORMAT_WAV | SF_FORMAT_PCM_24;
constexpr int alac_24 = SF_FORMAT_CAF | SF_FORMAT_ALAC_24;

Error error_of(const std::filesystem::path& path) {
    auto opened = open_audio(path);
    if (opened) {
        FAIL("opened " << path);
    }
    CHECK(opened.error().code == ErrorCode::input);
    CHECK_THAT(opened.error().message, Catch::Matchers::StartsWith(path.string() + ": "));
    return opened.error();
}

void put_u32(FileBytes& bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) bytes.at(at + i) = static_cast<std::uint8_t>(value >> 8 * i);
}

std::size_t position_of(const FileBytes& bytes, const std::string& text) {
    const auto found = std::search(bytes.begin(), bytes.end(), text.begin(), text.end());
    REQUIRE(found != bytes.end());
    return static_cast<std::size_t>(found - bytes.begin());
}

}  // namespace

// Integers of n bits, written as integers by libsndfile, are k / 2^(n - 1) exactly. 32 bits do not fit a float.
TEST_CASE("integer samples of every container are scaled exactly", "[io]") {
    struct Row {
        const char* name;
        int format;
        int bits;
        const char* container;
    };
    const Row rows[] = {
        {"u8.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 8, "WAV"},
        {"16.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 16, "WAV"},
        {"24.wav", wav_24, 24, "WAV"},
        {"32.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 32, "WAV"},
        {"extensible.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, 24, "WAV"},
        {"24.rf64", SF_FORMAT_RF64 | SF_FORMAT_PCM_24, 24, "RF64"},
        {"24.w64", SF_FORMAT_W64 | SF_FORMAT_PCM_24, 24, "W64"},
        {"s8.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_S8, 8, "AIFF"},
        {"24.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 24, "AIFF"},
        {"little.aifc", SF_FORMAT_AIFF | SF_ENDIAN_LITTLE | SF_FORMAT_PCM_16, 16, "AIFF"},
        {"16.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16, "FLAC"},
        {"24.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 24, "FLAC"},
        {"24.caf", SF_FORMAT_CAF | SF_FORMAT_PCM_24, 24, "CAF"},
        {"alac.caf", alac_24, 24, "CAF"},
        {"16.au", SF_FORMAT_AU | SF_FORMAT_PCM_16, 16, "AU"},
    };
    const TemporaryDirectory directory;
    for (const auto& row : rows)
        for (const int channels : {1, 2}) {
            INFO(row.name << ", " << channels << " channels");
            auto expected = grid_noise(std::min(row.bits, 24), 10'000, channels);
            if (row.format == alac_24)  // libsndfile 1.2 garbles loud noise when it writes ALAC
                for (int c = 0; c < channels; ++c)
                    for (float& x : expected.channel(c)) x = std::floor(x * 0x1p19F) * 0x1p-23F;
            write_with_libsndfile(directory / row.name, row.format, 44100, expected);
            const auto file = need(open_audio(directory / row.name));
            CHECK(file->info().sample_rate_hz == 44100.0);
            CHECK(file->info().channels == channels);
            CHECK(file->info().frames == expected.frames());
            CHECK(file->info().bits_per_sample == row.bits);
            CHECK(file->format().container == row.container);
            CHECK_FALSE(file->format().lossy);
            CHECK(file->warnings().empty());
            CHECK(same_bits(read_all(*file), expected));
        }
}

TEST_CASE("floating-point samples are kept, beyond full scale too", "[io]") {
    const TemporaryDirectory directory;
    const auto expected = white_noise(4.0, 0.25, 8000.0);
    for (const int container :
         {SF_FORMAT_WAV, SF_FORMAT_WAVEX, SF_FORMAT_RF64, SF_FORMAT_W64, SF_FORMAT_AIFF, SF_FORMAT_CAF, SF_FORMAT_AU})
        for (const int encoding : {SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE}) {
            INFO(std::hex << (container | encoding));
            write_with_libsndfile(directory / "x", container | encoding, 192000, expected);
            const auto file = need(open_audio(directory / "x"));
            CHECK(file->info().sample_rate_hz == 192000.0);
            CHECK(file->info().bits_per_sample == 0);
            CHECK(file->format().encoding == (encoding == SF_FORMAT_FLOAT ? "32-bit float" : "64-bit float"));
            CHECK(same_bits(read_all(*file), expected));
        }
}

TEST_CASE("BW64 reads like the RF64 it is", "[io]") {
    const TemporaryDirectory directory;
    const auto expected = grid_noise(24, 5000, 2);
    write_with_libsndfile(directory / "x.wav", SF_FORMAT_RF64 | SF_FORMAT_FLOAT, 48000, expected);
    auto bytes = load(directory / "x.wav");
    REQUIRE(std::string(bytes.begin(), bytes.begin() + 4) == "RF64");
    bytes[0] = 'B';
    bytes[1] = 'W';
    save(directory / "x.wav", bytes);
    const auto file = need(open_audio(directory / "x.wav"));
    CHECK(file->format().container == "BW64");
    CHECK(same_bits(read_all(*file), expected));
}

// As ffmpeg writes it: the format is "see the extension", and the extension says 3, IEEE floating point.
TEST_CASE("a W64 file that tells of floating point in its extension reads as that", "[io]") {
    const TemporaryDirectory directory;
    const auto expected = grid_noise(24, 500, 2);
    FileBytes bytes;
    const auto put = [&](std::uint64_t value, int count) {
        for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> 8 * i));
    };
    const auto put_guid = [&](const char* name, std::initializer_list<std::uint8_t> rest) {
        bytes.insert(bytes.end(), name, name + 4);
        bytes.insert(bytes.end(), rest);
    };
    const std::initializer_list<int> chunk = {0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A};
    const FileBytes name_tail(chunk.begin(), chunk.end());
    const auto put_chunk = [&](const char* name) {
        bytes.insert(bytes.end(), name, name + 4);
        bytes.insert(bytes.end(), name_tail.begin(), name_tail.end());
    };
    const auto samples = interleaved(expected);
    put_guid("riff", {0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00});
    put(40 + 64 + 24 + 4 * samples.size(), 8);
    put_chunk("wave");
    put_chunk("fmt ");
    put(24 + 40, 8);
    put(0xFFFE, 2);
    put(2, 2);
    put(48000, 4);
    put(48000 * 8, 4);
    put(8, 2);
    put(32, 2);
    put(22, 2);
    put(32, 2);
    put(3, 4);
    put(3, 2);
    bytes.insert(bytes.end(), {0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71});
    put_chunk("data");
    put(24 + 4 * samples.size(), 8);
    const auto* const raw = reinterpret_cast<const std::uint8_t*>(samples.data());
    bytes.insert(bytes.end(), raw, raw + 4 * samples.size());
    save(directory / "x.w64", bytes);
    const auto file = need(open_audio(directory / "x.w64"));
    CHECK(file->info().bits_per_sample == 0);
    CHECK(same_bits(read_all(*file), expected));
}

TEST_CASE("rewinding gives the same bits, in blocks of any size", "[io]") {
    const TemporaryDirectory directory;
    const auto audio = toy_music(1.0, 48000.0);
    for (const int format : {wav_24, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS,
                             SF_FORMAT_OGG | SF_FORMAT_OPUS, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III}) {
        INFO(std::hex << format);
        write_with_libsndfile(directory / "x", format, 48000, audio);
        const auto file = need(open_audio(directory / "x"));
        CHECK(file->info().frames == audio.frames());
        const auto first = read_all(*file, 4096);
        CHECK(first.frames() == audio.frames());
        // Any codec at its default is well within -20 dB of the original, unless it is shifted in time.
        CHECK(null_depth_db(audio, first) < -20.0);
        need(file->rewind());
        AudioBuffer some(2, 777);
        CHECK(need(file->read(some.view())) == 777);
        need(file->rewind());
        CHECK(same_bits(read_all(*file, 311), first));
        CHECK(need(file->read(some.view())) == 0);
    }
}

// Without its first frame, which holds the Xing header, an MP3 has no length: players guess from the bit rate of the
// next frame. A quiet start and a loud rest make that guess far too small or too large.
TEST_CASE("an MP3 of variable bit rate without a header is read to its end", "[io]") {
    const TemporaryDirectory directory;
    auto audio = white_noise(0.5, 4.0, 44100.0);
    const bool quiet_first = GENERATE(true, false);
    for (int c = 0; c < 2; ++c)
        for (int n = 0; n < audio.frames(); ++n)
            if ((n < audio.frames() / 2) == quiet_first) audio.channel(c)[n] *= 1e-6F;
    SF_INFO info{};
    info.samplerate = 44100;
    info.channels = 2;
    info.format = SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
    SNDFILE* out = sf_open((directory / "x.mp3").c_str(), SFM_WRITE, &info);
    int variable = SF_BITRATE_MODE_VARIABLE;
    sf_command(out, SFC_SET_BITRATE_MODE, &variable, sizeof variable);
    sf_writef_float(out, interleaved(audio).data(), audio.frames());
    sf_close(out);

    auto bytes = load(directory / "x.mp3");
    const auto xing = position_of(bytes, "Xing");
    const auto start = xing - 36;  // four bytes of header and 32 of side information
    const auto second = std::search(bytes.begin() + static_cast<std::ptrdiff_t>(xing), bytes.end(),
                                    bytes.begin() + static_cast<std::ptrdiff_t>(start),
                                    bytes.begin() + static_cast<std::ptrdiff_t>(start) + 2);
    save(directory / "x.mp3", {second, bytes.end()});
    const auto file = need(open_audio(directory / "x.mp3"));
    // The encoder's delay and padding stay in, since the header that tells of them is gone: 1105 + 529 frames and up
    // to two of 1152.
    CHECK(file->info().frames >= audio.frames());
    CHECK(file->info().frames <= audio.frames() + 4 * 1152);
    CHECK(read_all(*file).frames() == file->info().frames);
}

TEST_CASE("a FLAC that was streamed has no length in its header and is counted", "[io]") {
    const TemporaryDirectory directory;
    const auto expected = grid_noise(16, 30'000, 2);
    write_with_libsndfile(directory / "x.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, expected);
    auto bytes = load(directory / "x.flac");
    // STREAMINFO: the length is the low 36 bits of bytes 10..17 of the first block, after 8 bytes of headers.
    bytes[8 + 13] &= 0xF0;
    for (int i = 14; i < 18; ++i) bytes[8 + static_cast<std::size_t>(i)] = 0;
    save(directory / "x.flac", bytes);
    const auto file = need(open_audio(directory / "x.flac"));
    CHECK(file->info().frames == expected.frames());
    CHECK(same_bits(read_all(*file), expected));
}

TEST_CASE("a WAV whose sizes were never filled in is read to its end without a complaint", "[io]") {
    const TemporaryDirectory directory;
    const auto expected = grid_noise(24, 1000, 2);
    write_with_libsndfile(directory / "x.wav", wav_24, 44100, expected);
    auto bytes = load(directory / "x.wav");
    const auto unknown = GENERATE(0xFFFFFFFFU, 0U);
    put_u32(bytes, 4, unknown);
    put_u32(bytes, position_of(bytes, "data") + 4, unknown);
    save(directory / "x.wav", bytes);
    const auto file = need(open_audio(directory / "x.wav"));
    CHECK(file->info().frames == 1000);
    CHECK(file->warnings().empty());
    CHECK(read_all(*file).frames() == 1000);
}

TEST_CASE("of a file that was cut, the rest is read with a warning", "[io]") {
    const TemporaryDirectory directory;
    const auto audio = grid_noise(16, 40'000, 2);
    for (const int format :
         {SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_RF64 | SF_FORMAT_PCM_16, SF_FORMAT_W64 | SF_FORMAT_PCM_16,
          SF_FORMAT_AIFF | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_16}) {
        INFO(std::hex << format);
        write_with_libsndfile(directory / "x", format, 44100, audio);
        auto bytes = load(directory / "x");
        bytes.resize(bytes.size() / 2);
        save(directory / "x", bytes);
        const auto file = need(open_audio(directory / "x"));
        CHECK(file->info().frames > 15'000);
        CHECK(file->info().frames < 20'001);
        REQUIRE(file->warnings().size() == 1);
        CHECK_THAT(file->warnings()[0], Contains("cut off") && Contains(std::to_string(file->info().frames)));
        const auto read = read_all(*file);
        CHECK(read.frames() == file->info().frames);
        AudioBuffer beginning(2, read.frames());
        copy(audio.view().part(0, read.frames()), beginning.view());
        CHECK(same_bits(read, beginning));
    }
}

TEST_CASE("an Ogg file without the page that ends its stream is read with a warning", "[io]") {
    const TemporaryDirectory directory;
    const auto music = toy_music(4.0, 48000.0, 2);
    for (const int format : {SF_FORMAT_OGG | SF_FORMAT_VORBIS, SF_FORMAT_OGG | SF_FORMAT_OPUS}) {
        INFO(std::hex << format);
        write_with_libsndfile(directory / "x.ogg", format, 48000, music);
        auto bytes = load(directory / "x.ogg");
        CHECK(need(open_audio(directory / "x.ogg"))->warnings().empty());
        for (const auto size : {bytes.size() - 1, bytes.size() / 2}) {
            bytes.resize(size);
            save(directory / "x.ogg", bytes);
            const auto file = need(open_audio(directory / "x.ogg"));
            REQUIRE(file->warnings().size() == 1);
            CHECK_THAT(file->warnings()[0], Contains("cut off") && Contains(std::to_string(file->info().frames)));
        }
    }
}

TEST_CASE("files cut at any byte are read or refused, never more", "[io]") {
    const TemporaryDirectory directory;
    const auto audio = toy_music(0.5, 8000.0, 1);
    for (const int format :
         {SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_RF64 | SF_FORMAT_PCM_16, SF_FORMAT_W64 | SF_FORMAT_PCM_16,
          SF_FORMAT_AIFF | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_CAF | SF_FORMAT_PCM_16,
          SF_FORMAT_OGG | SF_FORMAT_VORBIS, SF_FORMAT_OGG | SF_FORMAT_OPUS,
          SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III}) {
        write_with_libsndfile(directory / "whole", format, 8000, audio);
        const auto whole = load(directory / "whole");
        for (std::size_t size = 1; size < whole.size(); size += size < 128 ? 3 : whole.size() / 7) {
            save(directory / "x", {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
            INFO(std::hex << format << std::dec << " cut to " << size);
            const auto file = open_audio(directory / "x");
            if (file) {
                AudioBuffer piece(1, 512);
                std::int64_t frames = 0;
                auto got = (*file)->read(piece.view());
                for (; got && *got > 0; got = (*file)->read(piece.view())) frames += *got;
                CHECK((!got || frames == (*file)->info().frames));
            } else {
                CHECK_THAT(file.error().message, Catch::Matchers::StartsWith((directory / "x").string()));
            }
        }
    }
}

TEST_CASE("samples that are not numbers are an error that tells where and how many", "[io]") {
    const TemporaryDirectory directory;
    auto audio = white_noise(0.5, 1.0, 8000.0);
    audio.channel(1)[6000] = std::numeric_limits<float>::quiet_NaN();
    audio.channel(0)[7000] = std::numeric_limits<float>::infinity();
    audio.channel(1)[7999] = -std::numeric_limits<float>::infinity();
    write_with_libsndfile(directory / "x.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 8000, audio);
    const auto file = need(open_audio(directory / "x.wav"));
    AudioBuffer piece(2, 8000);
    const auto got = file->read(piece.view());
    REQUIRE_FALSE(got);
    CHECK(got.error().code == ErrorCode::input);
    CHECK_THAT(got.error().message, Contains("x.wav: 3 samples are not a number or infinite, the first at 0.75 s "
                                             "(frame 6000, channel 2)"));

    // A double that no float can hold would become infinite.
    write_with_libsndfile(directory / "x.wav", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 8000, 1,
                          std::vector<double>{0.0, 1e300, 0.0});
    const auto huge = need(open_audio(directory / "x.wav"));
    AudioBuffer three(1, 3);
    CHECK_FALSE(huge->read(three.view()));
}

TEST_CASE("what cannot be read is refused in the user's words", "[io]") {
    const TemporaryDirectory directory;
    const auto path = directory / "x.wav";

    CHECK_THAT(error_of(directory / "missing.wav").message, Contains("No such file"));
    std::filesystem::create_directory(directory / "folder.wav");
    CHECK_THAT(error_of(directory / "folder.wav").message, Contains("is a directory"));
    REQUIRE(::mkfifo((directory / "pipe.wav").c_str(), 0600) == 0);
    CHECK_THAT(error_of(directory / "pipe.wav").message, Contains("pipe"));
    CHECK_THAT(error_of("/dev/null").message, Contains("device"));

    save(path, {});
    CHECK_THAT(error_of(path).message, Contains("empty (0 bytes)") && Contains("FLAC"));
    save(path, FileBytes(5000, 'a'));
    CHECK_THAT(error_of(path).message, Contains("not an audio file") && Contains("WAV, RF64, BW64, W64, AIFF"));
    FileBytes two_byte_text = {0xFF, 0xFE};  // a byte-order mark looks like MP3's sync
    for (int i = 0; i < 5000; ++i) two_byte_text.push_back(static_cast<std::uint8_t>(i % 2 == 0 ? 'a' + i % 26 : 0));
    save(path, two_byte_text);
    CHECK_THAT(error_of(path).message, Contains("not an audio file"));

    write_with_libsndfile(path, wav_24, 44100, AudioBuffer(2, 0));
    CHECK_THAT(error_of(path).message, Contains("0 frames"));
    write_with_libsndfile(path, wav_24, 44100, 6, std::vector<int>(600, 0));
    CHECK_THAT(error_of(path).message, Contains("6 channels found, 1 or 2 supported"));
    for (const int rate_hz : {7999, 192001, 384000}) {
        write_with_libsndfile(path, wav_24, rate_hz, AudioBuffer(2, 10));
        CHECK_THAT(error_of(path).message,
                   Contains(std::to_string(rate_hz) + " Hz found, 8000 to 192000 Hz supported"));
    }

    write_with_libsndfile(path, wav_24, 44100, AudioBuffer(2, 100));
    auto bytes = load(path);
    bytes.resize(30);
    save(path, bytes);
    CHECK_THAT(error_of(path).message, Contains("damaged") && Contains("WAV"));

    if (::geteuid() != 0) {  // root may read everything
        std::filesystem::permissions(path, std::filesystem::perms::none);
        CHECK_THAT(error_of(path).message, Contains("Permission denied"));
    }
}

TEST_CASE("a damaged middle is an error with its place, not silence", "[io]") {
    const TemporaryDirectory directory;
    write_with_libsndfile(directory / "x.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, grid_noise(16, 60'000, 2));
    auto bytes = load(directory / "x.flac");
    for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 20'000; ++i) bytes[i] = 0x55;
    save(directory / "x.flac", bytes);
    const auto file = need(open_audio(directory / "x.flac"));
    AudioBuffer piece(2, 60'000);
    const auto got = file->read(piece.view());
    REQUIRE_FALSE(got);
    CHECK_THAT(got.error().message, Contains("x.flac: damaged at ") && Contains("of 60000"));
}

TEST_CASE("the same file is known through links", "[io]") {
    const TemporaryDirectory directory;
    save(directory / "a", {1});
    save(directory / "b", {1});
    std::filesystem::create_symlink(directory / "a", directory / "soft");
    std::filesystem::create_hard_link(directory / "a", directory / "hard");
    CHECK(same_file(directory / "a", directory / "a"));
    CHECK(same_file(directory / "a", directory / "soft"));
    CHECK(same_file(directory / "hard", directory / "soft"));
    CHECK_FALSE(same_file(directory / "a", directory / "b"));
    CHECK_FALSE(same_file(directory / "a", directory / "missing"));
    CHECK_FALSE(same_file(directory / "missing", directory / "missing"));
}

}  // namespace burnish::test
