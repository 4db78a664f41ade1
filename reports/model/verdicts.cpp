// From aligned scores to verdicts: which arms compete, what must hold, what else could be looked
// at.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/metrics/metric.h"
#include "harness/stats/contrasts.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

// The four arms as positions in SuiteReport::arms, -1 = not run.
struct FourArms {
  int base = -1, context = -1, model = -1, both = -1;
};

int arm_position(const SuiteReport& suite, int context, int tuning) {
  const ArmReport* arm = find_arm(suite, context, tuning);
  return arm ? static_cast<int>(arm - suite.arms.data()) : -1;
}

// Which arms stand for context and for the model.
struct Choice {
  int context = -1;
  bool from_test = false;  // several contexts competed, and the test items chose
};

// Of the dev items; NaN when they were not asked.
double dev_mean(const SuiteData& data, int context, int tuning) {
  for (const DevScore& score : data.dev) {
    if (score.context != context || score.tuning != tuning || score.scored == 0) continue;
    return score.sum / score.scored;
  }
  return kUnknown;
}

// The position of the best of some means, the first among equals; NaN and none are -1.
int best_of(const std::vector<double>& means, bool higher) {
  int best = -1;
  for (std::size_t i = 0; i < means.size(); ++i) {
    if (std::isnan(means[i])) continue;
    const double lead = best < 0 ? 1 : means[i] - means[static_cast<std::size_t>(best)];
    if (best < 0 || (higher ? lead > 0 : lead < 0)) best = static_cast<int>(i);
  }
  return best;
}

bool all_known(const std::vector<double>& means) {
  return std::none_of(means.begin(), means.end(), [](double mean) { return std::isnan(mean); });
}

// By the dev items, where each candidate answered them.
Choice choose_context(const ReportModel& model, const SuiteReport& suite, const SuiteData& data) {
  std::vector<int> candidates;
  std::vector<double> on_dev, on_test;
  for (std::size_t c = 0; c < model.contexts.size(); ++c) {
    if (!contends(model.contexts[c].kind)) continue;
    const int context = static_cast<int>(c);
    const ArmReport* arm = find_arm(suite, context, base_tuning(model));
    if (!arm || std::isnan(arm->score.mean)) continue;
    candidates.push_back(context);
    on_test.push_back(arm->score.mean);
    on_dev.push_back(dev_mean(data, context, base_tuning(model)));
  }
  if (candidates.empty()) return {};
  const bool dev = all_known(on_dev);
  const int best = best_of(dev ? on_dev : on_test, higher_is_better(suite.metric));
  return {candidates[static_cast<std::size_t>(best)], !dev && candidates.size() > 1};
}

// That were trained for this suite and run without context, in the order of the run.
std::vector<int> tunings_in(const ReportModel& model, const SuiteReport& suite) {
  std::vector<int> tunings;
  for (std::size_t t = 0; t < model.tunings.size(); ++t) {
    const int tuning = static_cast<int>(t);
    if (tuning == base_tuning(model) || learns_elsewhere(model, suite, tuning)) continue;
    if (find_arm(suite, zero_shot_context(model), tuning)) tunings.push_back(tuning);
  }
  return tunings;
}

class SuiteJudge {
 public:
  SuiteJudge(const ReportModel& model, const SuiteReport& suite, const SuiteData& data,
             const ReportOptions& options)
      : model_(model), suite_(suite), data_(data), options_(options) {}

