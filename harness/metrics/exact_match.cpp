#include <algorithm>
#include <cctype>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/core/utf8.h"
#include "harness/metrics/normalise.h"
#include "harness/metrics/parameters.h"
#include "harness/metrics/python_regex.h"
#include "harness/metrics/scorers.h"

namespace quadrant {
namespace {

// lm-eval's own rule (api/metrics.py, exact_match_hf_evaluate): nothing is left out unless said.
std::string literal_form(std::string text, const nlohmann::json& rule, const Item& item) {
  for (const nlohmann::json& pattern : rule.value("regexes_to_ignore", nlohmann::json::array())) {
    text =
        PythonRegex(pattern.get<std::string>(), "item " + item.id + ", \"exact_match\" in its meta")
            .without_matches(text);
  }
  if (rule.value("ignore_case", false)) text = to_lower(to_valid_utf8(text));
  if (rule.value("ignore_punctuation", false)) {
    std::erase_if(text, [](unsigned char c) { return c < 0x80 && std::ispunct(c); });
  }
  if (rule.value("ignore_numbers", false)) {
    std::erase_if(text, [](char c) { return c >= '0' && c <= '9'; });
  }
  return text;
}

}  // namespace

double exact_match(const std::string& output, const Item& item) {
  if (item.targets.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto any = [&](const auto& form) {
    const auto wanted = form(output);
    return std::any_of(item.targets.begin(), item.targets.end(),
                       [&](const std::string& target) { return form(target) == wanted; });
  };
  if (const auto rule = meta_json(item, "exact_match")) {
    return any([&](const std::string& text) { return literal_form(text, *rule, item); }) ? 1 : 0;
  }
  return any([](const std::string& text) { return normalised_words(text); }) ? 1 : 0;
}

}  // namespace quadrant
