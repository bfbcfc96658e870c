#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <fstream>
#include <string>

#include "io/output_file.h"
#include "io/temporary_file.h"
#include "tests/io/audio_files.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

using Catch::Matchers::Contains;

OutputSpec spec_of(const AudioBuffer& audio, double rate_hz, std::optional<BitDepth> depth = std::nullopt) {
    return {.sample_rate_hz = rate_hz, .channels = audio.channels(), .frames = audio.frames(), .depth = depth};
}

std::unique_ptr<OutputFile> write_uncommitted(const std::filesystem::path& path, const AudioBuffer& audio,
                                              const OutputSpec& spec, bool overwrite = false) {
    auto file = need(OutputFile::create(path, spec, {}, overwrite));
    for (int first = 0; first < audio.frames(); first += 1000)
        need(file->write(audio.view().part(first, std::min(1000, audio.frames() - first))));
    need(file->finish());
    return file;
}

void write_file(const std::filesystem::path& path, const AudioBuffer& audio, const OutputSpec& spec,
                bool overwrite = false) {
    need(write_uncommitted(path, audio, spec, overwrite)->commit());
}

std::string error_of(const std::filesystem::path& path, const OutputSpec& spec, bool overwrite = false) {
    auto file = OutputFile::create(path, spec, {}, overwrite);
    if (file) {
        FAIL("created " << path);
    }
    CHECK(file.error().code == ErrorCode::output);
    CHECK_THAT(file.error().message, Catch::Matchers::StartsWith(path.string() + ": "));
    return file.error().message;
}

}  // namespace

TEST_CASE("a file is written in few calls of the system", "[io]") {
    const auto calls = [] {
        std::ifstream counters("/proc/self/io");
        for (std::string name, value; counters >> name >> value;)
            if (name == "syscw:") return std::stoi(value);
        return -1;
    };
    if (calls() < 0) {
        WARN("the system does not count calls here");
        return;
    }
    const TemporaryDirectory directory;
    const auto audio = white_noise(0.5, 10.0, 48000.0);
    const int before = calls();
    write_file(directory / "few.wav", audio, spec_of(audio, 48000.0, BitDepth::int24));
    CHECK(calls() - before < 60);  // 2.9 MB; libsndfile writes 8 kB at a time
}

// What the system refuses at the end is told as well as what it refuses on the way.
TEST_CASE("a short file that finds no room is an error that says so", "[io]") {
    const TemporaryDirectory directory;
    const auto audio = white_noise(0.5, 0.2, 48000.0);
    auto file = need(OutputFile::create(directory / "short.wav", spec_of(audio, 48000.0, BitDepth::int24), {}, false));
    rlimit old{};
    ::getrlimit(RLIMIT_FSIZE, &old);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{20'000, old.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    auto status = file->write(audio.view());
    if (status) status = file->end_sound();
    ::setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, handler);
    REQUIRE_FALSE(status);
    CHECK(status.error().code == ErrorCode::output);
    CHECK_THAT(status.error().message, Contains("File too large"));
}

// libsndfile's own integers, read back without any float in between, must be x * 2^31.
TEST_CASE("every lossless format holds samples on its grid exactly", "[io]") {
    const TemporaryDirectory directory;
    for (const auto& format : output_formats())
        for (const auto depth : format.depths)
            for (const int channels : {1, 2})
                for (const double rate_hz : {8000.0, 44100.0, 192000.0}) {
                    INFO(format.name << ", " << name_of(depth) << ", " << channels << " channels, " << rate_hz
                                     << " Hz");
                    const int bits = integer_bits(depth);
                    const auto audio = bits > 0 ? grid_noise(bits, 5000, channels)
                                                : white_noise(3.0, 5000 / rate_hz, rate_hz, channels);
                    const auto path = directory / name_in(format);
                    write_file(path, audio, spec_of(audio, rate_hz, depth), true);
                    const auto written = read_with_libsndfile(path);
                    CHECK(written.info.samplerate == rate_hz);
                    CHECK(written.info.channels == channels);
                    REQUIRE(written.info.frames == audio.frames());
                    const auto expected = interleaved(audio);
                    if (bits == 0) {
                        CHECK((written.info.format & SF_FORMAT_SUBMASK) == SF_FORMAT_FLOAT);
                        CHECK(written.floats == expected);
                    } else {
                        CHECK((written.info.format & SF_FORMAT_SUBMASK) ==
                              (bits == 16 ? SF_FORMAT_PCM_16 : SF_FORMAT_PCM_24));
                        bool same = true;
                        for (std::size_t i = 0; i < expected.size(); ++i)
                            same = same && written.integers[i] == double{expected[i]} * 0x1p31;
                        CHECK(same);
                    }
                }
    CHECK(directory.names().size() == 5);  // one per lossless format, and no temporary file left
}