  VerdictReport judge_slice(const std::string* slice, const Choice& context, int tuning) const {
    const int zero = zero_shot_context(model_), base = base_tuning(model_);
    const FourArms arms{
        arm_position(suite_, zero, base), arm_position(suite_, context.context, base),
        arm_position(suite_, zero, tuning), arm_position(suite_, context.context, tuning)};
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < suite_.items.size(); ++i) {
      const ReportItem& item = suite_.items[i];
      if (item.answerable && (!slice || item.slice == *slice)) chosen.push_back(i);
    }
    VerdictInput input;
    for (const std::size_t i : chosen) input.clusters.push_back(suite_.items[i].cluster);
    input.scores = scores(arms, chosen, suite_.metric);
    const auto seeds = seeds_of(arms);
    for (const std::int64_t seed : seeds) {
      if (seeds.size() < 2) break;
      input.by_seed.push_back(scores(arms, chosen, suite_.metric, {.only = seed}));
    }
    input.best_single = best_single(context.context, tuning);
    input.labels = labels(slice, context.context, tuning);
    input.scope = scope(arms, chosen);
    input.higher_is_better = higher_is_better(suite_.metric);
    input.margin = model_.margin;
    input.resamples = options_.resamples;
    input.checks = checks(chosen, tuning);
    input.views = views(arms, chosen);
    VerdictReport report{slice == nullptr,  slice ? *slice : "",           context.context, tuning,
                         context.from_test, input.best_single.has_value(), judge(input)};
    report.checks = std::move(input.checks);
    return report;
  }

 private:
  // By the dev items; empty when they did not ask both.
  std::optional<Single> best_single(int context, int tuning) const {
    if (context < 0 || tuning < 0) return std::nullopt;
    const std::vector<double> means{dev_mean(data_, context, base_tuning(model_)),
                                    dev_mean(data_, zero_shot_context(model_), tuning)};
    if (!all_known(means)) return std::nullopt;
    return best_of(means, higher_is_better(suite_.metric)) == 0 ? Single::kContext : Single::kModel;
  }

  std::vector<double> pick(int arm, const std::vector<std::size_t>& chosen,
                           const std::string& metric, const AnswerChoice& choice = {}) const {
    if (arm < 0) return std::vector<double>(chosen.size(), kUnknown);
    const auto& seeds = data_.arms[static_cast<std::size_t>(arm)];
    const auto all = mean_over_seeds(seeds, metric, suite_.items.size(), choice);
    std::vector<double> picked;
    for (const std::size_t i : chosen) picked.push_back(all[i]);
    return picked;
  }

  ArmScores scores(const FourArms& arms, const std::vector<std::size_t>& chosen,
                   const std::string& metric, const AnswerChoice& choice = {}) const {
    ArmScores result{pick(arms.base, chosen, metric, choice),
                     pick(arms.context, chosen, metric, choice),
                     pick(arms.model, chosen, metric, choice),
                     {}};
    if (arms.both >= 0) result.both = pick(arms.both, chosen, metric, choice);
    return result;
  }

  ArmLabels labels(const std::string* slice, int context, int tuning) const {
    const int zero = zero_shot_context(model_), base = base_tuning(model_);
    ArmLabels labels;
    labels.base = "the base model";
    labels.context = context < 0 ? "" : arm_label(model_, context, base);
    labels.model = tuning < 0 ? "" : arm_label(model_, zero, tuning);
    labels.both = context < 0 || tuning < 0 ? "" : labels.context + " + " + labels.model;
    labels.metric = slice && !slice->empty()
                        ? fmt::format("{}, {} ({})", suite_.name, *slice, suite_.metric)
                        : fmt::format("{} ({})", suite_.name, suite_.metric);
    return labels;
  }

  Scope scope(const FourArms& arms, const std::vector<std::size_t>& chosen) const {
    Scope scope;
    scope.model = model_.model_name;
    scope.data = fmt::format("{} {}", suite_.name, suite_.version);
    std::vector<std::string> ids;
    for (const std::size_t i : chosen) ids.push_back(suite_.items[i].cluster);
    scope.questions = static_cast<int>(ids.size());
    for (const int number : number_clusters(ids))
      scope.clusters = std::max(scope.clusters, number + 1);
    scope.seeds = seeds_of(arms);
    scope.templates = data_.wordings;
    scope.unseen_templates = data_.wordings - data_.trained_wordings;
    return scope;
  }

  std::vector<std::int64_t> seeds_of(const FourArms& arms) const {
    std::vector<std::int64_t> seeds;
    for (const int arm : {arms.context, arms.model, arms.both}) {
      if (arm < 0) continue;
      for (const std::int64_t seed : suite_.arms[static_cast<std::size_t>(arm)].seeds) {
        if (std::find(seeds.begin(), seeds.end(), seed) == seeds.end()) seeds.push_back(seed);
      }
    }
    return seeds;
  }

  // Can the model read at all, and did the training work? (science: manipulation checks)
  std::vector<ManipulationCheck> checks(const std::vector<std::size_t>& chosen, int tuning) const {
    std::vector<ManipulationCheck> checks;
    const int base = base_tuning(model_);
    const int plain = arm_position(suite_, zero_shot_context(model_), base);
    for (std::size_t c = 0; c < model_.contexts.size(); ++c) {
      if (model_.contexts[c].kind != "oracle" || plain < 0) continue;
      const int oracle = arm_position(suite_, static_cast<int>(c), base);
      if (oracle < 0) continue;
      const double gain =
          mean_difference(pick(oracle, chosen, suite_.metric), pick(plain, chosen, suite_.metric));
      if (std::isnan(gain)) continue;
      const double direction = higher_is_better(suite_.metric) ? 1 : -1;
      checks.push_back(
          {"the model can use the right passage", direction * gain >= model_.margin,
           fmt::format("{} gains {:.1f} points over the base model, at least {:.1f} "
                       "are needed",
                       model_.contexts[c].name, 100 * direction * gain, 100 * model_.margin),
           "모델이 올바른 문단을 활용할 수 있음",
           fmt::format("{} 방식은 기본 모델보다 {:.1f}점 높으며, 적어도 {:.1f}점이 필요함",
                       model_.contexts[c].name, 100 * direction * gain, 100 * model_.margin)});
    }
    for (const TrainingReport& training : model_.trainings) {
      if (tuning < 0 || training.suite != suite_.name ||
          training.tuning != model_.tunings[static_cast<std::size_t>(tuning)].name) {
        continue;
      }
      checks.push_back({"the training loss is a number at every step",
                        training.losses_not_finite == 0,
                        fmt::format("{}, seed {}", training.tuning, training.seed),
                        "학습 손실이 모든 단계에서 유한한 수임",
                        fmt::format("{}, 시드 {}", training.tuning, training.seed)});
      if (training.losses_not_finite == 0 && training.train.size() > 1) {
        checks.push_back(lowered_loss(training));
      }
    }
    return checks;
  }

  // From the first tenth of the steps to the last one.
  static ManipulationCheck lowered_loss(const TrainingReport& training) {
    const std::size_t part = std::max<std::size_t>(1, training.train.size() / 10);
    double first = 0, last = 0;
    for (std::size_t i = 0; i < part; ++i) {
      first += training.train[i].loss / static_cast<double>(part);
      last += training.train[training.train.size() - 1 - i].loss / static_cast<double>(part);
    }
    return {
        "the training lowered its loss", last < first,
        fmt::format("{}, seed {}: from {:.2f} to {:.2f}", training.tuning, training.seed, first,
                    last),
        "학습이 손실을 낮춤",
        fmt::format("{}, 시드 {}: {:.2f}에서 {:.2f}", training.tuning, training.seed, first, last)};
  }

  std::vector<AlternativeView> views(const FourArms& arms,
                                     const std::vector<std::size_t>& chosen) const {
    std::vector<AlternativeView> views;
    for (const std::string& metric : data_.metrics) {
      if (metric == suite_.metric || metric == "abstained" || has_no_bounds(metric)) continue;
      views.push_back({AlternativeView::Kind::kMetric, metric, scores(arms, chosen, metric),
                       higher_is_better(metric)});
    }
    if (data_.wordings > data_.trained_wordings) {
      views.push_back(
          {AlternativeView::Kind::kUnseenTemplates, "",
           scores(arms, chosen, suite_.metric, {.first_wording = data_.trained_wordings}),
           higher_is_better(suite_.metric)});
    }
    const std::vector<std::int64_t> seeds = seeds_of(arms);
    if (seeds.size() < 2) return views;
    for (const std::int64_t seed : seeds) {
      views.push_back({AlternativeView::Kind::kWithoutSeed, std::to_string(seed),
                       scores(arms, chosen, suite_.metric, {.without = seed}),
                       higher_is_better(suite_.metric)});
    }
    return views;
  }

  const ReportModel& model_;
  const SuiteReport& suite_;
  const SuiteData& data_;
  const ReportOptions& options_;
};

