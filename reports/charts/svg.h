// A small writer of SVG: shapes with classes (colours live in the style sheet), escaped text.
//
// Goals: readable in light, dark and print; a title and a description that state the finding;
// the same bytes for the same numbers. Non-goals: layout (SVG has none: text_width() estimates).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quadrant {

// What a screen reader says. `id` must be unique in the page.
struct ChartWords {
  std::string id, title, finding;
};

enum class Anchor { kStart, kMiddle, kEnd };

// Width in pixels of text at a font size, by class of character: an upper estimate.
double text_width(std::string_view text, double font_size);
// The text, or its beginning with an ellipsis, so that it is at most `width` pixels wide.
std::string fitted(std::string_view text, double font_size, double width);

class Svg {
 public:
  Svg(double width, double height, const ChartWords& words);

  Svg& rect(double x, double y, double width, double height, std::string_view classes,
            double radius = 0);
  Svg& line(double x1, double y1, double x2, double y2, std::string_view classes);
  Svg& polyline(const std::vector<std::pair<double, double>>& points, std::string_view classes);
  Svg& circle(double x, double y, double radius, std::string_view classes);
  // Shape 0 disc, 1 square, 2 triangle, 3 diamond, 4 cross; again from 5 on.
  Svg& marker(int shape, double x, double y, double radius, std::string_view classes);
  Svg& text(double x, double y, std::string_view text, std::string_view classes,
            Anchor anchor = Anchor::kStart);
  // A tooltip for what is drawn between the two calls.
  Svg& open_group(std::string_view tooltip);
  Svg& close_group();
  std::string finish();  // once, at the end

 private:
  std::string out_;
};

std::string coordinate(double value);  // one decimal at most

// Moves values apart to at least `gap`, in their order and as little as needed, inside [low, high].
std::vector<double> spread(const std::vector<double>& wanted, double gap, double low, double high);

}  // namespace quadrant
