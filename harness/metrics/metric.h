// Metrics: a score for one output against one item, and the list of all metrics.
//
// Goals: scoring is a pure second pass over what is stored, so a new metric never needs the model.
// To add one: a scorer in its own file, declared in scorers.h, and a line in metric.cpp.
//
// What a metric needs to know beyond targets and choices stands in Item::meta:
//   "answerable"      "false": nothing in the suite answers the item (types.h)
//   "schema"          a JSON Schema (harness/metrics/schema.h has the subset)    schema_valid
//   "regex"           a pattern that the whole output must match (pattern.h)     regex
//   "constraints"     a list of {"id": ..., its arguments} (constraints.h)       prompt_level_*,
//                                                                                inst_level_*
//   "stale"           a text or a list: values that used to be right             stale
//   "expect_refusal"  "true" | "false": what the policy asks for                 over_refusal,
//                                                                                under_refusal
//   "keywords"        a text or a list: what a delivered answer mentions ...     completed,
//   "min_keywords"    ... at least so many of them (all when not given) ...      deferred
//   "min_words"       ... in at least so many words (1 when not given)
//   "filters"         what is done to an output first (filters.h)                all
//   "exact_match"     {"ignore_case", "ignore_punctuation", "ignore_numbers": bool,
//                     "regexes_to_ignore": [...]}: lm-eval's comparison, to the
//                     letter otherwise                                           exact_match
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/core/types.h"
#include "harness/metrics/option_scores.h"

namespace quadrant {

struct Metric {
  std::string name;
  std::string version;  // changes whenever any score could change; stored beside each score
  // In [0, 1] unless said otherwise below; NaN = this item cannot be scored (for example, it has no
  // targets). Error for a parameter in Item::meta that cannot be understood.
  double (*score)(const std::string& output, const Item& item);
  std::string description;
  bool higher_is_better = true;

  // Only for a metric whose value over many items is not the mean of its scores: the sufficient
  // statistics of one output (empty = this item cannot be scored; else the same length for all
  // items of a suite), and the value that sums of them give: in [-1, 1], NaN when nothing was
  // scored. Resampling items means adding up their statistics.
  std::vector<double> (*statistics)(const std::string& output, const Item& item) = nullptr;
  double (*from_statistics)(std::span<const double> sums) = nullptr;

  // Only for a metric of log-probabilities, which are read instead of the output: the same two
  // functions of them. Items whose answers were generated cannot be scored.
  double (*score_options)(std::span<const OptionScore> options, const Item& item) = nullptr;
  std::vector<double> (*option_statistics)(std::span<const OptionScore> options,
                                           const Item& item) = nullptr;
  bool bounded = true;  // false: not in [0, 1], so never the metric that decides
};

const std::vector<Metric>& all_metrics();

// By the output, filtered as the item says, or by the log-probabilities when the metric reads them.
double score_of(const Metric& metric, const std::string& output,
                std::span<const OptionScore> options, const Item& item);
std::vector<double> statistics_of(const Metric& metric, const std::string& output,
                                  std::span<const OptionScore> options, const Item& item);

// Error with the nearest known name.
const Metric& find_metric(const std::string& name);
// Null when there is none of this name: a store may hold scores of another version's metrics.
const Metric* known_metric(const std::string& name);
bool higher_is_better(const std::string& metric);  // so are those that nobody knows

// Error when a metric cannot understand an item's parameters; for before a run.
void check_parameters(std::span<const std::string> metrics, std::span<const Item> items);

// Error when answers of this output type (Suite::output_type) do not have what a metric reads, or
// when the first metric, which decides, is not in [0, 1].
void check_metrics(std::span<const std::string> metrics, const std::string& output_type);

}  // namespace quadrant
