#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/master_plan.h"
#include "io/output_file.h"
#include "mastering/services.h"

namespace burnish {

/// A file being written, as the engine sees it: its sound is measured before its metadata is added, which may tell
/// what was measured.
class FileDelivery final : public Delivery {
public:
    using Create = std::function<Result<std::unique_ptr<OutputFile>>()>;

    FileDelivery(std::unique_ptr<OutputFile> file, Create create)
        : file_(std::move(file)), create_(std::move(create)) {}

    [[nodiscard]] Status write(ConstAudioView from) override { return file_->write(from); }
    [[nodiscard]] Status restart() override;
    [[nodiscard]] Result<std::unique_ptr<AudioSource>> finish() override;
    [[nodiscard]] OutputFile& file() { return *file_; }

private:
    std::unique_ptr<OutputFile> file_;
    Create create_;
};

/// A file to write a job's master to, with the input's metadata and the tags that were set; none in a dry run.
/// @param job    must outlive it
/// @param input  none for a sound that is in no file: nothing is carried over
[[nodiscard]] Result<std::unique_ptr<FileDelivery>> create_delivery(const MasterJob& job, const AudioFile* input,
                                                                    const OutputSpec& spec,
                                                                    std::vector<std::string>& warnings);

}  // namespace burnish
