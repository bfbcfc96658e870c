#pragma once

#include <span>
#include <string>
#include <vector>

namespace burnish::training {

struct Curve {
    std::string name;
    std::vector<double> x, y;  ///< as many of both, x rising
};

/// An SVG picture of some curves over the same axes, both from 0 on; readable on light and dark pages.
[[nodiscard]] std::string line_chart(const std::string& title, const std::string& x_label, const std::string& y_label,
                                     std::span<const Curve> curves);

}  // namespace burnish::training
