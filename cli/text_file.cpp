#include "cli/text_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "io/temporary_file.h"

namespace burnish {

Result<std::string> read_text(const std::filesystem::path& path, ErrorCode kind) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return Error{kind, path.string() + ": is a directory"};
    std::ifstream file(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file) return Error{kind, path.string() + ": cannot be read: " + std::strerror(errno)};
    return text;
}

Status write_text(const std::filesystem::path& path, std::string_view text, bool replace) {
    if (auto status = may_be_written(path, replace); !status) return status;
    std::error_code ignored;
    // The file that a link leads to is replaced, not the link.
    const auto target =
        std::filesystem::is_symlink(path, ignored) ? std::filesystem::weakly_canonical(path, ignored) : path;
    auto file = TemporaryFile::beside(target);
    if (!file) return file.error();
    while (!text.empty()) {
        const auto written = ::write(file->descriptor(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0)
            return Error{ErrorCode::output, path.string() + ": cannot be written: " + std::strerror(errno)};
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return file->commit(target, replace);
}

Status may_be_written(const std::filesystem::path& path, bool replace) {
    std::error_code ignored;
    const auto status = std::filesystem::status(path, ignored);
    if (!std::filesystem::exists(status) && std::filesystem::is_symlink(path, ignored))
        return Error{ErrorCode::output, path.string() + ": is a link that leads nowhere"};
    if (!std::filesystem::exists(status)) {
        const auto directory = path.parent_path();
        if (directory.empty() || std::filesystem::is_directory(directory, ignored)) return success();
        return Error{ErrorCode::output, path.string() + ": there is no directory " + directory.string()};
    }
    if (std::filesystem::is_directory(status))
        return Error{ErrorCode::output, path.string() + ": is a directory, a file name is needed"};
    if (!std::filesystem::is_regular_file(status))
        return Error{ErrorCode::output, path.string() + ": is a pipe or a device, a regular file is needed"};
    if (!replace) return Error{ErrorCode::output, path.string() + ": exists already (-f replaces it)"};
    return success();
}

}  // namespace burnish
