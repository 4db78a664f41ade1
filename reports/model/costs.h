// What strategies cost: per question, for the search and the final run, and when training pays.
#pragma once

#include "reports/model/report_model.h"

namespace quadrant {

// After arms and trainings: the effort of trainings, and break-even.
void add_costs(const ReportOptions& options, ReportModel& model);

// What the training of an arm took, once; 0 for the base model.
struct TrainingCost {
  double mean = 0, low = 0, high = 0;  // over seeds: mean, least, most
};
enum class CostUnit { kFlops, kSeconds, kMoney };
TrainingCost training_cost(const ReportModel& model, const SuiteReport& suite, int tuning,
                           CostUnit unit);
// Which strategy is best at which worth of a point of score; after arms and prices.
void add_worth(const ReportModel& model, SuiteReport& suite);
// Of one question, without training, mean over items; NaN = not recorded.
double question_cost(const ReportModel& model, const ArmReport& arm, CostUnit unit);

}  // namespace quadrant
