#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/audio_stream.h"
#include "io/audio_file.h"
#include "io/metadata.h"
#include "io/output_format.h"

namespace burnish {

/// What was measured of the sound of a file, to be told in it.
struct MeasuredLoudness {
    double integrated_lufs = 0.0;
    double loudness_range_lu = 0.0;
    double true_peak_dbtp = 0.0;
    double max_momentary_lufs = 0.0;
    double max_short_term_lufs = 0.0;
    bool as_replaygain = false;  ///< in tags for players too, not only in the broadcast extension
};

/// An audio file on its way out: create, write, end the sound, perhaps reopen to measure it, finish, commit. It has a
/// hidden temporary name beside its final one until commit, so that it appears whole or not at all; uncommitted, it
/// vanishes with this object. Same samples, settings and metadata give the same bytes: nothing hangs on the clock or on
/// chance.
///
/// Integer samples are k = round(x * 2^(bits - 1)), clipped to the range of the type, and so exact for samples that
/// are on that grid. Lossy files are written near the top of what the codec offers where no bit rate is asked for: MP3
/// at its highest constant bit rate (320 kbit/s from 32 kHz up), Vorbis at quality 8, Opus at 256 kbit/s per channel at
/// most. A bit rate is kept by MP3, and met on average by the others, as far as the music lets them.
class OutputFile : public AudioSink {
public:
    /// @param metadata   carried over as far as the container can hold it; the rest is told by warnings()
    /// @param overwrite  whether a file of this name may be replaced
    [[nodiscard]] static Result<std::unique_ptr<OutputFile>> create(const std::filesystem::path& path,
                                                                    const OutputSpec& spec, const Metadata& metadata,
                                                                    bool overwrite);

    /// Ends the sound, so that it can be measured; nothing can be written after that.
    [[nodiscard]] virtual Status end_sound() = 0;
    /// Adds the metadata, and ends the sound if nobody has; afterwards the file is complete except for its name.
    /// @param measured  written into the broadcast extension, if there is one, and into tags if it says so
    [[nodiscard]] virtual Status finish(const std::optional<MeasuredLoudness>& measured) = 0;
    [[nodiscard]] Status finish() { return finish(std::nullopt); }
    /// Opens what was written, to measure it. Only after end_sound or finish.
    [[nodiscard]] virtual Result<std::unique_ptr<AudioFile>> reopen() const = 0;
    /// Brings the file to disk and gives it its name. Fails without overwrite if a file of that name has appeared
    /// since. Only after finish.
    [[nodiscard]] virtual Status commit() = 0;

    [[nodiscard]] virtual const OutputEncoding& encoding() const = 0;
    [[nodiscard]] virtual const std::vector<std::string>& warnings() const = 0;
};

}  // namespace burnish
