// What is looked at beside the primary differences: the differences of slices as one large family,
// and where the spread of the primary ones comes from.
#include <algorithm>

#include "harness/stats/multiplicity.h"
#include "reports/model/loading.h"

namespace quadrant {
namespace {

using ArmSeeds = std::vector<SeedScores>;

struct Term {
  const ArmSeeds* arm;  // null: not run
  double sign;
};

// T1 ... T5 as sums of arms.
std::vector<std::vector<Term>> contrast_terms(const ReportModel& model, const SuiteReport& suite,
                                              const SuiteData& data, const VerdictReport& report) {
  const auto arm = [&](int context, int tuning) -> const ArmSeeds* {
    const ArmReport* found = find_arm(suite, context, tuning);
    return found ? &data.arms[static_cast<std::size_t>(found - suite.arms.data())] : nullptr;
  };
  const int zero = zero_shot_context(model), base = base_tuning(model);
  const ArmSeeds *plain = arm(zero, base), *context = arm(report.context, base),
                 *tuned = arm(zero, report.tuning), *both = arm(report.context, report.tuning);
  const ArmSeeds* single = report.verdict.best_single == Single::kContext ? context : tuned;
  return {{{context, 1}, {plain, -1}},
          {{tuned, 1}, {plain, -1}},
          {{context, 1}, {tuned, -1}},
          {{both, 1}, {single, -1}},
          {{both, 1}, {tuned, -1}, {context, -1}, {plain, 1}}};
}

using Seed = std::optional<std::int64_t>;

// The seeds that touch one of the arms; one "none" when no seed does.
std::vector<Seed> seeds_of(const std::vector<Term>& terms) {
  std::vector<Seed> seeds;
  for (const Term& term : terms) {
    for (const SeedScores& scores : *term.arm) {
      if (!scores.seed) continue;
      if (std::find(seeds.begin(), seeds.end(), scores.seed) == seeds.end()) {
        seeds.push_back(scores.seed);
      }
    }
  }
  if (seeds.empty()) seeds.emplace_back();
  return seeds;
}

// In which wording each item was asked: the same in all arms of a seed.
const std::vector<std::int64_t>* wordings_of(const std::vector<Term>& terms, const Seed& seed) {
  for (const Term& term : terms) {
    for (const SeedScores& scores : *term.arm) {
      if (scores.seed == seed || !scores.seed) return &scores.wordings;
    }
  }
  return nullptr;
}

std::vector<Observation> observe(const SuiteReport& suite, const std::vector<Term>& terms) {
  std::vector<std::string> ids;
  for (const ReportItem& item : suite.items) ids.push_back(item.cluster);
  const std::vector<int> clusters = number_clusters(ids);
  const std::vector<Seed> seeds = seeds_of(terms);
  std::vector<Observation> observations;
  for (std::size_t s = 0; s < seeds.size(); ++s) {
    std::vector<double> values(suite.items.size(), 0);
    for (const Term& term : terms) {
      const auto scores =
          mean_over_seeds(*term.arm, suite.metric, suite.items.size(), {.only = seeds[s]});
      for (std::size_t i = 0; i < values.size(); ++i) values[i] += term.sign * scores[i];
    }
    const auto* wordings = wordings_of(terms, seeds[s]);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!suite.items[i].answerable) continue;
      observations.push_back({values[i], clusters[i], static_cast<int>(i), static_cast<int>(s),
                              wordings ? static_cast<int>((*wordings)[i]) : 0});
    }
  }
  return observations;
}

VarianceComponents spread_of(const SuiteReport& suite, const std::vector<Term>& terms) {
  const auto missing = [](const Term& term) { return !term.arm || term.arm->empty(); };
  if (std::any_of(terms.begin(), terms.end(), missing)) return {};
  return variance_components(observe(suite, terms));
}

// All differences of all slices are one family: a slice is looked at because something in it
// stands out, so the usual .05 would find something in most runs.
void adjust_slices(SuiteReport& suite) {
  std::vector<double> p_values;
  for (const VerdictReport& report : suite.verdicts) {
    if (report.whole) continue;
    for (const Contrast& contrast : report.verdict.contrasts) p_values.push_back(contrast.p);
  }
  const std::vector<double> adjusted = benjamini_hochberg_adjust(p_values);
  auto next = adjusted.begin();
  for (VerdictReport& report : suite.verdicts) {
    if (report.whole) continue;
    const auto count = static_cast<std::ptrdiff_t>(report.verdict.contrasts.size());
    report.false_discovery.assign(next, next + count);
    next += count;
  }
}

}  // namespace

void add_exploratory(const std::vector<SuiteData>& data, ReportModel& model) {
  for (std::size_t s = 0; s < model.suites.size(); ++s) {
    SuiteReport& suite = model.suites[s];
    for (VerdictReport& report : suite.verdicts) {
      if (!report.whole) continue;
      for (const auto& terms : contrast_terms(model, suite, data[s], report)) {
        report.spread.push_back(spread_of(suite, terms));
      }
    }
    adjust_slices(suite);
  }
}

}  // namespace quadrant
