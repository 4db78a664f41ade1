// Macro-F1 and Matthews' correlation, over all items: their statistics are a confusion matrix.
#include <cmath>
#include <limits>

#include "harness/metrics/choice.h"
#include "harness/metrics/scorers.h"

namespace quadrant {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// [labels, labels + 1]: right label by named label; the last column is "no label named".
class Confusion {
 public:
  explicit Confusion(std::span<const double> counts)
      : counts_(counts), labels_(static_cast<std::size_t>(std::sqrt(counts.size()))) {}

  std::size_t labels() const { return labels_; }
  double at(std::size_t right, std::size_t named) const {
    return counts_[right * (labels_ + 1) + named];
  }
  double row(std::size_t right) const {
    double sum = 0;
    for (std::size_t named = 0; named <= labels_; ++named) sum += at(right, named);
    return sum;
  }
  double column(std::size_t named) const {
    double sum = 0;
    for (std::size_t right = 0; right < labels_; ++right) sum += at(right, named);
    return sum;
  }

 private:
  std::span<const double> counts_;
  std::size_t labels_;
};

}  // namespace

std::vector<double> confusion_counts(const std::string& output, const Item& item) {
  if (!item.answer) return {};
  const std::size_t labels = item.choices.size();
  std::vector<double> counts(labels * (labels + 1), 0.0);
  const auto named = named_choice(output, item.choices);
  const std::size_t column = named ? static_cast<std::size_t>(*named) : labels;
  counts[static_cast<std::size_t>(*item.answer) * (labels + 1) + column] = 1;
  return counts;
}

double macro_f1(std::span<const double> counts) {
  const Confusion confusion(counts);
  double sum = 0;
  int used = 0;
  for (std::size_t label = 0; label < confusion.labels(); ++label) {
    const double both = confusion.row(label) + confusion.column(label);
    if (both == 0) continue;
    sum += 2 * confusion.at(label, label) / both;
    ++used;
  }
  return used > 0 ? sum / used : kNaN;
}

double matthews(std::span<const double> counts) {
  const Confusion confusion(counts);
  double n = 0, right = 0, both = 0, squares_right = 0, squares_named = 0;
  for (std::size_t label = 0; label <= confusion.labels(); ++label) {
    const bool real = label < confusion.labels();
    const double row = real ? confusion.row(label) : 0;
    const double column = confusion.column(label);
    n += row;
    right += real ? confusion.at(label, label) : 0;
    both += row * column;
    squares_right += row * row;
    squares_named += column * column;
  }
  if (n == 0) return kNaN;
  const double spread = (n * n - squares_right) * (n * n - squares_named);
  return spread == 0 ? 0 : (right * n - both) / std::sqrt(spread);
}

}  // namespace quadrant
