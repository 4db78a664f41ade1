// md: the report's tables and sentences as GitHub-flavoured Markdown, for an issue or a README.
#include <fmt/format.h>

#include "reports/export/formats.h"
#include "reports/model/report_model.h"
#include "reports/text/columns.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

// One line in which nothing is markup. Brackets are only escaped where they would make a link, so
// that an interval stays readable as it is written.
std::string plain(std::string_view text) {
  std::string result;
  for (const char c : one_line(text)) {
    const bool link = c == '(' && result.ends_with(']');
    if (link || std::string_view("\\`*<>|~&").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string table_row(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string score_table(const ReportModel& model, const SuiteReport& suite) {
  std::string text = table_row({"strategy", plain(suite.metric) + ", of 100", "95 % interval",
                                "items", "unscored", "errors", "missing", ""}) +
                     "|---|--:|:--|--:|--:|--:|--:|---|\n";
  for (const ArmReport& arm : suite.arms) {
    text += table_row({plain(arm_label(model, arm.context, arm.tuning)), score_text(arm.score.mean),
                       bounds_text(arm.score.low, arm.score.high), std::to_string(arm.score.n),
                       std::to_string(arm.score.unscored), std::to_string(arm.errors),
                       std::to_string(arm.expected - arm.answers), arm.among_best ? "best" : ""});
  }
  return text + "\nbest: the best, or not to be told from it.\n";
}

std::string contrast_table(const Verdict& verdict) {
  std::string text = table_row({"contrast", "points", "95 % interval", "p (Holm)", "detectable",
                                "items", "clusters"}) +
                     "|---|--:|:--|--:|--:|--:|--:|\n";
  for (const Contrast& contrast : verdict.contrasts) {
    text += table_row({plain(contrast.description), score_text(contrast.estimate),
                       bounds_text(contrast.low, contrast.high), decimal_text(contrast.holm_p, 4),
                       score_text(contrast.mde), std::to_string(contrast.n),
                       std::to_string(contrast.clusters)});
  }
  return text;
}

std::string verdict_text(const ReportModel& model, const VerdictReport& report) {
  const Verdict& verdict = report.verdict;
  const std::string kind =
      std::string(to_string(verdict.kind)) + (verdict.fragile ? ", FRAGILE" : "");
  if (!report.whole) {
    return fmt::format("- {}: {}\n", report.slice.empty() ? "(no slice)" : plain(report.slice),
                       kind);
  }
  std::string text = fmt::format(
      "\n### {}: {}\n\n",
      report.tuning < 0 ? std::string("no tuned arm")
                        : plain(model.tunings[static_cast<std::size_t>(report.tuning)].name),
      kind);
  for (const std::string& sentence : verdict.sentences) text += plain(sentence) + "\n";
  return text + "\n" + contrast_table(verdict) + "\n";
}

void write_markdown(const Store& store, std::int64_t run_id, const TextSink& out) {
  ReportOptions options;
  options.samples = SampleChoice::kNone;
  const ReportModel model = load_report_model(store, run_id, options);
  out(fmt::format("# {}\n\nRun {}, {}. Model: {}.\n", plain(model.title), model.run_id, model.state,
                  plain(model.model_name)));
  for (const SuiteReport& suite : model.suites) {
    out(fmt::format("\n## {}\n\n{} answerable items in {} clusters.\n\n", plain(suite.name),
                    suite.answerable, suite.clusters));
    out(score_table(model, suite));
    for (const VerdictReport& report : suite.verdicts) out(verdict_text(model, report));
  }
  if (!model.warnings.empty()) out("\n## Read with care\n\n");
  for (const std::string& warning : model.warnings) out("- " + plain(warning) + "\n");
  out("\n## Provenance\n\n");
  for (const auto& [what, value] : model.provenance.facts) {
    out(fmt::format("- {}: {}\n", plain(what), plain(value)));
  }
  out(fmt::format("- Again: {}\n", plain(model.provenance.reproduce)));
}

}  // namespace

ExportFormat markdown_format() {
  return {"md", "the tables and verdicts of the report, for an issue or a README", write_markdown};
}

}  // namespace quadrant
