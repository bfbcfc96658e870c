#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <new>
#include <numeric>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/audio_buffer.h"
#include "core/decibels.h"
#include "core/param.h"
#include "core/pipeline.h"
#include "core/random.h"
#include "core/slot_counter.h"
#include "core/version.h"

namespace burnish::test {

TEST_CASE("decibels: known ratios, and silence instead of infinity", "[core]") {
    CHECK(db_to_gain(20.0) == Approx(10.0));
    CHECK(db_to_power(-10.0) == Approx(0.1));
    CHECK(gain_to_db(0.5) == Approx(-6.0206).margin(1e-4));
    CHECK(power_to_db(2.0) == Approx(3.0103).margin(1e-4));
    CHECK(gain_to_db(0.0) == silence_db);
    CHECK(power_to_db(0.0) == silence_db);
    CHECK(gain_to_db(1e-7) == silence_db);
}

TEST_CASE("audio views borrow parts of a buffer", "[core]") {
    AudioBuffer buffer(2, 10);
    buffer.view().part(3, 4).channel(1)[0] = 0.5F;
    CHECK(buffer.channel(1)[3] == 0.5F);
    CHECK(buffer.channel(0)[3] == 0.0F);
    const ConstAudioView view = buffer.view();
    CHECK(view.part(3, 1).channel(1)[0] == 0.5F);
    CHECK(view.part(10, 0).frames() == 0);
}

namespace {
struct Pair {
    double a = 1.0;
    double b = 2.0;
};
constexpr std::array<Param<Pair>, 2> whole{
    {{"a", 0.0, 3.0, Scale::linear, &Pair::a, "first"}, {"b", 1.0, 4.0, Scale::log, &Pair::b, "second"}}};
constexpr std::array<Param<Pair>, 1> short_of_one{{{"a", 0.0, 3.0, Scale::linear, &Pair::a, "first"}}};
constexpr std::array<Param<Pair>, 2> twice{
    {{"a", 0.0, 3.0, Scale::linear, &Pair::a, "first"}, {"b", 1.0, 4.0, Scale::log, &Pair::a, "again"}}};
}  // namespace

TEST_CASE("a parameter table covers every member once", "[core]") {
    STATIC_REQUIRE(covers_every_member(whole));
    STATIC_REQUIRE_FALSE(covers_every_member(short_of_one));
    STATIC_REQUIRE_FALSE(covers_every_member(twice));
    CHECK(is_neutral(Pair{}, whole));
    CHECK_FALSE(is_neutral(Pair{.a = 1.0, .b = 2.1}, whole));
    CHECK(whole[1].accepts(4.0));
    CHECK_FALSE(whole[1].accepts(std::nan("")));
    CHECK(whole[1].default_value() == 2.0);
}

TEST_CASE("the generator is uniform and repeats itself", "[core]") {
    Random random(42);
    Random again(42);
    double sum = 0.0;
    double squares = 0.0;
    constexpr int draws = 100000;
    for (int i = 0; i < draws; ++i) {
        const double x = random.uniform();
        REQUIRE(x == again.uniform());
        sum += x;
        squares += x * x;
    }
    // Mean 1/2 and second moment 1/3; five standard errors are 0.005.
    CHECK(sum / draws == Approx(0.5).margin(0.005));
    CHECK(squares / draws == Approx(1.0 / 3.0).margin(0.005));
}

TEST_CASE("who waits for slots sleeps until several are there, or the last", "[core]") {
    using namespace std::chrono_literals;
    for (const bool is_last : {false, true}) {
        SlotCounter slots(0, 3);
        std::atomic<int> taken = 0;
        std::thread waiting([&] {
            for (int i = 0; i < (is_last ? 1 : 3); ++i, ++taken) slots.acquire();
        });
        std::this_thread::sleep_for(5ms);  // falls asleep
        if (is_last) {
            slots.release_last();
        } else {
            slots.release();
            slots.release();
            std::this_thread::sleep_for(5ms);
            CHECK(taken == 0);
            slots.release();
        }
        waiting.join();
        CHECK(taken == (is_last ? 1 : 3));
    }
}

TEST_CASE("the pipeline keeps the order with and without a second thread", "[core]") {
    for (const bool concurrent : {false, true}) {
        std::array<int, 3> slots{};
        int next = 0;
        std::vector<int> seen;
        const auto status = run_pipeline(
            concurrent, slots,
            [&](int& slot) -> Result<bool> {
                slot = next++;
                return slot < 1000;
            },
            [&](const int& slot) -> Status {
                seen.push_back(slot);
                return success();
            });
        CHECK(status.ok());
        std::vector<int> expected(1000);
        std::iota(expected.begin(), expected.end(), 0);
        CHECK(seen == expected);
    }
}

TEST_CASE("the pipeline ends with the first failure of either side", "[core]") {
    for (const bool concurrent : {false, true}) {
        std::array<int, 3> slots{};
        int produced = 0;
        const auto consumer_fails = run_pipeline(
            concurrent, slots,
            [&](int& slot) -> Result<bool> {
                slot = produced++;
                return true;  // for ever, but for the failure
            },
            [&](const int& slot) -> Status {
                if (slot == 5) return Error{ErrorCode::output, "full"};
                return success();
            });
        REQUIRE_FALSE(consumer_fails.ok());
        CHECK(consumer_fails.error().message == "full");

        int consumed = 0;
        int made = 0;
        const auto producer_fails = run_pipeline(
            concurrent, slots,
            [&](int&) -> Result<bool> {
                if (made == 7) return Error{ErrorCode::input, "broken"};
                ++made;
                return true;
            },
            [&](const int&) -> Status {
                ++consumed;
                return success();
            });
        REQUIRE_FALSE(producer_fails.ok());
        CHECK(producer_fails.error().message == "broken");
        CHECK(consumed == 7);
    }
}

TEST_CASE("what either side of the pipeline throws reaches the caller", "[core]") {
    for (const bool concurrent : {false, true}) {
        std::array<int, 3> slots{};
        int produced = 0;
        const auto produce = [&](int& slot) -> Result<bool> {
            slot = produced++;
            return true;
        };
        CHECK_THROWS_AS(run_pipeline(concurrent, slots, produce,
                                     [](const int& slot) -> Status {
                                         if (slot == 5) throw std::bad_alloc();
                                         return success();
                                     }),
                        std::bad_alloc);
        std::atomic<int> consumed = 0;
        CHECK_THROWS_AS(run_pipeline(
                            concurrent, slots,
                            [&](int&) -> Result<bool> {
                                if (consumed > 3) throw std::length_error("too long");
                                std::this_thread::yield();
                                return true;
                            },
                            [&](const int&) -> Status {
                                ++consumed;
                                return success();
                            }),
                        std::length_error);
    }
}

namespace {
std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}
}  // namespace

