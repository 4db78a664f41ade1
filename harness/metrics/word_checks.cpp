// Constraints on words, lengths, case and punctuation; and what all constraints use.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "harness/core/error.h"
#include "harness/core/utf8.h"
#include "harness/metrics/constraint_checks.h"

namespace quadrant {

Arguments::Arguments(const nlohmann::json& constraint) : constraint_(constraint) {
  const bool has_id = constraint.is_object() && constraint.contains("id");
  if (!has_id || !constraint["id"].is_string()) {
    throw Error("a constraint has no \"id\"", "constraints",
                R"(write {"id": "punctuation:no_comma"})");
  }
  id_ = constraint["id"].get<std::string>();
}

const nlohmann::json& Arguments::value(const char* key, const char* form, bool good) const {
  if (good) return constraint_.at(key);
  throw Error(fmt::format("\"{}\" is missing or not {}", key, form), id_,
              fmt::format("add \"{}\": {}", key, form));
}

std::string Arguments::text(const char* key) const {
  const bool good = constraint_.contains(key) && constraint_[key].is_string() &&
                    !constraint_[key].get_ref<const std::string&>().empty();
  return value(key, "a text", good).get<std::string>();
}

std::vector<std::string> Arguments::texts(const char* key) const {
  const auto filled = [](const nlohmann::json& entry) {
    return entry.is_string() && !entry.get_ref<const std::string&>().empty();
  };
  const auto found = constraint_.find(key);
  const bool good = found != constraint_.end() && found->is_array() && !found->empty() &&
                    std::all_of(found->begin(), found->end(), filled);
  return value(key, "a list of texts", good).get<std::vector<std::string>>();
}

int Arguments::count(const char* key) const {
  const auto found = constraint_.find(key);
  const bool good = found != constraint_.end() && found->is_number_integer() && *found >= 0 &&
                    *found <= 1'000'000;
  return value(key, "a count", good).get<int>();
}

bool Arguments::relation(const char* key, int found, int wanted) const {
  const auto given = constraint_.find(key);
  const bool good = given != constraint_.end() && (*given == "at least" || *given == "less than");
  return value(key, R"("at least" or "less than")", good) == "at least" ? found >= wanted
                                                                        : found < wanted;
}

std::string stripped(const std::string& text) {
  auto characters = decode_utf8(text);
  const auto inside = [](char32_t c) { return !is_space(c); };
  characters.erase(characters.begin(), std::find_if(characters.begin(), characters.end(), inside));
  characters.erase(std::find_if(characters.rbegin(), characters.rend(), inside).base(),
                   characters.end());
  std::string result;
  for (const char32_t c : characters) append_utf8(result, c);
  return result;
}

std::string lowered(const std::string& text) { return to_lower(text); }

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0, end = 0;
  while ((end = text.find(separator, begin)) != std::string::npos) {
    parts.push_back(text.substr(begin, end - begin));
    begin = end + separator.size();
  }
  parts.push_back(text.substr(begin));
  return parts;
}

