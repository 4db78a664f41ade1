// Rank reversal: how much a point of score must be worth for a dearer strategy to be the choice.
#include <cmath>
#include <limits>

#include "harness/stats/reversal.h"
#include "reports/model/costs.h"

namespace quadrant {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kPoint = 0.01;

double sign_of(const SuiteReport& suite) { return suite.higher_is_better ? 1 : -1; }

double worth(double cost, double score) { return score > 0 ? kPoint * cost / score : kNever; }

}  // namespace

void add_worth(const ReportModel& model, SuiteReport& suite) {
  const CostUnit unit = model.prices ? CostUnit::kMoney : CostUnit::kFlops;
  std::vector<CostedScore> choices;
  for (const ArmReport& arm : suite.arms) {
    // The gold passage is nothing that anybody could choose.
    const bool ceiling = model.contexts[static_cast<std::size_t>(arm.context)].kind == "oracle";
    choices.push_back({ceiling ? kUnknown : sign_of(suite) * arm.score.mean,
                       1000 * question_cost(model, arm, unit)});
  }
  const std::vector<PriceRange> ranges = best_by_price(choices);
  double above = kNever;
  for (std::size_t r = 0; r < ranges.size(); ++r) {
    WorthRange range{ranges[r].best, 0, above, {0, 0}};
    if (r + 1 < ranges.size()) {
      const auto at = static_cast<std::size_t>(range.arm);
      const auto next = static_cast<std::size_t>(ranges[r + 1].best);
      const double cost = choices[at].cost - choices[next].cost;
      const MeanInterval lead = lead_of(suite, suite.arms[at], suite.arms[next]);
      range.low = worth(cost, choices[at].score - choices[next].score);
      range.low_band = {worth(cost, lead.high), worth(cost, lead.low)};
    }
    above = range.low;
    suite.worth.push_back(range);
  }
}

}  // namespace quadrant
