#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/charts/charts.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

constexpr double kRowHeight = 66, kTop = 34, kGap = 4;

// Eleven steps of one scale from 0 to 100, so that squares of different tables compare.
std::string step_class(double score) {
  return fmt::format("heat h{}", std::clamp(static_cast<int>(std::lround(score * 10)), 0, 10));
}

void draw_cell(Svg& svg, const HeatMap& map, const HeatCell& cell, double x, double y,
               double width) {
  const double height = kRowHeight - kGap;
  if (!cell.measured) {
    svg.rect(x, y, width, height, "heat-none", 6);
    svg.text(x + width / 2, y + height / 2 + 4, map.not_run, "tick", Anchor::kMiddle);
    return;
  }
  svg.open_group(cell.tooltip);
  svg.rect(x, y, width, height, step_class(cell.score.value), 6);
  if (cell.marked) svg.rect(x + 1.5, y + 1.5, width - 3, height - 3, "heat-best", 5);
  svg.text(x + width / 2, y + 28, score_text(cell.score.value) + (cell.marked ? " ★" : ""),
           "heat-score", Anchor::kMiddle);
  svg.text(x + width / 2, y + 47, bounds_text(cell.score.low, cell.score.high), "heat-bounds",
           Anchor::kMiddle);
  svg.close_group();
}

void draw_legend(Svg& svg, double left, double y) {
  svg.text(left, y + 11, "0", "tick");
  for (int step = 0; step <= 10; ++step) {
    svg.rect(left + 14 + step * 16, y, 16, 14, fmt::format("heat h{}", step));
  }
  svg.text(left + 14 + 11 * 16 + 8, y + 11, "100", "tick");
}

}  // namespace

std::string draw_heat_map(const HeatMap& map) {
  double label_width = 40;
  for (const auto& row : map.rows) label_width = std::max(label_width, text_width(row, 14) + 18);
  label_width = std::min(label_width, 190.0);
  const auto columns = static_cast<double>(std::max<std::size_t>(map.columns.size(), 1));
  const double width = std::min((kChartWidth - label_width) / columns, 152.0);
  const double bottom = kTop + kRowHeight * static_cast<double>(map.rows.size());
  Svg svg(label_width + columns * width, bottom + 30, map.words);
  for (std::size_t c = 0; c < map.columns.size(); ++c) {
    svg.text(label_width + (static_cast<double>(c) + .5) * width - kGap / 2, 22,
             fitted(map.columns[c], 14, width - 8), "label", Anchor::kMiddle);
  }
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    const double y = kTop + kRowHeight * static_cast<double>(r);
    svg.text(label_width - 14, y + kRowHeight / 2 + 2, fitted(map.rows[r], 14, label_width - 14),
             "label", Anchor::kEnd);
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
      draw_cell(svg, map, map.cells[r * map.columns.size() + c],
                label_width + static_cast<double>(c) * width, y, width - kGap);
    }
  }
  draw_legend(svg, label_width, bottom + 10);
  return svg.finish();
}

}  // namespace quadrant
