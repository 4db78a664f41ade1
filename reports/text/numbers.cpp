#include "reports/text/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace quadrant {
namespace {

constexpr const char* kNone = "n/a";

// Three digits, in the largest unit that leaves at least 1; each unit is 1,000 of the one before.
std::string in_thousands(double value, std::initializer_list<const char*> units) {
  if (!std::isfinite(value)) return kNone;
  const auto* unit = units.begin();
  for (; value >= 999.5 && unit + 1 < units.end(); ++unit) value /= 1000;
  const int digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return fmt::format("{} {}", decimal_text(value, digits), *unit);
}

}  // namespace

std::string decimal_text(double value, int digits) {
  if (!std::isfinite(value)) return kNone;
  const double step = std::pow(10.0, digits);
  const double rounded = std::round(value * step) / step;
  return fmt::format("{:.{}f}", rounded == 0 ? 0.0 : rounded, digits);
}

std::string score_text(double score) { return decimal_text(100 * score, 1); }

std::string bounds_text(double low, double high) {
  if (std::isnan(low) || std::isnan(high)) return "[n/a]";
  return fmt::format("[{}, {}]", score_text(low), score_text(high));
}

std::string score_with_bounds(const MeanInterval& score) {
  if (std::isnan(score.mean)) return kNone;
  return score_text(score.mean) + " " + bounds_text(score.low, score.high);
}

std::string with_unbroken_numbers(std::string_view text) {
  const auto is_digit = [&](std::size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '9';
  };
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool in_bounds = i >= 2 && text[i - 1] == ',' && is_digit(i - 2) &&
                           (is_digit(i + 1) || (i + 2 < text.size() && text[i + 1] == '-')) &&
                           text.find(']', i) < text.find('[', i);
    const bool before_percent =
        i >= 1 && is_digit(i - 1) && i + 1 < text.size() && text[i + 1] == '%';
    if (text[i] == ' ' && (in_bounds || before_percent)) {
      result += "\u00A0";
    } else {
      result += text[i];
    }
  }
  return result;
}

std::string share_text(double share) {
  return std::isnan(share) ? kNone : decimal_text(100 * share, 0) + " %";
}

std::string count_text(std::int64_t count) {
  std::string text = std::to_string(count);
  const int first_digit = count < 0;
  for (int at = static_cast<int>(text.size()) - 3; at > first_digit; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::string rounded_text(double value) {
  constexpr double kAllDigitsKnown = 1e15;
  if (!(std::abs(value) < kAllDigitsKnown)) return fmt::format("{:.3g}", value);
  return count_text(std::llround(value));
}

std::string flops_text(double flops) {
  return in_thousands(flops, {"FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP"});
}

std::string energy_text(double joules) { return in_thousands(joules, {"J", "kJ", "MJ", "GJ"}); }

std::string bytes_text(std::int64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= 1023.5 && unit + 1 < kUnits.size(); ++unit) size /= 1024;
  return fmt::format("{} {}", decimal_text(size, unit == 0 || size >= 100 ? 0 : 1), kUnits[unit]);
}

std::string money_text(double amount, std::string_view currency) {
  if (!std::isfinite(amount)) return kNone;
  const double size = std::abs(amount);
  if (size >= 999.995) return fmt::format("{} {}", rounded_text(amount), currency);
  // Two digits that say something, and cents at least.
  const int zeros = size > 0 ? static_cast<int>(std::floor(-std::log10(size))) : 0;
  return fmt::format("{} {}", decimal_text(amount, std::clamp(zeros + 2, 2, 12)), currency);
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return kNone;
  if (seconds < 0.0995) return decimal_text(1000 * seconds, seconds < 0.00995 ? 1 : 0) + " ms";
  if (seconds < 59.95) return decimal_text(seconds, seconds < 9.995 ? 2 : 1) + " s";
  if (seconds > 1e9) return rounded_text(seconds / 3600) + " h";
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace quadrant
