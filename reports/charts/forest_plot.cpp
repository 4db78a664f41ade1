#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/stats/verdict_text.h"
#include "reports/charts/charts.h"
#include "reports/charts/scale.h"

namespace quadrant {
namespace {

constexpr double kRow = 27, kHeading = 34, kTop = 10;
constexpr double kLeft = 236, kRight = 634;

double height_of(const ForestRow& row) { return row.heading ? kHeading : kRow; }

void draw_row(Svg& svg, const ForestRow& row, const Scale& x, double y) {
  if (row.heading) {
    svg.text(0, y + kHeading - 12, fitted(row.label, 14, kLeft + 200), "heading");
    return;
  }
  const double middle = y + kRow / 2;
  svg.text(kLeft - 14, middle + 4, fitted(row.label, 13, kLeft - 16), "label", Anchor::kEnd);
  const ValueWithBounds& d = row.difference;
  if (!std::isfinite(d.value)) {
    svg.text(kRight + 14, middle + 4, row.note, "tick");
    return;
  }
  const std::string numbers =
      fmt::format("{} {}", format_points(d.value), format_bounds(d.low, d.high));
  svg.open_group(fmt::format("{}: {}", row.label, numbers));
  if (std::isfinite(d.low) && std::isfinite(d.high)) {
    svg.line(x(d.low), middle, x(d.high), middle, "whisker");
    svg.line(x(d.low), middle - 4, x(d.low), middle + 4, "whisker");
    svg.line(x(d.high), middle - 4, x(d.high), middle + 4, "whisker");
  }
  svg.marker(1, x(d.value), middle, 6, row.detected ? "mark s0" : "mark hollow");
  svg.close_group();
  svg.text(kRight + 14, middle + 4, row.note.empty() ? numbers : row.note, "numbers");
}

}  // namespace

std::string draw_forest_plot(const ForestPlot& plot) {
  std::vector<double> values{-plot.margin * 1.5, plot.margin * 1.5};
  double height = kTop;
  for (const ForestRow& row : plot.rows) {
    height += height_of(row);
    for (const double value : {row.difference.low, row.difference.value, row.difference.high}) {
      values.push_back(value);
    }
  }
  const Frame frame{kLeft, kTop, kRight, height + 6};
  Svg svg(kChartWidth, height + 52, plot.words);
  const Scale x = round_scale(values, kLeft, kRight);
  svg.rect(x(-plot.margin), kTop, x(plot.margin) - x(-plot.margin), frame.bottom - kTop, "band");
  draw_horizontal_axis(svg, x, frame, signed_tick, plot.x_title);
  svg.line(x(0), kTop, x(0), frame.bottom, "zero");
  double y = kTop;
  for (const ForestRow& row : plot.rows) {
    draw_row(svg, row, x, y);
    y += height_of(row);
  }
  return svg.finish();
}

}  // namespace quadrant