// One tuning a method: where several were tried, the best on dev; all of them without dev answers.
std::vector<int> judged_tunings(const ReportModel& model, const SuiteReport& suite,
                                const SuiteData& data) {
  std::vector<int> judged;
  for (const int tuning : tunings_in(model, suite)) {
    std::vector<int> rivals;
    std::vector<double> means;
    const std::string& method = model.tunings[static_cast<std::size_t>(tuning)].method;
    for (const int other : tunings_in(model, suite)) {
      if (model.tunings[static_cast<std::size_t>(other)].method != method) continue;
      rivals.push_back(other);
      means.push_back(dev_mean(data, zero_shot_context(model), other));
    }
    const int best = best_of(means, higher_is_better(suite.metric));
    if (all_known(means) && rivals[static_cast<std::size_t>(best)] != tuning) continue;
    judged.push_back(tuning);
  }
  if (judged.empty()) judged.push_back(-1);  // what context brings is still worth a sentence
  return judged;
}

}  // namespace

bool has_no_bounds(const std::string& metric) {
  const Metric* const known = known_metric(metric);
  return known && !known->bounded;
}

bool learns_elsewhere(const ReportModel& model, const SuiteReport& suite, int tuning) {
  const TuningArm& arm = model.tunings[static_cast<std::size_t>(tuning)];
  const auto spec = nlohmann::json::parse(arm.spec, nullptr, false);
  const std::string data = spec.is_object() ? spec.value("data", "") : "";
  if (data.empty() || data == suite.name) return false;
  // A folder's name in the experiment need not be the suite's.
  return std::none_of(model.trainings.begin(), model.trainings.end(), [&](const auto& training) {
    return training.tuning == arm.name && training.suite == suite.name;
  });
}

bool contends(const std::string& kind) {
  return kind.find("few_shot") != std::string::npos || kind.find("rag") != std::string::npos ||
         kind == "constrained" || kind == "optimised";
}

void add_verdicts(const std::vector<SuiteData>& data, const ReportOptions& options,
                  ReportModel& model) {
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    SuiteReport& suite = model.suites[s];
    if (suite.answerable == 0) continue;
    const Choice context = choose_context(model, suite, data[s]);
    const SuiteJudge judge(model, suite, data[s], options);
    for (const int tuning : judged_tunings(model, suite, data[s])) {
      suite.verdicts.push_back(judge.judge_slice(nullptr, context, tuning));
      if (suite.slices.size() < 2) continue;
      for (const std::string& slice : suite.slices) {
        suite.verdicts.push_back(judge.judge_slice(&slice, context, tuning));
      }
    }
  }
}

}  // namespace quadrant
