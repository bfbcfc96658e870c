#include "tests/io/audio_files.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

#include "core/random.h"

#if defined(BURNISH_SANITIZED)
// libvorbis loses some memory over each file with a damaged header.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the name is LeakSanitizer's
extern "C" const char* __lsan_default_suppressions() { return "leak:vorbis_info_init\n"; }
#endif

namespace burnish::test {

TemporaryDirectory::TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "burnish-io-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryDirectory::names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

std::string name_in(const OutputFormat& format) {
    std::string name = "x";
    name += format.extensions[0];
    return name;
}

FileBytes load(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

void save(const std::filesystem::path& path, const FileBytes& bytes) {
    std::ofstream file(path, std::ios::binary);
    for (const auto byte : bytes) file.put(static_cast<char>(byte));
    REQUIRE(file);
}

AudioBuffer grid_noise(int bits, int frames, int channels) {
    Random random(static_cast<std::uint64_t>(bits) + 100);
    const double steps = std::ldexp(1.0, bits - 1);
    AudioBuffer audio(channels, frames);
    for (int c = 0; c < channels; ++c) {
        for (float& x : audio.channel(c)) x = static_cast<float>(std::floor(random.uniform(-steps, steps)) / steps);
        audio.channel(c)[0] = -1.0F;
        audio.channel(c)[1] = static_cast<float>((steps - 1.0) / steps);
    }
    return audio;
}

namespace {
struct CloseFile {
    void operator()(SNDFILE* file) const noexcept { sf_close(file); }
};
sf_count_t write_frames(SNDFILE* f, const short* x, sf_count_t n) { return sf_writef_short(f, x, n); }
sf_count_t write_frames(SNDFILE* f, const int* x, sf_count_t n) { return sf_writef_int(f, x, n); }
sf_count_t write_frames(SNDFILE* f, const float* x, sf_count_t n) { return sf_writef_float(f, x, n); }
sf_count_t write_frames(SNDFILE* f, const double* x, sf_count_t n) { return sf_writef_double(f, x, n); }
}  // namespace

template <class Sample>
void write_with_libsndfile(const std::filesystem::path& path, int format, int sample_rate_hz, int channels,
                           const std::vector<Sample>& interleaved) {
    SF_INFO info{};
    info.samplerate = sample_rate_hz;
    info.channels = channels;
    info.format = format;
    const std::unique_ptr<SNDFILE, CloseFile> file(sf_open(path.c_str(), SFM_WRITE, &info));
    INFO(path << ": " << sf_strerror(nullptr));
    REQUIRE(file);
    const auto frames = static_cast<sf_count_t>(interleaved.size()) / channels;
    REQUIRE(write_frames(file.get(), interleaved.data(), frames) == frames);
}
template void write_with_libsndfile(const std::filesystem::path&, int, int, int, const std::vector<short>&);
template void write_with_libsndfile(const std::filesystem::path&, int, int, int, const std::vector<int>&);
template void write_with_libsndfile(const std::filesystem::path&, int, int, int, const std::vector<float>&);
template void write_with_libsndfile(const std::filesystem::path&, int, int, int, const std::vector<double>&);

std::vector<float> interleaved(const AudioBuffer& audio) {
    std::vector<float> samples;
    for (int n = 0; n < audio.frames(); ++n)
        for (int c = 0; c < audio.channels(); ++c) samples.push_back(audio.channel(c)[n]);
    return samples;
}

void write_with_libsndfile(const std::filesystem::path& path, int format, int sample_rate_hz,
                           const AudioBuffer& audio) {
    const auto samples = interleaved(audio);
    if ((format & SF_FORMAT_SUBMASK) > SF_FORMAT_PCM_U8 && (format & SF_FORMAT_SUBMASK) < SF_FORMAT_ALAC_16) {
        write_with_libsndfile(path, format, sample_rate_hz, audio.channels(), samples);
        return;
    }
    std::vector<int> integers;
    for (const float x : samples)
        integers.push_back(static_cast<int>(std::clamp(double{x} * 0x1p31, -0x1p31, 0x1p31 - 1)));
    write_with_libsndfile(path, format, sample_rate_hz, audio.channels(), integers);
}

SndfileContents read_with_libsndfile(const std::filesystem::path& path) {
    SndfileContents contents;
    const std::unique_ptr<SNDFILE, CloseFile> file(sf_open(path.c_str(), SFM_READ, &contents.info));
    INFO(path << ": " << sf_strerror(nullptr));
    REQUIRE(file);
    const auto samples = static_cast<std::size_t>(contents.info.frames * contents.info.channels);
    contents.integers.resize(samples);
    contents.floats.resize(samples);
    CHECK(sf_readf_int(file.get(), contents.integers.data(), contents.info.frames) == contents.info.frames);
    REQUIRE(sf_seek(file.get(), 0, SEEK_SET) == 0);
    CHECK(sf_readf_float(file.get(), contents.floats.data(), contents.info.frames) == contents.info.frames);
    return contents;
}

AudioBuffer read_all(AudioSource& source, int piece_frames) {
    std::vector<std::vector<float>> channels(static_cast<std::size_t>(source.info().channels));
    AudioBuffer piece(source.info().channels, piece_frames);
    for (;;) {
        const int got = need(source.read(piece.view()));
        for (std::size_t c = 0; c < channels.size(); ++c) {
            const auto from = piece.channel(static_cast<int>(c)).first(static_cast<std::size_t>(got));
            channels[c].insert(channels[c].end(), from.begin(), from.end());
        }
        if (got < piece_frames) break;
    }
    AudioBuffer audio(source.info().channels, static_cast<int>(channels[0].size()));
    for (std::size_t c = 0; c < channels.size(); ++c)
        std::copy(channels[c].begin(), channels[c].end(), audio.channel(static_cast<int>(c)).begin());
    return audio;
}

bool same_bits(const AudioBuffer& a, const AudioBuffer& b) {
    if (a.channels() != b.channels() || a.frames() != b.frames()) return false;
    for (int c = 0; c < a.channels() && a.frames() > 0; ++c)
        if (std::memcmp(a.channel(c).data(), b.channel(c).data(), a.channel(c).size_bytes()) != 0) return false;
    return true;
}

}  // namespace burnish::test
