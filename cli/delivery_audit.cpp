#include "cli/delivery_audit.h"

#include "io/codec.h"

namespace burnish {

namespace {

/// Decoded sound may reach full scale, and nothing beyond.
constexpr double decoded_ceiling_dbtp = 0.0;

void note_peak(double excess_db, const std::string& where, Miss& miss) {
    if (excess_db <= miss.peak_db) return;
    miss.peak_db = excess_db;
    miss.what = where;
}

void listen_to_file(const OutputEncoding& encoding, const MasterReport& report, Miss& miss) {
    const auto& target = report.target;
    if (!encoding.format->lossy()) return;
    if (target.limit_peaks) note_peak(report.after->true_peak_dbtp - target.ceiling_dbtp, "in the file", miss);
    if (target.normalize && report.after->integrated_lufs > silence_db)
        miss.loudness_lu = target.loudness_lufs - report.after->integrated_lufs;
}

}  // namespace

Result<Miss> audit_delivery(std::span<const OutputFile* const> files, const MasterOptions& options,
                            MasterReport& report, const std::function<bool(double)>& tick) {
    Miss miss;
    listen_to_file(files.front()->encoding(), report, miss);
    if (options.delivery && options.delivery->rms_db && report.after->integrated_lufs > silence_db) {
        miss.loudness_lu = *options.delivery->rms_db - report.after->rms_db;
        miss.loudness_is_means = true;
    }
    if (options.delivery && !options.delivery->may_limit) miss.unwanted_limiting_db = report.level.reduction_max_db;
    for (const auto& codec : options.codecs)
        for (const auto* file : files) {
            const auto written = file->reopen();
            if (!written) return Error{ErrorCode::output, written.error().message};
            const auto decoded = through_codec(**written, codec, tick);
            if (!decoded) return decoded.error();
            const auto levels = read_levels(**decoded, tick);
            if (!levels) return levels.error();
            report.codecs.push_back({name_of(codec), *levels});
            note_peak(levels->true_peak_dbtp - decoded_ceiling_dbtp, "after " + name_of(codec), miss);
        }
    return miss;
}

}  // namespace burnish
