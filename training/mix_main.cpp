// Learns how loud stems are set from mixes whose authors' levels are known, and climbs the ladder of baselines with it.
//
//   burnish_train_mix STEMS MODEL.json EVALUATION.md      STEMS as training/render_stems makes them

#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include "training/mix_ladder.h"

int main(int count, char** arguments) {
    using namespace burnish;
    if (count != 4) {
        std::cerr << "usage: burnish_train_mix STEMS MODEL.json EVALUATION.md\n";
        return 2;
    }
    const auto songs = training::load_songs(arguments[1]);
    std::vector<std::size_t> lessons;
    for (std::size_t s = 0; s < songs.size(); ++s)
        if (songs[s].set != "frets") lessons.push_back(s);
    std::cerr << songs.size() << " songs, " << lessons.size() << " to learn from\n";
    if (lessons.size() < 10) return 1;

    const auto held_out = training::fit_held_out(songs);
    auto model = training::fit_balance(songs, lessons);
    model.spread_lu = held_out.spread_lu;
    std::ofstream(arguments[2]) << balance_model_json(model);

    std::ostringstream text;
    text << "# Mixing, evaluated\n\n"
            "Made by `./dev train --mix`. The songs are what `training/render_stems` makes of Debian packages: tracker "
            "modules by instrument,\nMIDI files by channel, Frets on Fire songs in two stems. The learned rungs have "
            "not "
            "seen the author of the song (of MIDI\nfiles, whose authors are not known, a tenth of the songs is held "
            "out); "
            "nothing is learned from Frets on Fire. In brackets the\n95 % interval over songs.\n\n";
    training::print_mix_ladder(songs, held_out, text);
    std::ofstream(arguments[3]) << text.str();
    std::cout << text.str();
    std::fprintf(stderr, "spread of what is left for unseen authors: %.2f LU\n", held_out.spread_lu);
    return 0;
}
