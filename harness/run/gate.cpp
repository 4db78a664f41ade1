// The knowledge gate: what the base model knows by itself and can read, before any training.
#include <fmt/format.h>

#include <cmath>

#include "harness/run/summarise.h"

namespace quadrant {
namespace {

// Above this share of right answers, no strategy has room to show a gain.
constexpr double kCeiling = 0.95;

// Mean of the primary metric of the run's base cell of this kind of context; NaN when there is
// none.
double base_mean(const Store& store, std::int64_t run_id, const Plan& plan, int suite,
                 const std::string& kind, const std::string& metric) {
  double sum = 0;
  int count = 0;
  const auto in_run = store.run_cells(run_id);
  for (const PlannedCell& cell : plan.cells) {
    const auto context = static_cast<std::size_t>(cell.context);
    if (cell.suite != suite || cell.training >= 0) continue;
    if (plan.experiment.contexts[context].kind != kind) continue;
    for (const RunCellRow& row : in_run) {
      if (row.cell.hash != cell.hash || !row.attempt_id) continue;
      for (const SummaryRow& summary : store.summaries(*row.attempt_id)) {
        if (summary.metric != metric || summary.method != kSummaryMethod) continue;
        sum += summary.mean;
        ++count;
      }
    }
  }
  return count > 0 ? sum / count : kNull;
}

}  // namespace

std::vector<KnowledgeGate> knowledge_gates(const Store& store, std::int64_t run_id,
                                           const Plan& plan, const std::vector<Suite>& suites) {
  std::vector<KnowledgeGate> gates;
  for (std::size_t i = 0; i < suites.size(); ++i) {
    const int suite = static_cast<int>(i);
    KnowledgeGate gate;
    gate.suite = suites[i].name;
    gate.metric = suites[i].metrics.empty() ? "" : suites[i].metrics[0];
    gate.closed_book = base_mean(store, run_id, plan, suite, "zero_shot", gate.metric);
    gate.oracle = base_mean(store, run_id, plan, suite, "oracle", gate.metric);
    if (std::isnan(gate.closed_book) && std::isnan(gate.oracle)) continue;
    if (gate.closed_book >= kCeiling) {
      gate.warnings.push_back(
          fmt::format("the base model answers {:.0f} % without help: neither context nor training "
                      "has room to add much",
                      100 * gate.closed_book));
    }
    if (gate.oracle - gate.closed_book < plan.experiment.margin) {
      gate.warnings.push_back(fmt::format(
          "the gold passage adds only {:.1f} points: retrieval cannot help a model that "
          "does not use what it reads",
          100 * (gate.oracle - gate.closed_book)));
    }
    gates.push_back(std::move(gate));
  }
  return gates;
}

}  // namespace quadrant
