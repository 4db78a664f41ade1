// A comparison for a terminal.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/core/utf8.h"
#include "harness/stats/verdict_text.h"
#include "reports/compare/comparison.h"
#include "reports/text/columns.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

constexpr int kScore = 7, kBounds = 15, kP = 8, kGaps = 14;

std::string trimmed(std::string line) {
  while (line.ends_with(' ')) line.pop_back();
  return line + "\n";
}

std::string strategy_row(const PairedStrategy& strategy, int name) {
  const std::string head =
      fmt::format("  {}  {}  {}  {}  ", padded(one_line(strategy.strategy), name),
                  padded(score_text(strategy.first), kScore, true),
                  padded(score_text(strategy.second), kScore, true),
                  padded(format_points(strategy.change.mean), kScore, true));
  if (strategy.same_answers) return head + "the same stored answers\n";
  return trimmed(head + padded(bounds_text(strategy.change.low, strategy.change.high), kBounds) +
                 "  " + padded(decimal_text(strategy.holm_p, 4), kP, true) +
                 (strategy.detected ? " *" : ""));
}

// How large a change would have to be, where none was found.
std::string undetected_text(const PairedSuite& suite) {
  double smallest = kUnknown, largest = kUnknown;
  for (const PairedStrategy& strategy : suite.strategies) {
    if (strategy.detected || std::isnan(strategy.mde)) continue;
    smallest = std::fmin(smallest, strategy.mde);
    largest = std::fmax(largest, strategy.mde);
  }
  if (std::isnan(smallest)) return "";
  const std::string range = score_text(smallest) == score_text(largest)
                                ? score_text(smallest)
                                : score_text(smallest) + " to " + score_text(largest);
  return fmt::format("Without *, a change of {} points would be found 4 times out of 5.", range);
}

std::string tests_text(const PairedSuite& suite) {
  const auto mcnemar = std::count_if(suite.strategies.begin(), suite.strategies.end(),
                                     [](const PairedStrategy& s) { return s.mcnemar; });
  const char* test = mcnemar == 0 ? "cluster sign-flip"
                     : mcnemar == static_cast<std::ptrdiff_t>(suite.strategies.size())
                         ? "McNemar's exact test"
                         : "McNemar's exact test, or cluster sign-flip where scores are not 0 or 1";
  return fmt::format("* detected: p at most .05 and the interval on one side of 0. p: {}.", test);
}

std::string suite_text(const PairedSuite& suite, int columns) {
  std::string head = fmt::format("{} · {} · {} paired items in {} clusters", suite.name,
                                 suite.metric, suite.items, suite.clusters);
  if (suite.unanswerable > 0) {
    head += fmt::format(" ({} without an answer are left out)", suite.unanswerable);
  }
  std::string text = "\n" + wrapped(head, columns, 0);
  int name = 8;
  for (const PairedStrategy& strategy : suite.strategies) {
    name = std::max(name, display_width(one_line(strategy.strategy)));
  }
  name = std::min(name, std::max(8, columns - 3 * kScore - kBounds - kP - kGaps));
  text += trimmed(fmt::format("  {}  {}  {}  {}  {}  {}", padded("strategy", name),
                              padded("first", kScore, true), padded("second", kScore, true),
                              padded("change", kScore, true), padded("95 % interval", kBounds),
                              padded("p (Holm)", kP, true)));
  for (const PairedStrategy& strategy : suite.strategies) text += strategy_row(strategy, name);
  if (std::any_of(suite.strategies.begin(), suite.strategies.end(),
                  [](const PairedStrategy& s) { return !std::isnan(s.p); })) {
    text += wrapped(tests_text(suite), columns, 2) + wrapped(undetected_text(suite), columns, 2);
  }
  return text + verdicts_text(suite, columns);
}

bool same_case(const Unpaired& a, const Unpaired& b) {
  return a.suite == b.suite && a.strategy == b.strategy && a.reason == b.reason &&
         a.item.empty() == b.item.empty();
}

// Items with one reason share a line, which names the first of them.
std::string unpaired_text(const std::vector<Unpaired>& unpaired, int columns) {
  constexpr std::size_t kNamed = 5;
  if (unpaired.empty()) return "\nEverything has its partner.\n";
  std::string text = "\nNot paired\n";
  std::vector<bool> said(unpaired.size(), false);
  for (std::size_t i = 0; i < unpaired.size(); ++i) {
    if (said[i]) continue;
    const Unpaired& first = unpaired[i];
    std::size_t count = 0;
    std::string names;
    for (std::size_t j = i; j < unpaired.size(); ++j) {
      if (said[j] || !same_case(first, unpaired[j])) continue;
      said[j] = true;
      if (++count <= kNamed) names += (count > 1 ? ", " : "") + unpaired[j].item;
    }
    if (count > kNamed) names += ", ...";
    const std::string where = first.suite + (first.strategy.empty() ? "" : ", " + first.strategy);
    text += wrapped(first.item.empty()
                        ? fmt::format("- {}: {}", where, first.reason)
                        : fmt::format("- {}: {} {} {} ({})", where, count,
                                      count == 1 ? "item" : "items", first.reason, names),
                    columns, 2, 2);
  }
  return text;
}

std::string settings_text(const std::vector<SettingChange>& settings, int columns) {
  if (settings.empty()) return "\nThe settings are the same.\n";
  std::string text = "\nWhat differs in the settings\n";
  for (const SettingChange& change : settings) {
    text += wrapped(fmt::format("- {}: {} -> {}", change.key, change.first.value_or("(not set)"),
                                change.second.value_or("(not set)")),
                    columns, 2, 2);
  }
  return text;
}

}  // namespace

std::string verdicts_text(const PairedSuite& suite, int columns) {
  std::string text;
  for (const VerdictChange& verdict : suite.verdicts) {
    const auto shown = [](const std::string& kind) { return kind.empty() ? "none" : kind; };
    text += wrapped(
        fmt::format("verdict{}{}: {}{}", verdict.tuning.empty() ? "" : " for ", verdict.tuning,
                    shown(verdict.first),
                    verdict.first == verdict.second ? ", in both" : " -> " + shown(verdict.second)),
        columns, 2, 2);
  }
  return text;
}

std::string comparison_text(const RunComparison& comparison, int columns) {
  std::string text = wrapped(
      fmt::format("first: run {} ({}); second: run {} ({})", comparison.first,
                  comparison.first_experiment, comparison.second, comparison.second_experiment),
      columns, 0);
  for (const PairedSuite& suite : comparison.suites) text += suite_text(suite, columns);
  return text + unpaired_text(comparison.unpaired, columns) +
         settings_text(comparison.settings, columns);
}

}  // namespace quadrant
