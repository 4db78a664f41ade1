// The values that a requirement can name, looked up in a report model; for the gate.
#pragma once

#include <string>
#include <vector>

#include "reports/model/report_model.h"

namespace quadrant {

struct GateValue {
  enum class Kind { kNumber, kText, kFlag };
  Kind kind = Kind::kNumber;
  double number = kUnknown;
  std::string text;
  bool flag = false;
  bool known = false;
  std::string shown;  // for the reader; when not known, why
};

// What stands between the commas: a name, or the difference of two.
struct GateArgument {
  std::string name, minus;  // parts of a strategy are joined by " + "; minus "" = no difference
  std::size_t at = 0, minus_at = 0;
};

// A name that cannot be looked up; the parser adds the place.
struct GateProblem {
  std::string problem, mend;
  std::size_t at = 0;
};

struct GateFunction {
  std::string name, use;            // use: "score(SUITE, ARM [, METRIC])"
  std::size_t least = 0, most = 0;  // arguments; most 0: written without parentheses
  GateValue (*measure)(const ReportModel& model, const std::vector<GateArgument>& arguments);
};

// measure throws GateProblem.
const std::vector<GateFunction>& gate_functions();

// "BOTH WIN" and the others, as text literals may name them.
const std::vector<std::string>& verdict_names();

}  // namespace quadrant
