#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/stats/verdict_text.h"
#include "reports/charts/charts.h"
#include "reports/charts/scale.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

constexpr double kHeight = 560;
constexpr Frame kFrame{74, 46, 640, 470};

struct Rectangle {
  double left, top, right, bottom;
  bool meets(const Rectangle& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

double radius(double score) { return 5 + 21 * std::sqrt(std::clamp(score, 0.0, 1.0)); }

// Room beyond the outermost gains, for discs and captions.
Scale gain_scale(const std::vector<QuadrantAxisArm>& arms, double from, double to) {
  double low = 0, high = .1;
  for (const auto& arm : arms) {
    if (!std::isfinite(arm.gain.value)) continue;
    low = std::min(low, arm.gain.value);
    high = std::max(high, arm.gain.value);
  }
  const double room = .14 * (high - low);
  return {low - room, high + room, from, to, false};
}

std::string gain_label(const QuadrantAxisArm& arm) {
  if (std::isnan(arm.gain.low)) return arm.name;
  return fmt::format("{} {}", arm.name, format_points(arm.gain.value));
}

void draw_regions(Svg& svg, const Scale& x, const Scale& y) {
  const double zero_x = x(0), zero_y = y(0);
  svg.rect(zero_x, kFrame.top, kFrame.right - zero_x, zero_y - kFrame.top, "region-both");
  svg.rect(kFrame.left, kFrame.top, zero_x - kFrame.left, kFrame.bottom - kFrame.top,
           "region-none");
  svg.rect(zero_x, zero_y, kFrame.right - zero_x, kFrame.bottom - zero_y, "region-none");
}

void draw_axes(Svg& svg, const QuadrantMap& map, const Scale& x, const Scale& y) {
  for (const double tick : ticks(x)) {
    svg.text(x(tick), kFrame.bottom + 17, signed_tick(tick), "tick", Anchor::kMiddle);
    svg.line(x(tick), kFrame.bottom, x(tick), kFrame.bottom + 4, "zero");
  }
  for (const double tick : ticks(y)) {
    svg.text(kFrame.left - 8, y(tick) + 4, signed_tick(tick), "tick", Anchor::kEnd);
    svg.line(kFrame.left - 4, y(tick), kFrame.left, y(tick), "zero");
  }
  svg.line(x(0), kFrame.top, x(0), kFrame.bottom, "zero");
  svg.line(kFrame.left, y(0), kFrame.right, y(0), "zero");
  svg.text(8, 18, map.y_title, "axis");
  svg.text(kFrame.right, kHeight - 12, map.x_title, "axis", Anchor::kEnd);
}

// Names of contexts at the right of their height, pushed apart where gains are close.
void label_contexts(Svg& svg, const QuadrantMap& map, const Scale& y) {
  std::vector<double> wanted;
  for (const auto& arm : map.contexts) {
    wanted.push_back(y(std::isfinite(arm.gain.value) ? arm.gain.value : 0));
  }
  const auto placed = spread(wanted, 17, kFrame.top, kFrame.bottom);
  for (std::size_t i = 0; i < map.contexts.size(); ++i) {
    if (!std::isfinite(map.contexts[i].gain.value)) continue;
    svg.line(kFrame.left, wanted[i], kFrame.right, wanted[i], "guide");
    svg.line(kFrame.right, wanted[i], kFrame.right + 12, placed[i], "guide");
    svg.text(kFrame.right + 16, placed[i] + 4,
             fitted(gain_label(map.contexts[i]), 13, kChartWidth - kFrame.right - 18), "label");
  }
}

// Names of tunings below their place, each on the first line where it has room.
void label_tunings(Svg& svg, const QuadrantMap& map, const Scale& x) {
  std::array<double, 3> used{-1e9, -1e9, -1e9};
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < map.tunings.size(); ++i) {
    if (std::isfinite(map.tunings[i].gain.value)) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return map.tunings[a].gain.value < map.tunings[b].gain.value;
  });
  for (const std::size_t i : order) {
    const double at = x(map.tunings[i].gain.value);
    const std::string label = fitted(gain_label(map.tunings[i]), 13, 200);
    const double half = text_width(label, 13) / 2;
    const double middle = std::clamp(at, kFrame.left + half, kFrame.right + 60 - half);
    std::size_t line = 0;
    while (line + 1 < used.size() && used[line] > middle - half - 10) ++line;
    used[line] = middle + half;
    svg.line(at, kFrame.top, at, kFrame.bottom, "guide");
    svg.text(middle, kFrame.bottom + 37 + 17 * static_cast<double>(line), label, "label",
             Anchor::kMiddle);
  }
}

