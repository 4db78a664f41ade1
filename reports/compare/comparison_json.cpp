// A comparison as JSON; NaN is null.
#include <nlohmann/json.hpp>

#include "reports/compare/comparison.h"
#include "reports/export/model_json.h"
#include "reports/export/records.h"

namespace quadrant {
namespace {

using nlohmann::json;

json strategy_json(const PairedStrategy& strategy) {
  return {{"strategy", strategy.strategy},
          {"context", strategy.context},
          {"tuning", strategy.tuning},
          {"first", strategy.first},
          {"second", strategy.second},
          {"change", interval_json(strategy.change)},
          {"test", strategy.same_answers ? "none: the same stored answers"
                   : strategy.mcnemar    ? "McNemar, exact"
                                         : "cluster sign-flip"},
          {"p", strategy.p},
          {"holm_p", strategy.holm_p},
          {"mde", strategy.mde},
          {"only_first", strategy.only_first},
          {"only_second", strategy.only_second},
          {"detected", strategy.detected},
          {"same_answers", strategy.same_answers}};
}

json suite_json(const PairedSuite& suite) {
  json result{{"suite", suite.name},
              {"metric", suite.metric},
              {"items", suite.items},
              {"clusters", suite.clusters},
              {"unanswerable", suite.unanswerable},
              {"strategies", json::array()},
              {"verdicts", json::array()}};
  for (const PairedStrategy& strategy : suite.strategies) {
    result["strategies"].push_back(strategy_json(strategy));
  }
  for (const VerdictChange& verdict : suite.verdicts) {
    result["verdicts"].push_back({{"tuning", null_or(verdict.tuning)},
                                  {"first", null_or(verdict.first)},
                                  {"second", null_or(verdict.second)}});
  }
  return result;
}

}  // namespace

json comparison_json(const RunComparison& comparison) {
  json result{
      {"first", {{"run", comparison.first}, {"experiment", comparison.first_experiment}}},
      {"second", {{"run", comparison.second}, {"experiment", comparison.second_experiment}}},
      {"suites", json::array()},
      {"unpaired", json::array()},
      {"settings", json::array()}};
  for (const PairedSuite& suite : comparison.suites) result["suites"].push_back(suite_json(suite));
  for (const Unpaired& left : comparison.unpaired) {
    result["unpaired"].push_back({{"suite", left.suite},
                                  {"strategy", null_or(left.strategy)},
                                  {"item", null_or(left.item)},
                                  {"reason", left.reason}});
  }
  for (const SettingChange& change : comparison.settings) {
    result["settings"].push_back({{"key", change.key},
                                  {"first", change.first ? json(*change.first) : json()},
                                  {"second", change.second ? json(*change.second) : json()}});
  }
  return result;
}

}  // namespace quadrant
