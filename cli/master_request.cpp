#include "cli/master_request.h"

#include "io/resampler.h"
#include "io/scratch.h"
#include "mastering/learned_predictor.h"
#include "mastering/rule_predictor.h"
#include "mastering/shaped_prediction.h"

namespace burnish {

Predictor predictor_for(const MasterOptions& options, std::vector<std::string>& warnings) {
    if (options.predictor == PredictorKind::off) return predict_nothing;
    if (options.predictor == PredictorKind::rules) return shaped(predict_by_rules);
    auto learned = options.model ? learned_predictor(*options.model) : learned_predictor();
    if (learned) return shaped(*std::move(learned));
    warnings.push_back(learned.error().message + "; rules take its place");
    return shaped(predict_by_rules);
}

MasterServices file_services() {
    return {.make_scratch =
                [](int channels, double sample_rate_hz) {
                    return make_scratch(channels, sample_rate_hz, usual_scratch_bytes_per_channel(sample_rate_hz));
                },
            .convert_rate = convert_rate};
}

MasterRequest master_request(const MasterOptions& options, const OutputSpec& spec, bool concurrent,
                             std::vector<std::string>& warnings) {
    return {.target = options.target,
            .patch = options.patch,
            .predictor = predictor_for(options, warnings),
            .references = {},
            .delivery_rate_hz = spec.sample_rate_hz,
            .delivery_bits = spec.depth ? integer_bits(*spec.depth) : 0,
            .concurrent = concurrent,
            // A place of delivery may ask for any number, the noise floor say.
            .verified = options.delivery ? AnalysisScope::track : AnalysisScope::master,
            .analysis = nullptr,
            .study = nullptr,
            .offset = {}};
}

}  // namespace burnish
