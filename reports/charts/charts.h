// The charts of a report: plain numbers in, one SVG out. Each in its own file.
//
// Scores and gains are fractions (0.62 is drawn as 62). NaN is "not measured" and is not drawn,
// or drawn as an empty place. Series get colour and shape or dash by their style number, so that
// nothing is told by colour alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/stats/interval.h"
#include "reports/charts/svg.h"

namespace quadrant {

struct ValueWithBounds {
  double value = kUnknown, low = kUnknown, high = kUnknown;
};

// Rows x columns of scores; marked: belongs to the best of its table; ceiling: not in competition.
struct HeatCell {
  bool measured = false, marked = false, ceiling = false;
  ValueWithBounds score;
  std::string tooltip;
};
struct HeatMap {
  ChartWords words;
  std::vector<std::string> rows, columns;
  std::vector<HeatCell> cells;  // row by row
  std::string not_run = "not run";
};
std::string draw_heat_map(const HeatMap& map);

// Gains of tunings alone (x) and of contexts alone (y) over the base; a disc for each measured
// combination, its area the score; a dashed ring where base + both gains would be.
struct QuadrantAxisArm {
  std::string name;
  ValueWithBounds gain;  // 0 without bounds for zero-shot and base
};
struct QuadrantDot {
  int x = 0, y = 0;  // index into tunings, contexts
  double score = 0;
  std::optional<double> expected;  // if the two gains added up; combinations only
  std::string tooltip;
};
struct QuadrantMap {
  ChartWords words;
  std::vector<QuadrantAxisArm> tunings, contexts;
  std::vector<QuadrantDot> dots;
  std::string x_title, y_title;
};
std::string draw_quadrant_map(const QuadrantMap& map);

// Differences with intervals, a zero line and the band of differences too small to matter.
struct ForestRow {
  std::string label;
  bool heading = false;  // label only
  ValueWithBounds difference;
  bool detected = false;
  std::string note;  // at the right; "" = the numbers
};
struct ForestPlot {
  ChartWords words;
  double margin = 0.05;
  std::vector<ForestRow> rows;
  std::string x_title;
};
std::string draw_forest_plot(const ForestPlot& plot);

// Scores over named places, a line for each series.
struct InteractionSeries {
  std::string name;
  std::vector<ValueWithBounds> scores;  // one a place
};
struct InteractionPlot {
  ChartWords words;
  std::vector<std::string> places;
  std::vector<InteractionSeries> series;
  std::string y_title;
};
std::string draw_interaction_plot(const InteractionPlot& plot);

// Score against cost on a logarithmic axis, with the frontier of what nothing beats.
struct ParetoPoint {
  std::string name;
  double cost = kUnknown;  // above 0
  ValueWithBounds score;
  int style = 0;
  bool ceiling = false;  // shown hollow, never on the frontier
};
struct ParetoPlot {
  ChartWords words;
  std::string cost_title, score_title;
  std::string (*cost_label)(double) = nullptr;
  std::vector<ParetoPoint> points;
  // Points joined by lines, instead of the frontier.
  std::vector<std::vector<std::size_t>> paths;
};
std::string draw_pareto(const ParetoPlot& plot);
// Which points nothing beats: no other has at most the cost and a higher score, or less cost and
// at least the score.
std::vector<bool> on_frontier(const std::vector<ParetoPoint>& points);

// Total cost against the number of questions, both logarithmic, and where lines cross.
struct CostLine {
  std::string name;
  int style = 0, dash = 0;
  double once = 0, each = 0;  // training; one question, above 0
};
struct CostMark {
  std::string name;
  double at = 0, low = kUnknown, high = kUnknown;  // questions; high may be infinite
};
struct CostLines {
  ChartWords words;
  std::string x_title, y_title;
  std::string (*cost_label)(double) = nullptr;
  std::vector<CostLine> lines;
  std::vector<CostMark> marks;
};
std::string draw_cost_lines(const CostLines& plot);

// Lines over a number, for training.
struct LineSeries {
  std::string name;  // in the legend once, however many lines have it
  int style = 0;
  bool dashed = false;
  std::vector<std::pair<double, double>> points;  // NaN leaves a gap
};
struct LineChart {
  ChartWords words;
  double height = 280;
  std::string x_title, y_title;
  std::vector<LineSeries> lines;
};
std::string draw_line_chart(const LineChart& chart);

// Items gained (right) and lost (left) by a change.
struct FlowRow {
  std::string name;
  int repaired = 0, broken = 0;
};
struct FlowChart {
  ChartWords words;
  std::string broken, repaired;  // what the two sides are called
  std::vector<FlowRow> rows;
};
std::string draw_flow_chart(const FlowChart& chart);

// Bars of equal length, each divided by class; letters and a legend name the classes.
struct ShareClass {
  std::string name;
  int style = 0;  // 0 ... 7
};
struct ShareRow {
  std::string name;
  std::vector<int> counts;  // one a class
};
struct ShareBars {
  ChartWords words;
  std::vector<ShareClass> classes;
  std::vector<ShareRow> rows;
};
std::string draw_share_bars(const ShareBars& bars);

inline constexpr double kChartWidth = 800;

}  // namespace quadrant