TEST_CASE("integers are rounded to the nearest and clipped at the ends", "[io]") {
    const TemporaryDirectory directory;
    AudioBuffer audio(1, 8);
    const float unit = 0x1p-15F;
    const float in[] = {1.0F, 2.5F, -1.0F, -7.0F, 0.4F * unit, 0.6F * unit, -0.6F * unit, 1.0F - 0.4F * unit};
    const int out[] = {32767, 32767, -32768, -32768, 0, 1, -1, 32767};
    std::copy(std::begin(in), std::end(in), audio.channel(0).begin());
    for (const char* name : {"x.wav", "x.flac", "x.aiff"}) {
        write_file(directory / name, audio, spec_of(audio, 44100, BitDepth::int16));
        const auto written = read_with_libsndfile(directory / name);
        for (std::size_t i = 0; i < 8; ++i) CHECK(written.integers[i] == out[i] * 65536);
    }
}

TEST_CASE("lossy formats hold the sound at all their rates, in time and in length", "[io]") {
    const TemporaryDirectory directory;
    for (const auto& format : output_formats()) {
        if (!format.lossy()) continue;
        std::vector<int> rates_hz(format.rates_hz.begin(), format.rates_hz.end());
        if (rates_hz.empty()) rates_hz = {8000, 44100, 96000, 192000};
        for (const int rate_hz : rates_hz)
            for (const int channels : {1, 2}) {
                INFO(format.name << ", " << rate_hz << " Hz, " << channels << " channels");
                const auto audio = sine(500.0, 0.5, 0.5, rate_hz, channels);
                const auto path = directory / name_in(format);
                write_file(path, audio, spec_of(audio, rate_hz), true);
                const auto written = read_with_libsndfile(path);
                CHECK(written.info.samplerate == rate_hz);
                CHECK(written.info.channels == channels);
                CHECK(written.info.frames == audio.frames());
                AudioBuffer decoded(channels, static_cast<int>(written.info.frames));
                for (int c = 0; c < channels; ++c)
                    for (int n = 0; n < decoded.frames(); ++n)
                        decoded.channel(c)[n] = written.floats[static_cast<std::size_t>(n) * channels + c];
                CHECK(null_depth_db(audio, decoded) < -15.0);
            }
    }
}

// libsndfile, left alone, puts the second of writing into float files and a number drawn by lot into Ogg.
TEST_CASE("the same sound gives the same bytes", "[io]") {
    const TemporaryDirectory directory;
    const auto audio = toy_music(0.5, 48000.0);
    const auto write_all = [&] {
        std::vector<FileBytes> files;
        for (const auto& format : output_formats()) {
            const auto path = directory / name_in(format);
            const auto depth = format.lossy() ? std::nullopt : std::optional(format.depths.back());
            write_file(path, audio, spec_of(audio, 48000.0, depth), true);
            files.push_back(load(path));
        }
        return files;
    };
    const auto first = write_all();
    ::usleep(1'100'000);
    const auto second = write_all();
    for (std::size_t i = 0; i < first.size(); ++i) {
        INFO(output_formats()[i].name);
        CHECK(first[i] == second[i]);
    }
}

