#include "io/external_tool.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "io/file_descriptor.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace burnish {

namespace {

constexpr int poll_ms = 50;
constexpr std::size_t complaint_bytes = 400;

/// What the child's files are to be.
class FileActions {
public:
    FileActions() { posix_spawn_file_actions_init(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
    [[nodiscard]] posix_spawn_file_actions_t* get() { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

std::string last_line(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text.substr(text.rfind('\n') + 1);
}

Error failed(const std::string& tool, const std::string& why) { return {ErrorCode::output, tool + ": " + why}; }

}  // namespace

Status run_tool(const std::vector<std::string>& words, const std::function<bool()>& tick) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed(words.front(), std::strerror(errno));
    const FileDescriptor complaints(ends[0]);
    FileDescriptor for_child(ends[1]);

    FileActions actions;
    posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(actions.get(), STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(actions.get(), for_child.get(), STDERR_FILENO);
    std::vector<std::string> copies = words;
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (auto& word : copies) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t process = -1;
    const int problem = ::posix_spawnp(&process, arguments[0], actions.get(), nullptr, arguments.data(), environ);
    if (problem != 0) return failed(words.front(), std::strerror(problem));
    for_child = FileDescriptor();  // the end of what it says is its own end then

    std::string said;
    bool stopped = false;
    for (bool open = true; open;) {
        pollfd end{complaints.get(), POLLIN, 0};
        if (::poll(&end, 1, poll_ms) > 0) {
            std::array<char, 4096> bytes{};
            const auto count = ::read(end.fd, bytes.data(), bytes.size());
            if (count > 0) said.append(bytes.data(), static_cast<std::size_t>(count));
            open = count > 0 || (count < 0 && errno == EINTR);
            if (said.size() > 2 * complaint_bytes) said.erase(0, said.size() - complaint_bytes);
        }
        if (!stopped && !tick()) {
            stopped = true;
            ::kill(process, SIGKILL);
        }
    }
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
    if (stopped) return Error{ErrorCode::canceled, "stopped"};
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return success();
    return failed(words.front(), said.empty() ? "ended with an error" : last_line(said));
}

bool tool_is_there(const std::string& name) {
    const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');)
        if (!folder.empty() && ::access((std::filesystem::path(folder) / name).c_str(), X_OK) == 0) return true;
    return false;
}

}  // namespace burnish
