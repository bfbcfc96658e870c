#include "io/codec.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "io/external_tool.h"
#include "io/output_file.h"
#include "io/resampler.h"
#include "io/temporary_file.h"

namespace burnish {

namespace {

constexpr int block_frames = 8192;
constexpr int min_aac_kbps = 16;
constexpr int max_aac_kbps = 512;

const CodecRow& row_of(CodecKind kind) {
    return *std::find_if(codec_rows.begin(), codec_rows.end(), [&](const CodecRow& row) { return row.kind == kind; });
}

std::filesystem::path trial_path(std::string_view extension) {
    std::error_code unknown;
    auto directory = std::filesystem::temp_directory_path(unknown);
    if (unknown) directory = "/tmp";
    return directory / ("trial" + std::string(extension));
}

Status copy_all(AudioSource& source, OutputFile& file, const std::function<bool(double)>& tick) {
    AudioBuffer block(source.info().channels, block_frames);
    const auto length = static_cast<double>(std::max<std::int64_t>(1, source.info().frames));
    for (std::int64_t done = 0;;) {
        const auto got = source.read(block.view());
        if (!got) return got.error();
        if (*got == 0) return file.end_sound();
        if (auto status = file.write(block.view().part(0, *got)); !status) return status;
        done += *got;
        if (!tick(static_cast<double>(done) / length)) return Error{ErrorCode::canceled, "stopped"};
    }
}

/// A file that has no name yet, with all of the source in it.
Result<std::unique_ptr<OutputFile>> write_trial(AudioSource& source, const OutputFormat& format, const OutputSpec& spec,
                                                const std::function<bool(double)>& tick) {
    auto file = OutputFile::create(trial_path(format.extensions.front()), spec, {}, true);
    if (!file) return file.error();
    if (auto status = copy_all(source, **file, tick); !status) return status.error();
    return file;
}

Container container_of(CodecKind kind) {
    if (kind == CodecKind::vorbis) return Container::vorbis;
    return kind == CodecKind::opus ? Container::opus : Container::mp3;
}

Result<std::unique_ptr<AudioFile>> through_libsndfile(AudioSource& source, const Codec& codec,
                                                      const std::function<bool(double)>& tick) {
    const auto& format = format_of(container_of(codec.kind));
    const auto& info = source.info();
    const double rate_hz = usual_rate_hz(format, info.sample_rate_hz);
    auto converted = convert_rate(source, rate_hz);
    if (!converted) return converted.error();
    const auto file = write_trial(**converted, format,
                                  {.sample_rate_hz = rate_hz,
                                   .channels = info.channels,
                                   .frames = (*converted)->info().frames,
                                   .depth = std::nullopt,
                                   .bitrate_kbps = codec.kbps},
                                  tick);
    if (!file) return file.error();
    return (*file)->reopen();
}

Result<std::unique_ptr<AudioFile>> through_ffmpeg(AudioSource& source, const Codec& codec,
                                                  const std::function<bool(double)>& tick) {
    const auto& info = source.info();
    const auto& wave = format_of(Container::wav);
    const auto plain = write_trial(source, wave,
                                   {.sample_rate_hz = info.sample_rate_hz,
                                    .channels = info.channels,
                                    .frames = info.frames,
                                    .depth = BitDepth::float32},
                                   [&](double fraction) { return tick(0.2 * fraction); });
    if (!plain) return plain.error();
    const auto reopened = (*plain)->reopen();
    if (!reopened) return reopened.error();
    const auto encoded = TemporaryFile::beside(trial_path(".m4a"));
    if (!encoded) return encoded.error();
    const auto decoded = TemporaryFile::beside(trial_path(".wav"));
    if (!decoded) return decoded.error();

    const auto run = [&](const std::filesystem::path& from, const std::filesystem::path& into,
                         std::initializer_list<std::string> how) {
        std::vector<std::string> words{"ffmpeg", "-nostdin", "-hide_banner",          "-loglevel",     "error",
                                       "-y",     "-i",       "file:" + from.string(), "-map_metadata", "-1"};
        words.insert(words.end(), how);
        words.push_back("file:" + into.string());
        return run_tool(words, [&] { return tick(0.5); });
    };
    const auto bits_per_s = std::to_string(codec.kbps) + "k";
    if (auto status = run((*reopened)->path(), encoded->path(), {"-c:a", "aac", "-b:a", bits_per_s, "-f", "mp4"});
        !status)
        return status.error();
    if (auto status = run(encoded->path(), decoded->path(), {"-c:a", "pcm_f32le", "-f", "wav", "-rf64", "auto"});
        !status)
        return status.error();
    return open_audio(decoded->path());
}

}  // namespace

Result<Codec> read_codec(std::string_view flag, std::string_view text) {
    const auto name = text.substr(0, text.find(':'));
    const auto row =
        std::find_if(codec_rows.begin(), codec_rows.end(), [&](const CodecRow& r) { return r.name == name; });
    const auto problem = [&](const std::string& expected) {
        return Error{ErrorCode::usage,
                     std::string(flag) + ": \"" + std::string(text) + "\" found, " + expected + " expected"};
    };
    if (row == codec_rows.end()) {
        std::string names;
        for (const auto& known : codec_rows) names += (names.empty() ? "" : ", ") + std::string(known.name);
        return problem("one of " + names + ", perhaps with a bit rate (mp3:128),");
    }
    Codec codec{row->kind, row->usual_kbps};
    if (name.size() == text.size()) return codec;
    const auto digits = text.substr(name.size() + 1);
    const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), codec.kbps);
    if (wrong != std::errc() || end != digits.data() + digits.size() || codec.kbps <= 0)
        return problem("a bit rate in kbit/s after the colon");
    if (codec.kind == CodecKind::aac) {
        if (codec.kbps >= min_aac_kbps && codec.kbps <= max_aac_kbps) return codec;
        return problem("a bit rate of " + std::to_string(min_aac_kbps) + " to " + std::to_string(max_aac_kbps) +
                       " kbit/s");
    }
    const auto& format = format_of(container_of(codec.kind));
    const auto possible =
        choose_encoding("trial" + std::string(format.extensions.front()),
                        {.sample_rate_hz = 48000.0, .channels = 2, .depth = {}, .bitrate_kbps = codec.kbps});
    if (!possible) return Error{ErrorCode::usage, std::string(flag) + ": " + possible.error().message};
    return codec;
}

std::string name_of(const Codec& codec) {
    return std::string(row_of(codec.kind).label) + " at " + std::to_string(codec.kbps) + " kbit/s";
}

Result<std::unique_ptr<AudioFile>> through_codec(AudioSource& source, const Codec& codec,
                                                 const std::function<bool(double)>& tick) {
    if (auto status = source.rewind(); !status) return status.error();
    return codec.kind == CodecKind::aac ? through_ffmpeg(source, codec, tick) : through_libsndfile(source, codec, tick);
}

Status codec_is_there(const Codec& codec) {
    if (codec.kind != CodecKind::aac || tool_is_there("ffmpeg")) return success();
    return Error{
        ErrorCode::usage,
        "--codec aac: the program ffmpeg is needed and not installed (apt install ffmpeg); ogg, opus and mp3 do "
        "without it"};
}

}  // namespace burnish
