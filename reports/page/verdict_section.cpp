#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "harness/stats/verdict_text.h"
#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/escape.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

const char* kind_class(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kInvalid:
      return "k-invalid";
    case VerdictKind::kContextWins:
      return "k-context";
    case VerdictKind::kModelWins:
      return "k-model";
    case VerdictKind::kBothWin:
      return "k-both";
    case VerdictKind::kInterference:
      return "k-clash";
    case VerdictKind::kEquivalent:
    case VerdictKind::kNoVerdict:
      return "k-none";
  }
  return "";
}

std::string badge(const Verdict& verdict) {
  return fmt::format("<span class=\"kind {}\">{}{}</span>", kind_class(verdict.kind),
                     to_string(verdict.kind), verdict.fragile ? " · FRAGILE" : "");
}

std::string question(const ReportModel& model, const SuiteReport& suite,
                     const VerdictReport& report) {
  const int zero = zero_shot_context(model), base = base_tuning(model);
  const std::string context =
      report.context < 0 ? "a context (not run)" : arm_label(model, report.context, base);
  const std::string tuned =
      report.tuning < 0 ? "a tuned model (not run)" : arm_label(model, zero, report.tuning);
  return fmt::format("{}: {} or {}?", suite.name, context, tuned);
}

std::string card(const ReportModel& model, const SuiteReport& suite, const VerdictReport& report) {
  std::string body;
  for (std::size_t i = 0; i < report.verdict.sentences.size(); ++i) {
    body += paragraph(report.verdict.sentences[i], i == 0 ? "lead" : "");
  }
  return fmt::format("<article class=\"card {}\">\n<h3>{}</h3>\n<p>{}</p>\n{}</article>\n",
                     kind_class(report.verdict.kind), escape_html(question(model, suite, report)),
                     badge(report.verdict), body);
}

std::string contrast_text(const Contrast& contrast) {
  if (!contrast.available) return "n/a";
  return fmt::format("{}\n{}", format_points(contrast.estimate),
                     format_bounds(contrast.low, contrast.high));
}

std::string slice_table(const ReportModel& model, const SuiteReport& suite) {
  Table table(fmt::format("{} by slice: differences in points", suite.name),
              {"Slice", "Tuned arm", "Verdict", "Items", "Context − base", "Model − base",
               "Context − model", "Both − best single"});
  bool any = false;
  for (const VerdictReport& report : suite.verdicts) {
    if (report.whole) continue;
    any = true;
    const auto& t = report.verdict.contrasts;
    const std::string tuned =
        report.tuning < 0 ? "n/a" : model.tunings[static_cast<std::size_t>(report.tuning)].name;
    table.add(
        {report.slice.empty() ? "(no slice)" : report.slice, tuned,
         std::string(to_string(report.verdict.kind)) + (report.verdict.fragile ? "\nFRAGILE" : ""),
         std::to_string(std::max({t[0].n, t[1].n, t[2].n})), contrast_text(t[0]),
         contrast_text(t[1]), contrast_text(t[2]), contrast_text(t[3])});
  }
  return any ? table.html() : "";
}

std::string scope(const ReportModel& model) {
  std::vector<std::string> suites;
  for (const SuiteReport& suite : model.suites) {
    suites.push_back(fmt::format("{} {} ({} answerable items in {} clusters)", suite.name,
                                 suite.version, suite.answerable, suite.clusters));
  }
  return fmt::format(
      "This holds for {} on {}, with greedy decoding. Another model or other data may turn out "
      "differently.",
      model.model_name.empty() ? "this model" : model.model_name, fmt::join(suites, ", "));
}

std::string warning_box(const ReportModel& model) {
  if (model.warnings.empty()) return "";
  std::string list;
  for (const std::string& warning : model.warnings) {
    list += fmt::format("<li>{}</li>\n", escape_html(warning));
  }
  return fmt::format(
      "<aside class=\"care\" aria-label=\"Warnings\"><h3>Read with care</h3>\n<ul>\n{}</ul>"
      "</aside>\n",
      list);
}

std::string overall(const ReportModel& model) {
  int verdicts = 0;
  std::string text;
  for (const SuiteReport& suite : model.suites) {
    for (const VerdictReport& report : suite.verdicts) {
      if (!report.whole) continue;
      ++verdicts;
      const std::string tuned = report.tuning < 0
                                    ? "no tuned arm"
                                    : model.tunings[static_cast<std::size_t>(report.tuning)].name;
      text += fmt::format("{}{} with {}: {}", text.empty() ? "" : "; ", suite.name, tuned,
                          to_string(report.verdict.kind));
    }
  }
  return verdicts == 0 ? "There is nothing to judge yet: no answers with scores." : text + ".";
}

}  // namespace

std::string verdict_section(const ReportModel& model) {
  std::string body;
  for (const SuiteReport& suite : model.suites) {
    for (const VerdictReport& report : suite.verdicts) {
      if (report.whole) body += card(model, suite, report);
    }
    const std::string slices = slice_table(model, suite);
    if (!slices.empty()) {
      body += heading(3, model.suites.size() > 1 ? suite.name + " by slice" : "By slice") + slices;
    }
  }
  body += warning_box(model);
  body += paragraph(
      fmt::format(
          "{} Differences are in points, hundredths of the metric's range; brackets hold "
          "95 % intervals over clusters of items. The five differences of a verdict are one "
          "family: a difference counts as detected when its Holm-adjusted p is at most .05 "
          "and its interval leaves out 0. Differences below {} points are held too small "
          "to matter.",
          scope(model), score_text(model.margin)),
      "small");
  return section("verdict", "Verdict", overall(model), body);
}

}  // namespace quadrant
