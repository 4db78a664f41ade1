#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/charts/charts.h"
#include "reports/charts/scale.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

constexpr double kHeight = 380;
constexpr Frame kFrame{52, 40, 640, 330};

double place_x(std::size_t place, std::size_t places) {
  const double width = (kFrame.right - kFrame.left) / static_cast<double>(places);
  return kFrame.left + (static_cast<double>(place) + .5) * width;
}

struct EndLabel {
  std::string name;
  double x, y;
  std::size_t series;
};

void draw_series(Svg& svg, const InteractionPlot& plot, std::size_t index, const Scale& y,
                 std::vector<EndLabel>& labels) {
  const InteractionSeries& series = plot.series[index];
  // A small step aside keeps whiskers of several series from covering each other.
  const double aside =
      7 * (static_cast<double>(index) - (static_cast<double>(plot.series.size()) - 1) / 2);
  const std::string style = fmt::format("s{} d{}", index % 6, index % 6);
  std::vector<std::pair<double, double>> points;
  for (std::size_t p = 0; p < series.scores.size(); ++p) {
    if (!std::isfinite(series.scores[p].value)) continue;
    points.emplace_back(place_x(p, plot.places.size()) + aside, y(series.scores[p].value));
  }
  if (points.empty()) return;
  svg.polyline(points, "curve " + style);
  std::size_t next = 0;
  for (std::size_t p = 0; p < series.scores.size(); ++p) {
    const ValueWithBounds& score = series.scores[p];
    if (!std::isfinite(score.value)) continue;
    const auto [x, middle] = points[next++];
    svg.open_group(fmt::format("{}, {}: {} {}", series.name, plot.places[p],
                               score_text(score.value), bounds_text(score.low, score.high)));
    if (std::isfinite(score.low))
      svg.line(x, y(score.low), x, y(score.high), "curve " + style.substr(0, 2));
    svg.marker(static_cast<int>(index), x, middle, 5.5, "mark " + style.substr(0, 2));
    svg.close_group();
  }
  labels.push_back({series.name, points.back().first, points.back().second, index});
}

}  // namespace

std::string draw_interaction_plot(const InteractionPlot& plot) {
  Svg svg(kChartWidth, kHeight, plot.words);
  const Scale y{0, 1, kFrame.bottom, kFrame.top, false};
  draw_vertical_axis(svg, y, kFrame, percent_tick, plot.y_title);
  for (std::size_t p = 0; p < plot.places.size(); ++p) {
    svg.text(place_x(p, plot.places.size()), kFrame.bottom + 24, fitted(plot.places[p], 13, 160),
             "label", Anchor::kMiddle);
  }
  std::vector<EndLabel> labels;
  for (std::size_t s = 0; s < plot.series.size(); ++s) draw_series(svg, plot, s, y, labels);
  std::vector<double> wanted;
  for (const auto& label : labels) wanted.push_back(label.y);
  const auto placed = spread(wanted, 18, kFrame.top, kFrame.bottom);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double x = kFrame.right + 8;
    svg.line(labels[i].x + 8, labels[i].y, x, placed[i], "guide");
    svg.marker(static_cast<int>(labels[i].series), x + 8, placed[i], 4.5,
               fmt::format("mark s{}", labels[i].series % 6));
    svg.text(x + 20, placed[i] + 4, fitted(labels[i].name, 13, kChartWidth - x - 22), "label");
  }
  return svg.finish();
}

}  // namespace quadrant
