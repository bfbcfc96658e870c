#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/audio_stream.h"
#include "core/decibels.h"
#include "dsp/limiter_gain.h"
#include "dsp/soft_clipper.h"
#include "mastering/clip_forecast.h"
#include "mastering/level_model.h"
#include "mastering/over_watch.h"
#include "mastering/peak_envelope.h"
#include "mastering/services.h"

namespace burnish {

/// The finished programme on the bench: audio and true-peak envelope put aside once, so that the limiter can be tried
/// again and again at a fraction of the cost, and bit for bit like the Limiter block would do it.
class LevelDesk {
public:
    LevelDesk(const MasterServices& services, bool concurrent) : services_(&services), concurrent_(concurrent) {}

    /// What a load does besides putting aside.
    struct LoadSettings {
        /// Silence to send ahead, and to take off again: that of the stages before, so that the high-cut's transforms
        /// fall on the same frames as in a real-time chain and give the same bits.
        int lead_frames = 0;
        SoftClipper::Settings clipper{};
        double high_cut_hz = 0.0;
        /// Where a true peak is certain to lie below this, the samples' own peak will do, which is quicker to find.
        double peaks_above_dbtp = silence_db;
    };

    /// Runs the programme through clipper and high-cut and puts it aside with its peaks, in place of what was there.
    /// @param tick  called with the frames done; false cancels
    Status load(AudioSource& programme, const LoadSettings& settings, const std::function<bool(std::int64_t)>& tick);
    /// Looks for true peaks again, down to another level.
    Status find_peaks(double above_dbtp, const std::function<bool(std::int64_t)>& tick);

    /// Integrated loudness of what was loaded; silence_db if it is too short or too quiet to have one.
    [[nodiscard]] double integrated_lufs() const noexcept { return integrated_lufs_; }
    /// Its largest true peak, in dBTP.
    [[nodiscard]] double true_peak_dbtp() const noexcept;
    /// True peaks are exact from here on.
    [[nodiscard]] double peaks_above_dbtp() const noexcept { return peaks_above_dbtp_; }

    /// What the clipper took off, relative to what came in; silence_db for nothing.
    [[nodiscard]] double clipped_db() const noexcept { return clipped_db_; }

    /// What the clipper would take off what was last loaded without one.
    [[nodiscard]] double forecast_clipped_db(const SoftClipper::Settings& clipper) const {
        return clip_forecast_.removed_db(clipper);
    }
    /// It knows of what reaches this level, in dBFS.
    [[nodiscard]] double forecast_floor_db() const noexcept { return forecast_floor_db_; }
    /// What a pass would give, within some hundredths of a LU and of a dB, at a hundredth of its cost.
    /// @param clipper  one more clipper, in front of what is loaded
    [[nodiscard]] Result<LevelPass> estimate(const LimiterSettings& settings, const SoftClipper::Settings& clipper) {
        return model_.estimate(envelope_, settings, clipper);
    }

    /// One pass through the limiter. Also looks closely at every peak that comes near the ceiling, and notes what has
    /// to go down further: the next pass takes it into account.
    /// @param consume  if given, called with the limited blocks in order
    Result<LevelPass> pass(const LimiterSettings& settings, const std::function<Status(AudioView)>& consume,
                           const std::function<bool(std::int64_t)>& tick);

    /// Frames that the last pass found above the ceiling.
    [[nodiscard]] int overs_found() const noexcept { return overs_found_; }
    /// Frames that passes turn down further than the envelope asks for.
    [[nodiscard]] int corrections() const noexcept { return static_cast<int>(corrections_.size()); }

private:
    class PeakFinder;

    [[nodiscard]] Status start_peaks();
    [[nodiscard]] Status read_peaks(std::int64_t first, std::span<float> peaks);
    void merge(const std::vector<OverWatch::Correction>& found);

    const MasterServices* services_;
    bool concurrent_;
    StreamInfo info_;
    std::unique_ptr<Scratch> audio_;
    PeakEnvelope envelope_;
    LevelModel model_;
    ClipForecast clip_forecast_;
    double integrated_lufs_ = 0.0;
    double clipped_db_ = 0.0;
    double peaks_above_dbtp_ = silence_db;
    double forecast_floor_db_ = silence_db;
    std::vector<OverWatch::Correction> corrections_;  // by frame
    int overs_found_ = 0;
};

}  // namespace burnish
