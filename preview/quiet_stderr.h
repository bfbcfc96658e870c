#pragma once

#include <fcntl.h>
#include <unistd.h>

namespace burnish {

/// The libraries of sound systems write to the terminal whatever they like; not while this lives.
class QuietStderr {
public:
    QuietStderr() : kept_(::dup(STDERR_FILENO)) {
        const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (nowhere < 0) return;
        ::dup2(nowhere, STDERR_FILENO);
        ::close(nowhere);
    }
    ~QuietStderr() {
        if (kept_ < 0) return;
        ::dup2(kept_, STDERR_FILENO);
        ::close(kept_);
    }
    QuietStderr(const QuietStderr&) = delete;
    QuietStderr& operator=(const QuietStderr&) = delete;

private:
    int kept_;
};

}  // namespace burnish
