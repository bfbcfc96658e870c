#pragma once

#include <array>
#include <memory>
#include <optional>

#include "io/audio_file.h"
#include "io/output_format.h"
#include "mastering/channel_source.h"
#include "mastering/loop.h"
#include "mastering/master.h"

namespace burnish {

/// An input that several masters are made of, a file or a sound that is in none: opened once, with as many channels as
/// each of them wants, played over and over if it is a loop, and studied once for each number of channels.
class MasterTrack {
public:
    MasterTrack() = default;
    /// Borrows a sound that is in no file.
    explicit MasterTrack(AudioSource& sound) : sound_(&sound) {}

    /// Does nothing if it is open. @param loops  it plays on where its loop points say, or at its start without any
    [[nodiscard]] Status open(const std::filesystem::path& path, bool trims, bool loops);

    /// As it was opened.
    [[nodiscard]] AudioSource& sound() noexcept { return *sound_; }
    /// nullptr for a sound that is in none.
    [[nodiscard]] const AudioFile* file() const noexcept { return file_.get(); }
    [[nodiscard]] const std::optional<LoopPlan>& loop() const noexcept { return loop_; }
    /// As it is played: of as many frames as the file, but for a loop.
    [[nodiscard]] AudioSource& source(int channels);
    /// By the request that comes first.
    [[nodiscard]] Result<const Study*> study(int channels, const MasterRequest& request,
                                             const std::function<bool(double)>& tick);

private:
    /// What there is of it with one number of channels.
    struct Form {
        std::unique_ptr<ChannelSource> remixed;  // if the file has another number
        std::unique_ptr<LoopedSource> looped;    // if it is a loop
        std::optional<Study> study;
    };

    AudioSource* sound_ = nullptr;
    std::unique_ptr<AudioFile> file_;
    std::optional<LoopPlan> loop_;
    std::array<Form, max_channels> forms_;
};

/// The loop as it lies in a file of another rate and kind, or why it could not be kept seamless there.
[[nodiscard]] Result<LoopPlan> written_loop(const std::filesystem::path& input, const LoopPlan& loop, double source_hz,
                                            double written_hz, Container container);

}  // namespace burnish
