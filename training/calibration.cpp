#include "training/calibration.h"

#include <array>
#include <cassert>
#include <cmath>
#include <span>

#include "analysis/track_analysis.h"
#include "mastering/corrections.h"
#include "training/formatted.h"

namespace burnish::training {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// How many of some errors lie within what the deviation says that 50, 80 and 90 % should.
struct Coverage {
    std::array<double, 3> within{};
    double count = 0.0;

    void add(double error_db, double deviation_db) {
        constexpr std::array deviations{0.674, 1.282, 1.645};
        count += 1.0;
        for (std::size_t level = 0; level < deviations.size(); ++level)
            within[level] += std::abs(error_db) <= deviations[level] * deviation_db ? 100.0 : 0.0;
    }
    [[nodiscard]] std::string cells() const {
        const double n = std::max(1.0, count);
        return formatted(" | %.0f %% | %.0f %% | %.0f %% |\n", within[0] / n, within[1] / n, within[2] / n);
    }
};

/// Share of errors that lie within what the model's deviation says they should.
std::string coverage(Fault fault, const Judge& judge, std::span<const Subject> subjects) {
    const auto member = fault == Fault::width ? &Degradation::width_db : &Degradation::tone_db;
    std::string text = "| " + std::string(fault_name(fault)) + " | 50 % | 80 % | 90 % |\n|---|---|---|---|\n";
    for (const double size_db : {0.0, 1.0, 2.0, 3.0, 4.0, 6.0}) {
        Coverage covered;
        for (const auto& subject : subjects) {
            Random random(5000 + subject.index);
            for (int draw = 0; draw < 4; ++draw) {
                const VectorXd error = draw_degradation(fault, size_db, random).*member;
                const auto opinion = judge(subject.index, error);
                for (Index b = 0; b < error.size(); ++b)
                    if (subject.measured.heard(b)) covered.add(error(b) - opinion.error(b), opinion.deviation(b));
            }
        }
        text += formatted("| %.0f dB", size_db) + covered.cells();
    }
    return text + "\n";
}

/// "250 Hz".
std::vector<std::string> names_of_numbers(std::string_view head) {
    if (head == "dynamics") {
        std::vector<std::string> names{"peak to loudness"};
        double from_hz = 0.0;
        for (const double to_hz : dynamics_splits_hz) {
            names.push_back(formatted("spread, %.0f to %.0f Hz", from_hz, to_hz));
            from_hz = to_hz;
        }
        names.push_back(formatted("spread above %.0f Hz", from_hz));
        return names;
    }
    std::vector<std::string> names;
    for (const double hz : error_prior(head).axis_hz) names.push_back(formatted("%.0f Hz", hz));
    return names;
}

/// The same number by number, of the faults that the head meets.
std::string coverage_by_number(const Judged& judged) {
    const auto names = names_of_numbers(judged.head);
    const FaultDraws faults(judged.head);
    std::vector<Coverage> covered(names.size());
    for (const auto& subject : judged.subjects) {
        Random random(6000 + subject.index);
        for (int draw = 0; draw < 16; ++draw) {
            const VectorXd error = faults.draw(random);
            if (error.isZero(0.0)) continue;
            const auto opinion = judged.judge(subject.index, error);
            for (Index b = 0; b < error.size(); ++b)
                if (subject.measured.heard(b))
                    covered[static_cast<std::size_t>(b)].add(error(b) - opinion.error(b), opinion.deviation(b));
        }
    }
    std::string text = "| " + std::string(judged.head) + " | 50 % | 80 % | 90 % |\n|---|---|---|---|\n";
    for (std::size_t b = 0; b < covered.size(); ++b) text += "| " + names[b] + covered[b].cells();
    return text + "\n";
}

/// What is to be taken out of the numbers of a head, before the blocks' own limits.
VectorXd gains_of(std::string_view head, const FaultOpinion& opinion, double trust) {
    if (head == "tone") return tone_correction(opinion, trust, 1.0, 20000.0).bands_db;
    if (head == "width") return width_correction(opinion, trust, 1.0).regions_db;
    VectorXd gains(opinion.error.size());
    for (Index k = 0; k < gains.size(); ++k) {
        const auto limits = limits_at(k == 0 ? plr_limits : spread_limits, 1.0);
        gains(k) = -reduction_for(too_much_of(opinion, k, limits), trust, limits);
    }
    return gains;
}

/// What is wrong with a track as it may come to a head: often nothing.
VectorXd draw_of_mixture(std::string_view head, const FaultDraws& faults, Random& random) {
    if (head == "dynamics" && random.uniform(0.0, 1.0) < clean_share)
        return VectorXd::Zero(static_cast<Index>(error_prior(head).axis_hz.size()));
    VectorXd error = faults.draw(random);
    // Those of tone and width are a mixture already.
    while (head == "dynamics" && error.isZero(0.0)) error = faults.draw(random);
    return error;
}

/// Of the faults that a head meets, and of tracks without: how often a number that was corrected ends nearer to what it
/// should be, against how often that was said.
std::string confidence_table(const Judged& judged) {
    struct Bin {
        double said = 0.0, nearer = 0.0, count = 0.0;
    };
    std::array<Bin, 5> bins;
    const FaultDraws faults(judged.head);
    for (const auto& subject : judged.subjects) {
        Random random(7000 + subject.index);
        const VectorXd heard = subject.measured.heard.cast<double>();
        const auto centred = [&](VectorXd levels_db) {
            if (judged.head == "tone") levels_db.array() -= levels_db.dot(heard) / heard.sum();
            return levels_db;
        };
        for (int draw = 0; draw < 16; ++draw) {
            const VectorXd error = draw_of_mixture(judged.head, faults, random);
            const auto opinion = judged.judge(subject.index, error);
            const VectorXd gains = gains_of(judged.head, opinion, judged.judge.trust[subject.index]);
            const VectorXd before = centred(error), after = centred(error + gains);
            for (Index b = 0; b < error.size(); ++b) {
                if (!subject.measured.heard(b) || std::abs(gains(b)) < 0.1) continue;
                const double said = confidence_of(opinion, b, gains(b));
                auto& bin = bins[std::min(bins.size() - 1, static_cast<std::size_t>(5.0 * said))];
                bin.said += 100.0 * said;
                bin.nearer += std::abs(after(b)) < std::abs(before(b)) ? 100.0 : 0.0;
                bin.count += 1.0;
            }
        }
    }
    std::string text = "| " + std::string(judged.head) +
                       ": confidence | share of the corrections | on average | ended nearer |\n|---|---|---|---|\n";
    double all = 1e-9;
    for (const auto& bin : bins) all += bin.count;
    for (std::size_t i = 0; i < bins.size(); ++i) {
        const double n = std::max(1.0, bins[i].count);
        text += formatted("| %zu to %zu %% | %.0f %% | %.0f %% | %.0f %% |\n", 20 * i, 20 * (i + 1),
                          100.0 * bins[i].count / all, bins[i].said / n, bins[i].nearer / n);
    }
    return text + "\n";
}

/// How often the model holds a tone to be at fault at the odds that set its limits.
std::string sureness_table(const Judge& judge, std::span<const Subject> subjects) {
    std::string text = formatted("| tone | held to be at fault at %.0f to 1 | at %.0f to 1 |\n|---|---|---|\n",
                                 tone_limits.least_odds, tone_limits.full_odds);
    for (const auto fault : {Fault::smooth, Fault::equalizer})
        for (const double size_db : {0.0, 1.0, 2.0, 3.0, 4.0, 6.0}) {
            if (size_db == 0.0 && fault != Fault::smooth) continue;
            std::array<double, 2> sure{};
            double count = 0.0;
            for (const auto& subject : subjects) {
                Random random(6000 + subject.index);
                for (int draw = 0; draw < 4; ++draw) {
                    const double clean =
                        judge(subject.index, draw_degradation(fault, size_db, random).tone_db).clean_probability;
                    sure[0] += (1.0 - clean) > tone_limits.least_odds * clean ? 1.0 : 0.0;
                    sure[1] += (1.0 - clean) > tone_limits.full_odds * clean ? 1.0 : 0.0;
                    count += 1.0;
                }
            }
            const auto name = size_db > 0.0 ? std::string(fault_name(fault)) + formatted(", %.0f dB", size_db)
                                            : std::string("untouched");
            text += formatted("| %s | %.0f %% | %.0f %% |\n", name.c_str(), 100.0 * sure[0] / count,
                              100.0 * sure[1] / count);
        }
    return text + "\n";
}

}  // namespace

std::string calibration_text(std::span<const Judged, 3> heads) {
    const auto &tone = heads[0], &width = heads[1];
    assert(tone.head == "tone" && width.head == "width");
    std::string by_number, confidences;
    for (const auto& head : heads) {
        by_number += coverage_by_number(head);
        confidences += confidence_table(head);
    }
    return "Shares of the errors of a band that lie within what the model's deviation says should be so many:\n\n" +
           coverage(Fault::smooth, tone.judge, tone.subjects) + coverage(Fault::width, width.judge, width.subjects) +
           "The same number by number, of the faults of the mixture (smooth curves, and about half as often others); "
           "for dynamics, of which no block draws a fault at will, of the sizes that the model reckons with:\n\n" +
           by_number +
           "The confidence that goes with every number is the probability that it brings its band nearer to what it "
           "should be. How often it does, of the same faults and of untouched tracks (35 %), every gain of 0.1 dB "
           "and more:\n\n" +
           confidences + "How often a fault of the tone is held to be sure enough for a large correction:\n\n" +
           sureness_table(tone.judge, tone.subjects);
}

}  // namespace burnish::training
