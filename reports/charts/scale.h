// Scales and axes: from numbers to pixels, with round ticks.
#pragma once

#include <string>
#include <vector>

#include "reports/charts/svg.h"

namespace quadrant {

// Maps [low, high] to pixels; with `logarithmic` both must be above 0.
struct Scale {
  double low = 0, high = 1;
  double from = 0, to = 1;  // pixels of low and high
  bool logarithmic = false;

  double operator()(double value) const;
};

// A scale over all finite `values` that begins and ends at round numbers.
Scale round_scale(const std::vector<double>& values, double from, double to);
Scale log_scale(const std::vector<double>& values, double from, double to);  // finite, above 0

std::vector<double> ticks(const Scale& scale);  // 4 to 9 round values inside the scale

// The pixels of a plot's frame.
struct Frame {
  double left = 0, top = 0, right = 0, bottom = 0;
};

// Grid lines with labels: at the left for a vertical scale, below for a horizontal one.
void draw_vertical_axis(Svg& svg, const Scale& scale, const Frame& frame,
                        std::string (*label)(double), const std::string& title);
void draw_horizontal_axis(Svg& svg, const Scale& scale, const Frame& frame,
                          std::string (*label)(double), const std::string& title);

std::string percent_tick(double value);  // 0.5 -> "50"
std::string signed_tick(double value);   // 0.5 -> "+50"
std::string plain_tick(double value);    // 1500 -> "1,500"; 0.25 -> "0.25"
std::string flops_tick(double value);    // 1e9 -> "1 GFLOP"
std::string short_tick(double value);    // 2e6 -> "2 M"; 0.002 -> "0.002"

}  // namespace quadrant
