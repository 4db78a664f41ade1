#include "harness/stats/interaction.h"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "harness/core/error.h"
#include "harness/stats/cluster_sums.h"
#include "harness/stats/distributions.h"

namespace quadrant {
namespace {

struct Arm {
  const std::vector<double>* scores;
  double sign;
  double share = 0;
};

std::array<Arm, 4> arms_of(const ArmScores& scores) {
  return {{{&scores.both, 1}, {&scores.model, -1}, {&scores.context, -1}, {&scores.base, 1}}};
}

bool complete(const std::array<Arm, 4>& arms, std::size_t items) {
  for (const Arm& arm : arms) {
    if (arm.scores->size() != items) return false;
  }
  return true;
}

// Items scored in all arms.
std::vector<std::size_t> shared_items(const std::array<Arm, 4>& arms, std::size_t items) {
  std::vector<std::size_t> shared;
  for (std::size_t i = 0; i < items; ++i) {
    bool scored = true;
    for (const Arm& arm : arms) scored = scored && !std::isnan((*arm.scores)[i]);
    if (scored) shared.push_back(i);
  }
  return shared;
}

// Sets each arm's share; with the halves added everywhere when one arm needs them.
void set_shares(std::array<Arm, 4>& arms, const std::vector<std::size_t>& items) {
  const auto n = static_cast<double>(items.size());
  double halves = 0;
  for (Arm& arm : arms) {
    for (const std::size_t i : items) arm.share += (*arm.scores)[i];
    if (arm.share <= 0 || arm.share >= n) halves = 0.5;
  }
  for (Arm& arm : arms) arm.share = (arm.share + halves) / (n + 2 * halves);
}

}  // namespace

ScaledInteraction log_odds_interaction(const ArmScores& scores, std::span<const int> clusters) {
  ScaledInteraction result;
  auto arms = arms_of(scores);
  if (!complete(arms, clusters.size())) return result;
  const auto items = shared_items(arms, clusters.size());
  if (items.empty()) return result;
  set_shares(arms, items);
  result.n = static_cast<int>(items.size());
  result.estimate = 0;
  for (const Arm& arm : arms) {
    result.estimate += arm.sign * std::log(arm.share / (1 - arm.share));
  }
  // What each item contributes to the estimate, to first order; summed by cluster.
  std::vector<double> influence(clusters.size(), kUnknown);
  for (const std::size_t i : items) {
    influence[i] = 0;
    for (const Arm& arm : arms) {
      influence[i] +=
          arm.sign * ((*arm.scores)[i] - arm.share) / (arm.share * (1 - arm.share)) / result.n;
    }
  }
  const ClusterSums sums = sum_by_cluster(influence, clusters);
  result.clusters = sums.clusters();
  if (result.clusters < 2) return result;
  double squares = 0;
  for (const double sum : sums.sums) squares += sum * sum;
  const double groups = result.clusters;
  result.se = std::sqrt(groups / (groups - 1) * squares);
  const double reach = student_t_quantile(0.975, groups - 1) * result.se;
  result.low = result.estimate - reach;
  result.high = result.estimate + reach;
  return result;
}

ScaledInteraction mean_interaction(const ArmScores& values, std::span<const int> clusters) {
  const auto arms = arms_of(values);
  if (!complete(arms, clusters.size())) return {};
  std::vector<double> interaction(clusters.size(), 0.0);
  for (std::size_t i = 0; i < interaction.size(); ++i) {
    for (const Arm& arm : arms) interaction[i] += arm.sign * (*arm.scores)[i];
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const MeanInterval mean =
      cluster_t_interval(interaction, clusters, 0.95, {-kInfinity, kInfinity});
  return {mean.mean, mean.low, mean.high, mean.se, mean.n, mean.clusters};
}

}  // namespace quadrant
