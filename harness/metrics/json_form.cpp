// Answers that are JSON: their form (json_valid, schema_valid, regex) apart from their content.
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/core/error.h"
#include "harness/core/types.h"
#include "harness/core/utf8.h"
#include "harness/metrics/constraint_checks.h"
#include "harness/metrics/parameters.h"
#include "harness/metrics/pattern.h"
#include "harness/metrics/schema.h"
#include "harness/metrics/scorers.h"

namespace quadrant {
namespace {

using nlohmann::json;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// RFC 8259: NaN, comments and single quotes are no JSON.
std::optional<json> parsed(const std::string& text) {
  json value = json::parse(to_nfc(to_valid_utf8(text)), nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

// The item's first target as an object; an item with another kind of target has no fields.
std::optional<json> wanted_fields(const Item& item) {
  if (item.targets.empty()) return std::nullopt;
  auto wanted = parsed(item.targets[0]);
  if (!wanted || !wanted->is_object() || wanted->empty()) return std::nullopt;
  return wanted;
}

double share_right(const json& wanted, const json& there) {
  int right = 0;
  for (const auto& [key, value] : wanted.items()) {
    right += there.is_object() && there.contains(key) && there[key] == value ? 1 : 0;
  }
  return right / static_cast<double>(wanted.size());
}

}  // namespace

double json_valid(const std::string& output, const Item& /*item*/) {
  return parsed(output) ? 1 : 0;
}

double schema_valid(const std::string& output, const Item& item) {
  const auto schema = meta_json(item, "schema");
  if (!schema) return kNaN;
  try {
    check_schema(*schema);
  } catch (const Error& error) {
    fail_parameter(item, "schema", error.problem() + " (" + error.where() + ")", error.mend());
  }
  const auto value = parsed(output);
  return value && fits_schema(*schema, *value) ? 1 : 0;
}

double field_accuracy(const std::string& output, const Item& item) {
  const auto wanted = wanted_fields(item);
  if (!wanted) return kNaN;
  const auto there = parsed(output);
  return there ? share_right(*wanted, *there) : 0;
}

double field_accuracy_valid(const std::string& output, const Item& item) {
  return parsed(output) ? field_accuracy(output, item) : kNaN;
}

double regex(const std::string& output, const Item& item) {
  const auto source = item.meta.find("regex");
  if (source == item.meta.end()) return kNaN;
  try {
    return Pattern(source->second).matches(stripped(to_nfc(to_valid_utf8(output)))) ? 1 : 0;
  } catch (const Error& error) {
    fail_parameter(item, "regex", error.problem() + " (" + error.where() + ")", error.mend());
  }
}

}  // namespace quadrant
