#pragma once

#include <taglib/tiostream.h>

namespace burnish {

/// TagLib's view of a borrowed file descriptor. TagLib's own files say nothing when the disk is full; this one does.
class TagStream final : public TagLib::IOStream {
public:
    explicit TagStream(int descriptor, bool read_only) : descriptor_(descriptor), read_only_(read_only) {}

    /// errno of the first read or write that failed; 0 if all went well.
    [[nodiscard]] int error_number() const noexcept { return error_number_; }

    TagLib::FileName name() const override { return ""; }
    TagLib::ByteVector readBlock(unsigned long length) override;
    void writeBlock(const TagLib::ByteVector& data) override;
    void insert(const TagLib::ByteVector& data, unsigned long start, unsigned long replace) override;
    void removeBlock(unsigned long start, unsigned long length) override;
    bool readOnly() const override { return read_only_; }
    bool isOpen() const override { return true; }
    void seek(long offset, Position from) override;
    long tell() const override { return position_; }
    long length() override;
    void truncate(long length) override;

private:
    /// Moves all that follows `from` by `to - from` bytes, either way.
    void move_rest(long from, long to);

    int descriptor_;
    bool read_only_;
    long position_ = 0;
    int error_number_ = 0;
};

}  // namespace burnish
