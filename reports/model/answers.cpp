#include "reports/model/answers.h"

#include <algorithm>
#include <cmath>

#include "harness/store/store.h"

namespace quadrant {
namespace {

class Mean {
 public:
  void add(double value) {
    if (std::isnan(value)) return;
    sum_ += value;
    ++count_;
  }
  double value() const { return count_ ? sum_ / count_ : kUnknown; }

 private:
  double sum_ = 0;
  int count_ = 0;
};

double or_zero(double value) { return std::isnan(value) ? 0 : value; }

// Retrieval, prefill and decoding; NaN when the model's part was not recorded.
double milliseconds(const ReportRecordRow& record) {
  if (std::isnan(record.prefill_ms) && std::isnan(record.decode_ms)) return kUnknown;
  return or_zero(record.retrieve_ms) + or_zero(record.prefill_ms) + or_zero(record.decode_ms);
}

// The value below which a share `q` of all lies (nearest rank).
double quantile(std::vector<double> values, double q) {
  if (values.empty()) return kUnknown;
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// Adds up the answers of one arm, attempt by attempt.
struct Tally {
  Mean hit, miss, delivered, undelivered;
  std::vector<double> milliseconds;
  std::vector<int> seeds;  // per item: how many attempts have answered it
  std::int64_t prompt_token_sum = 0, output_token_sum = 0;
  double flops = 0, seconds = 0, energy_j = 0;
  bool retrieved = false;
  RetrievalFigures retrieval;
};

void add_retrieval(const ReportRecordRow& record, const ReportItem& item, double score,
                   Tally& tally) {
  if (!item.answerable || !record.delivered) return;
  tally.retrieved = true;
  const bool hit = record.hit.value_or(false);
  ++tally.retrieval.answers;
  tally.retrieval.hits += hit;
  tally.retrieval.delivered += *record.delivered;
  (hit ? tally.hit : tally.miss).add(score);
  (*record.delivered ? tally.delivered : tally.undelivered).add(score);
}

// Means over seeds grow with each attempt that answers the item.
void add_item_cost(const ReportRecordRow& record, std::size_t item, ArmReport& arm, Tally& tally) {
  ItemCost& cost = arm.item_costs[item];
  const double share = 1.0 / ++tally.seeds[item];
  const auto add = [share](double value, double& mean) {
    mean = share == 1 ? value : mean + (value - mean) * share;
  };
  add(static_cast<double>(record.prompt_tokens), cost.prompt_tokens);
  add(static_cast<double>(record.output_tokens), cost.output_tokens);
  add(milliseconds(record) / 1000, cost.seconds);
}

void add_record(const ReportRecordRow& record, const SuiteReport& suite, ArmReport& arm,
                Tally& tally) {
  const auto item = static_cast<std::size_t>(record.item_no);
  if (record.item_no < 0 || item >= suite.items.size()) return;
  ++arm.answers;
  arm.errors += record.failed;
  arm.truncated += record.truncated;
  arm.cut_off += record.cut_off;
  tally.prompt_token_sum += record.prompt_tokens;
  tally.output_token_sum += record.output_tokens;
  const double duration = milliseconds(record);
  if (!std::isnan(duration)) tally.milliseconds.push_back(duration);
  add_item_cost(record, item, arm, tally);
  add_retrieval(record, suite.items[item], arm.scores[item], tally);
  if (arm.shown[item] == Shown::kNothing && record.delivered) {
    arm.shown[item] = *record.delivered            ? Shown::kDelivered
                      : record.hit.value_or(false) ? Shown::kCutOut
                                                   : Shown::kMissed;
  }
}

void finish(const Tally& tally, ArmReport& arm) {
  arm.costs.median_ms = quantile(tally.milliseconds, .5);
  arm.costs.p95_ms = quantile(tally.milliseconds, .95);
  if (arm.answers > 0) {
    const auto answers = static_cast<double>(arm.answers);
    const auto tokens = static_cast<double>(tally.prompt_token_sum + tally.output_token_sum);
    arm.costs.prompt_tokens = static_cast<double>(tally.prompt_token_sum) / answers;
    arm.costs.output_tokens = static_cast<double>(tally.output_token_sum) / answers;
    if (tally.flops > 0 && tokens > 0) arm.costs.flops_per_token = tally.flops / tokens;
    if (tally.flops > 0) arm.costs.flops = tally.flops / answers;
    if (tally.seconds > 0) arm.costs.seconds = tally.seconds / answers;
    arm.costs.energy_j = tally.energy_j / answers;
  }
  if (!tally.retrieved) return;
  arm.retrieval = tally.retrieval;
  arm.retrieval->score_hit = tally.hit.value();
  arm.retrieval->score_miss = tally.miss.value();
  arm.retrieval->score_delivered = tally.delivered.value();
  arm.retrieval->score_undelivered = tally.undelivered.value();
}

void add_cell(const ReportCellRow& cell, Effort& effort) {
  ++effort.cells;
  effort.answer_flops += or_zero(cell.flops);
  effort.answer_seconds += or_zero(cell.seconds);
  effort.peak_bytes = std::max(effort.peak_bytes, cell.peak_bytes.value_or(0));
}

void add_answer(const ReportRecordRow& record, Effort& effort) {
  ++effort.answers;
  effort.prompt_tokens += record.prompt_tokens;
  effort.output_tokens += record.output_tokens;
}

}  // namespace

bool belongs(const ReportCellRow& cell, const ReportModel& model, const SuiteReport& suite,
             const ArmReport& arm) {
  return cell.attempt_id && cell.split == "test" && cell.suite == suite.name &&
         cell.context == model.contexts[static_cast<std::size_t>(arm.context)].name &&
         cell.tuning == model.tunings[static_cast<std::size_t>(arm.tuning)].name;
}

void add_answer_figures(const Store& store, const std::vector<ReportCellRow>& cells,
                        ReportModel& model) {
  for (SuiteReport& suite : model.suites) {
    for (ArmReport& arm : suite.arms) {
      Tally tally;
      arm.shown.assign(suite.items.size(), Shown::kNothing);
      arm.item_costs.resize(suite.items.size());
      tally.seeds.resize(suite.items.size());
      for (const ReportCellRow& cell : cells) {
        if (!belongs(cell, model, suite, arm)) continue;
        tally.flops += or_zero(cell.flops);
        tally.seconds += or_zero(cell.seconds);
        tally.energy_j += cell.energy_j;
        arm.costs.index_bytes = std::max(arm.costs.index_bytes, cell.index_bytes.value_or(0));
        arm.costs.peak_bytes = std::max(arm.costs.peak_bytes, cell.peak_bytes.value_or(0));
        add_cell(cell, model.final_effort);
        for_each_report_record(store.database(), *cell.attempt_id,
                               [&](const ReportRecordRow& record) {
                                 add_answer(record, model.final_effort);
                                 add_record(record, suite, arm, tally);
                               });
      }
      finish(tally, arm);
    }
  }
  for (const ReportCellRow& cell : cells) {
    if (!cell.attempt_id || cell.split == "test") continue;
    add_cell(cell, model.search_effort);
    for_each_report_record(store.database(), *cell.attempt_id, [&](const ReportRecordRow& record) {
      add_answer(record, model.search_effort);
    });
  }
}

}  // namespace quadrant
