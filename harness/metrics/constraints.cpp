#include "harness/metrics/constraints.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/types.h"
#include "harness/core/utf8.h"
#include "harness/metrics/constraint_checks.h"
#include "harness/metrics/parameters.h"
#include "harness/metrics/scorers.h"

namespace quadrant {
namespace {

using nlohmann::json;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

const ConstraintCheck& find_check(const std::string& id) {
  std::vector<std::string> names;
  for (const auto* list : {&word_checks(), &form_checks()}) {
    for (const ConstraintCheck& check : *list) {
      if (check.id == id) return check;
      names.emplace_back(check.id);
    }
  }
  const std::string near = nearest_name(id, names);
  throw Error(fmt::format("\"{}\" is not a constraint that can be checked", id), "constraints",
              near.empty() ? "harness/metrics/constraints.h lists those that can"
                           : fmt::format("did you mean \"{}\"?", near));
}

// The answer, and what is left of it without a first or last line ("Sure, here it is:") and
// without asterisks.
std::vector<std::string> loose_forms(const std::string& output) {
  const std::size_t first = output.find('\n'), last = output.rfind('\n');
  std::vector<std::string> forms{output, "", "", ""};
  if (first != std::string::npos) {
    forms[1] = stripped(output.substr(first + 1));
    forms[2] = stripped(output.substr(0, last));
    if (first < last) forms[3] = stripped(output.substr(first + 1, last - first - 1));
  }
  for (std::size_t i = 0; i < 4; ++i) {
    std::string plain = forms[i];
    std::erase(plain, '*');
    forms.push_back(std::move(plain));
  }
  return forms;
}

struct Followed {
  int all = 0, kept = 0;
};

// Empty when the item has no constraints.
std::optional<Followed> followed(const std::string& output, const Item& item, bool loose) {
  const auto constraints = meta_json(item, "constraints");
  if (!constraints) return std::nullopt;
  try {
    const auto kept = follows(*constraints, to_nfc(to_valid_utf8(output)), loose);
    return Followed{static_cast<int>(kept.size()),
                    static_cast<int>(std::count(kept.begin(), kept.end(), true))};
  } catch (const Error& error) {
    fail_parameter(item, "constraints", error.problem() + " (" + error.where() + ")", error.mend());
  }
}

double prompt_level(const std::string& output, const Item& item, bool loose) {
  const auto result = followed(output, item, loose);
  return !result ? kNaN : result->kept == result->all ? 1 : 0;
}

double instruction_level(const std::string& output, const Item& item, bool loose) {
  const auto result = followed(output, item, loose);
  return result ? static_cast<double>(result->kept) / result->all : kNaN;
}

std::vector<double> instruction_counts(const std::string& output, const Item& item, bool loose) {
  const auto result = followed(output, item, loose);
  if (!result) return {};
  return {static_cast<double>(result->kept), static_cast<double>(result->all)};
}

}  // namespace

std::vector<bool> follows(const json& constraints, const std::string& output, bool loose) {
  if (!constraints.is_array() || constraints.empty()) {
    throw Error("\"constraints\" is not a list of constraints", "constraints",
                R"(write [{"id": "punctuation:no_comma"}, ...])");
  }
  const auto forms = loose ? loose_forms(output) : std::vector<std::string>{output};
  std::vector<bool> result;
  for (const json& constraint : constraints) {
    const Arguments arguments(constraint);
    const ConstraintCheck& check = find_check(arguments.id());
    bool kept = false;
    for (const std::string& form : forms) {
      // Checked even when it is empty, so that a wrong argument never hides behind an empty answer.
      const bool follows = check.follows(form, arguments);
      kept = kept || (follows && !stripped(form).empty());
    }
    result.push_back(kept);
  }
  return result;
}

double prompt_level_strict(const std::string& output, const Item& item) {
  return prompt_level(output, item, false);
}
double prompt_level_loose(const std::string& output, const Item& item) {
  return prompt_level(output, item, true);
}
double instruction_level_strict(const std::string& output, const Item& item) {
  return instruction_level(output, item, false);
}
double instruction_level_loose(const std::string& output, const Item& item) {
  return instruction_level(output, item, true);
}
std::vector<double> strict_counts(const std::string& output, const Item& item) {
  return instruction_counts(output, item, false);
}
std::vector<double> loose_counts(const std::string& output, const Item& item) {
  return instruction_counts(output, item, true);
}
double share_of_counts(std::span<const double> sums) {
  return sums.empty() || sums[1] == 0 ? kNaN : sums[0] / sums[1];
}

}  // namespace quadrant
