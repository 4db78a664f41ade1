// The verdict for a terminal: a table of scores, then sentences.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/core/utf8.h"
#include "reports/page/html.h"
#include "reports/page/render.h"
#include "reports/page/tally.h"
#include "reports/text/columns.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string bar(double score, int width) {
  if (std::isnan(score)) return std::string(static_cast<std::size_t>(width), ' ');
  const int full = static_cast<int>(std::lround(std::clamp(score, 0.0, 1.0) * width));
  std::string text;
  for (int i = 0; i < width; ++i) text += i < full ? "█" : "·";
  return text;
}

std::string score_rows(const ReportModel& model, const SuiteReport& suite, int columns) {
  constexpr int kScore = 6, kBounds = 15, kItems = 6, kGaps = 12;
  const int bar_width = std::clamp((columns - kScore - kBounds - kItems - kGaps) / 3, 0, 20);
  const int name_width = std::max(8, columns - kScore - kBounds - kItems - kGaps - bar_width);
  int longest = 8;
  for (const ArmReport& arm : suite.arms) {
    longest = std::max(longest, display_width(one_line(arm_label(model, arm))));
  }
  const int name = std::min(name_width, longest);
  std::string text =
      fmt::format("  {}  {}  {}  {}\n", padded("strategy", name), padded("score", kScore, true),
                  padded("95 % interval", kBounds), padded("items", kItems, true));
  for (const ArmReport& arm : suite.arms) {
    std::string row =
        fmt::format("  {}  {}  {}  {}  {}{}", padded(one_line(arm_label(model, arm)), name),
                    padded(score_text(arm.score.mean), kScore, true),
                    padded(bounds_text(arm.score.low, arm.score.high), kBounds),
                    padded(std::to_string(arm.score.n), kItems, true),
                    bar(arm.score.mean, bar_width), arm.among_best ? " *" : "");
    while (row.ends_with(' ')) row.pop_back();
    text += row + "\n";
  }
  return text + wrapped("* best, or not to be told from it", columns, 2);
}

std::string tuned_name(const ReportModel& model, const VerdictReport& report) {
  return report.tuning < 0 ? "no tuned arm"
                           : model.tunings[static_cast<std::size_t>(report.tuning)].name;
}

std::string verdict_lines(const ReportModel& model, const SuiteReport& suite, int columns) {
  std::string text;
  for (const VerdictReport& report : suite.verdicts) {
    const Verdict& verdict = report.verdict;
    const std::string kind =
        std::string(to_string(verdict.kind)) + (verdict.fragile ? ", FRAGILE" : "");
    if (!report.whole) {
      text +=
          wrapped(fmt::format("- {}: {}", report.slice.empty() ? "(no slice)" : report.slice, kind),
                  columns, 4);
      continue;
    }
    text += "\n" + wrapped(fmt::format("{}, {}: {}", suite.name, tuned_name(model, report), kind),
                           columns, 0);
    for (const std::string& sentence : verdict.sentences) text += wrapped(sentence, columns, 2);
  }
  return text;
}

std::string claim_lines(const ReportModel& model, int columns) {
  std::string text;
  for (const ClaimReport& report : model.claims) {
    if (report.measured.empty()) continue;
    text +=
        wrapped(fmt::format("- {}: {} ({}; {})", to_string(report.outcome), report.claim->english,
                            report.claim->id, claim_tally(model.say, report)),
                columns, 2, 2);
  }
  return text.empty() ? "" : "What is often said, and what this run says\n" + text + "\n";
}

}  // namespace

std::string verdict_table(const ReportModel& model, int columns) {
  columns = std::max(columns, 40);
  std::string text;
  for (const SuiteReport& suite : model.suites) {
    text += wrapped(fmt::format("{} · {} · {} answerable items in {} clusters", suite.name,
                                suite.metric, suite.answerable, suite.clusters),
                    columns, 0);
    text += score_rows(model, suite, columns) + verdict_lines(model, suite, columns) + "\n";
  }
  text += claim_lines(model, columns);
  if (!model.warnings.empty()) {
    text += "Read with care\n";
    for (const std::string& warning : model.warnings)
      text += wrapped("- " + warning, columns, 2, 2);
  }
  return text;
}

}  // namespace quadrant
