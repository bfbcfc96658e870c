#include "cli/file_delivery.h"

#include <utility>

#include "io/audio_file.h"
#include "io/metadata.h"

namespace burnish {

Status FileDelivery::restart() {
    file_.reset();
    auto created = create_();
    if (!created) return created.error();
    file_ = *std::move(created);
    return success();
}

Result<std::unique_ptr<AudioSource>> FileDelivery::finish() {
    if (auto status = file_->end_sound(); !status) return status.error();
    auto written = file_->reopen();
    if (!written) return Error{ErrorCode::output, written.error().message};
    return std::unique_ptr<AudioSource>(*std::move(written));
}

Result<std::unique_ptr<FileDelivery>> create_delivery(const MasterJob& job, const AudioFile* input,
                                                      const OutputSpec& spec, std::vector<std::string>& warnings) {
    if (job.options->dry_run) return std::unique_ptr<FileDelivery>();
    Metadata metadata;
    metadata.sample_rate_hz = spec.sample_rate_hz;
    if (input != nullptr) {
        auto whole = read_metadata(job.input);
        if (!whole) return whole.error();
        metadata = job.options->trim ? cropped(*std::move(whole), input->first_frame(), input->info().frames)
                                     : *std::move(whole);
    }
    warnings.insert(warnings.end(), metadata.warnings.begin(), metadata.warnings.end());
    for (const auto& tag : job.options->tags) set_tag(metadata, tag);
    const auto create = [&job, spec, metadata = std::move(metadata)] {
        return OutputFile::create(*job.output, spec, metadata, job.options->force);
    };
    auto created = create();
    if (!created) return created.error();
    return std::make_unique<FileDelivery>(*std::move(created), create);
}

}  // namespace burnish
