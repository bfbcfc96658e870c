#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "io/output_file.h"
#include "mastering/services.h"

namespace burnish {

/// One render that becomes several files, cut at given frames.
class SplitDelivery final : public Delivery {
public:
    using Create = std::function<Result<std::unique_ptr<OutputFile>>(std::size_t file)>;

    /// @param ends  of the files, in frames from the start of the render; rising. What the render leaves missing of the
    ///              last one is silence.
    [[nodiscard]] static Result<std::unique_ptr<SplitDelivery>> create(std::vector<std::int64_t> ends, int channels,
                                                                       Create create_file);

    [[nodiscard]] Status write(ConstAudioView from) override;
    [[nodiscard]] Status restart() override;
    /// All files as one.
    [[nodiscard]] Result<std::unique_ptr<AudioSource>> finish() override;

    [[nodiscard]] const std::vector<std::unique_ptr<OutputFile>>& files() const noexcept { return files_; }

private:
    SplitDelivery(std::vector<std::int64_t> ends, int channels, Create create_file)
        : ends_(std::move(ends)), channels_(channels), create_file_(std::move(create_file)) {}

    std::vector<std::int64_t> ends_;
    int channels_;
    Create create_file_;
    std::vector<std::unique_ptr<OutputFile>> files_;
    std::int64_t position_ = 0;
};

}  // namespace burnish
