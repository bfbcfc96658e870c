#include "cli/split_delivery.h"

#include <algorithm>

#include "mastering/joined_source.h"

namespace burnish {

Result<std::unique_ptr<SplitDelivery>> SplitDelivery::create(std::vector<std::int64_t> ends, int channels,
                                                             Create create_file) {
    auto delivery =
        std::unique_ptr<SplitDelivery>(new SplitDelivery(std::move(ends), channels, std::move(create_file)));
    if (auto status = delivery->restart(); !status) return status.error();
    return delivery;
}

Status SplitDelivery::restart() {
    files_.clear();
    position_ = 0;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
        auto file = create_file_(i);
        if (!file) return file.error();
        files_.push_back(*std::move(file));
    }
    return success();
}

Status SplitDelivery::write(ConstAudioView from) {
    std::int64_t start = 0;
    for (std::size_t i = 0; i < ends_.size(); start = ends_[i++]) {
        const auto first = std::max(start, position_);
        const auto end = std::min(ends_[i], position_ + from.frames());
        if (first >= end) continue;
        const auto part = from.part(static_cast<int>(first - position_), static_cast<int>(end - first));
        if (auto status = files_[i]->write(part); !status) return status;
    }
    position_ += from.frames();
    return success();
}

Result<std::unique_ptr<AudioSource>> SplitDelivery::finish() {
    if (position_ < ends_.back()) {
        const AudioBuffer silence(channels_, static_cast<int>(ends_.back() - position_));
        if (auto status = write(silence.view()); !status) return status.error();
    }
    std::vector<std::unique_ptr<AudioSource>> written;
    for (const auto& file : files_) {
        if (auto status = file->end_sound(); !status) return status.error();
        auto reopened = file->reopen();
        if (!reopened) return Error{ErrorCode::output, reopened.error().message};
        written.push_back(*std::move(reopened));
    }
    return std::unique_ptr<AudioSource>(std::make_unique<JoinedSource>(std::move(written)));
}

}  // namespace burnish