// docs/architecture.md draws the arrows; this is what holds them.
TEST_CASE("includes follow the arrows between the rooms", "[core][architecture]") {
    const std::map<std::string, std::set<std::string>> may_include{
        {"core", {"core"}},
        {"dsp", {"core", "dsp"}},
        {"analysis", {"core", "dsp", "analysis"}},
        {"mastering", {"core", "dsp", "analysis", "mastering"}},
        {"mixing", {"core", "dsp", "analysis", "mastering", "mixing"}},
        {"io", {"core", "io"}},
        {"preview", {"core", "dsp", "analysis", "mastering", "mixing", "preview"}},
        {"cli", {"core", "dsp", "analysis", "mastering", "mixing", "io", "preview", "cli"}},
        {"training", {"core", "dsp", "analysis", "mastering", "mixing", "io", "training"}},
    };
    const std::regex include(R"re(#include "([a-z_]+)/)re");
    int seen = 0;
    for (const auto& [room, allowed] : may_include)
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(std::filesystem::path(BURNISH_SOURCE_DIR) / room)) {
            if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
            const auto text = text_of(entry.path());
            for (std::sregex_iterator found(text.begin(), text.end(), include), end; found != end; ++found) {
                INFO(entry.path().filename().string() << " includes " << (*found)[1]);
                CHECK(allowed.count((*found)[1]) == 1);
                ++seen;
            }
        }
    CHECK(seen > 100);
}

TEST_CASE("the version is the same in CMakeLists.txt", "[core]") {
    const auto text = text_of(std::filesystem::path(BURNISH_SOURCE_DIR) / "CMakeLists.txt");
    CHECK(text.find("VERSION " + std::string(version)) != std::string::npos);
}

}  // namespace burnish::test
