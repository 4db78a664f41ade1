// The verdict on one task and metric: context or model optimisation, both, or not to be told.
//
// Goals: a fixed grammar that a machine decides from stored numbers, and sentences that never say
// more than those numbers. Non-goals: choosing between many strategies (do that on dev items).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/stats/interval.h"

namespace quadrant {

// Scores of the same items under four strategies, averaged over seeds within an item; in [0, 1],
// NaN = unscored. All of equal length, in the order of VerdictInput::clusters.
struct ArmScores {
  std::vector<double> base, context, model;
  std::vector<double> both;  // empty: this arm was not run
};

struct ArmLabels {  // as sentences name them; context, model: "" = no such arm was run
  std::string base = "base", context = "context", model = "model", both = "both";
  std::string metric = "score";
};

// Of generated sentences. Names of arms, suites, metrics and models stay as they are.
enum class Language { kEnglish, kKorean };

// Something that must hold before the arms may be compared ("the index returns the gold passage").
struct ManipulationCheck {
  std::string name;
  bool passed = true;
  std::string detail;                                // what was measured, against what bound
  std::string korean_name = {}, korean_detail = {};  // "" = as above
};

// Another way to look at the same comparison; a verdict that changes under one is fragile.
struct AlternativeView {
  enum class Kind {
    kMetric,           // a second metric of the suite
    kWithoutSeed,      // one seed left out
    kUnseenTemplates,  // only answers to prompt templates that training never used
  };
  Kind kind = Kind::kMetric;
  std::string name;  // the metric, the seed; "" for templates
  ArmScores scores;
  bool higher_is_better = true;
};

// What was measured, and so all that the verdict speaks of.
struct Scope {
  std::string model;                        // "" = not known: no sentence of scope is written
  std::string data;                         // "company_qa 1"
  int questions = 0, clusters = 0;          // that can be answered
  std::vector<std::int64_t> seeds;          // of training and of few-shot examples
  int templates = 1, unseen_templates = 0;  // of prompts; unseen: never used in training
};

enum class Single { kContext, kModel };

// The interaction on a scale other than that of the shares (harness/stats/interaction.h).
struct ScaledInteraction {
  double estimate = kUnknown, low = kUnknown, high = kUnknown;  // 95 %, Student, clusters - 1
  double se = kUnknown;
  int n = 0, clusters = 0;  // items scored in all four arms
};

struct VerdictInput {
  ArmScores scores;
  std::vector<std::string> clusters;  // one per item; "" = the item is its own cluster
  ArmLabels labels;
  bool higher_is_better = true;
  // One entry a seed, the arms that no seed touches repeated; fewer than two: no two-way interval.
  std::vector<ArmScores> by_seed;
  double margin = 0.05;               // smallest difference that matters, set before the run
  std::optional<Single> best_single;  // chosen on dev items; absent: taken from these scores
  std::vector<ManipulationCheck> checks;
  std::vector<AlternativeView> views;
  Scope scope;
  std::uint64_t seed = 0;  // of permutations and bootstrap
  int resamples = 10000;
};

// T1 context - base, T2 model - base, T3 context - model, T4 both - best single,
// T5 interaction = (both - model) - (context - base). Positive is better, whatever the metric.
enum { kContextGain, kModelGain, kContextOverModel, kCombination, kInteraction };
struct Contrast {
  std::string name;         // "T1" ... "T5"
  std::string description;  // "rag - base", in the labels of the input
  bool available = false;   // false: an arm was not run, or no item is scored in all its arms
  double estimate = kUnknown, low = kUnknown, high = kUnknown;  // 95 % cluster-t; a fraction of 1
  double se = kUnknown, df = kUnknown;
  IntervalMethod method = IntervalMethod::kNone;
  Bounds bootstrap, bootstrap_t;  // 95 % cluster bootstrap, the companions: percentile, studentised
  Bounds two_way;  // 95 %, documents and seeds drawn again; NaN unless two seeds were run
  double p = kUnknown, holm_p = kUnknown;  // two-sided; Holm over the family
  bool mcnemar = false;  // p is exact McNemar's (each item its own cluster), else cluster sign-flip
  double mde =
      kUnknown;  // effect found 4 times out of 5 at two-sided .05, before Holm's correction
  int n = 0, clusters = 0, unscored = 0;  // items unscored in any arm it needs are left out
  Bounds equivalence;                     // 90 % interval of the two one-sided tests
  bool equivalent = false;                // it lies inside +-margin
  // Positive or negative: holm_p <= .05 and the 95 % interval lies wholly on that side of 0.
  int detected = 0;  // +1, -1, or 0 = not detected
};

enum class VerdictKind {
  kInvalid,
  kContextWins,
  kModelWins,
  kBothWin,
  kInterference,
  kEquivalent,
  kNoVerdict,
};
// "INVALID", "CONTEXT WINS", "MODEL WINS", "BOTH WIN", "INTERFERENCE", "EQUIVALENT",
// "NO VERDICT AT THIS n"
const char* to_string(VerdictKind kind, Language language = Language::kEnglish);

enum class Interaction {
  kNotDetermined,
  kAdditive,              // T5 equivalent to 0 within the margin
  kAntagonistic,          // T5 < 0 and T4 < 0, both detected: no rescaling of the metric removes it
  kSubAdditiveRemovable,  // T5 < 0 detected, T4 < 0 not: could be the metric's ceiling
  kSuperAdditive,         // T5 > 0 detected
};
// "not determined", "additive", "antagonistic", "sub-additive-removable", "super-additive"
const char* to_string(Interaction interaction, Language language = Language::kEnglish);

// A view that says something else.
struct FragileReason {
  AlternativeView::Kind view = AlternativeView::Kind::kMetric;
  std::string name;                            // as AlternativeView::name
  VerdictKind kind = VerdictKind::kNoVerdict;  // what that view says by itself
};

struct Verdict {
  VerdictKind kind = VerdictKind::kNoVerdict;
  bool fragile = false;
  std::vector<FragileReason> fragile_reasons;
  std::vector<Contrast> contrasts;  // always T1 ... T5
  Single best_single = Single::kContext;
  bool best_single_from_test = false;  // no dev choice was given: T4's p is doubled for it
  Interaction interaction = Interaction::kNotDetermined;
  ScaledInteraction log_odds;  // T5 on the log-odds scale
  std::vector<ManipulationCheck> failed_checks;
  // As in the input, for verdict_sentences() in any language (harness/stats/verdict_text.h).
  ArmLabels labels;
  double margin = 0;
  Scope scope;
  std::vector<std::string> sentences;  // in English, 2 to 5
};

// Which kind, when several could apply: the first that holds of
//   INVALID        a manipulation check failed
//   BOTH WIN       T4 > 0, and both has no lower mean than base
//   INTERFERENCE   T4 < 0
//   CONTEXT WINS   T1 > 0 and T3 > 0
//   MODEL WINS     T2 > 0 and T3 < 0
//   EQUIVALENT     T3 equivalent within the margin
//   NO VERDICT AT THIS n
// where > and < mean detected. What both arms do together comes first, because it decides what to
// run; which single one is better is then said in the sentences. A detected difference below the
// margin still counts, and its sentence says that it is below the margin.
//
// FRAGILE: a view gives another kind. Unseen templates are a part of the items only, so there
// NO VERDICT alone does not count: a difference that the verdict rests on must change its sign.
Verdict judge(const VerdictInput& input);

}  // namespace quadrant