TEST_CASE("a WAV becomes RF64 when 4 GiB are expected, and WAV again when they do not come", "[io]") {
    const TemporaryDirectory directory;
    const auto audio = grid_noise(24, 5000, 2);
    auto spec = spec_of(audio, 44100.0, BitDepth::int24);
    write_file(directory / "short.wav", audio, spec);
    spec.frames = std::int64_t{1} << 30;
    write_file(directory / "long.wav", audio, spec);
    const auto plain = load(directory / "short.wav");
    const auto roomy = load(directory / "long.wav");
    CHECK(std::string(plain.begin() + 12, plain.begin() + 16) == "fmt ");
    CHECK(std::string(roomy.begin(), roomy.begin() + 4) == "RIFF");
    CHECK(std::string(roomy.begin() + 12, roomy.begin() + 16) == "JUNK");  // where RF64's sizes would be
    CHECK(read_with_libsndfile(directory / "long.wav").integers ==
          read_with_libsndfile(directory / "short.wav").integers);
    CHECK_THAT(error_of(directory / "long.aiff", spec), Contains("AIFF holds 4 GiB at most"));
}

TEST_CASE("what a format cannot hold is refused with what it can", "[io]") {
    const TemporaryDirectory directory;
    const OutputSpec cd = {.sample_rate_hz = 44100.0, .channels = 2, .frames = 1000, .depth = std::nullopt};
    auto spec = cd;
    CHECK_THAT(error_of(directory / "x.xyz", cd), Contains("extension \".xyz\" found") && Contains(".wav, .flac, "));
    CHECK_THAT(error_of(directory / "x", cd), Contains("no extension found"));
    CHECK_THAT(error_of(directory / "x.opus", cd),
               Contains("44100 Hz") && Contains("8000, 12000, 16000, 24000, 48000 Hz (try --rate 48000)"));
    spec.sample_rate_hz = 96000.0;
    CHECK_THAT(error_of(directory / "x.mp3", spec), Contains("96000 Hz") && Contains("44100, 48000 Hz"));
    spec.sample_rate_hz = 44100.5;
    CHECK_THAT(error_of(directory / "x.wav", spec), Contains("44100.5 Hz asked for, whole numbers"));
    spec = cd;
    spec.depth = BitDepth::float32;
    CHECK_THAT(error_of(directory / "x.flac", spec), Contains("32f asked for, FLAC takes 16, 24"));
    CHECK_THAT(error_of(directory / "x.aiff", spec), Contains("32f asked for, AIFF takes 16, 24"));
    spec.depth = BitDepth::int16;
    for (const char* name : {"x.ogg", "x.opus", "x.mp3"}) {
        spec.sample_rate_hz = 48000.0;
        CHECK_THAT(error_of(directory / name, spec), Contains("bit depth of 16") && Contains("lossy"));
    }
    spec.channels = 3;
    CHECK_THAT(error_of(directory / "x.wav", spec), Contains("3 channels asked for, 1 or 2"));
    CHECK(directory.names().empty());
    CHECK(need(choose_encoding("X.WAV", cd)).depth == BitDepth::int24);
    for (const auto depth : bit_depths()) CHECK(bit_depth_named(name_of(depth)) == depth);
    CHECK_FALSE(bit_depth_named("32"));
}

