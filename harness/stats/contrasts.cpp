#include "harness/stats/contrasts.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "harness/core/error.h"
#include "harness/stats/bootstrap.h"
#include "harness/stats/multiplicity.h"
#include "harness/stats/permutation.h"
#include "harness/stats/power.h"

namespace quadrant {
namespace {

constexpr double kAlpha = 0.05;

// Empty when an arm was not run. NaN spreads, which leaves unscored items out.
std::vector<double> differences(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty() || b.empty()) return {};
  QUADRANT_CHECK(a.size() == b.size());
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
  return result;
}

// The five contrasts of one set of scores, per item; empty when an arm was not run.
std::array<std::vector<double>, 5> item_contrasts(const ArmScores& scores, Single best_single) {
  const auto& single = best_single == Single::kContext ? scores.context : scores.model;
  std::vector<double> context_gain = differences(scores.context, scores.base);
  std::vector<double> model_gain = differences(scores.model, scores.base);
  std::vector<double> interaction =
      differences(differences(scores.both, scores.model), context_gain);
  return {std::move(context_gain), std::move(model_gain), differences(scores.context, scores.model),
          differences(scores.both, single), std::move(interaction)};
}

std::array<std::string, 5> describe_contrasts(const ArmLabels& labels, Single best_single) {
  const std::string context = labels.context.empty() ? "context" : labels.context;
  const std::string model = labels.model.empty() ? "model" : labels.model;
  const std::string both = labels.both.empty() ? context + " + " + model : labels.both;
  const auto minus = [](const std::string& a, const std::string& b) {
    return fmt::format("{} - {}", a, b);
  };
  return {minus(context, labels.base), minus(model, labels.base), minus(context, model),
          minus(both, best_single == Single::kContext ? context : model),
          fmt::format("({} - {}) - ({} - {})", both, model, context, labels.base)};
}

Bounds two_way_interval(std::size_t index, const std::vector<int>& clusters,
                        const ContrastSettings& settings) {
  std::vector<std::vector<double>> by_seed;
  for (const ArmScores& scores : settings.by_seed) {
    by_seed.push_back(std::move(item_contrasts(scores, settings.best_single)[index]));
    if (by_seed.back().empty()) return {};
  }
  return pigeonhole_bootstrap(by_seed, clusters, settings.seed, settings.resamples);
}

Contrast estimate_contrast(std::size_t index, std::string description,
                           const std::vector<double>& values, const std::vector<int>& clusters,
                           const ContrastSettings& settings) {
  Contrast contrast;
  contrast.name = fmt::format("T{}", index + 1);
  contrast.description = std::move(description);
  if (values.empty()) return contrast;
  const double reach = index == kInteraction ? 2 : 1;
  const ScoreRange range{-reach, reach};
  const MeanInterval interval = cluster_t_interval(values, clusters, 1 - kAlpha, range);
  contrast.n = interval.n;
  contrast.clusters = interval.clusters;
  contrast.unscored = interval.unscored;
  if (interval.n == 0) return contrast;
  contrast.available = true;
  contrast.estimate = interval.mean;
  contrast.low = interval.low;
  contrast.high = interval.high;
  contrast.se = interval.se;
  contrast.df = interval.df;
  contrast.method = interval.method;
  const PairedTest test = paired_test(values, clusters, settings.seed, settings.resamples);
  contrast.p = test.p;
  contrast.mcnemar = test.mcnemar;
  contrast.mde = minimum_detectable_effect(interval.se, interval.df, 0.8, kAlpha);
  const Equivalence equivalence = equivalence_test(values, clusters, settings.margin, range);
  contrast.equivalence = equivalence.interval;
  contrast.equivalent = equivalence.equivalent;
  if (settings.bootstrap) {
    contrast.bootstrap = cluster_bootstrap(values, clusters, settings.seed, settings.resamples);
    contrast.bootstrap_t = cluster_bootstrap_t(values, clusters, settings.seed, settings.resamples);
    contrast.two_way = two_way_interval(index, clusters, settings);
  }
  return contrast;
}

void mark_detected(std::vector<Contrast>& contrasts) {
  std::vector<double> p_values;
  for (const auto& contrast : contrasts) p_values.push_back(contrast.p);
  const std::vector<double> adjusted = holm_adjust(p_values);
  for (std::size_t i = 0; i < contrasts.size(); ++i) {
    Contrast& contrast = contrasts[i];
    contrast.holm_p = adjusted[i];
    if (!(contrast.holm_p <= kAlpha)) continue;
    contrast.detected = contrast.low > 0 ? 1 : contrast.high < 0 ? -1 : 0;
  }
}

}  // namespace

double mean_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  int n = 0;
  for (const double value : differences(a, b)) {
    if (std::isnan(value)) continue;
    sum += value;
    ++n;
  }
  return n == 0 ? kUnknown : sum / n;
}

std::vector<Contrast> primary_contrasts(const ArmScores& scores, const std::vector<int>& clusters,
                                        const ArmLabels& labels, const ContrastSettings& settings) {
  const auto values = item_contrasts(scores, settings.best_single);
  const auto descriptions = describe_contrasts(labels, settings.best_single);
  std::vector<Contrast> contrasts;
  for (std::size_t i = 0; i < values.size(); ++i) {
    contrasts.push_back(estimate_contrast(i, descriptions[i], values[i], clusters, settings));
  }
  if (settings.best_single_from_test)
    contrasts[kCombination].p = std::fmin(1, 2 * contrasts[kCombination].p);
  mark_detected(contrasts);
  return contrasts;
}

}  // namespace quadrant
