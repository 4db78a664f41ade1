// From aligned scores to verdicts: which arms compete, what must hold, what else could be looked
// at.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/metrics/metric.h"
#include "harness/stats/contrasts.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

// The four arms as positions in SuiteReport::arms, -1 = not run.
struct FourArms {
  int base = -1, context = -1, model = -1, both = -1;
};

bool higher_is_better(const std::string& metric) {
  for (const Metric& known : all_metrics()) {
    if (known.name == metric) return known.higher_is_better;
  }
  return true;
}

int arm_position(const SuiteReport& suite, int context, int tuning) {
  const ArmReport* arm = find_arm(suite, context, tuning);
  return arm ? static_cast<int>(arm - suite.arms.data()) : -1;
}

struct BestContext {
  int context = -1;
  bool chosen_here = false;  // among several, on these items
};

// Few-shot examples and retrieval compete; the gold passage is a ceiling, which nobody has in use.
BestContext best_context(const ReportModel& model, const SuiteReport& suite) {
  BestContext best;
  double best_mean = kUnknown;
  int candidates = 0;
  const bool higher = higher_is_better(suite.metric);
  for (std::size_t c = 0; c < model.contexts.size(); ++c) {
    const std::string& kind = model.contexts[c].kind;
    if (kind == "zero_shot" || kind == "oracle") continue;
    const ArmReport* arm = find_arm(suite, static_cast<int>(c), base_tuning(model));
    if (!arm || std::isnan(arm->score.mean)) continue;
    ++candidates;
    const bool better = higher ? arm->score.mean > best_mean : arm->score.mean < best_mean;
    if (best.context >= 0 && !better) continue;
    best.context = static_cast<int>(c);
    best_mean = arm->score.mean;
  }
  best.chosen_here = candidates > 1;
  return best;
}

class SuiteJudge {
 public:
  SuiteJudge(const ReportModel& model, const SuiteReport& suite, const SuiteData& data,
             const ReportOptions& options)
      : model_(model), suite_(suite), data_(data), options_(options) {}

  VerdictReport judge_slice(const std::string* slice, const BestContext& context,
                            int tuning) const {
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
    input.scores = scores(arms, chosen, suite_.metric, std::nullopt);
    input.labels = labels(slice, context.context, tuning);
    input.scope = scope(arms, chosen);
    input.higher_is_better = higher_is_better(suite_.metric);
    input.margin = model_.margin;
    input.resamples = options_.resamples;
    input.checks = checks(chosen, tuning);
    input.views = views(arms, chosen);
    return {slice == nullptr, slice ? *slice : "", context.context,
            tuning,           context.chosen_here, judge(input)};
  }

 private:
  std::vector<double> pick(int arm, const std::vector<std::size_t>& chosen,
                           const std::string& metric, std::optional<std::int64_t> without) const {
    if (arm < 0) return std::vector<double>(chosen.size(), kUnknown);
    const auto& seeds = data_.arms[static_cast<std::size_t>(arm)];
    const auto all = mean_over_seeds(seeds, metric, suite_.items.size(), without);
    std::vector<double> picked;
    for (const std::size_t i : chosen) picked.push_back(all[i]);
    return picked;
  }

  ArmScores scores(const FourArms& arms, const std::vector<std::size_t>& chosen,
                   const std::string& metric, std::optional<std::int64_t> without) const {
    ArmScores result{pick(arms.base, chosen, metric, without),
                     pick(arms.context, chosen, metric, without),
                     pick(arms.model, chosen, metric, without),
                     {}};
    if (arms.both >= 0) result.both = pick(arms.both, chosen, metric, without);
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
      const double gain = mean_difference(pick(oracle, chosen, suite_.metric, std::nullopt),
                                          pick(plain, chosen, suite_.metric, std::nullopt));
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
      if (training.losses_not_finite == 0) continue;
      checks.push_back({"the training loss is a number at every step", false,
                        fmt::format("{}, seed {}", training.tuning, training.seed),
                        "학습 손실이 모든 단계에서 유한한 수임",
                        fmt::format("{}, 시드 {}", training.tuning, training.seed)});
    }
    return checks;
  }

  std::vector<AlternativeView> views(const FourArms& arms,
                                     const std::vector<std::size_t>& chosen) const {
    std::vector<AlternativeView> views;
    for (const std::string& metric : data_.metrics) {
      if (metric == suite_.metric || metric == "abstained") continue;
      views.push_back({AlternativeView::Kind::kMetric, metric,
                       scores(arms, chosen, metric, std::nullopt), higher_is_better(metric)});
    }
    const std::vector<std::int64_t> seeds = seeds_of(arms);
    if (seeds.size() < 2) return views;
    for (const std::int64_t seed : seeds) {
      views.push_back({AlternativeView::Kind::kWithoutSeed, std::to_string(seed),
                       scores(arms, chosen, suite_.metric, seed), higher_is_better(suite_.metric)});
    }
    return views;
  }

  const ReportModel& model_;
  const SuiteReport& suite_;
  const SuiteData& data_;
  const ReportOptions& options_;
};

std::vector<int> tuned_methods(const ReportModel& model, const SuiteReport& suite) {
  std::vector<int> tunings;
  for (std::size_t t = 0; t < model.tunings.size(); ++t) {
    const int tuning = static_cast<int>(t);
    if (tuning == base_tuning(model)) continue;
    if (find_arm(suite, zero_shot_context(model), tuning)) tunings.push_back(tuning);
  }
  if (tunings.empty()) tunings.push_back(-1);  // what context brings is still worth a sentence
  return tunings;
}

}  // namespace

void add_verdicts(const std::vector<SuiteData>& data, const ReportOptions& options,
                  ReportModel& model) {
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    SuiteReport& suite = model.suites[s];
    if (suite.answerable == 0) continue;
    const BestContext context = best_context(model, suite);
    const SuiteJudge judge(model, suite, data[s], options);
    for (const int tuning : tuned_methods(model, suite)) {
      suite.verdicts.push_back(judge.judge_slice(nullptr, context, tuning));
      if (suite.slices.size() < 2) continue;
      for (const std::string& slice : suite.slices) {
        suite.verdicts.push_back(judge.judge_slice(&slice, context, tuning));
      }
    }
  }
}

}  // namespace quadrant
