#include "harness/stats/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/core/error.h"
#include "harness/stats/contrasts.h"
#include "harness/stats/verdict_text.h"

namespace quadrant {
namespace {

enum { kT1, kT2, kT3, kT4, kT5 };

std::vector<double> oriented(const std::vector<double>& scores, std::size_t items,
                             bool higher_is_better) {
  QUADRANT_CHECK(scores.size() == items);
  std::vector<double> result = scores;
  for (double& score : result) {
    QUADRANT_CHECK(std::isnan(score) || (score >= 0 && score <= 1));
    if (!higher_is_better) score = 1 - score;
  }
  return result;
}

ArmScores oriented(const ArmScores& scores, std::size_t items, bool higher_is_better) {
  const auto turn = [&](const std::vector<double>& arm) {
    return oriented(arm, items, higher_is_better);
  };
  return {turn(scores.base), turn(scores.context), turn(scores.model),
          scores.both.empty() ? std::vector<double>{} : turn(scores.both)};
}

VerdictKind decide_kind(const ArmScores& scores, const std::vector<Contrast>& t) {
  const bool both_below_base = mean_difference(scores.both, scores.base) < -1e-12;
  if (t[kT4].detected > 0 && !both_below_base) return VerdictKind::kBothWin;
  if (t[kT4].detected < 0) return VerdictKind::kInterference;
  if (t[kT1].detected > 0 && t[kT3].detected > 0) return VerdictKind::kContextWins;
  if (t[kT2].detected > 0 && t[kT3].detected < 0) return VerdictKind::kModelWins;
  if (t[kT3].equivalent) return VerdictKind::kEquivalent;
  return VerdictKind::kNoVerdict;
}

Interaction decide_interaction(const std::vector<Contrast>& t) {
  if (t[kT5].equivalent) return Interaction::kAdditive;
  if (t[kT5].detected > 0) return Interaction::kSuperAdditive;
  if (t[kT5].detected == 0) return Interaction::kNotDetermined;
  // Without a proven cross-over only the weaker label may be given.
  return t[kT4].detected < 0 ? Interaction::kAntagonistic : Interaction::kSubAdditiveRemovable;
}

}  // namespace

const char* to_string(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kInvalid:
      return "INVALID";
    case VerdictKind::kContextWins:
      return "CONTEXT WINS";
    case VerdictKind::kModelWins:
      return "MODEL WINS";
    case VerdictKind::kBothWin:
      return "BOTH WIN";
    case VerdictKind::kInterference:
      return "INTERFERENCE";
    case VerdictKind::kEquivalent:
      return "EQUIVALENT";
    case VerdictKind::kNoVerdict:
      return "NO VERDICT AT THIS n";
  }
  return "";
}

const char* to_string(Interaction interaction) {
  switch (interaction) {
    case Interaction::kNotDetermined:
      return "not determined";
    case Interaction::kAdditive:
      return "additive";
    case Interaction::kAntagonistic:
      return "antagonistic";
    case Interaction::kSubAdditiveRemovable:
      return "sub-additive-removable";
    case Interaction::kSuperAdditive:
      return "super-additive";
  }
  return "";
}

Verdict judge(const VerdictInput& input) {
  const std::vector<int> clusters = number_clusters(input.clusters);
  const ArmScores scores = oriented(input.scores, clusters.size(), input.higher_is_better);

  Verdict verdict;
  verdict.best_single_from_test = !input.best_single.has_value();
  const Single best_here =
      mean_difference(scores.model, scores.context) > 0 ? Single::kModel : Single::kContext;
  verdict.best_single = input.best_single.value_or(best_here);

  ContrastSettings settings{input.margin, verdict.best_single, verdict.best_single_from_test,
                            true,         input.seed,          input.resamples};
  verdict.contrasts = primary_contrasts(scores, clusters, input.labels, settings);
  verdict.kind = decide_kind(scores, verdict.contrasts);
  verdict.interaction = decide_interaction(verdict.contrasts);

  std::copy_if(input.checks.begin(), input.checks.end(), std::back_inserter(verdict.failed_checks),
               [](const ManipulationCheck& check) { return !check.passed; });
  if (!verdict.failed_checks.empty()) verdict.kind = VerdictKind::kInvalid;

  settings.bootstrap = false;
  for (const auto& view : input.views) {
    if (verdict.kind == VerdictKind::kInvalid) break;  // nothing stands that could fall
    const ArmScores other = oriented(view.scores, clusters.size(), view.higher_is_better);
    const auto kind =
        decide_kind(other, primary_contrasts(other, clusters, input.labels, settings));
    if (kind == verdict.kind) continue;
    verdict.fragile = true;
    verdict.fragile_reasons.push_back(fmt::format("{}: {}", view.name, to_string(kind)));
  }
  verdict.sentences = verdict_sentences(input, verdict);
  return verdict;
}

}  // namespace quadrant
