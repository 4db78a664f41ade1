#include <fmt/format.h>

#include <algorithm>

#include "reports/charts/charts.h"

namespace quadrant {
namespace {

constexpr double kRow = 30, kTop = 34, kLeft = 230;

}  // namespace

std::string draw_flow_chart(const FlowChart& chart) {
  int most_broken = 0, most_repaired = 1;
  for (const FlowRow& row : chart.rows) {
    most_broken = std::max(most_broken, row.broken);
    most_repaired = std::max(most_repaired, row.repaired);
  }
  const double room = kChartWidth - kLeft - 2 * 56;
  const double unit = room / static_cast<double>(most_broken + most_repaired);
  const double zero = kLeft + 56 + unit * most_broken;
  const double bottom = kTop + kRow * static_cast<double>(chart.rows.size());
  Svg svg(kChartWidth, bottom + 10, chart.words);
  svg.text(zero - 10, 20, chart.broken, "axis", Anchor::kEnd);
  svg.text(zero + 10, 20, chart.repaired, "axis");
  double y = kTop;
  for (const FlowRow& row : chart.rows) {
    svg.text(kLeft - 12, y + 19, fitted(row.name, 13, kLeft - 14), "label", Anchor::kEnd);
    svg.rect(zero - unit * row.broken, y + 5, unit * row.broken, kRow - 10, "bar-broken");
    svg.rect(zero, y + 5, unit * row.repaired, kRow - 10, "bar-repaired");
    svg.text(zero - unit * row.broken - 7, y + 19, std::to_string(row.broken), "numbers",
             Anchor::kEnd);
    svg.text(zero + unit * row.repaired + 7, y + 19, std::to_string(row.repaired), "numbers");
    y += kRow;
  }
  svg.line(zero, kTop - 4, zero, bottom, "zero");
  return svg.finish();
}

}  // namespace quadrant
