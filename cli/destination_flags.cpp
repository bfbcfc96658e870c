#include "cli/destination_flags.h"

#include <algorithm>
#include <cmath>

#include "cli/flag_conflicts.h"
#include "cli/flag_values.h"
#include "cli/target_files.h"

namespace burnish {

namespace {

std::string lufs_text(double lufs) { return number_text(lufs) + " LUFS"; }

}  // namespace

Status read_delivery(const MasterFlags& flags, MasterOptions& options) {
    if (flags.deliveries.empty()) {
        if (!flags.dialogue) return success();
        return usage("--dialogue has no say without a --target that asks for the loudness of the dialogue");
    }
    const auto& name = flags.deliveries.back();
    auto delivery = find_delivery_target("--target", name);
    if (!delivery) return delivery.error();
    if (flags.dialogue && *flags.dialogue != "none")
        return usage("--dialogue: \"" + *flags.dialogue + "\" found, none expected: speech is not told apart");
    const bool is_dialogue = delivery->measure == LevelMeasure::dialogue;
    if (is_dialogue && !flags.dialogue && !given(flags, &Target::loudness_lufs)) {
        Target whole;
        apply_demands(*delivery, whole);
        return usage(
            "--target " + name + ": asks for dialogue at " + lufs_text(*delivery->dialogue_lufs) +
            ", and speech is not told apart from the rest; --dialogue none masters what has none, all of it at " +
            lufs_text(whole.loudness_lufs) + ", and --loudness sets any other level");
    }
    if (delivery->measure == LevelMeasure::rms && given(flags, &Target::loudness_lufs))
        return usage("--target " + name + " and --loudness contradict each other: the target asks for " +
                     number_text(*delivery->rms_db) + " dB rms");
    apply_habits(*delivery, options.target);
    options.target.delivery = delivery->name;
    options.delivery = *std::move(delivery);
    return success();
}

void apply_loud_rule(const MasterFlags& flags, MasterOptions& options) {
    auto& target = options.target;
    if (!options.delivery || !options.delivery->loud || !target.normalize) return;
    const auto& rule = *options.delivery->loud;
    if (target.loudness_lufs <= rule.above_lufs || target.ceiling_dbtp <= rule.ceiling_dbtp) return;
    const auto reason = options.delivery->title + " asks for " + number_text(rule.ceiling_dbtp) +
                        " dBTP of masters above " + lufs_text(rule.above_lufs);
    if (given(flags, &Target::ceiling_dbtp)) {
        options.notes.push_back(reason + "; --ceiling " + number_text(target.ceiling_dbtp) + " has been kept");
        return;
    }
    target.ceiling_dbtp = rule.ceiling_dbtp;
    options.notes.push_back("the ceiling is " + number_text(rule.ceiling_dbtp) + " dBTP: " + reason);
}

Status apply_file_demands(MasterOptions& options) {
    if (!options.delivery) return success();
    const auto& name = options.delivery->name;
    const auto& file = options.delivery->file;
    const auto contradiction = [&](const std::string& flag, const std::string& demand) {
        return usage(flag + " and --target " + name + " contradict each other: the target takes " + demand);
    };
    if (file.rate_hz) {
        if (options.rate_hz > 0.0 && options.rate_hz != *file.rate_hz)
            return contradiction("--rate", number_text(*file.rate_hz) + " Hz");
        options.rate_hz = *file.rate_hz;
    }
    if (file.bit_depth) {
        const auto depth = bit_depth_named(*file.bit_depth);
        if (options.depth && options.depth != depth) return contradiction("--bit-depth", *file.bit_depth + " bits");
        options.depth = depth;
    }
    if (file.bitrate_kbps && options.bitrate_kbps == 0) options.bitrate_kbps = *file.bitrate_kbps;
    if (options.bitrate_kbps < file.bitrate_kbps.value_or(0))
        return contradiction("--bitrate", std::to_string(*file.bitrate_kbps) + " kbit/s or more");
    options.channels = file.channels.value_or(0);
    options.replaygain = options.replaygain || file.replaygain;
    return success();
}

Status read_codecs(const MasterFlags& flags, MasterOptions& options) {
    for (const auto& typed : flags.codecs) {
        const auto codec = read_codec("--codec", typed);
        if (!codec) return codec.error();
        if (auto status = codec_is_there(*codec); !status) return status;
        if (std::find(options.codecs.begin(), options.codecs.end(), *codec) != options.codecs.end())
            return usage("--codec: " + typed + " is given twice");
        options.codecs.push_back(*codec);
    }
    if (!flags.bitrate) return success();
    const auto kbps = read_number("--bitrate", *flags.bitrate, "kbit/s");
    if (!kbps) return kbps.error();
    if (*kbps < 1.0 || *kbps > 1000.0 || *kbps != std::floor(*kbps))
        return usage("--bitrate: " + *flags.bitrate + " found, a whole number of kbit/s expected");
    options.bitrate_kbps = static_cast<int>(*kbps);
    return success();
}

}  // namespace burnish
