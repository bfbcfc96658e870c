#include "io/scratch.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "io/file_descriptor.h"

namespace burnish {

namespace {

/// Frames that move between memory and disk in one go.
constexpr int block_frames = 1 << 16;

std::string spill_directory() {
    const char* chosen = std::getenv("TMPDIR");
    return chosen != nullptr && *chosen != '\0' ? chosen : "/var/tmp";
}

/// A file that has no name, from the start where the file system can do that.
FileDescriptor open_nameless(const std::string& directory) {
    FileDescriptor file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (file) return file;
    std::string name = directory + "/burnish-XXXXXX";
    file = FileDescriptor(::mkostemp(name.data(), O_CLOEXEC));
    if (file) ::unlink(name.c_str());
    return file;
}

/// Memory in pages as large as the system has them: touching 4 kB at a time costs more than what is done with it.
class LargePages {
public:
    explicit LargePages(std::size_t bytes) : bytes_(bytes) {
        void* const start = bytes == 0 ? MAP_FAILED
                                       : ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (start == MAP_FAILED) {
            bytes_ = 0;  // then everything goes to disk
            return;
        }
        start_ = static_cast<float*>(start);
#ifdef MADV_HUGEPAGE
        (void)::madvise(start, bytes, MADV_HUGEPAGE);
#endif
    }
    ~LargePages() {
        if (start_ != nullptr) ::munmap(start_, bytes_);
    }
    LargePages(const LargePages&) = delete;
    LargePages& operator=(const LargePages&) = delete;

    [[nodiscard]] float* start() const noexcept { return start_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    float* start_ = nullptr;
    std::size_t bytes_;
};

/// Frames lie in blocks, planar within a block: the first `memory_blocks_` in memory, the others in the file.
class BlockScratch final : public Scratch {
public:
    BlockScratch(int channels, double sample_rate_hz, std::size_t memory_bytes_per_channel)
        : info_{.sample_rate_hz = sample_rate_hz, .channels = channels, .frames = 0, .bits_per_sample = 0},
          memory_(memory_bytes_per_channel / (sizeof(float) * block_frames) * block_bytes()),
          memory_blocks_(memory_.bytes() / block_bytes()) {}

    [[nodiscard]] const StreamInfo& info() const override { return info_; }

    [[nodiscard]] Status write(ConstAudioView from) override {
        assert(!reading_ && from.channels() == info_.channels);
        for (int done = 0; done < from.frames();) {
            const int at = static_cast<int>(info_.frames % block_frames);
            const int count = std::min(from.frames() - done, block_frames - at);
            const bool fits = stored_ < memory_blocks_;
            if (!fits && block_.frames() == 0) block_ = AudioBuffer(info_.channels, block_frames);
            copy(from.part(done, count), (fits ? in_memory(stored_) : block_.view()).part(at, count));
            done += count;
            info_.frames += count;
            if (at + count == block_frames)
                if (auto stored = store_block(); !stored) return stored;
        }
        return success();
    }

    [[nodiscard]] Result<int> read(AudioView into) override {
        if (auto ended = end_writing(); !ended) return ended.error();
        int done = 0;
        while (done < into.frames() && position_ < info_.frames) {
            const auto index = static_cast<std::size_t>(position_ / block_frames);
            const int at = static_cast<int>(position_ % block_frames);
            const int count = static_cast<int>(
                std::min<std::int64_t>({into.frames() - done, block_frames - at, info_.frames - position_}));
            if (index < memory_blocks_) {
                copy(in_memory(index).part(at, count), into.part(done, count));
            } else {
                if (auto loaded = load_block(index); !loaded) return loaded.error();
                copy(std::as_const(block_).view().part(at, count), into.part(done, count));
            }
            done += count;
            position_ += count;
        }
        return done;
    }

    [[nodiscard]] Status rewind() override {
        position_ = 0;
        return end_writing();
    }

private:
    static constexpr std::size_t no_block = static_cast<std::size_t>(-1);

    [[nodiscard]] std::size_t block_bytes() const { return sizeof(float) * block_frames * info_.channels; }
    [[nodiscard]] AudioView in_memory(std::size_t index) const {
        float* const left = memory_.start() + index * block_bytes() / sizeof(float);
        return {{left, left + (info_.channels - 1) * block_frames}, info_.channels, block_frames};
    }
    [[nodiscard]] std::span<std::uint8_t> bytes_of_block() {
        return {reinterpret_cast<std::uint8_t*>(block_.channel(0).data()), block_bytes()};
    }
    [[nodiscard]] std::int64_t offset_of(std::size_t index) const {
        return static_cast<std::int64_t>((index - memory_blocks_) * block_bytes());
    }

    [[nodiscard]] Status store_block() {
        if (stored_ >= memory_blocks_) {
            if (!file_) file_ = open_nameless(spill_directory());
            if (!file_ || !write_at(file_.get(), offset_of(stored_), bytes_of_block()))
                return failure("find no room in");
        }
        ++stored_;
        return success();
    }

    [[nodiscard]] Status load_block(std::size_t index) {
        if (loaded_ == index) return success();
        if (read_at(file_.get(), offset_of(index), bytes_of_block()) != static_cast<std::int64_t>(block_bytes()))
            return failure("cannot be read back from");
        loaded_ = index;
        return success();
    }

    [[nodiscard]] Status end_writing() {
        if (reading_) return success();
        reading_ = true;
        return info_.frames % block_frames == 0 ? success() : store_block();
    }

    [[nodiscard]] Error failure(const std::string& what) const {
        return {ErrorCode::output, std::to_string(info_.frames) + " frames put aside " + what + " " +
                                       spill_directory() +
                                       " (TMPDIR chooses another directory): " + std::strerror(errno)};
    }

    StreamInfo info_;
    AudioBuffer block_;  // the one on its way to the file, later the one last read from it; none while memory lasts
    LargePages memory_;
    std::size_t memory_blocks_;
    FileDescriptor file_;
    std::size_t stored_ = 0;
    std::size_t loaded_ = no_block;
    std::int64_t position_ = 0;
    bool reading_ = false;
};

}  // namespace

std::size_t usual_scratch_bytes_per_channel(double sample_rate_hz) noexcept {
    constexpr double seconds = 270.0;
    return static_cast<std::size_t>(seconds * std::min(sample_rate_hz, 44100.0)) * sizeof(float);
}

Result<std::unique_ptr<Scratch>> make_scratch(int channels, double sample_rate_hz,
                                              std::size_t memory_bytes_per_channel) {
    assert(channels >= 1 && channels <= max_channels);
    return std::unique_ptr<Scratch>(std::make_unique<BlockScratch>(channels, sample_rate_hz, memory_bytes_per_channel));
}

}  // namespace burnish
