#include "tests/mastering/mastered.h"

#include <catch2/catch.hpp>

#include <utility>

#include "mastering/rule_predictor.h"
#include "tests/support/memory_audio.h"

namespace burnish::test {

MasterRequest request_for(double loudness_lufs, double ceiling_dbtp) {
    MasterRequest request;
    request.target.loudness_lufs = loudness_lufs;
    request.target.ceiling_dbtp = ceiling_dbtp;
    request.predictor = predict_by_rules;
    return request;
}

MasterRequest driven(double drive_db, const LimiterMode& mode) {
    MasterRequest request = request_for(-14.0);
    request.target.intensity_percent = 0.0;
    request.delivery_bits = 0;
    REQUIRE(request.patch.pin("test", "limiter", "drive_db", drive_db).ok());
    for (const auto& [param, member] : limiter_mode_params)
        REQUIRE(request.patch.pin("test", "limiter", param, mode.*member).ok());
    return request;
}

Mastered run_master(const AudioBuffer& audio, const MasterRequest& request, double source_rate_hz, int bits) {
    MemorySource source(audio, source_rate_hz, bits);
    MemoryDelivery delivery(audio.channels(), source_rate_hz);
    auto report = master(source, request, memory_services(), &delivery, nullptr);
    REQUIRE(report.ok());
    return {std::move(*report), delivery.buffer()};
}

}  // namespace burnish::test