// A score beside its disc, at the first of eight places where it covers nothing.
void label_dot(Svg& svg, const std::string& label, double x, double y, double r,
               std::vector<Rectangle>& taken) {
  const double width = text_width(label, 12.5), d = r + 4;
  const std::array<std::pair<double, double>, 8> places{{{d, 4},
                                                         {-d - width, 4},
                                                         {-width / 2, -d - 1},
                                                         {-width / 2, d + 11},
                                                         {d * .75, -d * .75},
                                                         {d * .75, d * .75 + 9},
                                                         {-d * .75 - width, -d * .75},
                                                         {-d * .75 - width, d * .75 + 9}}};
  for (const auto& [dx, dy] : places) {
    const Rectangle place{x + dx, y + dy - 11, x + dx + width, y + dy + 3};
    const bool outside = place.left < kFrame.left || place.right > kFrame.right ||
                         place.top < kFrame.top || place.bottom > kFrame.bottom;
    const auto covers = [&](const Rectangle& other) { return place.meets(other); };
    if (outside || std::any_of(taken.begin(), taken.end(), covers)) continue;
    taken.push_back(place);
    svg.text(x + dx, y + dy, label, "dot-label");
    return;
  }
}

struct PlacedDot {
  const QuadrantDot* dot;
  double x, y, r;
};

void draw_dots(Svg& svg, const QuadrantMap& map, const Scale& x, const Scale& y) {
  std::vector<PlacedDot> dots;
  for (const QuadrantDot& dot : map.dots) {
    const double gain_x = map.tunings[static_cast<std::size_t>(dot.x)].gain.value;
    const double gain_y = map.contexts[static_cast<std::size_t>(dot.y)].gain.value;
    if (!std::isfinite(gain_x) || !std::isfinite(gain_y) || !std::isfinite(dot.score)) continue;
    dots.push_back({&dot, x(gain_x), y(gain_y), radius(dot.score)});
  }
  std::stable_sort(dots.begin(), dots.end(),
                   [](const PlacedDot& a, const PlacedDot& b) { return a.r > b.r; });
  std::vector<Rectangle> taken;
  for (const PlacedDot& d : dots) {
    const double core = d.r * .75;
    taken.push_back({d.x - core, d.y - core, d.x + core, d.y + core});
  }
  for (const PlacedDot& d : dots) {
    svg.open_group(d.dot->tooltip);
    svg.circle(d.x, d.y, d.r, d.dot->expected ? "dot dot-both" : "dot dot-single");
    if (d.dot->expected) svg.circle(d.x, d.y, radius(*d.dot->expected), "ring");
    svg.close_group();
  }
  for (const PlacedDot& d : dots) {
    label_dot(svg, score_text(d.dot->score), d.x, d.y,
              std::max(d.r, d.dot->expected ? radius(*d.dot->expected) : 0), taken);
  }
}

}  // namespace

std::string draw_quadrant_map(const QuadrantMap& map) {
  Svg svg(kChartWidth, kHeight, map.words);
  const Scale x = gain_scale(map.tunings, kFrame.left, kFrame.right);
  const Scale y = gain_scale(map.contexts, kFrame.bottom, kFrame.top);
  draw_regions(svg, x, y);
  draw_axes(svg, map, x, y);
  label_contexts(svg, map, y);
  label_tunings(svg, map, x);
  draw_dots(svg, map, x, y);
  return svg.finish();
}

}  // namespace quadrant
