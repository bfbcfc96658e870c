#include "io/output_file.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <sstream>
#include <string_view>
#include <utility>

#include "io/bitrate.h"
#include "io/chunks.h"
#include "io/ogg_pages.h"
#include "io/sound_stream.h"
#include "io/tags.h"
#include "io/temporary_file.h"
#include "io/text_tags.h"
#include "io/wave_chunks.h"

namespace burnish {

namespace {

constexpr int block_frames = 4096;
constexpr double riff_max_bytes = 0x1p32;
/// libsndfile gathers all that stands before the sound in 100 KiB.
constexpr std::size_t max_bext_bytes = 60'000;

int sndfile_depth(BitDepth depth) {
    switch (depth) {
        case BitDepth::int16:
            return SF_FORMAT_PCM_16;
        case BitDepth::int24:
            return SF_FORMAT_PCM_24;
        case BitDepth::float32:
            return SF_FORMAT_FLOAT;
    }
    return 0;
}

int sndfile_format(const OutputEncoding& encoding, bool long_wav) {
    const int depth = encoding.depth ? sndfile_depth(*encoding.depth) : 0;
    switch (encoding.format->container) {
        case Container::wav:
            return (long_wav ? SF_FORMAT_RF64 : SF_FORMAT_WAV) | depth;
        case Container::w64:
            return SF_FORMAT_W64 | depth;
        case Container::aiff:
            return SF_FORMAT_AIFF | depth;
        // Of the two kinds of AIFF, libsndfile writes AIFC if the byte order is asked for or the sample needs it.
        case Container::aifc:
            return SF_FORMAT_AIFF | (depth == SF_FORMAT_FLOAT ? 0 : SF_ENDIAN_BIG) | depth;
        case Container::flac:
            return SF_FORMAT_FLAC | depth;
        case Container::vorbis:
            return SF_FORMAT_OGG | SF_FORMAT_VORBIS;
        case Container::opus:
            return SF_FORMAT_OGG | SF_FORMAT_OPUS;
        case Container::mp3:
            return SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;
    }
    return 0;
}

/// A line for this step of coding. Source: EBU R98.
std::string coding_history_line(const OutputSpec& spec, const OutputEncoding& encoding) {
    std::ostringstream line;
    line << "A=PCM,F=" << spec.sample_rate_hz << ",W=" << 8 * bytes_per_sample(*encoding.depth)
         << ",M=" << (spec.channels == 1 ? "mono" : "stereo") << ",T=burnish\r\n";
    return line.str();
}

class SoundOutput final : public OutputFile {
public:
    SoundOutput(std::filesystem::path path, const OutputSpec& spec, OutputEncoding encoding, const Metadata& metadata,
                bool overwrite, TemporaryFile file)
        : path_(std::move(path)),
          spec_(spec),
          encoding_(encoding),
          metadata_(at_rate(metadata, spec.sample_rate_hz)),
          overwrite_(overwrite),
          file_(std::move(file)),
          interleaved_(static_cast<std::size_t>(block_frames) * spec.channels),
          integers_(interleaved_.size()) {}

    [[nodiscard]] Status start() {
        const double bytes = encoding_.depth ? static_cast<double>(spec_.frames) * bytes_per_frame() : 0.0;
        const bool long_wav = bytes + metadata_margin_bytes > riff_max_bytes;
        if (is(Container::wav) && !long_wav) max_sound_bytes_ = riff_max_bytes - metadata_margin_bytes;
        if (encoding_.format->max_bytes > 0)
            max_sound_bytes_ = static_cast<double>(encoding_.format->max_bytes) - metadata_margin_bytes;
        SF_INFO info{};
        info.samplerate = static_cast<int>(spec_.sample_rate_hz);
        info.channels = spec_.channels;
        info.format = sndfile_format(encoding_, long_wav);
        stream_ = SoundStream::for_writing(file_.descriptor(), info);
        if (!stream_) return failure();
        command(SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);  // it holds the time of day
        command(SFC_RF64_AUTO_DOWNGRADE, nullptr, SF_TRUE);
        if (encoding_.format->lossy()) set_bitrate(stream_.get(), encoding_.format->container, spec_);
        if (metadata_.broadcast && is(Container::wav)) {
            complete_coding_history();
            put_bext_before_sound();
        }
        return success();
    }

