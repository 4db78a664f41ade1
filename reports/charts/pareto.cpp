#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "reports/charts/charts.h"
#include "reports/charts/scale.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

constexpr double kHeight = 420;
constexpr Frame kFrame{52, 40, 784, 350};

bool drawn(const ParetoPoint& point) {
  return std::isfinite(point.cost) && point.cost > 0 && std::isfinite(point.score.value);
}

void draw_frontier(Svg& svg, const ParetoPlot& plot, const Scale& x, const Scale& y) {
  const auto best = on_frontier(plot.points);
  std::vector<std::pair<double, double>> corners;
  for (std::size_t i = 0; i < plot.points.size(); ++i) {
    if (best[i]) corners.emplace_back(x(plot.points[i].cost), y(plot.points[i].score.value));
  }
  std::sort(corners.begin(), corners.end());
  std::vector<std::pair<double, double>> steps;
  for (const auto& corner : corners) {
    if (!steps.empty()) steps.emplace_back(corner.first, steps.back().second);
    steps.push_back(corner);
  }
  if (!steps.empty()) steps.emplace_back(kFrame.right, steps.back().second);
  svg.polyline(steps, "frontier");
}

struct Box {
  double left, top, right, bottom;
};

bool meets(const Box& a, const Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

void draw_label(Svg& svg, const std::string& name, double x, double y, std::vector<Box>& taken) {
  const double width = text_width(name, 12.5);
  const std::array<std::pair<double, double>, 6> places{
      {{10, -7}, {10, 16}, {-10 - width, -7}, {-10 - width, 16}, {10, -22}, {10, 31}}};
  for (const auto& [dx, dy] : places) {
    const Box box{x + dx - 2, y + dy - 11, x + dx + width, y + dy + 3};
    if (box.left < kFrame.left || box.right > kFrame.right || box.bottom > kFrame.bottom) continue;
    const auto covers = [&](const Box& other) { return meets(box, other); };
    if (std::any_of(taken.begin(), taken.end(), covers)) continue;
    taken.push_back(box);
    svg.text(x + dx, y + dy, name, "dot-label");
    return;
  }
}

}  // namespace

std::vector<bool> on_frontier(const std::vector<ParetoPoint>& points) {
  std::vector<bool> best(points.size(), false);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!drawn(points[i]) || points[i].ceiling) continue;
    const auto beats = [&](const ParetoPoint& other) {
      if (!drawn(other) || other.ceiling) return false;
      const bool no_dearer = other.cost <= points[i].cost;
      const bool no_worse = other.score.value >= points[i].score.value;
      const bool differs = other.cost < points[i].cost || other.score.value > points[i].score.value;
      return no_dearer && no_worse && differs;
    };
    best[i] = std::none_of(points.begin(), points.end(), beats);
  }
  return best;
}

std::string draw_pareto(const ParetoPlot& plot) {
  Svg svg(kChartWidth, kHeight, plot.words);
  std::vector<double> costs;
  for (const auto& point : plot.points) {
    if (drawn(point)) costs.push_back(point.cost);
  }
  const Scale x = log_scale(costs, kFrame.left, kFrame.right);
  const Scale y{0, 1, kFrame.bottom, kFrame.top, false};
  draw_vertical_axis(svg, y, kFrame, percent_tick, plot.score_title);
  draw_horizontal_axis(svg, x, kFrame, plot.cost_label, plot.cost_title);
  if (plot.paths.empty()) draw_frontier(svg, plot, x, y);
  for (std::size_t p = 0; p < plot.paths.size(); ++p) {
    std::vector<std::pair<double, double>> corners;
    for (const std::size_t i : plot.paths[p]) {
      if (drawn(plot.points[i])) {
        corners.emplace_back(x(plot.points[i].cost), y(plot.points[i].score.value));
      }
    }
    svg.polyline(corners, fmt::format("curve s{0} d{0}", p % 6));
  }
  std::vector<Box> taken;
  for (const auto& point : plot.points) {
    if (!drawn(point)) continue;
    const double px = x(point.cost), py = y(point.score.value);
    taken.push_back({px - 7, py - 7, px + 7, py + 7});
    svg.open_group(fmt::format("{}: {} {}, {}", point.name, score_text(point.score.value),
                               bounds_text(point.score.low, point.score.high),
                               plot.cost_label(point.cost)));
    const std::string style = fmt::format("s{}", point.style % 6);
    if (std::isfinite(point.score.low)) {
      svg.line(px, y(point.score.low), px, y(point.score.high), "curve faint " + style);
    }
    svg.marker(point.style, px, py, 6.5, point.ceiling ? "mark hollow" : "mark " + style);
    svg.close_group();
  }
  for (const auto& point : plot.points) {
    if (drawn(point)) draw_label(svg, point.name, x(point.cost), y(point.score.value), taken);
  }
  return svg.finish();
}

}  // namespace quadrant
