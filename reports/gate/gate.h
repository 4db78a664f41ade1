// Requirements on a run, for CI: "score(company_qa, rag + lora) >= 0.4 and errors == 0".
//
//   requirement = all {"or" all}          all = part {"and" part}
//   part        = "not" part | "(" requirement ")" | value OP value | fragile(SUITE [, TUNING])
//   OP          = == != < <= > >=
//   value       = number | "text" | verdict(SUITE [, TUNING])
//               | score(SUITE, ARM [, METRIC]) | low(...) | high(...) | errors | unscored | missing
//   ARM         = STRATEGY | STRATEGY - STRATEGY      STRATEGY = NAME {+ NAME}
//
// score, low and high are the mean and the 95 % interval over the answerable items, as fractions;
// of a difference they are paired, item by item. Names with other characters stand in quotes.
//
// What is not known (a strategy that was not run, no score, NO VERDICT AT THIS n, INVALID) makes a
// comparison unknown, and `not` leaves it so: only what is known to hold passes.
// Goals: a typing error is named with its place, and never passes as "false". Non-goals:
// arithmetic, variables.
#pragma once

#include <string>
#include <vector>

#include "reports/model/report_model.h"

namespace quadrant {

enum class Truth { kNo, kYes, kUnknown };

struct Measurement {
  std::string what, value;  // "errors", "0"; a value that is not known says why
};

struct RequirementResult {
  std::string requirement;
  Truth truth = Truth::kUnknown;
  std::vector<Measurement> measured;  // every value that the requirement names, in order
  bool holds() const { return truth == Truth::kYes; }
};

// Error (with the character, what was expected, the nearest known name) for what cannot be read.
RequirementResult check_requirement(const ReportModel& model, const std::string& requirement);

// "pass", "FAIL" or "FAIL (not known)", the requirement, and below it what was measured.
std::string gate_text(const std::vector<RequirementResult>& results, int columns);

}  // namespace quadrant
