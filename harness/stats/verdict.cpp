#include "harness/stats/verdict.h"

#include <algorithm>
#include <cmath>

#include "harness/core/error.h"
#include "harness/stats/contrasts.h"
#include "harness/stats/interaction.h"
#include "harness/stats/verdict_text.h"

namespace quadrant {
namespace {

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
  if (t[kCombination].detected > 0 && !both_below_base) return VerdictKind::kBothWin;
  if (t[kCombination].detected < 0) return VerdictKind::kInterference;
  if (t[kContextGain].detected > 0 && t[kContextOverModel].detected > 0)
    return VerdictKind::kContextWins;
  if (t[kModelGain].detected > 0 && t[kContextOverModel].detected < 0)
    return VerdictKind::kModelWins;
  if (t[kContextOverModel].equivalent) return VerdictKind::kEquivalent;
  return VerdictKind::kNoVerdict;
}

// Do the differences that a verdict rests on point the same way in a part of its items?
bool same_signs(VerdictKind kind, const std::vector<Contrast>& whole,
                const std::vector<Contrast>& part) {
  std::vector<int> deciding;
  if (kind == VerdictKind::kBothWin || kind == VerdictKind::kInterference) {
    deciding = {kCombination};
  } else if (kind == VerdictKind::kContextWins) {
    deciding = {kContextGain, kContextOverModel};
  } else if (kind == VerdictKind::kModelWins) {
    deciding = {kModelGain, kContextOverModel};
  }
  return std::all_of(deciding.begin(), deciding.end(), [&](int index) {
    const auto at = static_cast<std::size_t>(index);
    // A part without any such item (NaN) contradicts nothing.
    return !(whole[at].estimate * part[at].estimate <= 0);
  });
}

Interaction decide_interaction(const std::vector<Contrast>& t) {
  if (t[kInteraction].equivalent) return Interaction::kAdditive;
  if (t[kInteraction].detected > 0) return Interaction::kSuperAdditive;
  if (t[kInteraction].detected == 0) return Interaction::kNotDetermined;
  // Without a proven cross-over only the weaker label may be given.
  return t[kCombination].detected < 0 ? Interaction::kAntagonistic
                                      : Interaction::kSubAdditiveRemovable;
}

}  // namespace

Verdict judge(const VerdictInput& input) {
  const std::vector<int> clusters = number_clusters(input.clusters);
  const ArmScores scores = oriented(input.scores, clusters.size(), input.higher_is_better);

  Verdict verdict;
  verdict.best_single_from_test = !input.best_single.has_value();
  const Single best_here =
      mean_difference(scores.model, scores.context) > 0 ? Single::kModel : Single::kContext;
  verdict.best_single = input.best_single.value_or(best_here);

  ContrastSettings settings{
      input.margin, verdict.best_single, verdict.best_single_from_test, true, {},
      input.seed,   input.resamples};
  for (const ArmScores& seed : input.by_seed) {
    settings.by_seed.push_back(oriented(seed, clusters.size(), input.higher_is_better));
  }
  verdict.contrasts = primary_contrasts(scores, clusters, input.labels, settings);
  verdict.kind = decide_kind(scores, verdict.contrasts);
  verdict.interaction = decide_interaction(verdict.contrasts);
  verdict.log_odds = log_odds_interaction(scores, clusters);

  std::copy_if(input.checks.begin(), input.checks.end(), std::back_inserter(verdict.failed_checks),
               [](const ManipulationCheck& check) { return !check.passed; });
  if (!verdict.failed_checks.empty()) verdict.kind = VerdictKind::kInvalid;

  settings.bootstrap = false;
  for (const auto& view : input.views) {
    if (verdict.kind == VerdictKind::kInvalid) break;  // nothing stands that could fall
    const ArmScores other = oriented(view.scores, clusters.size(), view.higher_is_better);
    const auto contrasts = primary_contrasts(other, clusters, input.labels, settings);
    const VerdictKind kind = decide_kind(other, contrasts);
    const bool part = view.kind == AlternativeView::Kind::kUnseenTemplates;
    if (kind == verdict.kind || (part && kind == VerdictKind::kNoVerdict &&
                                 same_signs(verdict.kind, verdict.contrasts, contrasts))) {
      continue;
    }
    verdict.fragile = true;
    verdict.fragile_reasons.push_back({view.kind, view.name, kind});
  }
  verdict.labels = input.labels;
  verdict.margin = input.margin;
  verdict.scope = input.scope;
  verdict.sentences = verdict_sentences(verdict, Language::kEnglish);
  return verdict;
}

}  // namespace quadrant
