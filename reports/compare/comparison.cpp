#include "reports/compare/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "harness/stats/multiplicity.h"
#include "harness/stats/permutation.h"
#include "harness/stats/power.h"
#include "harness/store/report_queries.h"
#include "harness/store/store.h"
#include "reports/compare/pairing.h"
#include "reports/compare/settings.h"
#include "reports/model/report_model.h"

namespace quadrant {
namespace {

constexpr double kAlpha = 0.05;
constexpr double kRight = 0.5;  // as in ItemFlow

// One of the two runs.
struct Side {
  ReportModel model;
  std::vector<ReportCellRow> cells;

  const SuiteReport* find_suite(const std::string& name) const {
    for (const SuiteReport& suite : model.suites) {
      if (suite.name == name) return &suite;
    }
    return nullptr;
  }
  std::vector<Item> items(const Store& store, const std::string& suite) const {
    for (const ReportCellRow& cell : cells) {
      if (cell.suite == suite && cell.split == "test") return store.items(cell.dataset_id);
    }
    return {};
  }
  const std::string& context(const ArmReport& arm) const {
    return model.contexts[static_cast<std::size_t>(arm.context)].name;
  }
  const std::string& tuning(const ArmReport& arm) const {
    return model.tunings[static_cast<std::size_t>(arm.tuning)].name;
  }
  std::string label(const ArmReport& arm) const {
    return arm_label(model, arm.context, arm.tuning);
  }
  const ArmReport* find_arm_named(const SuiteReport& suite, const std::string& context_name,
                                  const std::string& tuning_name) const {
    for (const ArmReport& arm : suite.arms) {
      if (context(arm) == context_name && tuning(arm) == tuning_name) return &arm;
    }
    return nullptr;
  }
  std::set<std::int64_t> attempts(const SuiteReport& suite, const ArmReport& arm) const {
    std::set<std::int64_t> ids;
    for (const ReportCellRow& cell : cells) {
      if (cell.attempt_id && cell.suite == suite.name && cell.split == "test" &&
          cell.context == context(arm) && cell.tuning == tuning(arm)) {
        ids.insert(*cell.attempt_id);
      }
    }
    return ids;
  }
};

Side load_side(const Store& store, std::int64_t run_id) {
  ReportOptions options;
  options.samples = SampleChoice::kNone;
  return {load_report_model(store, run_id, options), report_cells(store.database(), run_id)};
}

class SuitePairer {
 public:
  SuitePairer(const Side& first, const Side& second, const SuiteReport& a, const SuiteReport& b,
              RunComparison& result)
      : first_(first), second_(second), a_(a), b_(b), result_(result) {
    suite_.name = a.name;
    suite_.metric = a.metric;
  }

  void pair(const std::vector<Item>& first_items, const std::vector<Item>& second_items) {
    const ItemPairs items = pair_items(first_items, second_items);
    for (const auto& [item, reason] : items.unpaired) leave_out("", item, reason);
    std::vector<std::string> clusters;
    for (const auto& [i, j] : items.pairs) {
      const ReportItem& item = a_.items[i];
      if (item.answerable != b_.items[j].answerable) {
        leave_out("", item.id, "answerable in one run only");
      } else if (!item.answerable) {
        ++suite_.unanswerable;
      } else {
        pairs_.emplace_back(i, j);
        clusters.push_back(item.cluster);
      }
    }
    clusters_ = number_clusters(clusters);
    suite_.items = static_cast<int>(pairs_.size());
    for (const int number : clusters_) suite_.clusters = std::max(suite_.clusters, number + 1);
    pair_strategies();
    pair_verdicts();
    result_.suites.push_back(std::move(suite_));
  }

 private:
  void leave_out(const std::string& strategy, const std::string& item, const std::string& reason) {
    result_.unpaired.push_back({a_.name, strategy, item, reason});
  }

  void pair_strategies() {
    for (const ArmReport& arm : a_.arms) {
      const auto* partner = second_.find_arm_named(b_, first_.context(arm), first_.tuning(arm));
      if (!partner) {
        leave_out(first_.label(arm), "", "only in the first run");
      } else if (arm.answers == 0 || partner->answers == 0) {
        leave_out(
            first_.label(arm), "",
            arm.answers == 0 ? "not answered in the first run" : "not answered in the second run");
      } else {
        suite_.strategies.push_back(compare(arm, *partner));
      }
    }
    for (const ArmReport& arm : b_.arms) {
      if (!first_.find_arm_named(a_, second_.context(arm), second_.tuning(arm))) {
        leave_out(second_.label(arm), "", "only in the second run");
      }
    }
  }

