// What is often said about fine-tuning, prompting and retrieval, as differences that a run can
// measure: one row a claim, with what would refute it. The audit (reports/model/audit.cpp) fills in
// the numbers; adding a claim means adding a row in claims.cpp.
//
// The claims are those of the primer that this project began with; numbers as in its list of
// hypotheses. Goals: nothing is said beyond the contrast that was measured. Non-goals: a verdict on
// one suite (harness/stats/verdict.h).
#pragma once

#include <string>
#include <vector>

namespace quadrant {

// Strategies by what they are. A run may have several tuned models: a claim is then measured for
// each one that is judged.
enum class Role {
  kBase,
  kExamples,       // few-shot examples, base model
  kPrompted,       // each way of prompting without passages: examples, an optimised prompt
  kRetrieval,      // retrieved passages, base model
  kTuned,          // nothing shown
  kTunedExamples,  // few-shot examples, tuned model
  kElsewhere,      // nothing shown; tuned on the data of another suite
  kLora,
  kFull,
};

// What the difference `first - second` must be for the part to hold, with the run's margin.
enum class Expected {
  kAbove,     // detected above 0. Fails: detected below 0, or shown to lie within the margin
  kBelow,     // detected below 0. Fails: likewise
  kNotAbove,  // shown to be less than the margin. Fails: detected above 0
  kSame,      // shown to lie within the margin. Fails: detected on either side
};

enum class Quantity {
  kDifference,   // first - second; `second` of another suite where one is named
  kInteraction,  // T5 of every suite: what both changes bring beyond the sum of each
  kCombination,  // T4 of every suite: both changes over the better single one
};

struct ClaimPart {
  std::string suite;   // a built-in suite, in any tier; "" = every suite
  std::string slice;   // "" = all items that can be answered
  std::string metric;  // "" = the suite's own
  Role first = Role::kTuned, second = Role::kBase;
  Expected expected = Expected::kAbove;
  Quantity quantity = Quantity::kDifference;
  // A suite that asks the same items after another training: `second` is its arm, of the same
  // recipe, paired by the items' ids. "" = the same suite.
  std::string second_suite = "";
};

struct Claim {
  std::string id;                           // "H1"
  std::string english, korean;              // what is said
  std::string scope_english, scope_korean;  // what no outcome here can show
  std::vector<ClaimPart> parts;             // all must hold
};

const std::vector<Claim>& all_claims();

}  // namespace quadrant
