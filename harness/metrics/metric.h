// Metrics: a score for one output against one item, and the list of all metrics.
//
// Goals: scoring is a pure second pass over stored outputs, so a new metric never needs the model.
// Non-goals: corpus-level metrics (they need all outputs at once).
// To add one: a scorer in its own file, declared in scorers.h, and a line in metric.cpp.
#pragma once

#include <string>
#include <vector>

#include "harness/core/types.h"

namespace quadrant {

struct Metric {
  std::string name;
  std::string version;  // changes whenever any score could change; stored beside each score
  // In [0, 1]; NaN = this item cannot be scored (for example, it has no targets).
  double (*score)(const std::string& output, const Item& item);
  std::string description;
  bool higher_is_better = true;
};

const std::vector<Metric>& all_metrics();

// Error with the nearest known name.
const Metric& find_metric(const std::string& name);

}  // namespace quadrant
