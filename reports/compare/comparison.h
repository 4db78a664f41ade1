// Two runs of one store side by side: the same questions under the same strategies, paired.
//
// Goals: items pair by what was asked (question, accepted answers, choices), not by place or name;
// what cannot be paired is listed with its reason; of the settings only those that differ.
// Non-goals: whether a run came out the same bit by bit (harness/run/reproduce.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "harness/stats/interval.h"

namespace quadrant {

class Store;

// One strategy on one suite: scores of the second run minus scores of the first, item by item.
struct PairedStrategy {
  std::string strategy, context, tuning;
  double first = kUnknown, second = kUnknown;  // means over the paired items
  MeanInterval change;                         // 95 % cluster-t
  // By paired_test (harness/stats/permutation.h); Holm over all strategies of the comparison.
  bool mcnemar = false;
  double p = kUnknown, holm_p = kUnknown;
  double mde = kUnknown;
  int only_first = 0, only_second = 0;  // right (at least .5) in one run alone
  bool detected = false;                // holm_p <= .05 and the interval lies on one side of 0
  bool same_answers = false;            // both runs use the same stored answers: nothing to test
};

struct VerdictChange {
  std::string tuning, first, second;  // "" = no verdict there
};

struct PairedSuite {
  std::string name, metric;
  int items = 0, clusters = 0, unanswerable = 0;  // paired; the last are left out of the scores
  std::vector<PairedStrategy> strategies;
  std::vector<VerdictChange> verdicts;
};

// Something without a partner. strategy "" = under every strategy, item "" = every item.
struct Unpaired {
  std::string suite, strategy, item, reason;
};

struct SettingChange {
  std::string key;
  std::optional<std::string> first, second;  // absent: not set there
};

struct RunComparison {
  std::int64_t first = 0, second = 0;
  std::string first_experiment, second_experiment;
  std::vector<PairedSuite> suites;
  std::vector<Unpaired> unpaired;
  std::vector<SettingChange> settings;  // configuration, options, inputs, program, machine
};

// Error when a run is not there.
RunComparison compare_stored_runs(const Store& store, std::int64_t first, std::int64_t second);

// A line a verdict, indented: what it was and what it is.
std::string verdicts_text(const PairedSuite& suite, int columns);
std::string comparison_text(const RunComparison& comparison, int columns);
nlohmann::json comparison_json(const RunComparison& comparison);

}  // namespace quadrant
