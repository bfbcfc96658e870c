#include "cli/master_track.h"

#include <filesystem>

#include "io/metadata.h"
#include "io/trimmed_file.h"

namespace burnish {

namespace {

/// The loop that a file's sampler chunk tells, or the whole file.
Result<LoopPlan> loop_in(const std::filesystem::path& path, const StreamInfo& info) {
    const auto metadata = read_metadata(path);
    if (!metadata) return metadata.error();
    if (info.frames == 0) return Error{ErrorCode::input, path.string() + ": there is no sound in it that could loop"};
    if (!metadata->sampler || metadata->sampler->loops.empty())
        return plan_loop(info.sample_rate_hz, info.frames, 0, info.frames);
    const auto& loop = metadata->sampler->loops.front();
    if (loop.kind != Loop::Kind::forward)
        return Error{ErrorCode::input, path.string() + ": its loop does not run forward, as --loop needs it to"};
    if (loop.first < 0 || loop.first > loop.last || loop.last >= info.frames)
        return Error{ErrorCode::input, path.string() + ": its loop from frame " + std::to_string(loop.first) + " to " +
                                           std::to_string(loop.last) + " lies outside of its " +
                                           std::to_string(info.frames) + " frames"};
    return plan_loop(info.sample_rate_hz, info.frames, loop.first, loop.last + 1);
}

}  // namespace

Status MasterTrack::open(const std::filesystem::path& path, bool trims, bool loops) {
    if (sound_ != nullptr) return success();
    auto opened = trims ? open_trimmed(path) : open_audio(path);
    if (!opened) return opened.error();
    if (loops) {
        auto loop = loop_in(path, (*opened)->info());
        if (!loop) return loop.error();
        loop_ = *loop;
    }
    file_ = *std::move(opened);
    sound_ = file_.get();
    return success();
}

AudioSource& MasterTrack::source(int channels) {
    auto& form = forms_[static_cast<std::size_t>(channels - 1)];
    AudioSource* source = sound_;
    if (channels != sound_->info().channels) {
        if (form.remixed == nullptr) form.remixed = std::make_unique<ChannelSource>(*sound_, channels);
        source = form.remixed.get();
    }
    if (!loop_) return *source;
    if (form.looped == nullptr) form.looped = std::make_unique<LoopedSource>(*source, *loop_);
    return *form.looped;
}

Result<const Study*> MasterTrack::study(int channels, const MasterRequest& request,
                                        const std::function<bool(double)>& tick) {
    auto& study = forms_[static_cast<std::size_t>(channels - 1)].study;
    if (!study) {
        auto made = study_track(source(channels), request, tick);
        if (!made) return made.error();
        study = *std::move(made);
    }
    return &*study;
}

Result<LoopPlan> written_loop(const std::filesystem::path& input, const LoopPlan& loop, double source_hz,
                              double written_hz, Container container) {
    if (container == Container::mp3)
        return Error{ErrorCode::usage, input.string() +
                                           ": --loop and MP3 contradict each other: MP3 cannot keep a length to the "
                                           "sample; Ogg Vorbis and Opus can"};
    if (auto scaled = at_rate(loop, source_hz, written_hz)) return *scaled;
    return Error{ErrorCode::usage, input.string() + ": a loop of " + std::to_string(loop.loop_frames()) +
                                       " frames at " + number_text(source_hz) +
                                       " Hz has no whole number of frames at " + number_text(written_hz) +
                                       " Hz: keep the rate"};
}

}  // namespace burnish
