#include <algorithm>
#include <array>
#include <cctype>
#include <exception>
#include <future>
#include <thread>

#include "preview/sound_system.h"

namespace burnish {

namespace {

std::array<SoundSystem, 3> sound_systems() { return {jack_system(), pulse_system(), alsa_system()}; }

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

}  // namespace

std::vector<std::string> audio_apis() {
    std::vector<std::string> names;
    for (const auto& system : sound_systems())
        if (system.is_built_in()) names.emplace_back(system.name);
    return names;
}

std::vector<ListedDevice> list_audio_devices() {
    std::vector<ListedDevice> devices;
    for (const auto& system : sound_systems())
        for (auto& device : system.list()) devices.push_back(std::move(device));
    return devices;
}

Result<std::unique_ptr<AudioDevice>> open_audio_device(const DeviceRequest& request) {
    std::string tried;
    for (const auto& system : sound_systems()) {
        if (!request.api.empty() && request.api != system.name) continue;
        auto device = system.open(request);
        if (device || !request.api.empty() || device.error().code == ErrorCode::usage) return device;
        tried += (tried.empty() ? "" : "; ") + device.error().message;
    }
    return Error{ErrorCode::output, "no audio device: " + tried};
}

Result<std::size_t> choose_output(const std::vector<ListedDevice>& outputs, const DeviceRequest& request) {
    if (request.device.empty()) {
        const auto usual = std::find_if(outputs.begin(), outputs.end(), [](const auto& d) { return d.is_default; });
        return usual != outputs.end() ? static_cast<std::size_t>(usual - outputs.begin()) : 0;
    }
    std::vector<std::size_t> named;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (request.device == std::to_string(i) || request.device == outputs[i].name) return i;
        if (lower(outputs[i].name).find(lower(request.device)) != std::string::npos) named.push_back(i);
    }
    if (named.size() == 1) return named.front();
    std::string names;
    for (std::size_t i = 0; i < outputs.size(); ++i)
        names += (i == 0 ? "" : ", ") + std::to_string(i) + " \"" + outputs[i].name + "\"";
    return Error{ErrorCode::usage, "--device: \"" + request.device + "\" found" +
                                       (named.empty() ? "" : ", which several have in their names") + "; " +
                                       outputs.front().api + " has " + names +
                                       (outputs.front().api == "alsa" ? " (one that is busy is not listed)" : "")};
}

bool closes_in_time(std::function<void()> close) noexcept {
    try {
        std::promise<void> closed;
        auto is_closed = closed.get_future();
        std::thread([close = std::move(close), closed = std::move(closed)]() mutable {
            close();
            closed.set_value();
        }).detach();
        return is_closed.wait_for(server_patience) == std::future_status::ready;
    } catch (const std::exception&) {  // no memory, or no thread
        return false;
    }
}

}  // namespace burnish
