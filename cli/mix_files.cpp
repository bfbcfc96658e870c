#include "cli/mix_files.h"

#include <algorithm>
#include <memory>

#include "cli/master_job.h"
#include "cli/text_file.h"
#include "dsp/dither.h"
#include "io/output_file.h"
#include "io/resampler.h"
#include "mastering/patch.h"
#include "mixing/stem_split.h"

namespace burnish {

namespace {

namespace fs = std::filesystem;

constexpr int block_frames = 4096;

Error canceled(const fs::path& path) { return {ErrorCode::canceled, path.string() + ": stopped"}; }

/// A file and the dither in front of it.
class SoundWriter {
public:
    /// @param number  of the file among those that are to be added up, so that no two share their dither
    [[nodiscard]] static Result<std::unique_ptr<SoundWriter>> create(const fs::path& path, const OutputSpec& spec,
                                                                     bool overwrite, std::uint32_t number) {
        Metadata nothing;
        nothing.sample_rate_hz = spec.sample_rate_hz;
        auto file = OutputFile::create(path, spec, nothing, overwrite);
        if (!file) return file.error();
        auto writer = std::make_unique<SoundWriter>();
        writer->file_ = *std::move(file);
        writer->dither_.seed(number);
        writer->dither_.prepare({spec.sample_rate_hz, spec.channels, block_frames});
        const auto depth = writer->file_->encoding().depth;
        const int bits = depth ? integer_bits(*depth) : 0;
        if (bits > 0) writer->dither_.set({.bits = static_cast<double>(bits), .shaping = bits <= 16 ? 1.0 : 0.0});
        return writer;
    }
    [[nodiscard]] Status write(AudioView block) {
        dither_.process(block);
        return file_->write(block);
    }
    [[nodiscard]] Status finish() {
        if (auto status = file_->finish(); !status) return status;
        return file_->commit();
    }
    [[nodiscard]] std::string encoding() const { return encoding_text(file_->encoding()); }

private:
    std::unique_ptr<OutputFile> file_;
    Dither dither_;
};

}  // namespace

fs::path stem_path(const fs::path& folder, std::string name) {
    std::ranges::replace(name, '/', '_');
    return folder / (name + ".wav");
}

Status stems_can_follow(const OutputSpec& master, double mix_rate_hz) {
    if (master.sample_rate_hz != mix_rate_hz)
        return Error{ErrorCode::usage, "--stems-out: the master has " + number_text(master.sample_rate_hz) +
                                           " Hz and the mix " + number_text(mix_rate_hz) +
                                           "; give a --rate that the format has"};
    if (master.channels != max_channels)
        return Error{ErrorCode::usage,
                     "--stems-out: the master is mono, and stems are stereo; leave one of the two out"};
    return success();
}

Result<std::string> write_mix(AudioSource& sound, const fs::path& path, const MasterOptions& options,
                              const Progress& progress) {
    const auto spec = output_spec(path, options, sound.info());
    if (!spec) return spec.error();
    if (auto status = sound.rewind(); !status) return status.error();
    AudioSource* source = &sound;
    std::unique_ptr<AudioSource> converted;
    if (spec->sample_rate_hz != sound.info().sample_rate_hz) {
        auto result = convert_rate(sound, spec->sample_rate_hz);
        if (!result) return result.error();
        converted = *std::move(result);
        source = converted.get();
    }
    auto writer = SoundWriter::create(path, *spec, options.force, 0);
    if (!writer) return writer.error();
    AudioBuffer block(spec->channels, block_frames);
    std::int64_t done = 0;
    for (;;) {
        const auto got = source->read(block.view());
        if (!got) return got.error();
        if (*got == 0) break;
        if (auto status = (*writer)->write(block.view().part(0, *got)); !status) return status.error();
        done += *got;
        const double fraction =
            static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(spec->frames, 1));
        if (!progress("writing", fraction)) return canceled(path);
    }
    if (auto status = (*writer)->finish(); !status) return status.error();
    return (*writer)->encoding();
}

