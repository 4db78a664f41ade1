// The claim audit: every claim that this run can speak to, with the difference that decides it.
#include <algorithm>
#include <cmath>
#include <map>

#include "harness/stats/contrasts.h"
#include "harness/stats/multiplicity.h"
#include "harness/stats/permutation.h"
#include "harness/stats/power.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

constexpr double kAlpha = 0.05;

constexpr const char* kTiers[] = {"", "_smoke", "_full"};

bool is_suite(const std::string& name, const std::string& wanted) {
  return std::any_of(std::begin(kTiers), std::end(kTiers),
                     [&](const char* tier) { return name == wanted + tier; });
}

// The suite in the run, -1 = not there.
int suite_named(const ReportModel& model, const std::string& name) {
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    if (model.suites[s].name == name) return static_cast<int>(s);
  }
  return -1;
}

// The first context of a kind, -1 = none.
int context_like(const ReportModel& model, const std::string& kind) {
  for (std::size_t c = 0; c < model.contexts.size(); ++c) {
    if (model.contexts[c].kind.find(kind) != std::string::npos) return static_cast<int>(c);
  }
  return -1;
}

// The first tuned arm of a method without context; null: none was asked this suite.
const ArmReport* tuned_by(const ReportModel& model, const SuiteReport& suite,
                          const std::string& method) {
  for (std::size_t t = 0; t < model.tunings.size(); ++t) {
    if (model.tunings[t].method != method) continue;
    const ArmReport* arm = find_arm(suite, zero_shot_context(model), static_cast<int>(t));
    if (arm) return arm;
  }
  return nullptr;
}

const ArmReport* arm_of(const ReportModel& model, const SuiteReport& suite, Role role, int tuned) {
  const int zero = zero_shot_context(model), base = base_tuning(model);
  switch (role) {
    case Role::kBase:
      return find_arm(suite, zero, base);
    case Role::kExamples:
    case Role::kPrompted:
      return find_arm(suite, context_like(model, "few_shot"), base);
    case Role::kRetrieval:
      return find_arm(suite, context_like(model, "rag"), base);
    case Role::kTuned:
    case Role::kElsewhere:
      return find_arm(suite, zero, tuned);
    case Role::kTunedExamples:
      return find_arm(suite, context_like(model, "few_shot"), tuned);
    case Role::kLora:
      return tuned_by(model, suite, "lora");
    case Role::kFull:
      return tuned_by(model, suite, "full");
  }
  return nullptr;
}

bool depends_on_tuning(const ClaimPart& part) {
  const auto tuned = [](Role role) { return role == Role::kTuned || role == Role::kTunedExamples; };
  return part.quantity != Quantity::kDifference || tuned(part.first) || tuned(part.second);
}

class SuiteAuditor {
 public:
  SuiteAuditor(const ReportModel& model, const std::vector<SuiteData>& data, std::size_t suite,
               const ReportOptions& options)
      : model_(model), data_(data), suite_(model.suites[suite]), options_(options) {}

  void measure(const ClaimPart& part, ClaimReport& to) const {
    if (part.first == Role::kElsewhere) return measure_elsewhere(part, to);
    if (part.first == Role::kPrompted) return measure_prompted(part, to);
    for (const VerdictReport& verdict : suite_.verdicts) {
      if (!verdict.whole) continue;
      if (part.quantity == Quantity::kDifference) {
        measure_difference(part, verdict.tuning, to);
      } else {
        take_contrast(part, verdict, to);
      }
      if (!depends_on_tuning(part)) return;
    }
  }

 private:
  // Against the second arm, each context that holds no passages and could hold no fact.
  void measure_prompted(const ClaimPart& part, ClaimReport& to) const {
    for (std::size_t c = 0; c < model_.contexts.size(); ++c) {
      const std::string& kind = model_.contexts[c].kind;
      const bool prompts = kind.find("few_shot") != std::string::npos || kind == "optimised";
      const ArmReport* first = find_arm(suite_, static_cast<int>(c), base_tuning(model_));
      if (prompts && first) {
        measure_arms(part, first, suite_, arm_of(model_, suite_, part.second, -1), to);
      }
    }
  }

