#include "reports/charts/charts.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "reports/charts/scale.h"

using namespace quadrant;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const ChartWords kWords{"id1", "A <title>", "What was & found"};

// No coordinate may be something that is not a number.
void check_clean(const std::string& svg) {
  CHECK(has(svg, "role=\"img\""));
  CHECK(has(svg, "aria-labelledby=\"id1-t id1-d\""));
  CHECK(has(svg, "<title id=\"id1-t\">A &lt;title&gt;</title>"));
  CHECK(has(svg, "What was &amp; found"));
  CHECK(svg.ends_with("</svg>\n"));
  for (const char* bad : {"\"n/a\"", "nan", "inf", "\"-0\"", "style=", "<script"}) {
    CAPTURE(bad);
    CHECK_FALSE(has(svg, bad));
  }
}

}  // namespace

TEST_CASE("ticks are round and inside the scale") {
  const auto values = ticks(round_scale({-0.13, 0.82}, 0, 100));
  REQUIRE(values.size() >= 4);
  CHECK(values.size() <= 9);
  CHECK(values.front() == doctest::Approx(-0.2));
  CHECK(values.back() == doctest::Approx(1.0));
  CHECK(ticks(round_scale({}, 0, 1)).size() >= 2);
  CHECK(ticks(round_scale({3, 3}, 0, 1)).size() >= 2);
  const auto powers = ticks(log_scale({1e9, 5e13}, 0, 1));
  CHECK(powers.size() >= 4);
  CHECK(std::all_of(powers.begin(), powers.end(), [](double v) { return v >= 9e8 && v <= 2e14; }));
  CHECK(log_scale({4, 4}, 0, 10)(4) == doctest::Approx(5));
}

TEST_CASE("labels are pushed apart in order and stay inside") {
  const auto placed = spread({50, 50, 51, 200}, 18, 0, 210);
  CHECK(placed[1] - placed[0] >= 17.99);
  CHECK(placed[2] - placed[1] >= 17.99);
  CHECK(placed[3] == doctest::Approx(200));
  const auto crowded = spread({209, 210, 210}, 18, 0, 210);
  CHECK(crowded[0] >= 0);
  CHECK(*std::max_element(crowded.begin(), crowded.end()) <= 210.5);
}

TEST_CASE("wide characters count double, long text is cut with an ellipsis") {
  CHECK(text_width("한글", 10) == doctest::Approx(20));
  CHECK(text_width("ll", 10) < text_width("WW", 10));
  CHECK(fitted("short", 13, 100) == "short");
  const std::string cut = fitted("a rather long name of a strategy", 13, 90);
  CHECK(cut.ends_with("…"));
  CHECK(text_width(cut, 13) <= 91);
}

TEST_CASE("the frontier keeps what nothing beats, and no ceiling") {
  const auto point = [](double cost, double score, bool ceiling = false) {
    return ParetoPoint{"p", cost, {score, NAN, NAN}, 0, ceiling};
  };
  const std::vector<ParetoPoint> points{point(1, .2), point(2, .1), point(3, .5),
                                        point(3, .4), point(4, .5), point(2, .9, true),
                                        point(NAN, 1)};
  CHECK(on_frontier(points) == std::vector<bool>{true, false, true, false, false, false, false});
}

TEST_CASE("every chart draws clean SVG, with missing numbers and hostile names too") {
  const std::string hostile = "</text><script>alert(1)</script>";
  HeatMap heat{kWords, {"base", hostile}, {"none", "rag"}, std::vector<HeatCell>(4)};
  heat.cells[1] = {true, true, false, {.5, .4, .6}, hostile};
  check_clean(draw_heat_map(heat));

  QuadrantMap map{kWords,
                  {{"base", {0, NAN, NAN}}, {hostile, {.3, .2, .4}}, {"full", {NAN, NAN, NAN}}},
                  {{"none", {0, NAN, NAN}}, {"rag", {-.2, -.3, -.1}}},
                  {{0, 0, .1, std::nullopt, ""}, {1, 1, .9, .4, hostile}, {2, 0, .2, .1, ""}},
                  "x",
                  hostile};
  check_clean(draw_quadrant_map(map));

  ForestPlot forest{kWords, .05, {}, hostile};
  forest.rows.push_back({hostile, true, {}, false, ""});
  forest.rows.push_back({"rag - base", false, {.3, .2, .4}, true, ""});
  forest.rows.push_back({"few clusters", false, {.3, NAN, NAN}, false, ""});
  forest.rows.push_back({"missing", false, {}, false, "not measured"});
  check_clean(draw_forest_plot(forest));

  InteractionPlot inter{
      kWords, {"base", "lora"}, {{hostile, {{.1, .0, .2}, {}}}, {"x", {{}, {}}}}, "y"};
  check_clean(draw_interaction_plot(inter));

  ParetoPlot pareto{kWords, "cost", "score", flops_tick, {{hostile, 1e9, {.5, .4, .6}, 0, false}},
                    {}};
  pareto.points.push_back({"unknown", NAN, {.5, NAN, NAN}, 1, false});
  check_clean(draw_pareto(pareto));
  pareto.paths = {{0, 1}, {1}};
  check_clean(draw_pareto(pareto));

  CostLines costs{
      kWords, "x", "y", flops_tick, {{hostile, 0, 0, 0, 1e9}, {"lora", 1, 1, 1e12, 5e8}}, {}};
  costs.marks.push_back({hostile, 2000, 1500, INFINITY});
  costs.marks.push_back({"far", 1e12, 1e11, 1e13});
  check_clean(draw_cost_lines(costs));

  LineChart lines{kWords, 200, "x", "y", {{hostile, 0, false, {{1, 3}, {2, NAN}, {3, 1}}}}};
  lines.lines.push_back({"empty", 1, true, {}});
  check_clean(draw_line_chart(lines));

  check_clean(draw_flow_chart({kWords, hostile, "→", {{hostile, 0, 0}, {"rag", 12, 3}}}));

  check_clean(draw_share_bars(
      {kWords, {{hostile, 0}, {"right", 7}}, {{hostile, {0, 0}}, {"rag", {900, 1}}}}));
}
