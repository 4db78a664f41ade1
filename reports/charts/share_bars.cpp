#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "reports/charts/charts.h"

namespace quadrant {
namespace {

constexpr double kRow = 30, kLeft = 190, kLegendRow = 22, kSwatch = 22;

std::string letter(std::size_t part) { return std::string(1, static_cast<char>('a' + part % 26)); }

// Entries side by side as far as the line reaches; returns the y below the last line.
double draw_legend(Svg& svg, const std::vector<ShareClass>& classes) {
  double x = 0, y = 4;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const double width = kSwatch + 8 + text_width(classes[c].name, 13) + 22;
    if (x > 0 && x + width > kChartWidth) {
      x = 0;
      y += kLegendRow;
    }
    svg.rect(x, y, kSwatch, 16, fmt::format("share c{}", classes[c].style));
    svg.text(x + kSwatch / 2, y + 12, letter(c), "numbers", Anchor::kMiddle);
    svg.text(x + kSwatch + 6, y + 12, classes[c].name, "label");
    x += width;
  }
  return y + kLegendRow + 8;
}

void draw_row(Svg& svg, const ShareBars& bars, const ShareRow& row, double y) {
  svg.text(kLeft - 12, y + 19, fitted(row.name, 13, kLeft - 14), "label", Anchor::kEnd);
  const int all = std::accumulate(row.counts.begin(), row.counts.end(), 0);
  if (all == 0) return;
  double x = kLeft;
  for (std::size_t c = 0; c < row.counts.size(); ++c) {
    if (row.counts[c] == 0) continue;
    const double width = (kChartWidth - kLeft) * row.counts[c] / all;
    svg.open_group(fmt::format("{}, {}: {}", row.name, bars.classes[c].name, row.counts[c]));
    svg.rect(x, y + 3, width, kRow - 6, fmt::format("share c{}", bars.classes[c].style));
    const std::string whole = fmt::format("{} {}", letter(c), row.counts[c]);
    const std::string& shown = text_width(whole, 12.5) + 6 <= width ? whole : letter(c);
    if (text_width(shown, 12.5) + 2 <= width) {
      svg.text(x + width / 2, y + 19, shown, "numbers", Anchor::kMiddle);
    }
    svg.close_group();
    x += width;
  }
}

}  // namespace

std::string draw_share_bars(const ShareBars& bars) {
  // The height depends on the legend's lines, which are laid out as they are drawn.
  Svg measure(kChartWidth, 0, bars.words);
  const double top = draw_legend(measure, bars.classes);
  Svg svg(kChartWidth, top + kRow * static_cast<double>(bars.rows.size()), bars.words);
  double y = draw_legend(svg, bars.classes);
  for (const ShareRow& row : bars.rows) {
    draw_row(svg, bars, row, y);
    y += kRow;
  }
  return svg.finish();
}

}  // namespace quadrant
