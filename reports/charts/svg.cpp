#include "reports/charts/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/core/utf8.h"
#include "reports/text/escape.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

// Shares of the font size, a little above what common sans-serif fonts need.
double character_width(char32_t c) {
  if (c >= 0x1100) {
    std::string one;
    append_utf8(one, c);
    return display_width(one) >= 2 ? 1.0 : 0.6;
  }
  if (c == 'i' || c == 'l' || c == 'j' || c == '.' || c == ',' || c == ':' || c == ' ' ||
      c == '|' || c == '\'' || c == '!') {
    return 0.3;
  }
  if (c == 'm' || c == 'w' || c == 'M' || c == 'W' || c == '%' || c == '@') return 0.88;
  if (c >= 'A' && c <= 'Z') return 0.68;
  if (c == 'f' || c == 't' || c == 'r' || c == '[' || c == ']' || c == '(' || c == ')') return 0.4;
  return 0.57;
}

}  // namespace

double text_width(std::string_view text, double font_size) {
  double width = 0;
  for (const char32_t c : decode_utf8(visible_text(text))) width += character_width(c);
  return width * font_size;
}

std::string fitted(std::string_view text, double font_size, double width) {
  const std::string visible = visible_text(text);
  if (text_width(visible, font_size) <= width) return visible;
  std::string result;
  double used = font_size;  // of the ellipsis
  for (const char32_t c : decode_utf8(visible)) {
    used += character_width(c) * font_size;
    if (used > width) break;
    append_utf8(result, c);
  }
  return result + "…";
}

std::string coordinate(double value) {
  std::string text = decimal_text(value, 1);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

Svg::Svg(double width, double height, const ChartWords& words) {
  out_ = fmt::format(
      "<svg role=\"img\" aria-labelledby=\"{0}-t {0}-d\" viewBox=\"0 0 {1} {2}\" width=\"{1}\" "
      "height=\"{2}\">\n<title id=\"{0}-t\">{3}</title>\n<desc id=\"{0}-d\">{4}</desc>\n",
      escape_html(words.id), coordinate(width), coordinate(height), escape_html(words.title),
      escape_html(words.finding));
}

Svg& Svg::rect(double x, double y, double width, double height, std::string_view classes,
               double radius) {
  out_ += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", classes,
                      coordinate(x), coordinate(y), coordinate(std::max(0.0, width)),
                      coordinate(std::max(0.0, height)));
  if (radius > 0) out_ += fmt::format(" rx=\"{}\"", coordinate(radius));
  out_ += "/>\n";
  return *this;
}

Svg& Svg::line(double x1, double y1, double x2, double y2, std::string_view classes) {
  out_ += fmt::format("<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n", classes,
                      coordinate(x1), coordinate(y1), coordinate(x2), coordinate(y2));
  return *this;
}

Svg& Svg::polyline(const std::vector<std::pair<double, double>>& points, std::string_view classes) {
  if (points.empty()) return *this;
  out_ += fmt::format("<polyline class=\"{}\" points=\"", classes);
  for (const auto& [x, y] : points) out_ += coordinate(x) + "," + coordinate(y) + " ";
  out_.back() = '"';
  out_ += "/>\n";
  return *this;
}

Svg& Svg::circle(double x, double y, double radius, std::string_view classes) {
  out_ += fmt::format("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>\n", classes,
                      coordinate(x), coordinate(y), coordinate(radius));
  return *this;
}

Svg& Svg::marker(int shape, double x, double y, double r, std::string_view classes) {
  const auto path = [&](const std::string& d) {
    out_ += fmt::format("<path class=\"{}\" d=\"{}\"/>\n", classes, d);
  };
  const auto at = [&](double dx, double dy) {
    return coordinate(x + dx) + " " + coordinate(y + dy);
  };
  switch (shape % 5) {
    case 0:
      return circle(x, y, r, classes);
    case 1:
      return rect(x - r * .88, y - r * .88, r * 1.76, r * 1.76, classes);
    case 2:
      path(
          fmt::format("M{} L{} L{} Z", at(0, -r * 1.2), at(r * 1.1, r * .8), at(-r * 1.1, r * .8)));
      break;
    case 3:
      path(fmt::format("M{} L{} L{} L{} Z", at(0, -r * 1.25), at(r * 1.25, 0), at(0, r * 1.25),
                       at(-r * 1.25, 0)));
      break;
    default: {
      const double a = r * .38, b = r * 1.15;
      path(fmt::format("M{} L{} L{} L{} L{} L{} L{} L{} L{} L{} L{} L{} Z", at(-a, -b), at(a, -b),
                       at(a, -a), at(b, -a), at(b, a), at(a, a), at(a, b), at(-a, b), at(-a, a),
                       at(-b, a), at(-b, -a), at(-a, -a)));
    }
  }
  return *this;
}

Svg& Svg::text(double x, double y, std::string_view text, std::string_view classes, Anchor anchor) {
  const char* where = anchor == Anchor::kMiddle ? " text-anchor=\"middle\""
                      : anchor == Anchor::kEnd  ? " text-anchor=\"end\""
                                                : "";
  out_ += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\"{}>{}</text>\n", classes, coordinate(x),
                      coordinate(y), where, escape_html(text));
  return *this;
}

Svg& Svg::open_group(std::string_view tooltip) {
  out_ += fmt::format("<g><title>{}</title>\n", escape_html(tooltip));
  return *this;
}

Svg& Svg::close_group() {
  out_ += "</g>\n";
  return *this;
}

std::string Svg::finish() { return std::move(out_) + "</svg>\n"; }

std::vector<double> spread(const std::vector<double>& wanted, double gap, double low, double high) {
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
  std::vector<double> placed(wanted);
  if (wanted.empty()) return placed;
  for (const std::size_t i : order) placed[i] = std::clamp(placed[i], low, high);
  for (int round = 0; round < 60; ++round) {  // push neighbours apart, half each
    for (std::size_t k = 1; k < order.size(); ++k) {
      double& a = placed[order[k - 1]];
      double& b = placed[order[k]];
      const double lack = gap - (b - a);
      if (lack <= 0) continue;
      a = std::max(low, a - lack / 2);
      b = std::min(high, b + lack / 2);
    }
  }
  for (std::size_t k = 1; k < order.size(); ++k) {
    placed[order[k]] = std::max(placed[order[k]], placed[order[k - 1]] + gap);
  }
  return placed;
}

}  // namespace quadrant
