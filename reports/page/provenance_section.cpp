#include <fmt/format.h>

#include "reports/page/html.h"
#include "reports/page/sections.h"
#include "reports/text/escape.h"
#include "reports/text/numbers.h"

namespace quadrant {
namespace {

std::string facts(const ReportModel& model) {
  Table table("Run, program and machine", {"What", "Value"});
  for (const auto& [what, value] : model.provenance.facts) table.add({what, value});
  for (const SuiteReport& suite : model.suites) {
    table.add({"Suite " + suite.name, fmt::format("version {} · licence {} · source {}",
                                                  suite.version, suite.licence, suite.source)});
  }
  for (const TrainingReport& training : model.trainings) {
    table.add({fmt::format("Weights of {}, seed {}", training.tuning, training.seed),
               training.weights_hash.empty() ? "not finished" : training.weights_hash});
  }
  return table.html();
}

std::string inputs(const ReportModel& model) {
  if (model.provenance.inputs.empty()) return "";
  Table table("Everything the run read", {"Input", "SHA-256", "Path"});
  for (const ReportInput& input : model.provenance.inputs) {
    table.add({input.name, input.hash, input.path});
  }
  return table.html();
}

std::string listing(const std::string& text) {
  return fmt::format("<pre tabindex=\"0\"><code>{}</code></pre>\n", escape_html(text));
}

std::string arms(const ReportModel& model) {
  Table table("What each name stands for", {"Name", "Kind", "Specification"});
  for (const ContextArm& context : model.contexts) {
    table.add({context.name, "context", context.spec});
  }
  for (const TuningArm& tuning : model.tunings) table.add({tuning.name, "model", tuning.spec});
  return table.html();
}

}  // namespace

std::string provenance_section(const ReportModel& model) {
  std::string body = paragraph("To run it all again from the stored configuration and compare:");
  body += listing(model.provenance.reproduce);
  body += facts(model) + fold("Contexts and models as specified", arms(model)) +
          fold("Inputs by hash", inputs(model));
  if (!model.provenance.source.empty()) {
    body += fold("The experiment as written", listing(model.provenance.source));
  }
  body += fold("The experiment as resolved", listing(model.provenance.resolved));
  return section("provenance", "Where this comes from",
                 fmt::format("Every number on this page was read from run {} of the store; nothing "
                             "was typed in.",
                             model.run_id),
                 body);
}

}  // namespace quadrant
