#include "training/rendered_faults.h"

#include <tuple>

#include "mastering/corrections.h"
#include "training/feature_table.h"
#include "training/formatted.h"

namespace burnish::training {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

std::string cells_text(const std::array<LadderCell, 2>& cells) {
    std::string text;
    for (const auto& cell : cells) text += formatted(" | %.2f", cell.before_db) + cell_text(cell);
    return text;
}

}  // namespace

std::array<LadderCell, 2> rendered_faults(const ModelHead& head, const FaultFit& fit, const std::vector<double>& trust,
                                          std::span<const Example> examples, const RenderedFaults& which) {
    const bool is_tone = head.name == "tone";
    const auto tracks = static_cast<Index>(examples.size());
    const auto cluster = numbered_albums(examples);
    std::array<LadderCell, 2> cells;
    if (fit.excess.rows() < 2 * tracks) return cells;
    for (const std::size_t cell : {0U, 1U}) {
        const double size_db = cell == 0 ? 3.0 : 6.0;
        Draws draws;
        for (std::size_t i = 0; i < examples.size(); ++i) {
            const auto& example = examples[i];
            const auto& was = fit.measured[i];
            if (which.wanted && !which.wanted(i)) continue;
            if (example.spoiled->size_db != size_db || was.heard.count() < 3) continue;
            const auto faulty = head.measure(example.spoiled->analysis);
            const VectorXd error = faulty.values - was.values;
            const Index row = (which.features_move ? tracks : 0) + static_cast<Index>(i);
            const auto opinion =
                fit.model.judge_excess(fit.excess.row(row).transpose() + error, faulty, fit.doubt(row));
            const double trusted = trust[static_cast<std::size_t>(row)];
            const VectorXd gains =
                is_tone ? tone_correction(opinion, trusted, 1.0, highest_hz(example.spoiled->analysis)).bands_db
                        : width_correction(opinion, trusted, 1.0).regions_db;
            draws.before_db.push_back(error_size(error, was, is_tone));
            draws.after_db.push_back(error_size(error + gains, was, is_tone));
            draws.cluster.push_back(cluster[i]);
        }
        cells[cell] = summary_of(draws);
    }
    return cells;
}

std::string rendered_faults_chapter(const Lesson& lesson, const Comparison& comparison, std::span<const Example> known,
                                    std::span<const Example> unknown) {
    std::string text =
        "## Faults rendered into the tracks before they are measured\n\n"
        "A smooth curve in the tone and another in the width of each track, 3 dB in one half of them and 6 dB in the "
        "other. Features, and what is expected by them, move with the fault; the correction is added to what was "
        "measured. Before, and after as above. M1 is shipped where it does better than M0 in the first rows; with "
        "features that stand still it is seen what their moving costs.\n\n"
        "| | 3 dB: before | after | 6 dB: before | after |\n|---|---|---|---|---|\n";
    const auto trust = trusts_of(lesson);
    const auto model = model_of(lesson);
    for (const auto& [name, fit, line] :
         {std::tuple{"tone", &lesson.tone, &comparison.line}, {"width", &lesson.width, &comparison.width_line}}) {
        const auto& head = head_named(name);
        const auto add = [&, part = std::string(name)](const std::string& which, const FaultFit& judged,
                                                       const std::vector<double>& trusted,
                                                       std::span<const Example> examples, bool features_move) {
            text += "| " + part + which +
                    cells_text(rendered_faults(head, judged, trusted, examples, {features_move, {}})) + " |\n";
        };
        add(", each judged without its artist", *fit, trust, known, true);
        add(", M0", *line, trust, known, true);
        add(", features standing still", *fit, trust, known, false);
        if (unknown.empty()) continue;
        std::vector<double> unseen_trust;
        const auto unseen = judged_by(model, head, unknown, unseen_trust);
        add(", artists not seen", unseen, unseen_trust, unknown, true);
        add(", artists not seen, features standing still", unseen, unseen_trust, unknown, false);
    }
    return text + "\n";
}

}  // namespace burnish::training
