#include "reports/gate/measure.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/core/error.h"
#include "harness/stats/verdict_text.h"

namespace quadrant {
namespace {

using Arguments = std::vector<GateArgument>;

[[noreturn]] void unknown_name(const char* what, const std::string& name, std::size_t at,
                               const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(name, known);
  std::string mend = nearest.empty() ? fmt::format("use one of: {}", fmt::join(known, ", "))
                                     : fmt::format("did you mean \"{}\"?", nearest);
  if (name.find('-') != std::string::npos) mend += " A difference has spaces around its minus.";
  throw GateProblem{fmt::format("no {} is called \"{}\"", what, name), mend, at};
}

const SuiteReport& find_suite_report(const ReportModel& model, const GateArgument& argument) {
  std::vector<std::string> names;
  for (const SuiteReport& suite : model.suites) {
    if (suite.name == argument.name) return suite;
    names.push_back(suite.name);
  }
  unknown_name("suite of this run", argument.name, argument.at, names);
}

// A strategy by its label ("rag + lora", "rag", "base") or by both names ("none + lora"). Null: in
// this run, but not on this suite.
const ArmReport* find_strategy(const ReportModel& model, const SuiteReport& suite,
                               const std::string& name, std::size_t at) {
  std::vector<std::string> labels;
  for (std::size_t c = 0; c < model.contexts.size(); ++c) {
    for (std::size_t t = 0; t < model.tunings.size(); ++t) {
      const int context = static_cast<int>(c), tuning = static_cast<int>(t);
      labels.push_back(arm_label(model, context, tuning));
      if (name == labels.back() || name == model.contexts[c].name + " + " + model.tunings[t].name) {
        return find_arm(suite, context, tuning);
      }
    }
  }
  unknown_name("strategy of this run", name, at, labels);
}

GateValue not_known(std::string why) {
  GateValue value;
  value.shown = "unknown: " + std::move(why);
  return value;
}

MeanInterval metric_of(const SuiteReport& suite, const ArmReport& arm,
                       const GateArgument& argument) {
  std::vector<std::string> names{suite.metric};
  if (argument.name == suite.metric) return arm.score;
  for (const MetricValue& metric : arm.metrics) {
    if (metric.metric == argument.name) return metric.value;
    names.push_back(metric.metric);
  }
  unknown_name("metric of this strategy", argument.name, argument.at, names);
}

MeanInterval paired_difference(const SuiteReport& suite, const ArmReport& a, const ArmReport& b) {
  std::vector<double> differences;
  std::vector<std::string> clusters;
  for (std::size_t i = 0; i < suite.items.size(); ++i) {
    if (!suite.items[i].answerable) continue;
    differences.push_back(a.scores[i] - b.scores[i]);
    clusters.push_back(suite.items[i].cluster);
  }
  return cluster_t_interval(differences, number_clusters(clusters), 0.95, {-1, 1});
}

// The interval that score, low and high read.
std::optional<MeanInterval> find_interval(const ReportModel& model, const Arguments& arguments,
                                          std::string& why_not) {
  const SuiteReport& suite = find_suite_report(model, arguments[0]);
  const GateArgument& arms = arguments[1];
  const ArmReport* arm = find_strategy(model, suite, arms.name, arms.at);
  if (!arm) why_not = fmt::format("{} was not run on {}", arms.name, suite.name);
  if (arms.minus.empty()) {
    if (!arm) return std::nullopt;
    return arguments.size() < 3 ? arm->score : metric_of(suite, *arm, arguments[2]);
  }
  const ArmReport* other = find_strategy(model, suite, arms.minus, arms.minus_at);
  if (!other) why_not = fmt::format("{} was not run on {}", arms.minus, suite.name);
  if (arguments.size() == 3 && arguments[2].name != suite.metric) {
    throw GateProblem{"differences are kept for the primary metric only",
                      fmt::format("leave the metric out; it is {}", suite.metric), arguments[2].at};
  }
  if (!arm || !other) return std::nullopt;
  return paired_difference(suite, *arm, *other);
}

GateValue measure_interval(const ReportModel& model, const Arguments& arguments,
                           double MeanInterval::*field) {
  std::string why_not;
  const auto interval = find_interval(model, arguments, why_not);
  if (!interval) return not_known(why_not);
  GateValue value;
  value.number = (*interval).*field;
  value.known = !std::isnan(value.number);
  const std::string unscored =
      interval->unscored ? fmt::format(", {} unscored", interval->unscored) : "";
  const std::string basis =
      fmt::format("{} items in {} clusters{}", interval->n, interval->clusters, unscored);
  if (!value.known) return not_known(basis);
  value.shown = fmt::format("{:.4f} (mean {:.4f} [{:.4f}, {:.4f}], {})", value.number,
                            interval->mean, interval->low, interval->high, basis);
  return value;
}

GateValue score(const ReportModel& model, const Arguments& arguments) {
  return measure_interval(model, arguments, &MeanInterval::mean);
}
GateValue low(const ReportModel& model, const Arguments& arguments) {
  return measure_interval(model, arguments, &MeanInterval::low);
}
GateValue high(const ReportModel& model, const Arguments& arguments) {
  return measure_interval(model, arguments, &MeanInterval::high);
}

std::string tuning_name(const ReportModel& model, int tuning) {
  return tuning < 0 ? "base" : model.tunings[static_cast<std::size_t>(tuning)].name;
}

// Null: there is no verdict. A suite with several is asked for one of them.
const Verdict* find_verdict(const ReportModel& model, const Arguments& arguments) {
  const SuiteReport& suite = find_suite_report(model, arguments[0]);
  std::vector<std::string> names;
  const Verdict* found = nullptr;
  for (const VerdictReport& report : suite.verdicts) {
    if (!report.whole) continue;
    names.push_back(tuning_name(model, report.tuning));
    if (arguments.size() < 2 || arguments[1].name == names.back()) found = &report.verdict;
  }
  if (arguments.size() == 2 && !found && !names.empty()) {
    unknown_name("tuned model with a verdict", arguments[1].name, arguments[1].at, names);
  }
  if (arguments.size() < 2 && names.size() > 1) {
    throw GateProblem{
        fmt::format("{} has a verdict for each of: {}", suite.name, fmt::join(names, ", ")),
        fmt::format("name one of them: ({}, {})", suite.name, names.front()), arguments[0].at};
  }
  return found;
}

GateValue verdict(const ReportModel& model, const Arguments& arguments) {
  const Verdict* verdict = find_verdict(model, arguments);
  if (!verdict) return not_known("no item of this suite can be answered");
  GateValue value;
  value.kind = GateValue::Kind::kText;
  value.text = to_string(verdict->kind);
  value.known = verdict->kind != VerdictKind::kNoVerdict && verdict->kind != VerdictKind::kInvalid;
  value.shown = fmt::format("\"{}\"{}", value.text, verdict->fragile ? ", FRAGILE" : "");
  return value;
}

GateValue fragile(const ReportModel& model, const Arguments& arguments) {
  const Verdict* verdict = find_verdict(model, arguments);
  GateValue value = not_known("no item of this suite can be answered");
  value.kind = GateValue::Kind::kFlag;
  if (!verdict) return value;
  std::vector<std::string> reasons;
  for (const FragileReason& reason : verdict->fragile_reasons) {
    reasons.push_back(describe(reason, Language::kEnglish));
  }
  value.flag = verdict->fragile;
  value.known = true;
  value.shown = verdict->fragile ? fmt::format("yes ({})", fmt::join(reasons, "; ")) : "no";
  return value;
}

std::int64_t total(const ReportModel& model, std::int64_t (*of)(const ArmReport& arm)) {
  std::int64_t sum = 0;
  for (const SuiteReport& suite : model.suites) {
    for (const ArmReport& arm : suite.arms) sum += of(arm);
  }
  return sum;
}

std::int64_t missing_answers(const ReportModel& model) {
  return total(model, [](const ArmReport& arm) { return arm.expected - arm.answers; });
}

GateValue count(std::int64_t number) {
  GateValue value;
  value.number = static_cast<double>(number);
  value.known = true;
  value.shown = std::to_string(number);
  return value;
}

GateValue missing(const ReportModel& model, const Arguments&) {
  return count(missing_answers(model));
}

// How many failed, or cannot be scored, is not known before all have been asked.
GateValue count_of_whole_run(const ReportModel& model, std::int64_t found, const char* what) {
  const std::int64_t absent = missing_answers(model);
  if (absent == 0) return count(found);
  return not_known(fmt::format("{} {} so far, and {} answers are missing", found, what, absent));
}

GateValue errors(const ReportModel& model, const Arguments&) {
  return count_of_whole_run(model, total(model, [](const ArmReport& arm) { return arm.errors; }),
                            "failed");
}

GateValue unscored(const ReportModel& model, const Arguments&) {
  return count_of_whole_run(
      model, total(model, [](const ArmReport& arm) { return std::int64_t{arm.score.unscored}; }),
      "items without a score");
}

}  // namespace

const std::vector<GateFunction>& gate_functions() {
  static const std::vector<GateFunction> functions{
      {"verdict", "verdict(SUITE [, TUNING])", 1, 2, verdict},
      {"fragile", "fragile(SUITE [, TUNING])", 1, 2, fragile},
      {"score", "score(SUITE, ARM [, METRIC])", 2, 3, score},
      {"low", "low(SUITE, ARM [, METRIC])", 2, 3, low},
      {"high", "high(SUITE, ARM [, METRIC])", 2, 3, high},
      {"errors", "errors", 0, 0, errors},
      {"unscored", "unscored", 0, 0, unscored},
      {"missing", "missing", 0, 0, missing}};
  return functions;
}

const std::vector<std::string>& verdict_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const VerdictKind kind :
         {VerdictKind::kInvalid, VerdictKind::kContextWins, VerdictKind::kModelWins,
          VerdictKind::kBothWin, VerdictKind::kInterference, VerdictKind::kEquivalent,
          VerdictKind::kNoVerdict}) {
      all.emplace_back(to_string(kind));
    }
    return all;
  }();
  return names;
}

}  // namespace quadrant
