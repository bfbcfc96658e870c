#pragma once

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// Sound servers and terminals for tests: started here, ended here, on a machine without any sound hardware.
namespace burnish::test {

/// Waits until something is so, `seconds` at most.
[[nodiscard]] inline bool comes_true(double seconds, const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

/// A program that runs beside the test; ended with it.
class Companion {
public:
    /// @param out  a file for what it writes; empty: nowhere
    explicit Companion(const std::vector<std::string>& command, const std::string& out = {}) {
        std::vector<char*> words;
        for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
        words.push_back(nullptr);
        process_ = ::fork();
        if (process_ != 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves nobody behind
        const int to = ::open(out.empty() ? "/dev/null" : out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        const int from = ::open("/dev/null", O_RDONLY);
        ::dup2(from, STDIN_FILENO);
        ::dup2(to, STDOUT_FILENO);
        ::dup2(to, STDERR_FILENO);
        ::execvp(words[0], words.data());
        ::_exit(127);
    }
    ~Companion() { end(SIGKILL); }
    Companion(const Companion&) = delete;
    Companion& operator=(const Companion&) = delete;

    void send(int signal_number) const { ::kill(process_, signal_number); }
    void end(int signal_number) {
        if (process_ <= 0) return;
        ::kill(process_, signal_number);
        ::waitpid(process_, nullptr, 0);
        process_ = -1;
    }
    /// Its exit status, once it has ended by itself; -1 if it does not in time.
    [[nodiscard]] int wait(double seconds) {
        int status = 0;
        if (!comes_true(seconds, [&] { return ::waitpid(process_, &status, WNOHANG) == process_; })) return -1;
        process_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    [[nodiscard]] bool runs() {
        if (process_ <= 0) return false;
        if (::waitpid(process_, nullptr, WNOHANG) == 0) return true;
        process_ = -1;
        return false;
    }

private:
    pid_t process_ = -1;
};

[[nodiscard]] inline std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// What a shell command writes.
[[nodiscard]] inline std::string output_of(const std::string& command) {
    std::string text;
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 4096> bytes{};
    while (const auto count = std::fread(bytes.data(), 1, bytes.size(), pipe)) text.append(bytes.data(), count);
    ::pclose(pipe);
    return text;
}

/// A directory that goes with the test.
class ScratchPlace {
public:
    ScratchPlace() {
        auto name = (std::filesystem::temp_directory_path() / "burnish-preview-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~ScratchPlace() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchPlace(const ScratchPlace&) = delete;
    ScratchPlace& operator=(const ScratchPlace&) = delete;
    [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

/// JACK keeps a list of its servers in shared memory. Those that were killed stay on it, and once it is full no server
/// starts any more. While this lives no other test of ours uses JACK; where it begins and nobody runs a server, what
/// dead ones have left is removed.
class JackHousekeeping {
public:
    JackHousekeeping() : lock_(::open("/tmp/burnish-test-jack.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
        ::flock(lock_, LOCK_EX);
        // The library has the list in this process's memory from its first use on.
        static bool is_first = true;
        if (!std::exchange(is_first, false) || is_server_running()) return;
        for (const char* folder : {"/dev/shm", "/tmp"}) {
            std::error_code ignored;
            for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
                const auto name = entry.path().filename().string();
                if (name.starts_with("jack-") || name.starts_with("jack_"))
                    std::filesystem::remove_all(entry.path(), ignored);
            }
        }
    }
    ~JackHousekeeping() { ::close(lock_); }
    JackHousekeeping(const JackHousekeeping&) = delete;
    JackHousekeeping& operator=(const JackHousekeeping&) = delete;

private:
    [[nodiscard]] static bool is_server_running() {
        std::error_code ignored;
        for (const auto& process : std::filesystem::directory_iterator("/proc", ignored)) {
            std::string name;
            std::getline(std::ifstream(process.path() / "comm"), name);
            if (name.starts_with("jackd") || name.starts_with("jackdbus")) return true;
        }
        return false;
    }

    int lock_;
};

/// A JACK server with a dummy device, and nobody else's.
class JackServer {
public:
    /// @param waits  for its clients, so that no cycle is lost
    explicit JackServer(bool waits = true) : name_("burnish-test-" + std::to_string(::getpid())) {
        ::setenv("JACK_DEFAULT_SERVER", name_.c_str(), 1);
        ::setenv("JACK_NO_START_SERVER", "1", 1);
        std::vector<std::string> command{"jackd", "-r", "-n", name_, "-d", "dummy", "-r", "44100", "-p", "256"};
        if (waits) command.insert(command.begin() + 1, "-S");
        server_ = std::make_unique<Companion>(command);
    }
    ~JackServer() {
        if (server_) server_->end(SIGTERM);
        ::unsetenv("JACK_DEFAULT_SERVER");
    }
    void kill() { server_->end(SIGKILL); }
    void hang() { server_->send(SIGSTOP); }
    [[nodiscard]] bool runs() { return server_->runs(); }

private:
    JackHousekeeping housekeeping_;
    std::string name_;
    std::unique_ptr<Companion> server_;
};

/// A PulseAudio server with a sink that goes nowhere but can be listened in on.
class PulseServer {
public:
    PulseServer() {
        const auto socket = place_ / "native";
        ::setenv("PULSE_SERVER", ("unix:" + socket).c_str(), 1);
        ::setenv("PULSE_RUNTIME_PATH", (place_ / "run").c_str(), 1);
        ::setenv("PULSE_COOKIE", (place_ / "cookie").c_str(), 1);
        server_ = std::make_unique<Companion>(
            std::vector<std::string>{"pulseaudio", "-n", "--exit-idle-time=-1", "--use-pid-file=no", "--daemonize=no",
                                     "-L", "module-null-sink sink_name=null rate=44100 format=float32le channels=2",
                                     "-L", "module-native-protocol-unix auth-anonymous=1 socket=" + socket});
    }
    ~PulseServer() {
        kill();
        for (const char* name : {"PULSE_SERVER", "PULSE_RUNTIME_PATH", "PULSE_COOKIE"}) ::unsetenv(name);
    }
    void kill() {
        if (server_) server_->end(SIGKILL);
    }
    [[nodiscard]] std::string operator/(const std::string& name) const { return place_ / name; }

private:
    ScratchPlace place_;
    std::unique_ptr<Companion> server_;
};

}  // namespace burnish::test
