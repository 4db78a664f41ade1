#include "reports/model/costs.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace quadrant {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

double of_training(const ReportModel& model, const TrainingReport& training, CostUnit unit) {
  switch (unit) {
    case CostUnit::kFlops:
      return training.flops;
    case CostUnit::kSeconds:
      return training.seconds;
    case CostUnit::kMoney:
      return model.prices ? training.seconds / 3600 * model.prices->training : kUnknown;
  }
  return kUnknown;
}

double of_item(const ReportModel& model, const ArmReport& arm, std::size_t item, CostUnit unit) {
  const ItemCost& cost = arm.item_costs[item];
  switch (unit) {
    case CostUnit::kFlops:
      return (cost.prompt_tokens + cost.output_tokens) * arm.costs.flops_per_token;
    case CostUnit::kSeconds:
      return cost.seconds;
    case CostUnit::kMoney:
      if (!model.prices) return kUnknown;
      return (cost.prompt_tokens * model.prices->input +
              cost.output_tokens * model.prices->output) /
             1e6;
  }
  return kUnknown;
}

double questions(double training, double saved) { return saved > 0 ? training / saved : kNever; }

BreakEvenCount count_break_even(const ReportModel& model, const SuiteReport& suite,
                                const ArmReport& reads, const ArmReport& tuned, CostUnit unit) {
  const TrainingCost training = training_cost(model, suite, tuned.tuning, unit);
  std::vector<double> saved;
  std::vector<std::string> clusters;
  for (std::size_t i = 0; i < suite.items.size(); ++i) {
    clusters.push_back(suite.items[i].cluster);
    saved.push_back(of_item(model, reads, i, unit) - of_item(model, tuned, i, unit));
  }
  const MeanInterval mean =
      cluster_t_interval(saved, number_clusters(clusters), 0.95, {-kNever, kNever});
  BreakEvenCount count;
  count.training = training.mean;
  count.saved = mean.mean;
  if (std::isnan(mean.mean) || std::isnan(training.mean)) return count;
  count.questions = questions(training.mean, mean.mean);
  if (std::isnan(mean.low)) return count;
  count.low = questions(training.low, mean.high);
  count.high = questions(training.high, mean.low);
  return count;
}

bool trained_here(const TrainingReport& training, const ReportModel& model,
                  const SuiteReport& suite, int tuning) {
  return !training.searched && training.suite == suite.name &&
         training.tuning == model.tunings[static_cast<std::size_t>(tuning)].name;
}

void add_break_even(const ReportModel& model, SuiteReport& suite, const ArmReport& reads,
                    const ArmReport& tuned) {
  const auto trained = [&](const TrainingReport& training) {
    return trained_here(training, model, suite, tuned.tuning);
  };
  if (std::none_of(model.trainings.begin(), model.trainings.end(), trained)) return;
  BreakEven even{reads.context, tuned.tuning, {}, {}, {}};
  even.flops = count_break_even(model, suite, reads, tuned, CostUnit::kFlops);
  even.seconds = count_break_even(model, suite, reads, tuned, CostUnit::kSeconds);
  if (model.prices) even.money = count_break_even(model, suite, reads, tuned, CostUnit::kMoney);
  suite.break_even.push_back(even);
}

// Every context that somebody could use, against every tuned model that needs none.
void add_break_evens(const ReportModel& model, SuiteReport& suite) {
  const int zero = zero_shot_context(model), base = base_tuning(model);
  for (const ArmReport& reads : suite.arms) {
    const std::string& kind = model.contexts[static_cast<std::size_t>(reads.context)].kind;
    if (reads.tuning != base || kind == "zero_shot" || kind == "oracle") continue;
    for (const ArmReport& tuned : suite.arms) {
      if (tuned.context == zero && tuned.tuning != base) {
        add_break_even(model, suite, reads, tuned);
      }
    }
  }
}

void add_training(const TrainingReport& training, Effort& effort) {
  ++effort.trainings;
  effort.training_tokens += training.tokens;
  if (std::isfinite(training.flops)) effort.training_flops += training.flops;
  if (std::isfinite(training.seconds)) effort.training_seconds += training.seconds;
  effort.peak_bytes = std::max(effort.peak_bytes, training.peak_bytes);
}

}  // namespace

TrainingCost training_cost(const ReportModel& model, const SuiteReport& suite, int tuning,
                           CostUnit unit) {
  TrainingCost cost;
  int trainings = 0;
  for (const TrainingReport& training : model.trainings) {
    if (!trained_here(training, model, suite, tuning)) continue;
    const double one = of_training(model, training, unit);
    cost.low = trainings ? std::min(cost.low, one) : one;
    cost.high = trainings ? std::max(cost.high, one) : one;
    cost.mean += one;
    ++trainings;
  }
  if (trainings) cost.mean /= trainings;
  return cost;
}

double question_cost(const ReportModel& model, const ArmReport& arm, CostUnit unit) {
  double sum = 0;
  int known = 0;
  for (std::size_t i = 0; i < arm.item_costs.size(); ++i) {
    const double cost = of_item(model, arm, i, unit);
    if (std::isnan(cost)) continue;
    sum += cost;
    ++known;
  }
  return known ? sum / known : kUnknown;
}

void add_costs(const ReportOptions& options, ReportModel& model) {
  model.prices = options.prices;
  for (const TrainingReport& training : model.trainings) {
    add_training(training, training.searched ? model.search_effort : model.final_effort);
  }
  for (SuiteReport& suite : model.suites) {
    add_break_evens(model, suite);
    add_worth(model, suite);
  }
}

}  // namespace quadrant
