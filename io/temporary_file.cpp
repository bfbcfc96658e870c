#include "io/temporary_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string_view>
#include <utility>

#include "io/file_descriptor.h"

namespace burnish {

namespace {

/// A place in the list of live files. A signal handler may look at any moment: it takes the name as true only in state
/// `live`, and a name is never changed in that state.
struct Slot {
    enum State : int { unused, claimed, live };
    std::atomic<int> state = unused;
    std::array<char, PATH_MAX> path{};
};
static_assert(std::atomic<int>::is_always_lock_free);

constexpr std::string_view mark = ".burnish-";
constexpr int abandoned_after_s = 10;
constexpr int slot_count = 64;
std::array<Slot, slot_count> slots;

/// @return -1 when all places are taken: the file works as before, but no signal handler will find it
int enlist(const std::filesystem::path& path) {
    std::error_code ignored;
    const auto absolute = std::filesystem::absolute(path, ignored).string();
    if (absolute.size() >= PATH_MAX) return -1;
    for (int i = 0; i < slot_count; ++i) {
        int expected = Slot::unused;
        if (!slots[i].state.compare_exchange_strong(expected, Slot::claimed)) continue;
        std::memcpy(slots[i].path.data(), absolute.c_str(), absolute.size() + 1);
        slots[i].state = Slot::live;
        return i;
    }
    return -1;
}

void strike_off(int slot) noexcept {
    if (slot >= 0) slots[slot].state = Slot::unused;
}

std::string chance_letters() {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz012345";  // 32 of them: five bits each
    std::array<unsigned char, 10> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) bytes.fill(0);
    std::string text = std::to_string(::getpid()) + "-";
    for (const auto byte : bytes) text += letters[byte % letters.size()];
    return text;
}

Error output_error(const std::filesystem::path& path, const std::string& what) {
    return {ErrorCode::output, path.string() + ": " + what + ": " + std::strerror(errno)};
}

std::filesystem::path directory_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

Result<TemporaryFile> TemporaryFile::beside(const std::filesystem::path& target) {
    constexpr std::size_t stem_bytes = 120;  // leaves room for the rest within the 255 bytes of a name
    const auto stem = target.stem().string().substr(0, stem_bytes);
    for (int attempt = 0; attempt < 100; ++attempt) {
        auto path =
            directory_of(target) / ("." + stem + std::string(mark) + chance_letters() + target.extension().string());
        const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0) {
            (void)::flock(descriptor, LOCK_EX | LOCK_NB);  // as long as it is held, the file is somebody's work
            const int slot = enlist(path);
            return TemporaryFile(std::move(path), descriptor, slot);
        }
        if (errno != EEXIST) break;
    }
    return output_error(target, "no file can be made in that directory");
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)),
      slot_(std::exchange(other.slot_, -1)) {}

TemporaryFile& TemporaryFile::operator=(TemporaryFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(slot_, other.slot_);
    return *this;
}

void TemporaryFile::discard() noexcept {
    if (descriptor_ < 0) return;
    ::close(std::exchange(descriptor_, -1));
    if (!path_.empty()) ::unlink(path_.c_str());
    strike_off(std::exchange(slot_, -1));
}

void TemporaryFile::start_flush() const noexcept {
#ifdef SYNC_FILE_RANGE_WRITE
    (void)::sync_file_range(descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

Status TemporaryFile::commit(const std::filesystem::path& target, bool replace) {
    if (::fsync(descriptor_) != 0) return output_error(target, "cannot be brought to disk");
    int failed = ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), replace ? 0 : RENAME_NOREPLACE);
    if (failed != 0 && !replace && (errno == EINVAL || errno == ENOSYS)) {
        // A file system that cannot rename without replacing (NFS) can link without replacing.
        failed = ::link(path_.c_str(), target.c_str());
        if (failed == 0) ::unlink(path_.c_str());
    }
    if (failed != 0)
        return output_error(target,
                            errno == EEXIST ? "has appeared meanwhile and is kept" : "cannot be given its name");
    path_.clear();
    strike_off(std::exchange(slot_, -1));
    // Some file systems cannot flush a directory; the file is complete and has its name all the same.
    const FileDescriptor directory(::open(directory_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) (void)::fsync(directory.get());
    return success();
}

int remove_abandoned_files(const std::filesystem::path& directory) {
    int removed = 0;
    std::error_code problem;
    for (std::filesystem::directory_iterator entry(directory, problem), end; !problem && entry != end;
         entry.increment(problem)) {
        const auto name = entry->path().filename().string();
        if (!name.starts_with('.') || name.find(mark) == name.npos) continue;
        const FileDescriptor file(::open(entry->path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
        struct stat status {};
        if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
        // A file is locked a moment after it is made: the newest ones are left alone.
        if (std::time(nullptr) - status.st_mtime < abandoned_after_s) continue;
        if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) continue;
        removed += ::unlink(entry->path().c_str()) == 0 ? 1 : 0;
    }
    return removed;
}

void remove_temporary_files() noexcept {
    const int saved_errno = errno;
    for (auto& slot : slots)
        if (slot.state == Slot::live) ::unlink(slot.path.data());
    errno = saved_errno;
}

}  // namespace burnish
