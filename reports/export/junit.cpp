// junit: one test suite a cell, one test case an item, for the test views of CI systems.
//
// An answer is right when its primary metric is at least .5, as in the report. failure: a wrong
// answer; error: an item that failed, or has no answer at all; skipped: an answer that could not be
// scored.
#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "harness/store/report_queries.h"
#include "reports/export/formats.h"
#include "reports/export/records.h"
#include "reports/text/escape.h"

namespace quadrant {
namespace {

// XML 1.0 has no place for control characters (escape_html shows their symbols) and for U+FFFE and
// U+FFFF.
std::string xml(std::string_view text) {
  std::string result = escape_html(text);
  for (const char* bad : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (std::size_t at = 0; (at = result.find(bad, at)) != std::string::npos;) {
      result.replace(at, 3, "\xEF\xBF\xBD");
    }
  }
  return result;
}

enum class Outcome { kMissing, kError, kUnscored, kWrong, kRight };

struct Tally {
  std::vector<Outcome> outcomes;  // by item
  int failures = 0, errors = 0, skipped = 0;
  double seconds = 0;
};

std::string primary_metric(const ExportCell& cell) {
  return cell.metrics.empty() ? "score" : cell.metrics.front();
}

double or_zero(double value) { return std::isnan(value) ? 0 : value; }

// The counts stand before the cases, so the answers are first looked at without their texts.
Tally tally(const ExportRun& run, const ExportCell& cell) {
  Tally tally;
  tally.outcomes.assign(run.items(cell).size(), Outcome::kMissing);
  if (const auto attempt = cell.row.attempt_id) {
    for_each_report_record(run.store.database(), *attempt, [&](const ReportRecordRow& record) {
      tally.outcomes.at(static_cast<std::size_t>(record.item_no)) =
          record.failed ? Outcome::kError : Outcome::kUnscored;
      tally.seconds +=
          (or_zero(record.retrieve_ms) + or_zero(record.prefill_ms) + or_zero(record.decode_ms)) /
          1000;
    });
    for_each_report_score(run.store.database(), *attempt,
                          [&](std::int64_t item, const std::string& metric, double value) {
                            Outcome& outcome = tally.outcomes.at(static_cast<std::size_t>(item));
                            if (metric != primary_metric(cell) || outcome == Outcome::kError)
                              return;
                            outcome = std::isnan(value) ? Outcome::kUnscored
                                      : value >= .5     ? Outcome::kRight
                                                        : Outcome::kWrong;
                          });
  }
  for (const Outcome outcome : tally.outcomes) {
    tally.failures += outcome == Outcome::kWrong;
    tally.errors += outcome == Outcome::kError || outcome == Outcome::kMissing;
    tally.skipped += outcome == Outcome::kUnscored;
  }
  return tally;
}

std::string class_name(const ExportCell& cell) {
  std::string name =
      fmt::format("{}.{}.{}", cell.row.cell.suite, cell.row.context, cell.row.tuning);
  if (cell.row.cell.seed) name += fmt::format(".seed{}", *cell.row.cell.seed);
  return name;
}

std::string test_case(const ExportCell& cell, const Item& item, const std::string& seconds,
                      const std::string& body) {
  const std::string head =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\"{}", xml(class_name(cell)),
                  xml(item.id), seconds.empty() ? "" : " time=\"" + seconds + "\"");
  return body.empty() ? head + "/>\n" : head + ">" + body + "</testcase>\n";
}

std::string answered_case(const ExportCell& cell, const Item& item, const RecordRow& record,
                          Outcome outcome) {
  const std::string metric = xml(primary_metric(cell));
  const auto element = [](const char* name, const std::string& type, const std::string& message,
                          const std::string& text) {
    return fmt::format("<{} type=\"{}\" message=\"{}\">{}</{}>", name, type, xml(message),
                       xml(text), name);
  };
  std::string body;
  if (outcome == Outcome::kError) {
    body =
        element("error", "error", record.error.empty() ? record.stop : record.error, record.output);
  } else if (outcome == Outcome::kUnscored) {
    body = fmt::format("<skipped message=\"{} could not be scored\"/>", metric);
  } else if (outcome == Outcome::kWrong) {
    const auto scores = latest_scores(record);
    const auto score = scores.find(primary_metric(cell));
    body = element("failure", metric,
                   fmt::format("{} {}, wanted: {}", primary_metric(cell),
                               score == scores.end() ? 0 : score->second,
                               item.targets.empty() ? "" : item.targets.front()),
                   record.output);
  }
  const double ms =
      or_zero(record.retrieve_ms) + or_zero(record.prefill_ms) + or_zero(record.decode_ms);
  return test_case(cell, item, fmt::format("{:.6f}", ms / 1000), body);
}

std::string property(const char* name, const std::string& value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml(value));
}

void write_cell(const ExportRun& run, const ExportCell& cell, const TextSink& out) {
  const Tally counts = tally(run, cell);
  out(
      fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
                  "skipped=\"{}\" time=\"{:.6f}\" timestamp=\"{}\">\n",
                  xml(class_name(cell)), counts.outcomes.size(), counts.failures, counts.errors,
                  counts.skipped, counts.seconds, xml(run.row.started_at.substr(0, 19))));
  out("    <properties>\n" + property("cell", cell.row.cell.hash) +
      property("metric", primary_metric(cell)) + "    </properties>\n");
  const std::vector<Item>& items = run.items(cell);
  std::size_t next = 0;
  const auto write_missing = [&](std::size_t end) {
    for (; next < end; ++next) {
      out(test_case(cell, items[next], "",
                    fmt::format("<error type=\"missing\" message=\"no answer: {}\"/>",
                                xml(cell.why_missing()))));
    }
  };
  for_each_record(run, cell, [&](const Item& item, const RecordRow& record) {
    const auto number = static_cast<std::size_t>(record.item_no);
    write_missing(number);
    out(answered_case(cell, item, record, counts.outcomes[number]));
    next = number + 1;
  });
  write_missing(items.size());
  out("  </testsuite>\n");
}

void write_junit(const Store& store, std::int64_t run_id, const TextSink& out) {
  const ExportRun run = open_run(store, run_id);
  out("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  out(fmt::format("<testsuites name=\"{}\">\n",
                  xml(fmt::format("{}, run {}", run.row.experiment, run.row.id))));
  for (const ExportCell& cell : run.cells) {
    if (cell.is_test()) write_cell(run, cell, out);
  }
  out("</testsuites>\n");
}

}  // namespace

ExportFormat junit_format() {
  return {"junit", "a test suite a cell, a test case an item, for CI", write_junit};
}

}  // namespace quadrant
