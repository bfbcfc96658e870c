#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"

namespace burnish {

/// A file under a hidden, unused name in the directory of the file it is to become. Removed with this object unless
/// it was committed, and by remove_temporary_files().
class TemporaryFile {
public:
    /// `.<stem>.burnish-<chance><extension>` beside `target`, with the permissions of any new file.
    [[nodiscard]] static Result<TemporaryFile> beside(const std::filesystem::path& target);

    TemporaryFile(TemporaryFile&& other) noexcept;
    TemporaryFile& operator=(TemporaryFile&& other) noexcept;
    ~TemporaryFile() { discard(); }

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

    /// Lets the system start to bring the file to disk, which makes the commit shorter.
    void start_flush() const noexcept;
    /// Flushes the file to disk and renames it, in one step for anyone who looks. With `replace` an existing file is
    /// replaced, without it the existing file wins and this is an error.
    [[nodiscard]] Status commit(const std::filesystem::path& target, bool replace);

private:
    TemporaryFile(std::filesystem::path path, int descriptor, int slot)
        : path_(std::move(path)), descriptor_(descriptor), slot_(slot) {}
    void discard() noexcept;

    std::filesystem::path path_;
    int descriptor_ = -1;
    int slot_ = -1;  // in the list of live files; -1 when there is nothing to remove
};

/// Removes temporary files that a killed process has left in a directory: old enough, and locked by nobody.
/// @return how many
int remove_abandoned_files(const std::filesystem::path& directory);

/// Removes every temporary file that is alive. For a signal handler: async-signal-safe.
void remove_temporary_files() noexcept;

}  // namespace burnish
