#include "cli/reference_files.h"

#include "cli/flag_values.h"
#include "io/audio_file.h"

namespace burnish {

namespace {

Result<ReferenceSound> listen_to(const std::filesystem::path& path, bool concurrent, const JobProgress& progress) {
    auto file = open_audio(path);
    if (!file) return file.error();
    const auto& info = (*file)->info();
    const double duration_s = static_cast<double>(info.frames) / info.sample_rate_hz;
    const auto stage = "listening to " + path.filename().string();
    auto sound =
        measure_reference(**file, concurrent, [&](double fraction) { return progress(stage, fraction, duration_s); });
    if (!sound) return sound;
    if (sound->whole.integrated_lufs <= silence_db)
        return Error{ErrorCode::input, path.string() +
                                           ": too short or too quiet to be a reference (400 ms above -70 LUFS are "
                                           "needed)"};
    return sound;
}

}  // namespace

Result<ReferenceFile> read_reference(const std::string& typed) {
    ReferenceFile reference{.path = typed};
    const auto colon = typed.rfind(':');
    std::error_code ignored;
    if (colon != typed.npos && !std::filesystem::exists(typed, ignored)) {
        const auto weight = read_weight("--reference", typed.substr(colon + 1), "references");
        if (!weight) return weight.error();
        reference = {.path = typed.substr(0, colon), .weight = *weight};
    }
    if (reference.path.empty()) return usage("--reference: the name is empty");
    return reference;
}

Result<References> ReferenceShelf::take(const std::vector<ReferenceFile>& files, bool concurrent,
                                        const JobProgress& progress) {
    if (files.empty()) return References();
    std::vector<Reference> references;
    for (const auto& [path, weight] : files) {
        auto known = sounds_.find(path);
        if (known == sounds_.end()) {
            auto sound = listen_to(path, concurrent, progress);
            if (!sound) return sound.error();
            known = sounds_.emplace(path, *std::move(sound)).first;
        }
        references.push_back({.name = path.filename().string(), .weight = weight, .sound = known->second});
    }
    return std::make_shared<const std::vector<Reference>>(std::move(references));
}

}  // namespace burnish
