#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/charts/charts.h"
#include "reports/charts/scale.h"

namespace quadrant {
namespace {

constexpr double kHeight = 420, kMarkRow = 17;
constexpr int kSteps = 40;
constexpr Frame kFrame{78, 40, 640, 350};

double total(double once, double each, double questions) { return once + each * questions; }

// Ten times as far as the last crossing that is not absurdly far, in whole powers of ten.
double most_questions(const CostLines& plot) {
  double most = 1e3;
  for (const CostMark& mark : plot.marks) {
    if (mark.at < 1e8) most = std::max(most, std::pow(10, std::ceil(std::log10(mark.at) + .5)));
  }
  return most;
}

struct Axes {
  Scale x, y;
};

Axes axes_of(const CostLines& plot) {
  const double most = most_questions(plot);
  std::vector<double> costs;
  for (const CostLine& line : plot.lines) {
    costs.push_back(total(line.once, line.each, 1));
    costs.push_back(total(line.once, line.each, most));
  }
  return {{1, most, kFrame.left, kFrame.right, true}, log_scale(costs, kFrame.bottom, kFrame.top)};
}

void draw_marks(Svg& svg, const CostLines& plot, const Scale& x) {
  double y = kFrame.top + 14;
  for (const CostMark& mark : plot.marks) {
    const auto inside = [&](double value) { return x(std::clamp(value, x.low, x.high)); };
    if (std::isfinite(mark.low)) {
      svg.rect(inside(mark.low), kFrame.top, inside(mark.high) - inside(mark.low),
               kFrame.bottom - kFrame.top, "doubt");
    }
    if (mark.at > x.high) continue;
    svg.line(inside(mark.at), kFrame.top, inside(mark.at), kFrame.bottom, "guide");
    const double width = text_width(mark.name, 12.5);
    const bool left = inside(mark.at) + 6 + width > kFrame.right;
    svg.text(inside(mark.at) + (left ? -6 : 6), y, mark.name, "dot-label",
             left ? Anchor::kEnd : Anchor::kStart);
    y += kMarkRow;
  }
}

void draw_line(Svg& svg, const CostLine& line, const Axes& axes) {
  std::vector<std::pair<double, double>> points;
  for (int step = 0; step <= kSteps; ++step) {
    const double questions = std::pow(axes.x.high, static_cast<double>(step) / kSteps);
    points.emplace_back(axes.x(questions), axes.y(total(line.once, line.each, questions)));
  }
  svg.polyline(points, fmt::format("curve s{} d{}", line.style % 6, line.dash % 6));
}

}  // namespace

std::string draw_cost_lines(const CostLines& plot) {
  Svg svg(kChartWidth, kHeight, plot.words);
  const Axes axes = axes_of(plot);
  draw_vertical_axis(svg, axes.y, kFrame, plot.cost_label, plot.y_title);
  draw_horizontal_axis(svg, axes.x, kFrame, short_tick, plot.x_title);
  std::vector<double> wanted;
  for (const CostLine& line : plot.lines) {
    draw_line(svg, line, axes);
    wanted.push_back(axes.y(total(line.once, line.each, axes.x.high)));
  }
  draw_marks(svg, plot, axes.x);
  const auto placed = spread(wanted, 18, kFrame.top, kFrame.bottom);
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    const CostLine& line = plot.lines[i];
    svg.line(kFrame.right, wanted[i], kFrame.right + 10, placed[i], "guide");
    svg.line(kFrame.right + 12, placed[i], kFrame.right + 36, placed[i],
             fmt::format("curve s{} d{}", line.style % 6, line.dash % 6));
    svg.text(kFrame.right + 42, placed[i] + 4,
             fitted(line.name, 13, kChartWidth - kFrame.right - 44), "label");
  }
  return svg.finish();
}

}  // namespace quadrant
