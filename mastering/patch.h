#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mastering/chain.h"

namespace burnish {

/// Numbers pinned by name. The user's word beats the predictor's.
class Patch {
public:
    struct Pin {
        std::string stage;
        std::string param;
        double value;
    };

    /// Adds `stage.param`. @param where  named in the error: a flag or a file
    /// @return  an error for an unknown name (with the nearest known one) or a value out of range
    Status pin(std::string_view where, std::string_view stage, std::string_view param, double value);
    /// Adds an assignment as on the command line: stage.param=value.
    Status pin(std::string_view where, std::string_view assignment);

    void apply_to(ChainSettings& settings) const;
    [[nodiscard]] bool pins(std::string_view stage, std::string_view param) const noexcept;
    [[nodiscard]] bool empty() const noexcept { return pins_.empty(); }
    [[nodiscard]] const std::vector<Pin>& pins() const noexcept { return pins_; }

private:
    std::vector<Pin> pins_;
};

/// The known name that is fewest edits away from what was typed, as ` (did you mean "x"?)`; empty if none is near.
[[nodiscard]] std::string did_you_mean(std::string_view typed, const std::vector<std::string_view>& known);

/// Shortest text that reads back as the same number.
[[nodiscard]] std::string number_text(double value);

}  // namespace burnish
