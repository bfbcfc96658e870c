#include "tests/cli/command_line.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <sstream>

#include "cli/app.h"
#include "tests/support/signals.h"

namespace burnish::test {

CommandResult run_inside(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const Console console{.out = out, .err = err, .out_style = {}, .err_style = {}, .shows_progress = false};
    const auto code = run_command_line(arguments, console);
    return {static_cast<int>(code), out.str(), err.str()};
}

RunningProgram::RunningProgram(const std::vector<std::string>& arguments) {
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
    REQUIRE(::pipe2(err.data(), O_CLOEXEC) == 0);
    std::vector<char*> words{const_cast<char*>(BURNISH_PROGRAM)};
    for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    process_ = ::fork();
    if (process_ == 0) {
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(err[1], STDERR_FILENO);
        ::execv(BURNISH_PROGRAM, words.data());
        ::_exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    out_ = out[0];
    err_ = err[0];
}

RunningProgram::~RunningProgram() {
    if (process_ > 0) {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    ::close(out_);
    ::close(err_);
}

void RunningProgram::send(int signal_number) const { REQUIRE(::kill(process_, signal_number) == 0); }

CommandResult RunningProgram::wait() {
    CommandResult result;
    std::array<pollfd, 2> ends{{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
    std::array<std::string*, 2> texts{&result.out, &result.err};
    for (std::size_t open = ends.size(); open > 0;) {
        if (::poll(ends.data(), ends.size(), -1) < 0) continue;
        for (std::size_t i = 0; i < ends.size(); ++i) {
            if (ends[i].revents == 0) continue;
            std::array<char, 4096> bytes{};
            const auto count = ::read(ends[i].fd, bytes.data(), bytes.size());
            if (count > 0) texts[i]->append(bytes.data(), static_cast<std::size_t>(count));
            if (count > 0) continue;
            ends[i].fd = -1;  // poll passes it over
            --open;
        }
    }
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return result;
}

CommandResult run_program(const std::vector<std::string>& arguments) { return RunningProgram(arguments).wait(); }

void write_wav(const std::filesystem::path& path, const AudioBuffer& audio, int sample_rate_hz) {
    write_with_libsndfile(path, SF_FORMAT_WAV | SF_FORMAT_PCM_24, sample_rate_hz, audio);
}

const AudioBuffer& short_mix() {
    static const AudioBuffer mix = toy_music(4.0, 44100.0);
    return mix;
}

std::string in_one_line(const std::string& text) {
    std::istringstream words(text);
    std::string line;
    for (std::string word; words >> word;) line += (line.empty() ? "" : " ") + word;
    return line;
}

}  // namespace burnish::test
