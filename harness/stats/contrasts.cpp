#include "harness/stats/contrasts.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/core/error.h"
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

Contrast estimate_contrast(std::string name, std::string description,
                           const std::vector<double>& values, const std::vector<int>& clusters,
                           double reach, const ContrastSettings& settings) {
  Contrast contrast;
  contrast.name = std::move(name);
  contrast.description = std::move(description);
  if (values.empty()) return contrast;
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
  contrast.p = cluster_sign_flip_p(values, clusters, settings.seed, settings.resamples);
  contrast.mde = minimum_detectable_effect(interval.se, interval.df, 0.8, kAlpha);
  const Equivalence equivalence = equivalence_test(values, clusters, settings.margin, range);
  contrast.equivalence = equivalence.interval;
  contrast.equivalent = equivalence.equivalent;
  if (settings.bootstrap) {
    contrast.bootstrap = cluster_bootstrap(values, clusters, settings.seed, settings.resamples);
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
  const bool context_best = settings.best_single == Single::kContext;
  const auto& single = context_best ? scores.context : scores.model;
  const std::string context_label = labels.context.empty() ? "context" : labels.context;
  const std::string model_label = labels.model.empty() ? "model" : labels.model;
  const std::string& single_label = context_best ? context_label : model_label;
  const auto context_gain = differences(scores.context, scores.base);
  const auto add = [&](const char* name, std::string description, const std::vector<double>& values,
                       double reach = 1) {
    return estimate_contrast(name, std::move(description), values, clusters, reach, settings);
  };
  const auto minus = [](const std::string& a, const std::string& b) {
    return fmt::format("{} - {}", a, b);
  };
  std::vector<Contrast> contrasts{
      add("T1", minus(context_label, labels.base), context_gain),
      add("T2", minus(model_label, labels.base), differences(scores.model, scores.base)),
      add("T3", minus(context_label, model_label), differences(scores.context, scores.model)),
      add("T4", minus(labels.both, single_label), differences(scores.both, single)),
      add("T5",
          fmt::format("({} - {}) - ({} - {})", labels.both, model_label, context_label,
                      labels.base),
          differences(differences(scores.both, scores.model), context_gain), 2)};
  if (settings.best_single_from_test) contrasts[3].p = std::fmin(1, 2 * contrasts[3].p);
  mark_detected(contrasts);
  return contrasts;
}

}  // namespace quadrant
