#include "training/mix_rungs.h"

#include <Eigen/Dense>
#include <algorithm>
#include <numeric>

#include "core/decibels.h"

namespace burnish::training {

namespace {

double octaves_db(const Voice& voice) {
    return power_to_db(std::accumulate(voice.octaves.begin(), voice.octaves.end(), 0.0));
}

Rung to_equal(const std::function<double(const Voice&)>& level_db) {
    return [level_db](std::size_t, const std::vector<Voice>&, const std::vector<Voice>& voices) {
        Found found;
        for (const auto& voice : voices) found.gains_db.push_back(-level_db(voice));
        return found;
    };
}

/// The gains that bring the sum of the voices nearest to the author's, cell by cell and octave by octave, each octave
/// by its own strength: non-negative least squares on powers, by coordinate descent. What no mixer knows.
Found oracle(std::size_t, const std::vector<Voice>& author, const std::vector<Voice>& voices) {
    const auto count = static_cast<Eigen::Index>(voices.size());
    std::size_t cells = 0;
    for (const auto& voice : author) cells = std::max(cells, voice.cells.octaves.size());
    Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(count, count);
    Eigen::VectorXd right = Eigen::VectorXd::Zero(count);
    const auto power = [](const Voice& voice, std::size_t cell, std::size_t octave) {
        return cell < voice.cells.octaves.size() ? double{voice.cells.octaves[cell][octave]} : 0.0;
    };
    for (std::size_t f = 0; f < octave_count; ++f) {
        Eigen::MatrixXd columns(static_cast<Eigen::Index>(cells), count);
        Eigen::VectorXd wanted = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(cells));
        for (std::size_t n = 0; n < cells; ++n)
            for (std::size_t i = 0; i < voices.size(); ++i) {
                columns(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(i)) = power(voices[i], n, f);
                wanted(static_cast<Eigen::Index>(n)) += power(author[i], n, f);
            }
        const double scale = wanted.squaredNorm();
        if (scale <= 0.0) continue;
        normal += columns.transpose() * columns / scale;
        right += columns.transpose() * wanted / scale;
    }
    Eigen::VectorXd gains = Eigen::VectorXd::Ones(count);
    for (int pass = 0; pass < 200; ++pass)
        for (Eigen::Index i = 0; i < count; ++i) {
            if (normal(i, i) <= 0.0) continue;
            const double rest = right(i) - normal.row(i).dot(gains) + normal(i, i) * gains(i);
            gains(i) = std::max(1e-6, rest / normal(i, i));
        }
    Found found;
    for (Eigen::Index i = 0; i < count; ++i) found.gains_db.push_back(power_to_db(gains(i)));
    return found;
}

/// A rung whose cuts against masking are done, too.
Rung with_cuts(Rung rung) {
    return
        [rung = std::move(rung)](std::size_t song, const std::vector<Voice>& author, const std::vector<Voice>& voices) {
            auto found = rung(song, author, voices);
            const auto cuts = unmask(voices, found.gains_db);
            for (std::size_t i = 0; i < voices.size(); ++i) {
                found.gains_db[i] += cuts.makeup_db[i];
                found.cuts_db.push_back(octave_gains_db(cuts.eq[i]));
                found.cuts_lu.push_back(loudness_change_lu(voices[i].octaves, cuts.eq[i]));
            }
            return found;
        };
}

}  // namespace

Gains Found::heard_db() const {
    auto heard = gains_db;
    for (std::size_t i = 0; i < cuts_lu.size(); ++i) heard[i] += cuts_lu[i];
    return heard;
}

std::vector<std::pair<std::string, Rung>> mix_rungs(const HeldOut& learned) {
    const auto by = [](auto expect, BalanceMode mode) {
        return [=](std::size_t song, const std::vector<Voice>&, const std::vector<Voice>& voices) {
            return Found{balance(voices, expect(song, voices), mode).gains_db};
        };
    };
    const auto rules = [](std::size_t, const std::vector<Voice>& voices) { return expected_by_rules(voices); };
    const auto model = [&learned](std::size_t song, const std::vector<Voice>& voices) {
        return expected_by_model(voices, learned.balance[song]);
    };
    return {
        {"as they come", [](std::size_t, const std::vector<Voice>&,
                            const std::vector<Voice>& voices) { return Found{Gains(voices.size())}; }},
        {"equal peak",
         to_equal([](const Voice& voice) { return gain_to_db(*std::ranges::max_element(voice.cells.peak)); })},
        {"equal RMS", to_equal(octaves_db)},
        {"equal LUFS", to_equal([](const Voice& voice) { return voice.lufs; })},
        {"role rules", by(rules, BalanceMode::rules)},
        {"role rules + masking EQ", with_cuts(by(rules, BalanceMode::rules))},
        {"role rules, gated", by(rules, BalanceMode::automatic)},
        {"learned", by(model, BalanceMode::rules)},
        {"learned, gated", by(model, BalanceMode::automatic)},
        {"learned, gated + masking EQ", with_cuts(by(model, BalanceMode::automatic))},
        {"oracle least squares", oracle},
    };
}

}  // namespace burnish::training
