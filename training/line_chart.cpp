#include "training/line_chart.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "training/formatted.h"

namespace burnish::training {

namespace {

constexpr double width = 640.0, height = 400.0, left = 56.0, right = 196.0, top = 40.0, bottom = 48.0;
constexpr std::array colours{"#888888", "#b8860b", "#c0504d", "#2f6fb0", "#3a8f4d"};

/// From numbers to places on the picture.
struct Axes {
    double most_x, most_y;
    [[nodiscard]] double x(double value) const { return left + value / most_x * (width - left - right); }
    [[nodiscard]] double y(double value) const { return height - bottom - value / most_y * (height - top - bottom); }
};

std::string text_at(double x, double y, const char* anchor, const std::string& words) {
    return formatted("<text x='%.1f' y='%.1f' text-anchor='%s'>%s</text>\n", x, y, anchor, words.c_str());
}

std::string line(double x1, double y1, double x2, double y2) {
    return formatted("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='#888888' stroke-opacity='0.35'/>\n", x1, y1,
                     x2, y2);
}

}  // namespace

std::string line_chart(const std::string& title, const std::string& x_label, const std::string& y_label,
                       std::span<const Curve> curves) {
    Axes axes{1.0, 1.0};
    for (const auto& curve : curves) {
        for (const double x : curve.x) axes.most_x = std::max(axes.most_x, std::ceil(x));
        for (const double y : curve.y) axes.most_y = std::max(axes.most_y, std::ceil(y));
    }
    std::string svg = formatted(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %.0f %.0f' font-family='sans-serif' font-size='12' "
        "fill='#888888'>\n",
        width, height);
    svg += text_at(left, 22.0, "start", title);
    for (int x = 0; x <= static_cast<int>(axes.most_x); ++x) {
        svg += line(axes.x(x), axes.y(0.0), axes.x(x), axes.y(axes.most_y));
        svg += text_at(axes.x(x), axes.y(0.0) + 16.0, "middle", std::to_string(x));
    }
    for (int y = 0; y <= static_cast<int>(axes.most_y); ++y) {
        svg += line(axes.x(0.0), axes.y(y), axes.x(axes.most_x), axes.y(y));
        svg += text_at(left - 8.0, axes.y(y) + 4.0, "end", std::to_string(y));
    }
    svg += text_at(axes.x(0.5 * axes.most_x), height - 10.0, "middle", x_label);
    svg += formatted("<g transform='rotate(-90 16 %.1f)'>", axes.y(0.5 * axes.most_y));
    svg += text_at(16.0, axes.y(0.5 * axes.most_y), "middle", y_label) + "</g>\n";
    // Names stand beside the ends of their curves, pushed apart where these meet.
    std::vector<std::size_t> order(curves.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t i) { return axes.y(curves[i].y.back()); });
    double last_y = 0.0;
    for (const std::size_t i : order) {
        const auto& curve = curves[i];
        const char* const colour = colours[i % colours.size()];
        svg += formatted("<polyline fill='none' stroke-width='2' stroke='%s' points='", colour);
        for (std::size_t k = 0; k < curve.x.size(); ++k)
            svg += formatted("%.1f,%.1f ", axes.x(curve.x[k]), axes.y(curve.y[k]));
        svg += "'/>\n";
        last_y = std::max(last_y + 15.0, axes.y(curve.y.back()) + 4.0);
        svg += formatted("<g fill='%s'>", colour) + text_at(axes.x(curve.x.back()) + 6.0, last_y, "start", curve.name) +
               "</g>\n";
    }
    return svg + "</svg>\n";
}

}  // namespace burnish::training
