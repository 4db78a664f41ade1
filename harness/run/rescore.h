// Scores a run's stored answers again, without a model, and says whether they are what is stored.
//
// Goals: a store or a bundle from elsewhere can be checked where its model and its suites are not;
// answers, scores and means that were changed afterwards are found, and so is what another version
// of a metric makes of the same answers. Non-goals: whether the model gives these answers again
// (reproduce.h).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/run/reproduce.h"

namespace quadrant {

class Store;

// One metric of one cell. The verdict: bit-identical (each score and the mean), same within
// intervals (the mean is within the stored interval), drifted, or unfinished (it cannot be said:
// the cell has no end, or this program does not know the metric).
struct MetricCheck {
  std::string suite, label, metric;
  Sameness sameness = Sameness::kBitIdentical;
  std::int64_t records = 0, identical = 0;
  // The first record, in item order, whose score is another one; "" = none.
  std::string item_id;
  double before = 0, now = 0;  // its scores; NaN = cannot be scored
  std::string detail;          // "scored by version 1 of the metric; this program has version 2"
};

struct Rescoring {
  std::int64_t run_id = 0;
  Sameness verdict = Sameness::kBitIdentical;  // of the worst metric
  std::vector<MetricCheck> metrics;            // cells in the order of the plan
};

Rescoring rescore_run(const Store& store, std::int64_t run_id);

nlohmann::json to_json(const Rescoring& rescoring);  // NaN is null

}  // namespace quadrant
