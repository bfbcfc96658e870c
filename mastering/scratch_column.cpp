#include "mastering/scratch_column.h"

#include <algorithm>

namespace burnish {

namespace {
constexpr std::size_t block = 4096;
}

Status ScratchColumn::start(const MasterServices& services, double rate_hz) {
    auto made = services.make_scratch(1, rate_hz);
    if (!made) return made.error();
    scratch_ = std::move(*made);
    pending_.clear();
    pending_.reserve(block);
    return success();
}

Status ScratchColumn::add(std::span<const float> values) {
    while (!values.empty()) {
        const auto count = std::min(values.size(), block - pending_.size());
        pending_.insert(pending_.end(), values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count));
        values = values.subspan(count);
        if (pending_.size() == block)
            if (auto status = finish(); !status) return status;
    }
    return success();
}

Status ScratchColumn::finish() {
    if (pending_.empty()) return success();  // it may be read already
    const float* const values = pending_.data();
    auto status = scratch_->write({{values}, 1, static_cast<int>(pending_.size())});
    pending_.clear();
    return status;
}

Result<int> ScratchColumn::read(std::span<float> into) {
    auto got = scratch_->read({{into.data()}, 1, static_cast<int>(into.size())});
    if (got) std::fill(into.begin() + *got, into.end(), 0.0F);
    return got;
}

}  // namespace burnish
