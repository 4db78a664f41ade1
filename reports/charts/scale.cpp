#include "reports/charts/scale.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "reports/text/numbers.h"

namespace quadrant {
namespace {

double round_step(double span) {
  const double raw = span / 6;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (raw <= factor * power * 1.0001) return factor * power;
  }
  return 10 * power;
}

}  // namespace

double Scale::operator()(double value) const {
  const double share = logarithmic
                           ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low))
                           : (value - low) / (high - low);
  return from + share * (to - from);
}

Scale round_scale(const std::vector<double>& values, double from, double to) {
  double low = 0, high = 0;
  bool any = false;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = any ? std::min(low, value) : value;
    high = any ? std::max(high, value) : value;
    any = true;
  }
  if (high - low < 1e-9) {
    low -= .05;
    high += .05;
  }
  const double step = round_step(high - low);
  return {std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step, from, to,
          false};
}

Scale log_scale(const std::vector<double>& values, double from, double to) {
  double low = 1, high = 1;
  bool any = false;
  for (const double value : values) {
    if (!std::isfinite(value) || value <= 0) continue;
    low = any ? std::min(low, value) : value;
    high = any ? std::max(high, value) : value;
    any = true;
  }
  const double room = std::max(1.25, std::pow(high / low, .08));
  return {low / room, high * room, from, to, true};
}

std::vector<double> ticks(const Scale& scale) {
  std::vector<double> result;
  if (!scale.logarithmic) {
    const double step = round_step(scale.high - scale.low);
    const auto first = static_cast<std::int64_t>(std::ceil(scale.low / step - 1e-9));
    const auto last = static_cast<std::int64_t>(std::floor(scale.high / step + 1e-9));
    for (std::int64_t k = first; k <= last; ++k) result.push_back(static_cast<double>(k) * step);
    return result;
  }
  const bool wide = scale.high / scale.low > 30;
  for (double power = std::pow(10.0, std::floor(std::log10(scale.low))); power <= scale.high;
       power *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (wide && factor != 1.0) continue;
      const double value = factor * power;
      if (value >= scale.low && value <= scale.high) result.push_back(value);
    }
  }
  return result;
}

void draw_vertical_axis(Svg& svg, const Scale& scale, const Frame& frame,
                        std::string (*label)(double), const std::string& title) {
  for (const double tick : ticks(scale)) {
    const double y = scale(tick);
    svg.line(frame.left, y, frame.right, y, "grid");
    svg.text(frame.left - 8, y + 4, label(tick), "tick", Anchor::kEnd);
  }
  svg.text(frame.left, frame.top - 12, title, "axis");
}

void draw_horizontal_axis(Svg& svg, const Scale& scale, const Frame& frame,
                          std::string (*label)(double), const std::string& title) {
  for (const double tick : ticks(scale)) {
    const double x = scale(tick);
    svg.line(x, frame.top, x, frame.bottom, "grid");
    svg.text(x, frame.bottom + 17, label(tick), "tick", Anchor::kMiddle);
  }
  svg.text(frame.right, frame.bottom + 37, title, "axis", Anchor::kEnd);
}

std::string percent_tick(double value) { return decimal_text(100 * value, 0); }

std::string signed_tick(double value) {
  const std::string text = decimal_text(100 * value, 0);
  return value > 1e-9 ? "+" + text : text;
}

std::string plain_tick(double value) {
  if (std::abs(value) >= 1000) return rounded_text(value);
  std::string text = decimal_text(value, std::abs(value) < .095 && value != 0 ? 6 : 2);
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string short_tick(double value) {
  if (value >= 1e9) return plain_tick(value / 1e9) + " G";
  if (value >= 1e6) return plain_tick(value / 1e6) + " M";
  return plain_tick(value);
}

std::string flops_tick(double value) {
  std::string text = flops_text(value);
  const auto point = text.find('.'), space = text.find(' ');
  if (point == std::string::npos) return text;
  std::string digits = text.substr(0, space);
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  return digits + text.substr(space);
}

}  // namespace quadrant
