#include "training/mix_songs.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>

#include "core/decibels.h"
#include "io/audio_file.h"
#include "io/resampler.h"
#include "io/scratch.h"
#include "mixing/masking.h"
#include "mixing/mix.h"

namespace burnish::training {

namespace {

namespace fs = std::filesystem;

Result<MixSong> load_song(const fs::path& folder) {
    MixSong song{.set = folder.parent_path().filename().string(),
                 .name = folder.filename().string(),
                 .author = {},
                 .stems = {},
                 .measures = {},
                 .sounds = {}};
    std::ifstream author(folder / "author");
    std::getline(author, song.author);
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == ".flac") files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<std::unique_ptr<AudioFile>> open;
    for (const auto& path : files) {
        auto file = open_audio(path);
        if (!file) return file.error();
        open.push_back(*std::move(file));
        song.stems.push_back({path.stem().string(), open.back().get(), 0.0, {}});
    }
    const MasterServices services{.make_scratch =
                                      [](int channels, double rate_hz) {
                                          return make_scratch(channels, rate_hz,
                                                              usual_scratch_bytes_per_channel(rate_hz));
                                      },
                                  .convert_rate = convert_rate};
    auto session = MixSession::open(song.stems, 0.0, services, true);
    if (!session) return session.error();
    if (auto status = session->measure({}); !status) return status.error();
    song.measures = session->measures();
    for (auto& stem : song.stems) stem.source = nullptr;
    return song;
}

}  // namespace

std::vector<MixSong> load_songs(const fs::path& folder) {
    std::vector<fs::path> songs;
    for (const auto& set : fs::directory_iterator(folder))
        if (set.is_directory() && set.path().filename() != "packages")
            for (const auto& song : fs::directory_iterator(set))
                if (fs::exists(song.path() / "author")) songs.push_back(song.path());
    std::ranges::sort(songs);
    std::vector<MixSong> loaded;
    for (const auto& path : songs) {
        auto song = load_song(path);
        if (song)
            loaded.push_back(*std::move(song));
        else
            std::cerr << path.string() << ": " << song.error().message << '\n';
    }
    return loaded;
}

std::map<std::string, std::set<std::size_t>> songs_by_author(std::span<const MixSong> songs) {
    std::map<std::string, std::set<std::size_t>> authors;
    for (std::size_t s = 0; s < songs.size(); ++s) authors[songs[s].author].insert(s);
    return authors;
}

StemMeasures changed(StemMeasures measures, double gain_db, const OctavePowers& octave_gains_db) {
    const double gain = db_to_power(gain_db);
    double before = 0.0, after = 0.0;
    std::array<double, octave_count> octave_gain{};
    const auto octaves = gated_octaves(measures.cells);
    for (std::size_t f = 0; f < octave_count; ++f) {
        octave_gain[f] = gain * db_to_power(octave_gains_db[f]);
        before += octaves[f] * db_to_power(k_weights_db[f]);
        after += octaves[f] * db_to_power(k_weights_db[f]) * octave_gain[f];
    }
    const double loudness = before > 0.0 ? after / before : gain;
    for (auto& cell : measures.cells.loudness) cell *= static_cast<float>(loudness);
    for (auto& cell : measures.cells.peak) cell *= static_cast<float>(std::sqrt(loudness));
    for (auto& cell : measures.cells.octaves)
        for (std::size_t f = 0; f < octave_count; ++f) cell[f] *= static_cast<float>(octave_gain[f]);
    measures.left_power *= loudness;
    measures.right_power *= loudness;
    if (measures.track.integrated_lufs > silence_db) {
        measures.track.integrated_lufs += power_to_db(loudness);
        measures.track.sample_peak_db += power_to_db(loudness);
        measures.track.rms_db += power_to_db(loudness);
    }
    return measures;
}

std::vector<Voice> voices_of_song(const MixSong& song, const std::vector<StemMeasures>& measures) {
    return voices_of(song.stems, measures, roles_of(song.stems, song.measures, song.sounds));
}

}  // namespace burnish::training
