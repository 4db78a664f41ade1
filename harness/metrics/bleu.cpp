#include "harness/metrics/bleu.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "harness/core/types.h"
#include "harness/core/utf8.h"
#include "harness/metrics/scorers.h"

namespace quadrant {
namespace {

using Tokens = std::vector<std::string>;
using Text = std::u32string;

constexpr std::size_t kOrders = 4;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_stop(char32_t c) { return c == '.' || c == ','; }
bool is_symbol(char32_t c) {  // ASCII punctuation but ' , - .
  return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') ||
         (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/';
}

Text spaced_symbols(const Text& text) {
  Text result;
  for (const char32_t c : text) {
    if (is_symbol(c)) result += U' ';
    result += c;
    if (is_symbol(c)) result += U' ';
  }
  return result;
}

// Each pair of neighbours that `splits` accepts gets a space between and, on the side of the
// punctuation, outside. Pairs do not overlap, as in a regular expression's replacement.
Text split_pairs(const Text& text, bool (*splits)(char32_t, char32_t), bool space_before,
                 bool space_after) {
  Text result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 == text.size() || !splits(text[i], text[i + 1])) {
      result += text[i];
      continue;
    }
    if (space_before) result += U' ';
    result += text[i];
    result += U' ';
    result += text[i + 1];
    if (space_after) result += U' ';
    ++i;
  }
  return result;
}

Tokens split_at_spaces(const Text& text) {
  Tokens tokens;
  bool inside = false;
  for (const char32_t c : text) {
    const bool space = is_space(c);
    if (!space && !inside) tokens.emplace_back();
    if (!space) append_utf8(tokens.back(), c);
    inside = !space;
  }
  return tokens;
}

using Counts = std::map<Tokens, int>;

Counts ngrams(const Tokens& tokens, std::size_t n) {
  Counts counts;
  for (std::size_t i = 0; i + n <= tokens.size(); ++i) {
    const auto begin = tokens.begin() + static_cast<std::ptrdiff_t>(i);
    ++counts[Tokens(begin, begin + static_cast<std::ptrdiff_t>(n))];
  }
  return counts;
}

std::size_t nearest_length(std::size_t length, const std::vector<Tokens>& targets) {
  const auto distance = [length](std::size_t other) {
    return other > length ? other - length : length - other;
  };
  std::size_t nearest = targets[0].size();
  for (const Tokens& target : targets) {
    const std::size_t other = target.size();
    if (distance(other) < distance(nearest) ||
        (distance(other) == distance(nearest) && other < nearest)) {
      nearest = other;
    }
  }
  return nearest;
}

}  // namespace

std::vector<std::string> tokenize_13a(std::string_view text) {
  std::string line = to_nfc(to_valid_utf8(text));
  line.erase(line.find_last_not_of(" \t\n\v\f\r") + 1);
  replace_all(line, "<skipped>", "");
  replace_all(line, "-\n", "");
  replace_all(line, "\n", " ");
  replace_all(line, "&quot;", "\"");
  replace_all(line, "&amp;", "&");
  replace_all(line, "&lt;", "<");
  replace_all(line, "&gt;", ">");
  const auto code_points = decode_utf8(" " + line + " ");
  Text spaced = spaced_symbols(Text(code_points.begin(), code_points.end()));
  spaced = split_pairs(
      spaced, [](char32_t a, char32_t b) { return !is_digit(a) && is_stop(b); }, false, true);
  spaced = split_pairs(
      spaced, [](char32_t a, char32_t b) { return is_stop(a) && !is_digit(b); }, true, false);
  spaced = split_pairs(
      spaced, [](char32_t a, char32_t b) { return is_digit(a) && b == '-'; }, false, true);
  return split_at_spaces(spaced);
}

std::vector<double> bleu_statistics(const std::string& output,
                                    const std::vector<std::string>& targets) {
  if (targets.empty()) return {};
  const Tokens tokens = tokenize_13a(output);
  std::vector<Tokens> wanted;
  for (const std::string& target : targets) wanted.push_back(tokenize_13a(target));
  std::vector<double> statistics(2 + 2 * kOrders, 0.0);
  statistics[0] = static_cast<double>(tokens.size());
  statistics[1] = static_cast<double>(nearest_length(tokens.size(), wanted));
  for (std::size_t n = 1; n <= kOrders; ++n) {
    Counts most;  // of each n-gram, over the targets
    for (const Tokens& target : wanted) {
      for (const auto& [ngram, times] : ngrams(target, n)) {
        most[ngram] = std::max(most[ngram], times);
      }
    }
    for (const auto& [ngram, times] : ngrams(tokens, n)) {
      const auto found = most.find(ngram);
      if (found != most.end()) statistics[1 + n] += std::min(times, found->second);
      statistics[1 + kOrders + n] += times;
    }
  }
  return statistics;
}

double bleu_from_statistics(std::span<const double> sums, bool effective_order) {
  if (sums.empty()) return kNaN;
  const double length = sums[0], wanted = sums[1];
  const auto matched = sums.subspan(2, kOrders), total = sums.subspan(2 + kOrders, kOrders);
  if (std::all_of(matched.begin(), matched.end(), [](double count) { return count == 0; })) {
    return 0;
  }
  double log_sum = 0, smooth = 1;
  std::size_t orders = 0;
  for (; orders < kOrders && total[orders] > 0; ++orders) {
    // Exponential smoothing: an order without a match counts as 1/2, 1/4, ... of one.
    if (matched[orders] == 0) smooth *= 2;
    const double hits = matched[orders] > 0 ? matched[orders] : 1 / smooth;
    log_sum += std::log(hits / total[orders]);
  }
  if (!effective_order && orders < kOrders) return 0;
  const double brevity = length < wanted ? std::exp(1 - wanted / length) : 1;
  return std::min(1.0, brevity * std::exp(log_sum / static_cast<double>(orders)));
}

double bleu(const std::string& output, const Item& item) {
  return bleu_from_statistics(bleu_statistics(output, item.targets), true);
}
std::vector<double> bleu_counts(const std::string& output, const Item& item) {
  return bleu_statistics(output, item.targets);
}
double corpus_bleu(std::span<const double> sums) { return bleu_from_statistics(sums, false); }

}  // namespace quadrant
