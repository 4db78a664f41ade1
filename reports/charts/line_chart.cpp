#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/charts/charts.h"
#include "reports/charts/scale.h"

namespace quadrant {
namespace {

// Finite stretches of a line: a gap shows where the loss was no number.
void draw_line(Svg& svg, const LineSeries& line, const Scale& x, const Scale& y) {
  const std::string classes = fmt::format("curve s{}{}", line.style % 6, line.dashed ? " d1" : "");
  std::vector<std::pair<double, double>> stretch;
  for (const auto& [at, value] : line.points) {
    if (std::isfinite(value)) {
      stretch.emplace_back(x(at), y(value));
      continue;
    }
    svg.polyline(stretch, classes);
    stretch.clear();
  }
  svg.polyline(stretch, classes);
}

void draw_legend(Svg& svg, const LineChart& chart, double right) {
  std::vector<std::string> named;
  for (auto line = chart.lines.rbegin(); line != chart.lines.rend(); ++line) {
    if (std::find(named.begin(), named.end(), line->name) != named.end()) continue;
    named.push_back(line->name);
    const std::string name = fitted(line->name, 13, 200);
    right -= text_width(name, 13);
    svg.text(right, 20, name, "label");
    svg.line(right - 30, 16, right - 6, 16,
             fmt::format("curve s{}{}", line->style % 6, line->dashed ? " d1" : ""));
    right -= 46;
  }
}

}  // namespace

std::string draw_line_chart(const LineChart& chart) {
  const Frame frame{64, 42, kChartWidth - 16, chart.height - 46};
  Svg svg(kChartWidth, chart.height, chart.words);
  std::vector<double> across, up;
  for (const auto& line : chart.lines) {
    for (const auto& [at, value] : line.points) {
      across.push_back(at);
      up.push_back(value);
    }
  }
  up.push_back(0);  // losses and rates are read against zero
  const Scale y = round_scale(up, frame.bottom, frame.top);
  Scale x = round_scale(across, frame.left, frame.right);
  if (!across.empty())
    x.high = std::max(*std::max_element(across.begin(), across.end()), x.low + 1);
  draw_vertical_axis(svg, y, frame, plain_tick, chart.y_title);
  draw_horizontal_axis(svg, x, frame, plain_tick, chart.x_title);
  for (const auto& line : chart.lines) draw_line(svg, line, x, y);
  draw_legend(svg, chart, frame.right);
  return svg.finish();
}

}  // namespace quadrant