namespace {

int occurrences(const std::string& text, const std::string& part) {
  return static_cast<int>(split(lowered(text), lowered(part)).size()) - 1;
}

// Does `word` stand there with an end of word on both sides (Python's \b)?
bool has_whole_word(const std::string& text, const std::string& word) {
  const auto characters = decode_utf8(lowered(text)), wanted = decode_utf8(lowered(word));
  const auto word_at = [&](std::size_t i) {
    return i < characters.size() && is_word(characters[i]);
  };
  for (auto at = characters.begin();; ++at) {
    at = std::search(at, characters.end(), wanted.begin(), wanted.end());
    if (at == characters.end()) return false;
    const auto begin = static_cast<std::size_t>(at - characters.begin());
    const std::size_t end = begin + wanted.size();
    const bool before = begin > 0 && word_at(begin - 1);
    if (before != word_at(begin) && word_at(end - 1) != word_at(end)) return true;
  }
}

bool keywords_exist(const std::string& answer, const Arguments& arguments) {
  const auto keywords = arguments.texts("keywords");
  return std::all_of(keywords.begin(), keywords.end(),
                     [&](const std::string& keyword) { return occurrences(answer, keyword) > 0; });
}

bool keyword_frequency(const std::string& answer, const Arguments& arguments) {
  return arguments.relation("relation", occurrences(answer, arguments.text("keyword")),
                            arguments.count("frequency"));
}

bool no_forbidden_words(const std::string& answer, const Arguments& arguments) {
  const auto words = arguments.texts("forbidden_words");
  return std::none_of(words.begin(), words.end(),
                      [&](const std::string& word) { return has_whole_word(answer, word); });
}

bool letter_frequency(const std::string& answer, const Arguments& arguments) {
  return arguments.relation("let_relation", occurrences(answer, arguments.text("letter")),
                            arguments.count("let_frequency"));
}

bool number_words(const std::string& answer, const Arguments& arguments) {
  int words = 0;
  bool inside = false;
  for (const char32_t c : decode_utf8(answer)) {
    words += is_word(c) && !inside ? 1 : 0;
    inside = is_word(c);
  }
  return arguments.relation("relation", words, arguments.count("num_words"));
}

bool number_paragraphs(const std::string& answer, const Arguments& arguments) {
  const auto paragraphs = split(answer, "***");
  auto count = static_cast<int>(paragraphs.size());
  for (std::size_t i = 0; i < paragraphs.size(); ++i) {
    if (!stripped(paragraphs[i]).empty()) continue;
    if (i > 0 && i + 1 < paragraphs.size()) return false;
    --count;
  }
  return count == arguments.count("num_paragraphs");
}

std::string first_word(const std::string& paragraph) {
  std::string word;
  for (const char32_t c : decode_utf8(lowered(paragraph))) {
    if (is_space(c)) break;
    append_utf8(word, c);
  }
  word.erase(0, std::min(word.find_first_not_of('\''), word.size()));
  word.erase(0, std::min(word.find_first_not_of('"'), word.size()));
  return word.substr(0, word.find_first_of(".,?!'\""));
}

bool paragraph_first_word(const std::string& answer, const Arguments& arguments) {
  const auto paragraphs = split(answer, "\n\n");
  const auto count = std::count_if(paragraphs.begin(), paragraphs.end(),
                                   [](const std::string& p) { return !stripped(p).empty(); });
  const int nth = arguments.count("nth_paragraph");
  const std::string wanted = lowered(arguments.text("first_word"));
  if (count != arguments.count("num_paragraphs") || nth < 1 || nth > count) return false;
  const std::string paragraph = stripped(paragraphs[static_cast<std::size_t>(nth) - 1]);
  return !paragraph.empty() && first_word(paragraph) == wanted;
}

bool all_capitals(const std::string& answer, const Arguments&) {
  const auto letters = decode_utf8(answer);
  return std::any_of(letters.begin(), letters.end(), is_upper) &&
         std::none_of(letters.begin(), letters.end(), is_lower);
}

bool all_lower_case(const std::string& answer, const Arguments&) {
  const auto letters = decode_utf8(answer);
  return std::any_of(letters.begin(), letters.end(), is_lower) &&
         std::none_of(letters.begin(), letters.end(), is_upper);
}

bool no_comma(const std::string& answer, const Arguments&) {
  return answer.find(',') == std::string::npos;
}

}  // namespace

const std::vector<ConstraintCheck>& word_checks() {
  static const std::vector<ConstraintCheck> checks{
      {"keywords:existence", keywords_exist},
      {"keywords:frequency", keyword_frequency},
      {"keywords:forbidden_words", no_forbidden_words},
      {"keywords:letter_frequency", letter_frequency},
      {"length_constraints:number_words", number_words},
      {"length_constraints:number_paragraphs", number_paragraphs},
      {"length_constraints:nth_paragraph_first_word", paragraph_first_word},
      {"change_case:english_capital", all_capitals},
      {"change_case:english_lowercase", all_lower_case},
      {"punctuation:no_comma", no_comma},
  };
  return checks;
}

}  // namespace quadrant
