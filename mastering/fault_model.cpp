#include "mastering/fault_model.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "mastering/hidden_layer.h"

namespace burnish {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

VectorXd FaultModel::expected(const VectorXd& features) const {
    const bool has_network = parts_.network_weights.rows() > 0;
    return expected(features, has_network ? VectorXd(hidden_layers(network_input(features))) : VectorXd());
}

VectorXd FaultModel::expected(const VectorXd& features, const VectorXd& layer) const {
    VectorXd expected = parts_.mean + parts_.weights.transpose() * features;
    if (parts_.network_weights.rows() > 0) expected += parts_.network_weights.transpose() * layer;
    return expected;
}

Eigen::VectorXf FaultModel::network_input(const VectorXd& features) const {
    if (parts_.network_weights.rows() == 0) return Eigen::VectorXf::Zero(features.size());
    return features.cwiseProduct(parts_.network_scale).cast<float>();
}

double FaultModel::doubt(const VectorXd& features) const {
    return std::clamp(parts_.doubt_mean + parts_.doubt_weights.dot(features), -1.6, 1.6);
}

FaultOpinion FaultModel::judge(const VectorXd& features, const Measured& measured) const {
    return judge_excess(measured.values - expected(features), measured, doubt(features));
}

FaultOpinion FaultModel::judge_excess(const VectorXd& excess, const Measured& measured, double doubt) const {
    FaultOpinion opinion{excess, VectorXd::Zero(size()), VectorXd::Zero(size()), 1.0, 0.0};
    std::vector<Index> heard;
    for (Index i = 0; i < size(); ++i)
        if (measured.heard(i)) heard.push_back(i);
    if (heard.empty()) return opinion;
    const auto n = static_cast<double>(heard.size());

    const VectorXd departure = excess(heard);
    const VectorXd shape = parts_.free_level_db > 0.0 ? VectorXd(departure.array() - departure.mean()) : departure;
    const VectorXd usual = std::exp(doubt) * parts_.spread(heard, heard).diagonal();
    opinion.misfit = (shape.array().square() / usual.array()).mean();
    const MatrixXd level =
        MatrixXd::Constant(departure.size(), departure.size(), parts_.free_level_db * parts_.free_level_db);
    const MatrixXd natural = std::exp(doubt) * parts_.spread(heard, heard) + level;
    const Index hypotheses = parts_.error_sizes_db.size();
    VectorXd log_weight(hypotheses);
    MatrixXd means(size(), hypotheses), variances(size(), hypotheses);
    for (Index h = 0; h < hypotheses; ++h) {
        const MatrixXd error = parts_.error_sizes_db(h) * parts_.error_sizes_db(h) * parts_.error_shape;
        const Eigen::LLT<MatrixXd> factor(natural + error(heard, heard));
        const MatrixXd lower = factor.matrixL();
        const double distance = departure.dot(factor.solve(departure));
        log_weight(h) = std::log(parts_.priors(h)) - lower.diagonal().array().log().sum() -
                        0.5 * (parts_.degrees_of_freedom + n) * std::log1p(distance / parts_.degrees_of_freedom);
        const MatrixXd towards = error(Eigen::all, heard);
        means.col(h) = towards * factor.solve(departure);
        // A departure that is larger than it should be says that all of this track's are.
        const double wilder = (parts_.degrees_of_freedom + distance) / (parts_.degrees_of_freedom + n);
        variances.col(h) = wilder * (error.diagonal() - (towards * factor.solve(towards.transpose())).diagonal());
    }
    VectorXd share = (log_weight.array() - log_weight.maxCoeff()).exp();
    share /= share.sum();
    opinion.clean_probability = share(0);
    opinion.error = means * share;
    const VectorXd square = (means.array().square() + variances.array().max(0.0)).matrix() * share;
    opinion.deviation =
        parts_.deviation_scale.array() * (square.array() - opinion.error.array().square()).max(0.0).sqrt();
    // A level common to all is no error.
    if (parts_.free_level_db > 0.0) {
        opinion.error.array() -= opinion.error.mean();
        opinion.excess.array() -= departure.mean();
    }
    return opinion;
}

}  // namespace burnish
