#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "cli/master_options.h"
#include "core/result.h"
#include "mastering/reference.h"

namespace burnish {

/// What writes a file, and says how that went; slow, for any thread.
using FileWriter = std::function<std::string()>;

/// Writes a file while something plays. Used by one thread.
class BackgroundExport {
public:
    BackgroundExport() = default;
    ~BackgroundExport() { finish(); }
    BackgroundExport(const BackgroundExport&) = delete;
    BackgroundExport& operator=(const BackgroundExport&) = delete;

    [[nodiscard]] bool is_writing() const noexcept { return is_writing_; }
    /// Not while one is being written.
    void start(FileWriter write);
    void finish();
    /// How the last one went, once.
    [[nodiscard]] std::optional<std::string> news();

private:
    std::thread thread_;
    std::mutex mutex_;
    std::optional<std::string> news_;
    std::atomic<bool> is_writing_ = false;
};

/// Where the settings of a file go: beside it.
[[nodiscard]] std::filesystem::path settings_path_of(const std::filesystem::path& file);

/// The path itself if neither it nor its settings exist, or else the same with the first free number: song.master-2.wav
[[nodiscard]] std::filesystem::path free_path(const std::filesystem::path& path);

/// What writes the master that the flags describe, as `burnish master` would, and its settings beside it.
/// @param references  that it is made after, already measured
[[nodiscard]] Result<FileWriter> master_writer(MasterFlags flags, const std::filesystem::path& path,
                                               const References& references);

}  // namespace burnish
