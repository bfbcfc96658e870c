// Learns how loud stems are set, and how far from the centre, from mixes whose authors' settings are known, and climbs
// the ladder of baselines with that.
//
//   burnish_train_mix STEMS FOLDER      STEMS as training/render_stems makes them; role.json, balance.json,
//                                       pan.json and EVALUATION.md go to FOLDER

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "training/mix_ladder.h"
#include "training/role_fit.h"

int main(int count, char** arguments) {
    using namespace burnish;
    if (count != 3) {
        std::cerr << "usage: burnish_train_mix STEMS FOLDER\n";
        return 2;
    }
    auto songs = training::load_songs(arguments[1]);
    std::vector<std::size_t> lessons;
    for (std::size_t s = 0; s < songs.size(); ++s)
        if (songs[s].set != "frets") lessons.push_back(s);
    std::cerr << songs.size() << " songs, " << lessons.size() << " to learn from\n";
    if (lessons.size() < 10) return 1;

    const std::filesystem::path folder(arguments[2]);
    std::ofstream(folder / "role.json") << role_model_json(training::fit_roles(songs, lessons));
    training::hold_out_roles(songs);
    const auto held_out = training::fit_held_out(songs);
    auto model = training::fit_balance(songs, lessons);
    model.spread_lu = held_out.spread_lu;
    std::ofstream(folder / "balance.json") << balance_model_json(model);
    auto pan = training::fit_pan(songs, lessons);
    pan.error = held_out.pan_error;
    std::ofstream(folder / "pan.json") << pan_model_json(pan);

    std::ostringstream text;
    text
        << "# Mixing, evaluated\n\n"
           "Made by `./dev train --mix`. The songs are what `training/render_stems` makes of Debian packages: tracker "
           "modules by instrument,\nMIDI files by channel, LMMS's demos by instrument, Frets on Fire songs in two "
           "stems. "
           "The learned rungs have not seen the author of\nthe song (Freedoom has many and does not say who made what: "
           "its songs are held out together); nothing is learned from Frets on\nFire. In brackets the 95 % interval "
           "over "
           "songs. `gated` is what `burnish mix` does by itself: levels that look as if they were set on\npurpose are "
           "kept but for 1 LU; the rungs without it are `--balance rules`.\n\n";
    training::print_mix_ladder(songs, held_out, text);
    training::print_roles(songs, text);
    std::ofstream(folder / "EVALUATION.md") << text.str();
    std::cout << text.str();
    std::fprintf(stderr, "what is left for unseen authors: %.2f LU, %.3f of |pan|\n", held_out.spread_lu,
                 held_out.pan_error);
    return 0;
}