namespace {

/// A file for every stem that is heard.
class StemWriters {
public:
    [[nodiscard]] Status create(const MixSession& session, const MixSettings& settings, const fs::path& folder,
                                const OutputSpec& spec, bool overwrite) {
        for (const auto i : session.heard(settings)) {
            const auto path = stem_path(folder, session.stems()[i].name);
            if (auto status = may_be_written(path, overwrite); !status) return status;
            auto writer = SoundWriter::create(path, spec, overwrite, static_cast<std::uint32_t>(writers_.size()) + 1);
            if (!writer) return writer.error();
            writers_.push_back(*std::move(writer));
            names_.push_back(path.string());
        }
        return success();
    }
    [[nodiscard]] Status write(const std::vector<AudioView>& stems) {
        for (std::size_t i = 0; i < writers_.size(); ++i)
            if (auto status = writers_[i]->write(stems[i]); !status) return status;
        return success();
    }
    [[nodiscard]] Result<std::vector<std::string>> finish() {
        for (const auto& writer : writers_)
            if (auto status = writer->finish(); !status) return status.error();
        std::ranges::sort(names_);
        return names_;
    }
    [[nodiscard]] int count() const { return static_cast<int>(writers_.size()); }

private:
    std::vector<std::unique_ptr<SoundWriter>> writers_;
    std::vector<std::string> names_;
};

/// Writes the stems of a mix as those of its master.
class MasterSplit {
public:
    MasterSplit(AudioSource& master, StemWriters& writers, double sample_rate_hz)
        : master_(&master),
          writers_(&writers),
          splitter_(writers.count(), sample_rate_hz),
          whole_(max_channels, block_frames),
          to_drop_(splitter_.latency_frames()) {}

    [[nodiscard]] Status take(const std::vector<AudioView>& stems) {
        const int frames = stems[0].frames();
        const auto whole = whole_.view().part(0, frames);
        int got = 0;
        while (got < frames) {
            const auto read = master_->read(whole.part(got, frames - got));
            if (!read) return read.error();
            if (*read == 0) break;
            got += *read;
        }
        for (int c = 0; c < max_channels; ++c) std::ranges::fill(whole.channel(c).subspan(got), 0.0F);
        to_write_ += frames;
        return pass(whole, {stems.begin(), stems.end()});
    }
    /// Silence pushes out what is still inside.
    [[nodiscard]] Status finish() {
        const AudioBuffer silence(max_channels, block_frames);
        const std::vector<ConstAudioView> parts(static_cast<std::size_t>(writers_->count()), silence.view());
        while (to_write_ > 0)
            if (auto status = pass(silence.view(), parts); !status) return status;
        return success();
    }

private:
    [[nodiscard]] Status pass(ConstAudioView whole, const std::vector<ConstAudioView>& parts) {
        return splitter_.process(whole, parts, [&](const std::vector<AudioView>& ready) {
            const int first = std::min(to_drop_, ready[0].frames());
            to_drop_ -= first;
            const int count = static_cast<int>(std::min<std::int64_t>(ready[0].frames() - first, to_write_));
            to_write_ -= count;
            std::vector<AudioView> stems;
            stems.reserve(ready.size());
            for (const auto& stem : ready) stems.push_back(stem.part(first, count));
            return writers_->write(stems);
        });
    }

    AudioSource* master_;
    StemWriters* writers_;
    StemSplitter splitter_;
    AudioBuffer whole_;
    int to_drop_;
    std::int64_t to_write_ = 0;
};

}  // namespace

Result<std::vector<std::string>> write_stems(const MixSession& session, const MixSettings& settings,
                                             const fs::path& folder, AudioSource* master, const MasterOptions& options,
                                             const Progress& progress) {
    std::error_code problem;
    fs::create_directories(folder, problem);
    if (problem)
        return Error{ErrorCode::output, folder.string() + ": the directory cannot be made: " + problem.message()};
    const auto frames = static_cast<std::int64_t>(session.duration_s() * session.sample_rate_hz());
    // A stem of a loud master may rise above full scale where others hold against it.
    const auto depth = options.depth || master == nullptr ? options.depth : BitDepth::float32;
    StemWriters writers;
    auto created = writers.create(session, settings, folder, {session.sample_rate_hz(), max_channels, frames, depth},
                                  options.force);
    if (!created) return created.error();
    if (writers.count() == 0) return std::vector<std::string>{};
    std::unique_ptr<MasterSplit> split;
    if (master != nullptr) split = std::make_unique<MasterSplit>(*master, writers, session.sample_rate_hz());
    std::int64_t done = 0;
    auto rendered = session.render_stems(settings, [&](const MixBlock& block) -> Status {
        if (auto status = split ? split->take(block.stems) : writers.write(block.stems); !status) return status;
        done += block.mix.frames();
        const double fraction = static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(frames, 1));
        return progress("writing stems", fraction) ? success() : Status(canceled(folder));
    });
    if (!rendered) return rendered.error();
    if (split)
        if (auto status = split->finish(); !status) return status.error();
    return writers.finish();
}

}  // namespace burnish
