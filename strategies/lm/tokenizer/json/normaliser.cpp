#include "strategies/lm/tokenizer/json/normaliser.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <cstdlib>
#include <vector>

#include "harness/core/error.h"
#include "harness/core/utf8.h"
#include "strategies/lm/tokenizer/bert_text.h"

namespace quadrant {
namespace {

std::string normal_form(const std::string& text, int options) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | options));
  QUADRANT_CHECK(size >= 0);
  std::string result(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
  std::free(mapped);
  return result;
}

std::string without_accents(const std::string& text) {
  std::string result;
  for (const char32_t c : decode_utf8(text)) {
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
    const bool mark = category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
    if (!mark) append_utf8(result, c);
  }
  return result;
}

std::string stripped(const std::string& text, bool left, bool right) {
  const std::vector<char32_t> characters = decode_utf8(text);
  std::size_t begin = 0, end = characters.size();
  while (left && begin < end && is_space(characters[begin])) ++begin;
  while (right && end > begin && is_space(characters[end - 1])) --end;
  std::string result;
  for (std::size_t i = begin; i < end; ++i) append_utf8(result, characters[i]);
  return result;
}

std::string replaced(const std::string& text, const std::string& from, const std::string& to) {
  std::string result;
  std::size_t at = 0;
  for (std::size_t found = text.find(from); found != std::string::npos;
       found = text.find(from, at)) {
    result.append(text, at, found - at).append(to);
    at = found + from.size();
  }
  return result.append(text, at);
}

// A run of two or more spaces: the one pattern that sentencepiece models are converted with.
std::string with_runs_replaced(const std::string& text, const std::string& to) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find_first_not_of(' ', i), text.size());
    if (end - i >= 2) {
      result += to;
      i = end;
    } else {
      result += text[i++];
    }
  }
  return result;
}

Normaliser read_replace(const JsonNode& node) {
  const std::string to = node.text("content");
  const JsonNode pattern = node.at("pattern");
  if (pattern.has("Regex")) {
    if (pattern.text("Regex") != " {2,}") {
      node.refuse(fmt::format("the pattern \"{}\" of a Replace normalizer is not supported",
                              pattern.text("Regex")));
    }
    return [to](std::string text) { return with_runs_replaced(text, to); };
  }
  const std::string from = pattern.text("String");
  if (from.empty()) node.refuse("a Replace normalizer replaces nothing");
  return [from, to](std::string text) { return replaced(text, from, to); };
}

Normaliser read_sequence(const JsonNode& node) {
  std::vector<Normaliser> steps;
  for (const JsonNode& step : node.at("normalizers").elements()) {
    steps.push_back(read_normaliser(step));
  }
  return [steps](std::string text) {
    for (const Normaliser& step : steps) text = step(std::move(text));
    return text;
  };
}

Normaliser read_bert(const JsonNode& node) {
  BertRules rules;
  rules.clean = node.flag("clean_text", true);
  rules.space_chinese = node.flag("handle_chinese_chars", true);
  rules.lower_case = node.flag("lowercase", true);
  rules.strip_accents = node.flag("strip_accents", rules.lower_case);
  return [rules](std::string text) { return bert_text(text, rules); };
}

}  // namespace

Normaliser read_normaliser(const JsonNode& node) {
  const std::string type = node.type();
  const auto form = [](int options) {
    return [options](std::string text) { return normal_form(text, options); };
  };
  if (type == "NFC") return form(UTF8PROC_COMPOSE);
  if (type == "NFD") return form(UTF8PROC_DECOMPOSE);
  if (type == "NFKC") return form(UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  if (type == "NFKD") return form(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  if (type == "Lowercase") return [](std::string text) { return to_lower(text); };
  if (type == "StripAccents") return without_accents;
  if (type == "Strip") {
    const bool left = node.flag("strip_left", true), right = node.flag("strip_right", true);
    return [left, right](std::string text) { return stripped(text, left, right); };
  }
  if (type == "Prepend") {
    const std::string start = node.text("prepend");
    return [start](std::string text) { return text.empty() ? text : start + text; };
  }
  if (type == "Replace") return read_replace(node);
  if (type == "BertNormalizer") return read_bert(node);
  if (type == "Sequence") return read_sequence(node);
  node.refuse_type("normalizer");
}

}  // namespace quadrant
