#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/audio_buffer.h"
#include "tests/io/audio_files.h"

/// The program from the outside: its words, its files and its exit codes.
namespace burnish::test {

struct CommandResult {
    int code = -1;
    std::string out;
    std::string err;
};

/// The program inside this process; no terminal anywhere.
[[nodiscard]] CommandResult run_inside(const std::vector<std::string>& arguments);
/// A text as it reads, wherever its lines are broken.
[[nodiscard]] std::string in_one_line(const std::string& text);

/// The built program in a process of its own. @param stdin_... none: it reads nothing
class RunningProgram {
public:
    explicit RunningProgram(const std::vector<std::string>& arguments);
    RunningProgram(const RunningProgram&) = delete;
    RunningProgram& operator=(const RunningProgram&) = delete;
    ~RunningProgram();

    void send(int signal_number) const;
    /// Waits for its end; the code is -signal if a signal ended it.
    [[nodiscard]] CommandResult wait();

private:
    int process_ = -1;
    int out_ = -1;
    int err_ = -1;
};
[[nodiscard]] CommandResult run_program(const std::vector<std::string>& arguments);

/// A 24-bit WAV file.
void write_wav(const std::filesystem::path& path, const AudioBuffer& audio, int sample_rate_hz = 44100);
/// A few seconds of a made-up mix, far below -14 LUFS; made once.
[[nodiscard]] const AudioBuffer& short_mix();

}  // namespace burnish::test
