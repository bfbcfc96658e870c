#include "io/audio_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <utility>

#include "io/chunks.h"
#include "io/container.h"
#include "io/sound_stream.h"

namespace burnish {

namespace {

constexpr int block_frames = 4096;

struct Encoding {
    int subtype;
    std::string_view name;
    int integer_bits;
    bool lossy;
};

constexpr auto encodings = std::to_array<Encoding>({
    {SF_FORMAT_PCM_S8, "8-bit integer", 8, false},
    {SF_FORMAT_PCM_U8, "8-bit integer", 8, false},
    {SF_FORMAT_PCM_16, "16-bit integer", 16, false},
    {SF_FORMAT_PCM_24, "24-bit integer", 24, false},
    {SF_FORMAT_PCM_32, "32-bit integer", 32, false},
    {SF_FORMAT_FLOAT, "32-bit float", 0, false},
    {SF_FORMAT_DOUBLE, "64-bit float", 0, false},
    {SF_FORMAT_ALAC_16, "16-bit ALAC", 16, false},
    {SF_FORMAT_ALAC_20, "20-bit ALAC", 20, false},
    {SF_FORMAT_ALAC_24, "24-bit ALAC", 24, false},
    {SF_FORMAT_ALAC_32, "32-bit ALAC", 32, false},
    {SF_FORMAT_VORBIS, "Vorbis", 0, true},
    {SF_FORMAT_OPUS, "Opus", 0, true},
    {SF_FORMAT_MPEG_LAYER_I, "MPEG layer I", 0, true},
    {SF_FORMAT_MPEG_LAYER_II, "MPEG layer II", 0, true},
    {SF_FORMAT_MPEG_LAYER_III, "MP3", 0, true},
});

/// Telephone codes and ADPCM, all of them lossy, go by libsndfile's names.
Encoding encoding_of(int format) {
    const int subtype = format & SF_FORMAT_SUBMASK;
    for (const auto& encoding : encodings)
        if (encoding.subtype == subtype) return encoding;
    SF_FORMAT_INFO info{};
    info.format = subtype;
    const bool known = sf_command(nullptr, SFC_GET_FORMAT_INFO, &info, sizeof info) == 0 && info.name != nullptr;
    return {subtype, known ? info.name : "unknown encoding", 0, true};
}

/// Recorders and pipes that could not go back to fill in a size leave 0 or all ones. libsndfile knows what to make of
/// the ones; a 0 is told from a data chunk that is truly empty by there being no chunks after it, but sound.
constexpr std::int64_t not_filled_in = 0xFFFFFFFF;

std::optional<Chunk> data_of_size_zero(int descriptor) {
    const auto chunks = list_chunks(descriptor, InputKind::wav);
    const auto data = std::ranges::find_if(chunks, [](const Chunk& chunk) { return chunk.id == "data"; });
    if (data == chunks.end() || data->size != 0 || data->offset == file_bytes(descriptor)) return std::nullopt;
    const auto is_chunk = [&](const Chunk& chunk) {
        return chunk.size <= file_bytes(descriptor) - chunk.offset && chunk.id.size() == 4 &&
               std::ranges::all_of(chunk.id, [](char letter) { return letter >= ' ' && letter <= '~'; });
    };
    if (data + 1 != chunks.end() && std::all_of(data + 1, chunks.end(), is_chunk)) return std::nullopt;
    return *data;
}

/// Where the format's number stands in a W64 file that says it is floating point in its extension only: libsndfile
/// takes such a file for integers.
std::optional<std::int64_t> format_told_by_extension(int descriptor) {
    constexpr std::uint16_t extensible = 0xFFFE;
    constexpr std::uint16_t floating_point = 3;
    constexpr std::size_t to_subformat = 22;  // behind the first number
    for (const auto& chunk : list_chunks(descriptor, InputKind::w64)) {
        if (chunk.id != "fmt ") continue;
        const auto contents = read_chunk(descriptor, chunk);
        ByteReader reader(contents);
        const bool is_extended = reader.u16() == extensible;
        reader.skip(to_subformat);
        if (is_extended && reader.u16() == floating_point) return chunk.offset;
    }
    return std::nullopt;
}

Disguise disguise_for(const Input& input) {
    switch (input.kind) {
        // One layout under two names, of which libsndfile knows one.
        case InputKind::bw64:
            return {.patch_offset = 0, .patch = {'R', 'F', '6', '4'}, .endless = false};
        case InputKind::mpeg:
            return {.patch_offset = 0, .patch = {}, .endless = !mpeg_tells_length(input.file.get())};
        case InputKind::wav:
            if (const auto data = data_of_size_zero(input.file.get()))
                return {.patch_offset = data->offset - 4, .patch = {0xFF, 0xFF, 0xFF, 0xFF}, .endless = false};
            return {};
        case InputKind::w64:
            if (const auto place = format_told_by_extension(input.file.get()))
                return {.patch_offset = *place, .patch = {3, 0}, .endless = false};
            return {};
        default:
            return {};
    }
}

/// @param right  null if there is one channel only
void separate(const float* from, int frames, float* left, float* right) {
    if (right == nullptr) {
        std::copy_n(from, frames, left);
        return;
    }
    for (int n = 0; n < frames; ++n) {
        left[n] = from[2 * n];
        right[n] = from[2 * n + 1];
    }
}

/// The same of integers of 16 bits, which become -1..1.
void separate_words(const short* from, int frames, float* left, float* right) {
    constexpr float scale = 1.0F / 32768.0F;
    if (right == nullptr) {
        for (int n = 0; n < frames; ++n) left[n] = scale * static_cast<float>(from[n]);
        return;
    }
    for (int n = 0; n < frames; ++n) {
        left[n] = scale * static_cast<float>(from[2 * n]);
        right[n] = scale * static_cast<float>(from[2 * n + 1]);
    }
}

class SoundFile final : public AudioFile {
public:
    SoundFile(std::filesystem::path path, Input input)
        : path_(std::move(path)), input_(std::move(input)), disguise_(disguise_for(input_)) {}