TEST_CASE("a file appears whole or not at all", "[io]") {
    const TemporaryDirectory directory;
    const auto audio = grid_noise(24, 5000, 2);
    const auto spec = spec_of(audio, 44100.0);
    {
        const auto file = write_uncommitted(directory / "x.wav", audio, spec);
        CHECK_FALSE(std::filesystem::exists(directory / "x.wav"));
        REQUIRE(directory.names().size() == 1);
        CHECK_THAT(directory.names()[0],
                   Catch::Matchers::StartsWith(".x.burnish-") && Catch::Matchers::EndsWith(".wav"));
        CHECK(same_bits(read_all(*need(file->reopen())), audio));
    }
    CHECK(directory.names().empty());
    {
        const auto unfinished = need(OutputFile::create(directory / "x.wav", spec, {}, false));
        need(unfinished->write(audio.view()));
    }
    CHECK(directory.names().empty());

    const auto umask = ::umask(027);
    write_file(directory / "x.wav", audio, spec);
    ::umask(umask);
    CHECK(directory.names() == std::vector<std::string>{"x.wav"});
    struct stat status {};
    REQUIRE(::stat((directory / "x.wav").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("no file is replaced without leave", "[io]") {
    const TemporaryDirectory directory;
    const auto audio = grid_noise(16, 100, 1);
    const auto spec = spec_of(audio, 44100.0);
    save(directory / "x.wav", {1, 2, 3});
    CHECK_THAT(error_of(directory / "x.wav", spec), Contains("exists already"));

    const auto late = write_uncommitted(directory / "y.wav", audio, spec);
    save(directory / "y.wav", {4, 5, 6});  // somebody else was faster
    const auto committed = late->commit();
    REQUIRE_FALSE(committed);
    CHECK_THAT(committed.error().message, Contains("y.wav: has appeared meanwhile"));
    CHECK(load(directory / "y.wav") == FileBytes{4, 5, 6});

    write_file(directory / "x.wav", audio, spec, true);
    CHECK(read_with_libsndfile(directory / "x.wav").info.frames == 100);

    // Through a link, the file it leads to is replaced, and the link stays.
    save(directory / "real.wav", {1});
    std::filesystem::create_symlink(directory / "real.wav", directory / "link.wav");
    write_file(directory / "link.wav", audio, spec, true);
    CHECK(std::filesystem::is_symlink(directory / "link.wav"));
    CHECK(read_with_libsndfile(directory / "real.wav").info.frames == 100);
}

TEST_CASE("places that cannot be written to are refused at once", "[io]") {
    const TemporaryDirectory directory;
    const OutputSpec spec = {.sample_rate_hz = 44100.0, .channels = 2, .frames = 1000, .depth = std::nullopt};
    CHECK_THAT(error_of(directory / "missing/x.wav", spec), Contains("No such file or directory"));
    std::filesystem::create_directory(directory / "folder.wav");
    CHECK_THAT(error_of(directory / "folder.wav", spec, true), Contains("is a directory"));
    REQUIRE(::mkfifo((directory / "pipe.wav").c_str(), 0600) == 0);
    CHECK_THAT(error_of(directory / "pipe.wav", spec, true), Contains("is a pipe"));
    CHECK_THAT(error_of(directory / (std::string(300, 'x') + ".wav"), spec), Contains("File name too long"));
    if (::geteuid() != 0) {  // root may write everywhere
        std::filesystem::permissions(directory / "folder.wav", std::filesystem::perms::owner_read);
        CHECK_THAT(error_of(directory / "folder.wav/x.wav", spec), Contains("Permission denied"));
    }
}

// A limit on the size of files stops writes as a full disk does, with EFBIG in the place of ENOSPC: early, or at the
// very last byte, when only the encoder's end is missing.
TEST_CASE("a disk that takes no more is an error, and leaves nothing behind", "[io]") {
    const TemporaryDirectory directory;
    const auto audio = white_noise(0.5, 3.0, 48000.0);
    const auto spec = spec_of(audio, 48000.0);
    for (const auto& format : output_formats()) {
        const auto path = directory / name_in(format);
        write_file(path, audio, spec);
        const auto size = std::filesystem::file_size(path);
        std::filesystem::remove(path);
        for (const auto limit : {std::uintmax_t{50'000}, size - 1}) {
            INFO(format.name << ", " << limit << " of " << size << " bytes");
            rlimit old{};
            ::getrlimit(RLIMIT_FSIZE, &old);
            const auto handler = std::signal(SIGXFSZ, SIG_IGN);
            const rlimit small{limit, old.rlim_max};
            ::setrlimit(RLIMIT_FSIZE, &small);
            Status status = success();
            {
                auto file = OutputFile::create(path, spec, {}, false);
                status = file ? (*file)->write(audio.view()) : file.error();
                if (status) status = (*file)->finish();
            }
            ::setrlimit(RLIMIT_FSIZE, &old);
            std::signal(SIGXFSZ, handler);
            REQUIRE_FALSE(status);
            CHECK(status.error().code == ErrorCode::output);
            CHECK_THAT(status.error().message, Contains("cannot be written: File too large"));
        }
    }
    CHECK(directory.names().empty());
}

TEST_CASE("a signal handler can remove the temporary files", "[io]") {
    const TemporaryDirectory directory;
    const OutputSpec spec = {.sample_rate_hz = 44100.0, .channels = 2, .frames = 1000, .depth = std::nullopt};
    const auto a = need(OutputFile::create(directory / "a.wav", spec, {}, false));
    const auto b = need(OutputFile::create(directory / "b.flac", spec, {}, false));
    CHECK(directory.names().size() == 2);
    remove_temporary_files();
    CHECK(directory.names().empty());
}

}  // namespace burnish::test