    [[nodiscard]] Status write(ConstAudioView from) override {
        assert(stream_ && from.channels() == spec_.channels);
        for (int first = 0; first < from.frames(); first += block_frames) {
            const auto part = from.part(first, std::min(block_frames, from.frames() - first));
            frames_ += part.frames();
            if (max_sound_bytes_ > 0.0 && static_cast<double>(frames_) * bytes_per_frame() > max_sound_bytes_)
                return Error{ErrorCode::output, path_.string() + ": more sound than announced, and more than " +
                                                    std::string(encoding_.format->name) + " can hold (4 GiB)"};
            const int bits = encoding_.depth ? integer_bits(*encoding_.depth) : 0;
            if ((bits > 0 ? write_integers(part, bits) : write_floats(part)) != part.frames() || stream_.broken())
                return failure();
        }
        return success();
    }

    [[nodiscard]] Status end_sound() override {
        assert(stream_);
        return stream_.close() ? success() : Status(failure());
    }

    [[nodiscard]] Status finish(const std::optional<MeasuredLoudness>& measured) override {
        if (stream_)
            if (auto ended = end_sound(); !ended) return ended;
        if (measured) add_loudness(*measured);
        std::vector<std::string> left_out;
        int error_number = 0;
        switch (encoding_.format->container) {
            case Container::wav:
                error_number = append_to_wav(left_out);
                break;
            case Container::aiff:
            case Container::aifc:
                error_number = append_to_aiff(left_out);
                break;
            case Container::w64:
                leave_out_all(left_out);
                break;
            default:
                error_number = write_tags(file_.descriptor(), encoding_.format->container, metadata_, left_out);
                leave_out_chunks(left_out);
        }
        if (error_number == 0 && (is(Container::vorbis) || is(Container::opus)))
            error_number = fix_ogg_serial_number(file_.descriptor());
        if (error_number == 0 && measured && bext_is_written_ && !patch_bext(*measured)) error_number = errno;
        if (error_number != 0) return failure(std::strerror(error_number));
        file_.start_flush();
        for (const auto& item : left_out)
            warnings_.push_back(path_.string() + ": " + item + " left out, " + std::string(encoding_.format->name) +
                                " has no place for it");
        return success();
    }