    /// Reads the header and makes sure of the length.
    [[nodiscard]] Status open() {
        if (auto opened = restart(); !opened) return opened;
        const auto& info = stream_.info();
        if (info.channels < 1 || info.channels > max_channels)
            return problem(info.channels, " channels found, 1 or 2 supported");
        if (info.samplerate < min_sample_rate_hz || info.samplerate > max_sample_rate_hz)
            return problem("a sample rate of ", info.samplerate, " Hz found, ", min_sample_rate_hz, " to ",
                           max_sample_rate_hz, " Hz supported");
        const auto encoding = encoding_of(info.format);
        format_ = {std::string(name_of(input_.kind)), std::string(encoding.name), encoding.lossy};
        if (input_.kind == InputKind::ogg) format_.container = "Ogg";
        info_ = {.sample_rate_hz = static_cast<double>(info.samplerate),
                 .channels = info.channels,
                 .frames = info.frames,
                 .bits_per_sample = encoding.integer_bits};
        interleaved_.resize(static_cast<std::size_t>(block_frames) * info.channels);
        if ((info.format & SF_FORMAT_SUBMASK) == SF_FORMAT_PCM_16) words_.resize(interleaved_.size());
        if (auto measured = measure_length(); !measured) return measured;
        if (info_.frames == 0) return problem("holds no sound (0 frames)");
        return restart();
    }

