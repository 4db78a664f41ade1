// The knowledge gate: what the base model knows by itself and can read, and what the design could
// find at all, before any training.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/run/summarise.h"
#include "harness/stats/power.h"

namespace quadrant {
namespace {

// Above this share of right answers, no strategy has room to show a gain.
constexpr double kCeiling = 0.95;

struct BaseScore {
  double mean = kNull;
  std::int64_t items = 0;
};

// Mean of the primary metric of the run's base cells of this kind of context; NaN when there are
// none. Of the dev items, where the suite has some: the test items are not opened for it.
BaseScore base_score(const Store& store, std::int64_t run_id, const Plan& plan, int suite,
                     Split split, const std::string& kind, const std::string& metric) {
  double sum = 0;
  int count = 0;
  BaseScore score;
  const auto in_run = store.run_cells(run_id);
  for (const PlannedCell& cell : plan.cells) {
    const auto context = static_cast<std::size_t>(cell.context);
    if (cell.suite != suite || cell.training >= 0 || cell.split != split) continue;
    if (plan.experiment.contexts[context].kind != kind) continue;
    for (const RunCellRow& row : in_run) {
      if (row.cell.hash != cell.hash || !row.attempt_id) continue;
      for (const SummaryRow& summary : store.summaries(*row.attempt_id)) {
        if (summary.metric != metric || summary.method != kSummaryMethod) continue;
        sum += summary.mean;
        score.items = summary.n;
        ++count;
      }
    }
  }
  if (count > 0) score.mean = sum / count;
  return score;
}

void warn_of_knowledge(double margin, KnowledgeGate& gate) {
  if (gate.closed_book >= kCeiling) {
    gate.warnings.push_back(
        fmt::format("the base model answers {:.0f} % without help: neither context nor training "
                    "has room to add much",
                    100 * gate.closed_book));
  }
  if (gate.oracle - gate.closed_book < margin) {
    gate.warnings.push_back(
        fmt::format("the gold passage adds only {:.1f} points: retrieval cannot help a model that "
                    "does not use what it reads",
                    100 * (gate.oracle - gate.closed_book)));
  }
}

// Nothing is known of the spread yet, so what is usual is assumed: planned_se().
void warn_of_power(const std::vector<Item>& items, double margin, KnowledgeGate& gate) {
  std::vector<std::string> ids;
  for (const Item& item : items) {
    if (is_answerable(item)) ids.push_back(item.cluster);
  }
  const std::vector<int> numbers = number_clusters(ids);
  const int clusters = numbers.empty() ? 0 : *std::max_element(numbers.begin(), numbers.end()) + 1;
  const int questions = static_cast<int>(ids.size());
  if (clusters < 2) {
    gate.warnings.push_back(
        "the test questions are fewer than two clusters: no verdict is possible");
    return;
  }
  const double se = planned_se(questions, clusters);
  gate.detectable = minimum_detectable_effect(se, clusters - 1);
  if (gate.detectable <= margin) return;
  gate.warnings.push_back(fmt::format(
      "{} test questions in {} clusters tell differences of about {:.0f} points from chance; for "
      "the margin of {:.1f} points it takes about {} clusters",
      questions, clusters, 100 * gate.detectable, 100 * margin,
      clusters_for_effect(margin, se, clusters)));
}

}  // namespace

std::vector<KnowledgeGate> knowledge_gates(const Store& store, std::int64_t run_id,
                                           const Plan& plan, const std::vector<Suite>& suites) {
  std::vector<KnowledgeGate> gates;
  for (std::size_t i = 0; i < suites.size(); ++i) {
    const int suite = static_cast<int>(i);
    const Split split = suites[i].dev.empty() ? Split::kTest : Split::kDev;
    KnowledgeGate gate;
    gate.suite = suites[i].name;
    gate.metric = suites[i].metrics.empty() ? "" : suites[i].metrics[0];
    const auto score = [&](const char* kind) {
      return base_score(store, run_id, plan, suite, split, kind, gate.metric);
    };
    const BaseScore closed_book = score("zero_shot"), oracle = score("oracle");
    if (std::isnan(closed_book.mean) && std::isnan(oracle.mean)) continue;
    gate.closed_book = closed_book.mean;
    gate.oracle = oracle.mean;
    gate.items = std::max(closed_book.items, oracle.items);
    gate.on_dev = split == Split::kDev;
    warn_of_knowledge(plan.experiment.margin, gate);
    if (!plan.trainings.empty()) {
      warn_of_power(planned_items(suites[i], plan.options, Split::kTest), plan.experiment.margin,
                    gate);
    }
    gates.push_back(std::move(gate));
  }
  return gates;
}

}  // namespace quadrant
