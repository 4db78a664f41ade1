// quadrant gate: does a run meet what is required of it? For CI.
#include "reports/gate/gate.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

struct GateOptions {
  std::string run = "latest", store;
  std::vector<std::string> requirements;
};

int gate(const GateOptions& options) {
  const Store store(options.store);
  ReportOptions report_options;
  report_options.samples = SampleChoice::kNone;
  const ReportModel model = load_report_model(store, store.find_run(options.run), report_options);
  std::vector<RequirementResult> results;
  for (const std::string& requirement : options.requirements) {
    results.push_back(check_requirement(model, requirement));
  }
  fmt::print("{}", gate_text(results, terminal_columns()));
  const bool all = std::all_of(results.begin(), results.end(),
                               [](const RequirementResult& result) { return result.holds(); });
  return all ? kOk : kGateFailed;
}

}  // namespace

void add_gate(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("gate", "exit code 100 unless a run meets what is required");
  auto options = std::make_shared<GateOptions>();
  verb->add_option("RUN", options->run, "a run's number, hash, or \"latest\"")
      ->capture_default_str();
  verb->add_option("--require", options->requirements, "what must hold (may be repeated)")
      ->required()
      ->allow_extra_args(false);
  add_store_option(*verb, options->store);
  verb->footer(
      "A requirement compares values with == != < <= > >= and joins them by and, or, not and\n"
      "parentheses. Values, over the answerable items and as fractions:\n"
      "  score(SUITE, ARM [, METRIC])  low(...)  high(...)   the mean and its 95 % interval\n"
      "  verdict(SUITE [, TUNING])                           a text: \"BOTH WIN\"\n"
      "  fragile(SUITE [, TUNING])                           true or false by itself\n"
      "  errors  unscored  missing                           answers of the run\n"
      "ARM is a strategy (rag, lora, rag + lora, base) or the paired difference of two:\n"
      "  --require 'low(company_qa, rag - base) > 0 and errors == 0'\n"
      "What is not known, NO VERDICT AT THIS n included, never passes.");
  verb->callback([&action, options] { action = [options] { return gate(*options); }; });
}

}  // namespace quadrant
