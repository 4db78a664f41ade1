#include "harness/metrics/answer_form.h"

#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/metrics/parameters.h"
#include "harness/metrics/pattern_form.h"
#include "harness/metrics/schema.h"
#include "harness/metrics/schema_pattern.h"

namespace quadrant {
namespace {

std::string pattern_for(const Item& item, const std::string& key) {
  if (key == "regex") return item.meta.at(key);
  const auto schema = meta_json(item, key);
  check_schema(*schema);
  return schema_pattern(*schema);
}

}  // namespace

std::shared_ptr<AnswerForm> answer_form(const Item& item) {
  for (const char* key : {"regex", "schema"}) {
    if (!item.meta.contains(key)) continue;
    try {
      auto form = std::make_shared<PatternForm>(Pattern(pattern_for(item, key)));
      if (form->start() != AnswerForm::kNone) return form;
    } catch (const Error& error) {
      fail_parameter(item, key, error.problem() + " (" + error.where() + ")", error.mend());
    }
    fail_parameter(item, key, "no text has this form", "see what it demands twice");
  }
  return nullptr;
}

}  // namespace quadrant
