#include "io/scratch.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "tests/io/audio_files.h"
#include "tests/support/signals.h"

namespace burnish::test {
namespace {

/// Sets $TMPDIR while it lives.
class SpillDirectory {
public:
    explicit SpillDirectory(const std::string& path) {
        if (const char* old = std::getenv("TMPDIR")) old_ = old;
        ::setenv("TMPDIR", path.c_str(), 1);
    }
    SpillDirectory(const SpillDirectory&) = delete;
    SpillDirectory& operator=(const SpillDirectory&) = delete;
    ~SpillDirectory() { old_.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", old_.c_str(), 1); }

private:
    std::string old_;
};

}  // namespace

TEST_CASE("audio put aside comes back bit for bit, from memory and from disk", "[io]") {
    const TemporaryDirectory directory;
    const SpillDirectory spill((directory / "").string());
    for (const int channels : {1, 2})
        for (const std::size_t memory_bytes :
             {std::size_t{0}, std::size_t{600'000}, usual_scratch_bytes_per_channel(48000.0)})
            for (const double seconds : {0.0, 0.5, 65536 / 48000.0, 9.3}) {
                INFO(channels << " channels, " << memory_bytes << " bytes, " << seconds << " s");
                auto audio = white_noise(2.0, seconds, 48000.0, channels);
                if (audio.frames() > 5) {
                    audio.channel(0)[3] = -0.0F;
                    audio.channel(0)[4] = std::numeric_limits<float>::denorm_min();
                }
                const auto scratch = need(make_scratch(channels, 48000.0, memory_bytes));
                for (int first = 0, count = 1; first < audio.frames(); first += count, count = count * 2 % 70'001) {
                    count = std::min(count, audio.frames() - first);
                    need(scratch->write(audio.view().part(first, count)));
                }
                CHECK(scratch->info().frames == audio.frames());
                CHECK(scratch->info().sample_rate_hz == 48000.0);
                CHECK(same_bits(read_all(*scratch, 1000), audio));
                need(scratch->rewind());
                CHECK(same_bits(read_all(*scratch, 77'777), audio));
                CHECK(directory.names().empty());  // the file on disk has no name
            }
}

TEST_CASE("no room to put audio aside is an error that says where", "[io]") {
    const auto audio = white_noise(0.5, 3.0, 48000.0);
    const TemporaryDirectory directory;
    {
        const SpillDirectory spill((directory / "missing").string());
        const auto scratch = need(make_scratch(2, 48000.0, 0));
        const auto status = scratch->write(audio.view());
        REQUIRE_FALSE(status);
        CHECK(status.error().code == ErrorCode::output);
        CHECK_THAT(status.error().message, Catch::Matchers::Contains((directory / "missing").string()) &&
                                               Catch::Matchers::Contains("No such file") &&
                                               Catch::Matchers::Contains("TMPDIR"));
    }
    // A limit on the size of files stops writes as a full disk does.
    const SpillDirectory spill((directory / "").string());
    rlimit old{};
    ::getrlimit(RLIMIT_FSIZE, &old);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{600'000, old.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto scratch = need(make_scratch(2, 48000.0, 0));
    const auto status = scratch->write(audio.view());
    ::setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, handler);
    REQUIRE_FALSE(status);
    CHECK_THAT(status.error().message, Catch::Matchers::Contains("File too large"));
}

}  // namespace burnish::test