    [[nodiscard]] Result<std::unique_ptr<AudioFile>> reopen() const override { return open_audio(file_.path()); }
    [[nodiscard]] Status commit() override { return file_.commit(path_, overwrite_); }
    [[nodiscard]] const OutputEncoding& encoding() const override { return encoding_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const override { return warnings_; }

private:
    [[nodiscard]] bool is(Container container) const { return encoding_.format->container == container; }
    [[nodiscard]] double bytes_per_frame() const {
        return encoding_.depth ? static_cast<double>(spec_.channels) * bytes_per_sample(*encoding_.depth) : 0.0;
    }
    [[nodiscard]] Error failure() const { return failure(stream_.problem()); }
    [[nodiscard]] Error failure(const std::string& why) const {
        return {ErrorCode::output, path_.string() + ": cannot be written: " + why};
    }
    void command(int number, void* data, int value) { sf_command(stream_.get(), number, data, value); }

    // --- sound ---

    template <class Sample, class Convert>
    static void interleave(ConstAudioView from, std::vector<Sample>& into, Convert convert) {
        if (from.channels() == 2) {  // with a stride that the compiler knows
            const float* const left = from.channel(0).data();
            const float* const right = from.channel(1).data();
            Sample* const out = into.data();
            for (int n = 0; n < from.frames(); ++n) {
                out[2 * n] = convert(left[n]);
                out[2 * n + 1] = convert(right[n]);
            }
            return;
        }
        const auto stride = static_cast<std::size_t>(from.channels());
        for (int c = 0; c < from.channels(); ++c) {
            const auto channel = from.channel(c);
            for (std::size_t n = 0; n < channel.size(); ++n) into[n * stride + c] = convert(channel[n]);
        }
    }

    sf_count_t write_floats(ConstAudioView from) {
        interleave(from, interleaved_, [](float x) { return x; });
        return sf_writef_float(stream_.get(), interleaved_.data(), from.frames());
    }

    /// libsndfile takes integers at the top of 32 bits, and would scale floats by 2^(bits - 1) - 1, off the grid.
    sf_count_t write_integers(ConstAudioView from, int bits) {
        constexpr double shift = 0x1.8p52;  // a sum with it has no room for a fraction
        const double scale = std::ldexp(1.0, bits - 1);
        const double unit = std::ldexp(1.0, 32 - bits);
        interleave(from, integers_, [=](float x) {
            const double steps = (x * scale + shift) - shift;
            const double low = steps < -scale ? -scale : steps;
            return static_cast<int>((low > scale - 1.0 ? scale - 1.0 : low) * unit);
        });
        return sf_writef_int(stream_.get(), integers_.data(), from.frames());
    }

    // --- metadata ---

    void add_loudness(const MeasuredLoudness& measured) {
        if (metadata_.broadcast) metadata_.broadcast->loudness = bext_loudness(measured);
        if (measured.as_replaygain)
            for (auto& tag : replaygain_tags(measured.integrated_lufs, measured.true_peak_dbtp, is(Container::opus)))
                metadata_.tags.push_back(std::move(tag));
    }

    /// The extension stands before the sound and was written before it was known.
    [[nodiscard]] bool patch_bext(const MeasuredLoudness& measured) {
        std::array<std::uint8_t, 4> head{};
        (void)read_at(file_.descriptor(), 0, head);
        const auto kind = head[1] == 'F' ? InputKind::rf64 : InputKind::wav;
        for (const auto& chunk : list_chunks(file_.descriptor(), kind))
            if (chunk.id == "bext")
                return write_at(file_.descriptor(), chunk.offset + bext_loudness_offset,
                                make_bext_loudness(bext_loudness(measured)));
        return true;
    }

    static std::array<double, 5> bext_loudness(const MeasuredLoudness& m) {
        return {m.integrated_lufs, m.loudness_range_lu, m.true_peak_dbtp, m.max_momentary_lufs, m.max_short_term_lufs};
    }

    void complete_coding_history() {
        auto& history = metadata_.broadcast->coding_history;
        if (!history.empty() && !history.ends_with("\n")) history += "\r\n";
        history += coding_history_line(spec_, encoding_);
    }

    /// Readers of broadcast files look for bext before the sound.
    void put_bext_before_sound() {
        auto bext = make_bext(*metadata_.broadcast);
        SF_CHUNK_INFO chunk{};
        std::memcpy(chunk.id, "bext", 4);
        chunk.id_size = 4;
        chunk.data = bext.data();
        chunk.datalen = static_cast<unsigned>(bext.size());
        bext_is_written_ = bext.size() <= max_bext_bytes && sf_set_chunk(stream_.get(), &chunk) == SF_ERR_NO_ERROR;
        if (bext_is_written_) metadata_.broadcast.reset();
    }

    /// @return whether all went well so far; an empty chunk is not written
    [[nodiscard]] bool append(InputKind kind, std::string_view id, const Bytes& bytes) {
        return bytes.empty() || append_chunk(file_.descriptor(), kind, id, bytes);
    }

    int append_to_wav(std::vector<std::string>& left_out) {
        std::array<std::uint8_t, 4> head{};
        (void)read_at(file_.descriptor(), 0, head);
        const auto kind = head[1] == 'F' ? InputKind::rf64 : InputKind::wav;
        const auto& m = metadata_;
        bool ok = !m.broadcast || append(kind, "bext", make_bext(*m.broadcast));
        ok = ok && append(kind, "LIST", make_info_list(m.tags));
        if (!m.cues.empty()) ok = ok && append(kind, "cue ", make_cue(m.cues));
        ok = ok && append(kind, "LIST", make_cue_labels(m.cues));
        if (m.sampler) ok = ok && append(kind, "smpl", make_smpl(*m.sampler, m.sample_rate_hz));
        for (const auto& chunk : m.chunks) ok = ok && append(kind, chunk.id, chunk.bytes);
        ok = ok && append(kind, "id3 ", make_id3(m, left_out));
        return ok ? 0 : errno;
    }

    int append_to_aiff(std::vector<std::string>& left_out) {
        constexpr auto kind = InputKind::aiff;
        bool ok = true;
        for (const auto& tag : metadata_.tags)
            if (const auto id = aiff_text_chunk(tag.key); !id.empty())
                ok = ok && append(kind, id, Bytes(tag.value.begin(), tag.value.end()));
        if (!metadata_.cues.empty()) ok = ok && append(kind, "MARK", make_mark(metadata_.cues));
        if (metadata_.broadcast)
            for (auto& tag : broadcast_tags(*metadata_.broadcast)) metadata_.tags.push_back(std::move(tag));
        ok = ok && append(kind, "ID3 ", make_id3(metadata_, left_out));
        leave_out_chunks(left_out);
        return ok ? 0 : errno;
    }

    void leave_out_chunks(std::vector<std::string>& left_out) const {
        if (metadata_.sampler) left_out.emplace_back("sampler loops");
        for (const auto& chunk : metadata_.chunks) left_out.push_back("the chunk \"" + chunk.id + "\"");
    }

    void leave_out_all(std::vector<std::string>& left_out) const {
        for (const auto& tag : metadata_.tags) left_out.push_back("the tag " + tag.key);
        if (!metadata_.pictures.empty()) left_out.emplace_back("cover art");
        if (!metadata_.cues.empty()) left_out.emplace_back("cue points");
        if (metadata_.broadcast) left_out.emplace_back("the broadcast extension (bext)");
        leave_out_chunks(left_out);
    }

    std::filesystem::path path_;
    OutputSpec spec_;
    OutputEncoding encoding_;
    Metadata metadata_;  // what is not yet in the file; positions at its rate
    bool overwrite_;
    TemporaryFile file_;
    SoundStream stream_;  // writes into file_
    std::vector<float> interleaved_;
    std::vector<int> integers_;
    std::vector<std::string> warnings_;
    std::int64_t frames_ = 0;
    bool bext_is_written_ = false;
    double max_sound_bytes_ = 0.0;  // 0: no limit
};

}  // namespace

Result<std::unique_ptr<OutputFile>> OutputFile::create(const std::filesystem::path& path, const OutputSpec& spec,
                                                       const Metadata& metadata, bool overwrite) {
    const auto problem = [&](const std::string& found) {
        return Error{ErrorCode::output, path.string() + ": " + found};
    };
    const auto encoding = choose_encoding(path, spec);
    if (!encoding) return encoding.error();
    std::error_code ignored;
    auto target = path;
    std::error_code unreachable;
    const auto status = std::filesystem::symlink_status(path, unreachable);
    if (status.type() == std::filesystem::file_type::none) return problem(unreachable.message());
    if (std::filesystem::is_directory(path, ignored)) return problem("is a directory, a file name is needed");
    if (std::filesystem::exists(status)) {
        if (!overwrite) return problem("exists already; it is replaced only on demand");
        // The file that a link leads to is replaced, not the link.
        if (std::filesystem::is_symlink(status)) target = std::filesystem::weakly_canonical(path, ignored);
        if (std::filesystem::exists(target, ignored) && !std::filesystem::is_regular_file(target, ignored))
            return problem("is a pipe or a device, a regular file is needed");
    }
    auto file = TemporaryFile::beside(target);
    if (!file) return file.error();
    auto output = std::make_unique<SoundOutput>(target, spec, *encoding, metadata, overwrite, *std::move(file));
    if (auto started = output->start(); !started) return started.error();
    return std::unique_ptr<OutputFile>(std::move(output));
}

}  // namespace burnish