  void measure_elsewhere(const ClaimPart& part, ClaimReport& to) const {
    for (std::size_t t = 0; t < model_.tunings.size(); ++t) {
      const int tuning = static_cast<int>(t);
      if (learns_elsewhere(model_, suite_, tuning)) measure_difference(part, tuning, to);
    }
  }

  void measure_difference(const ClaimPart& part, int tuned, ClaimReport& to) const {
    // Of the same tier: "updates_smoke" goes with "updates_in_turn_smoke".
    const std::string second = part.second_suite.empty()
                                   ? suite_.name
                                   : part.second_suite + suite_.name.substr(part.suite.size());
    const int other = suite_named(model_, second);
    if (other < 0) return;
    const SuiteReport& second_suite = model_.suites[static_cast<std::size_t>(other)];
    measure_arms(part, arm_of(model_, suite_, part.first, tuned), second_suite,
                 arm_of(model_, second_suite, part.second, tuned), to);
  }

  void measure_arms(const ClaimPart& part, const ArmReport* first, const SuiteReport& second_suite,
                    const ArmReport* second, ClaimReport& to) const {
    if (!first || !second) return;
    const std::string& metric = part.metric.empty() ? suite_.metric : part.metric;
    const auto a = scores(suite_, *first, metric);
    const auto b = paired_to(second_suite, scores(second_suite, *second, metric));
    std::vector<double> differences;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < suite_.items.size(); ++i) {
      const ReportItem& item = suite_.items[i];
      if (part.slice.empty() ? !item.answerable : item.slice != part.slice) continue;
      differences.push_back(a[i] - b[i]);
      ids.push_back(item.cluster);
    }
    const std::vector<int> clusters = number_clusters(ids);
    const ScoreRange range{-1, 1};
    const MeanInterval interval = cluster_t_interval(differences, clusters, 0.95, range);
    if (interval.n == 0) return;
    ClaimMeasurement found;
    found.part = part;
    found.suite = suite_.name;
    found.metric = metric;
    found.description = arm_label(model_, first->context, first->tuning) + " - " +
                        arm_label(model_, second->context, second->tuning);
    if (!part.second_suite.empty()) found.description += " of " + second_suite.name;
    found.difference = interval;
    found.equivalence = equivalence_test(differences, clusters, model_.margin, range).interval;
    found.p = paired_test(differences, clusters, /*seed=*/0, options_.resamples).p;
    to.measured.push_back(std::move(found));
  }

  void take_contrast(const ClaimPart& part, const VerdictReport& verdict, ClaimReport& to) const {
    const bool interaction = part.quantity == Quantity::kInteraction;
    const Contrast& contrast = verdict.verdict.contrasts[interaction ? kInteraction : kCombination];
    if (!contrast.available) return;
    ClaimMeasurement found;
    found.part = part;
    found.suite = suite_.name;
    found.metric = suite_.metric;
    found.description = contrast.description;
    found.difference.mean = contrast.estimate;
    found.difference.low = contrast.low;
    found.difference.high = contrast.high;
    found.difference.n = contrast.n;
    found.difference.clusters = contrast.clusters;
    found.equivalence = contrast.equivalence;
    found.p = contrast.p;
    to.measured.push_back(std::move(found));
  }

  std::vector<double> scores(const SuiteReport& suite, const ArmReport& arm,
                             const std::string& metric) const {
    const SuiteData& data = data_[static_cast<std::size_t>(&suite - model_.suites.data())];
    const auto at = static_cast<std::size_t>(&arm - suite.arms.data());
    return mean_over_seeds(data.arms[at], metric, suite.items.size());
  }

  // Scores of another suite in the order of this one's items; NaN where it did not ask one.
  std::vector<double> paired_to(const SuiteReport& other, const std::vector<double>& scores) const {
    if (&other == &suite_) return scores;
    std::map<std::string, double> by_id;
    for (std::size_t i = 0; i < other.items.size(); ++i) by_id[other.items[i].id] = scores[i];
    std::vector<double> paired;
    for (const ReportItem& item : suite_.items) {
      const auto found = by_id.find(item.id);
      paired.push_back(found == by_id.end() ? kUnknown : found->second);
    }
    return paired;
  }

  const ReportModel& model_;
  const std::vector<SuiteData>& data_;
  const SuiteReport& suite_;
  const ReportOptions& options_;
};

