#pragma once

#include <sndfile.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace burnish {

/// How a file is shown to libsndfile otherwise than it is, for it to be read right.
struct Disguise {
    /// Bytes at one place that are read as these instead; none if empty.
    std::int64_t patch_offset = 0;
    std::vector<std::uint8_t> patch;
    /// As if the file went on and on: libsndfile guesses the length of MP3 from the length of the file, often too
    /// short, and reads no further than that. Without an end, it reads what there is.
    bool endless = false;
};

/// libsndfile over a borrowed file descriptor, with what its own file access lacks: the error number of a failed
/// read or write, and disguises.
class SoundStream {
public:
    SoundStream() = default;
    /// Both leave the stream closed on failure; problem() says why.
    [[nodiscard]] static SoundStream for_reading(int descriptor, Disguise disguise);
    [[nodiscard]] static SoundStream for_writing(int descriptor, const SF_INFO& info);

    explicit operator bool() const noexcept { return file_ != nullptr; }
    [[nodiscard]] SNDFILE* get() const noexcept { return file_.get(); }
    [[nodiscard]] const SF_INFO& info() const noexcept { return info_; }
    /// What went wrong last, in libsndfile's or the system's words.
    [[nodiscard]] std::string problem() const;
    /// True once the system has refused to read or write.
    [[nodiscard]] bool broken() const noexcept { return access_ && access_->error_number != 0; }
    /// Ends the file. @return false if anything since the opening went wrong
    bool close();

private:
    struct Access {
        int descriptor = -1;
        Disguise disguise{};
        std::int64_t position = 0;
        int error_number = 0;
        // libsndfile reads and writes a few kilobytes at a time; the system is asked for many.
        std::vector<std::uint8_t> buffer{};  // of what was read; empty: there is none
        std::int64_t buffered_from = 0;
        std::int64_t buffered_bytes = 0;
        std::vector<std::uint8_t> pending{};  // what is still to be written, from there on
        std::int64_t pending_from = 0;

        [[nodiscard]] std::int64_t read(std::span<std::uint8_t> into);
        /// Both false once something could not be written, error_number saying why.
        bool write(std::span<const std::uint8_t> from);
        bool flush();
        [[nodiscard]] std::int64_t length();
    };
    struct Close {
        void operator()(SNDFILE* file) const noexcept { sf_close(file); }
    };
    void open(int descriptor, Disguise disguise, int mode);
    static SF_VIRTUAL_IO callbacks();

    SF_INFO info_{};
    std::unique_ptr<Access> access_;  // libsndfile keeps a pointer to it; outlives file_
    std::unique_ptr<SNDFILE, Close> file_;
};

}  // namespace burnish