  PairedStrategy compare(const ArmReport& arm, const ArmReport& partner) {
    PairedStrategy paired;
    paired.strategy = first_.label(arm);
    paired.context = first_.context(arm);
    paired.tuning = first_.tuning(arm);
    paired.same_answers = first_.attempts(a_, arm) == second_.attempts(b_, partner);
    std::vector<double> changes;
    double first_sum = 0, second_sum = 0;
    for (const auto& [i, j] : pairs_) {
      const double before = arm.scores[i], after = partner.scores[j];
      changes.push_back(after - before);
      if (std::isnan(changes.back())) {
        leave_out(paired.strategy, a_.items[i].id,
                  std::isnan(before) ? std::isnan(after) ? "not scored in either run"
                                                         : "not scored in the first run"
                                     : "not scored in the second run");
        continue;
      }
      first_sum += before;
      second_sum += after;
      paired.only_first += before >= kRight && after < kRight;
      paired.only_second += before < kRight && after >= kRight;
    }
    paired.change = cluster_t_interval(changes, clusters_, 1 - kAlpha, {-1, 1});
    if (paired.change.n == 0) return paired;
    paired.first = first_sum / paired.change.n;
    paired.second = second_sum / paired.change.n;
    if (paired.same_answers) return paired;
    const PairedTest test = paired_test(changes, clusters_, /*seed=*/0);
    paired.p = test.p;
    paired.mcnemar = test.mcnemar;
    paired.mde = minimum_detectable_effect(paired.change.se, paired.change.df, 0.8, kAlpha);
    return paired;
  }

  void pair_verdicts() {
    const auto add = [&](const Side& side, const SuiteReport& suite,
                         std::string VerdictChange::*place) {
      for (const VerdictReport& report : suite.verdicts) {
        if (!report.whole) continue;
        const std::string tuning =
            report.tuning < 0 ? ""
                              : side.model.tunings[static_cast<std::size_t>(report.tuning)].name;
        auto& verdicts = suite_.verdicts;
        auto known = std::find_if(verdicts.begin(), verdicts.end(),
                                  [&](const VerdictChange& v) { return v.tuning == tuning; });
        if (known == verdicts.end()) known = verdicts.insert(known, {tuning, "", ""});
        (*known).*place = std::string(to_string(report.verdict.kind)) +
                          (report.verdict.fragile ? ", FRAGILE" : "");
      }
    };
    add(first_, a_, &VerdictChange::first);
    add(second_, b_, &VerdictChange::second);
  }

  const Side &first_, &second_;
  const SuiteReport &a_, &b_;
  RunComparison& result_;
  PairedSuite suite_;
  std::vector<std::pair<std::size_t, std::size_t>> pairs_;  // answerable in both
  std::vector<int> clusters_;
};

// One family: all strategies of all suites that could differ.
void correct_for_many_tests(std::vector<PairedSuite>& suites) {
  std::vector<PairedStrategy*> family;
  std::vector<double> p_values;
  for (PairedSuite& suite : suites) {
    for (PairedStrategy& strategy : suite.strategies) {
      family.push_back(&strategy);
      p_values.push_back(strategy.p);
    }
  }
  const std::vector<double> adjusted = holm_adjust(p_values);
  for (std::size_t i = 0; i < family.size(); ++i) {
    PairedStrategy& strategy = *family[i];
    strategy.holm_p = adjusted[i];
    strategy.detected =
        strategy.holm_p <= kAlpha && (strategy.change.low > 0 || strategy.change.high < 0);
  }
}

}  // namespace

RunComparison compare_stored_runs(const Store& store, std::int64_t first, std::int64_t second) {
  const Side a = load_side(store, first), b = load_side(store, second);
  RunComparison result;
  result.first = first;
  result.second = second;
  result.first_experiment = a.model.experiment;
  result.second_experiment = b.model.experiment;
  for (const SuiteReport& suite : a.model.suites) {
    const SuiteReport* partner = b.find_suite(suite.name);
    if (!partner) {
      result.unpaired.push_back({suite.name, "", "", "only in the first run"});
    } else if (partner->metric != suite.metric) {
      result.unpaired.push_back({suite.name, "", "",
                                 fmt::format("decided by {} in the first run, by {} in the second",
                                             suite.metric, partner->metric)});
    } else {
      SuitePairer(a, b, suite, *partner, result)
          .pair(a.items(store, suite.name), b.items(store, suite.name));
    }
  }
  for (const SuiteReport& suite : b.model.suites) {
    if (a.find_suite(suite.name)) continue;
    result.unpaired.push_back({suite.name, "", "", "only in the second run"});
  }
  correct_for_many_tests(result.suites);
  result.settings = changed_settings(store, first, second);
  return result;
}

}  // namespace quadrant