// +1 holds, -1 fails, 0 cannot be told.
int outcome_of(const ClaimMeasurement& found, double margin) {
  const MeanInterval& d = found.difference;
  const bool detected = found.holm_p <= kAlpha && (d.low > 0 || d.high < 0);
  const bool below_margin = found.equivalence.high < margin;
  const bool small = below_margin && found.equivalence.low > -margin;
  const auto when = [](bool holds, bool fails) { return holds ? 1 : fails ? -1 : 0; };
  switch (found.part.expected) {
    case Expected::kAbove:
      return when(detected && d.low > 0, small || (detected && d.high < 0));
    case Expected::kBelow:
      return when(detected && d.high < 0, small || (detected && d.low > 0));
    case Expected::kNotAbove:
      return when(below_margin, detected && d.low > 0);
    case Expected::kSame:
      return when(small, detected);
  }
  return 0;
}

ClaimOutcome conclude(const ClaimReport& report) {
  if (report.measured.empty()) return ClaimOutcome::kNotMeasured;
  int holds = 0, fails = 0;
  for (const ClaimMeasurement& found : report.measured) {
    holds += found.outcome > 0;
    fails += found.outcome < 0;
  }
  if (holds > 0 && fails > 0) return ClaimOutcome::kMixed;
  if (fails > 0) return ClaimOutcome::kRefuted;
  const bool all = holds == static_cast<int>(report.measured.size()) && report.parts_missing == 0;
  return all ? ClaimOutcome::kSupported : ClaimOutcome::kCannotTell;
}

// All differences of all claims are one family.
void adjust(std::vector<ClaimReport>& reports) {
  std::vector<double> p_values;
  for (const ClaimReport& report : reports) {
    for (const ClaimMeasurement& found : report.measured) p_values.push_back(found.p);
  }
  const std::vector<double> adjusted = holm_adjust(p_values);
  auto next = adjusted.begin();
  for (ClaimReport& report : reports) {
    for (ClaimMeasurement& found : report.measured) found.holm_p = *next++;
  }
}

}  // namespace

const char* to_string(ClaimOutcome outcome) {
  switch (outcome) {
    case ClaimOutcome::kSupported:
      return "supported";
    case ClaimOutcome::kRefuted:
      return "refuted";
    case ClaimOutcome::kMixed:
      return "mixed";
    case ClaimOutcome::kCannotTell:
      return "cannot tell";
    case ClaimOutcome::kNotMeasured:
      return "not measured";
  }
  return "";
}

void add_audit(const std::vector<SuiteData>& data, const ReportOptions& options,
               ReportModel& model) {
  for (const Claim& claim : all_claims()) {
    ClaimReport report;
    report.claim = &claim;
    for (const ClaimPart& part : claim.parts) {
      const std::size_t before = report.measured.size();
      for (std::size_t s = 0; s < model.suites.size(); ++s) {
        if (!part.suite.empty() && !is_suite(model.suites[s].name, part.suite)) continue;
        SuiteAuditor(model, data, s, options).measure(part, report);
      }
      report.parts_missing += report.measured.size() == before;
    }
    model.claims.push_back(std::move(report));
  }
  adjust(model.claims);
  for (ClaimReport& report : model.claims) {
    for (ClaimMeasurement& found : report.measured) {
      found.outcome = outcome_of(found, model.margin);
    }
    report.outcome = conclude(report);
  }
}

}  // namespace quadrant