    [[nodiscard]] const StreamInfo& info() const override { return info_; }
    [[nodiscard]] const std::filesystem::path& path() const override { return path_; }
    [[nodiscard]] const AudioFormat& format() const override { return format_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const override { return warnings_; }

    [[nodiscard]] Result<int> read(AudioView into) override {
        int done = 0;
        while (done < into.frames() && position_ < info_.frames) {
            const auto wanted = std::min<std::int64_t>({block_frames, into.frames() - done, info_.frames - position_});
            const int got = decode(static_cast<int>(wanted));
            if (got <= 0)
                return problem("damaged at ", seconds(position_), " s (frame ", position_, " of ", info_.frames,
                               "): ", stream_.problem());
            if (words_.empty() && count_not_finite(got) > 0) return report_not_finite(got);
            deinterleave(into.part(done, got));
            done += got;
            position_ += got;
        }
        return done;
    }

    [[nodiscard]] Status rewind() override { return restart(); }

private:
    template <class... Parts>
    [[nodiscard]] Error problem(const Parts&... parts) const {
        std::ostringstream message;
        message << path_.string() << ": ";
        (message << ... << parts);
        return {ErrorCode::input, message.str()};
    }

    [[nodiscard]] double seconds(std::int64_t frame) const {
        return std::round(static_cast<double>(frame) / info_.sample_rate_hz * 1000.0) / 1000.0;
    }

    /// To the first frame, with a decoder that has seen nothing yet: a lossy one that seeks back gives other bits.
    [[nodiscard]] Status restart() {
        stream_ = SoundStream::for_reading(input_.file.get(), disguise_);
        position_ = 0;
        if (stream_) return success();
        return problem("a damaged or unsupported ", name_of(input_.kind), " file: ", stream_.problem());
    }

    /// A file of PCM is as long as libsndfile says, since that never exceeds what is there; coded sound is, if its last
    /// frame can be decoded.
    [[nodiscard]] Status measure_length() {
        const auto claimed = stream_.info().frames;
        const bool known = !disguise_.endless && claimed > 0 && claimed < std::numeric_limits<std::int64_t>::max();
        if (known) {
            std::array<float, max_channels> last{};
            if (sf_seek(stream_.get(), claimed - 1, SEEK_SET) == claimed - 1 &&
                sf_readf_float(stream_.get(), last.data(), 1) == 1) {
                warn_if_cut();
                return success();
            }
        }
        if (auto restarted = restart(); !restarted) return restarted;
        info_.frames = 0;
        while (const auto got = sf_readf_float(stream_.get(), interleaved_.data(), block_frames)) info_.frames += got;
        if (stream_.broken()) return problem("cannot be read: ", stream_.problem());
        if (known && info_.frames == 0) return problem("damaged: not one of ", claimed, " frames can be decoded");
        if (known && info_.frames < claimed)
            warn("the file is cut off: ", claimed, " frames announced, ", info_.frames, " found and used");
        else
            warn_if_cut();
        return success();
    }

    void warn_if_cut() {
        const auto end = file_bytes(input_.file.get());
        if (input_.kind == InputKind::ogg && !ogg_ends_with_its_stream(input_.file.get()))
            warn("the file is cut off: its last page is missing; ", info_.frames, " frames found and used");
        for (const auto& chunk : list_chunks(input_.file.get(), input_.kind))
            if ((chunk.id == "data" || chunk.id == "SSND") && chunk.size > end - chunk.offset &&
                chunk.size != not_filled_in)
                warn("the file is cut off: ", chunk.size, " bytes of sound announced, ", end - chunk.offset,
                     " found and used (", info_.frames, " frames)");
    }

    template <class... Parts>
    void warn(const Parts&... parts) {
        warnings_.push_back(problem(parts...).message);
    }

    /// A block into `words_`, or else into `interleaved_`. @return  frames; 0 or less: none could be had
    [[nodiscard]] int decode(int frames) {
        return static_cast<int>(words_.empty() ? sf_readf_float(stream_.get(), interleaved_.data(), frames)
                                               : sf_readf_short(stream_.get(), words_.data(), frames));
    }

    void deinterleave(AudioView into) const {
        float* const left = into.channel(0).data();
        float* const right = into.channels() == 2 ? into.channel(1).data() : nullptr;
        if (!words_.empty())
            separate_words(words_.data(), into.frames(), left, right);
        else
            separate(interleaved_.data(), into.frames(), left, right);
    }

    /// All ones in the exponent.
    [[nodiscard]] int count_not_finite(int frames) const {
        const int samples = frames * info_.channels;
        int count = 0;
        for (int i = 0; i < samples; ++i) {
            const auto bits = std::bit_cast<std::uint32_t>(interleaved_[static_cast<std::size_t>(i)]);
            count += (bits & 0x7F800000U) == 0x7F800000U ? 1 : 0;
        }
        return count;
    }

    /// The block in hand holds the first ones; the rest of the file is read to count the others.
    [[nodiscard]] Error report_not_finite(int frames) {
        const auto first = static_cast<std::int64_t>(
            std::find_if(interleaved_.begin(), interleaved_.end(), [](float x) { return !std::isfinite(x); }) -
            interleaved_.begin());
        const auto frame = position_ + first / info_.channels;
        std::int64_t count = count_not_finite(frames);
        while (const auto got = sf_readf_float(stream_.get(), interleaved_.data(), block_frames))
            count += count_not_finite(static_cast<int>(got));
        return problem(count, count == 1 ? " sample is" : " samples are", " not a number or infinite, the first at ",
                       seconds(frame), " s (frame ", frame, ", channel ", first % info_.channels + 1,
                       "); every sample must be finite");
    }

    std::filesystem::path path_;
    Input input_;
    Disguise disguise_;
    SoundStream stream_;
    StreamInfo info_;
    AudioFormat format_;
    std::vector<std::string> warnings_;
    std::vector<float> interleaved_;
    std::vector<short> words_;  ///< in place of these, where 16 bits are all there is: half to read, nothing to check
    std::int64_t position_ = 0;
};

}  // namespace

Result<std::unique_ptr<AudioFile>> open_audio(const std::filesystem::path& path) {
    auto input = open_input(path);
    if (!input) return input.error();
    auto file = std::make_unique<SoundFile>(path, *std::move(input));
    if (auto opened = file->open(); !opened) return opened.error();
    return std::unique_ptr<AudioFile>(std::move(file));
}

bool same_file(const std::filesystem::path& a, const std::filesystem::path& b) noexcept {
    std::error_code missing;
    return std::filesystem::equivalent(a, b, missing) && !missing;
}

}  // namespace burnish
