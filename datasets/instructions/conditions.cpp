#include "datasets/instructions/conditions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctype>
#include <nlohmann/json.hpp>

#include "datasets/common/wording.h"
#include "harness/core/json.h"
#include "harness/core/utf8.h"

namespace quadrant::instructions {
namespace {

using nlohmann::json;

std::string prose(const Topic& topic, std::size_t sentences = 4) {
  return fmt::format("{}", fmt::join(topic.sentences.begin(),
                                     topic.sentences.begin() + static_cast<long>(sentences), " "));
}

// Wordings 0 and 1 are for training, 2 is not.
std::string ask(const Topic& topic, const std::string& first, const std::string& second,
                std::size_t wording) {
  static const std::vector<std::string> kOpenings{"Tell me about {t}. ", "Explain {t} in short. ",
                                                  "Write something on {t}. "};
  return fill(kOpenings[wording], {{"t", topic.name}}) + (wording < 2 ? first : second);
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

Demand bullets(const Topic& topic, std::size_t wording, Rng& rng) {
  const std::size_t count = 2 + rng.below(3);
  std::string answer;
  for (std::size_t i = 0; i < count; ++i) answer += (i ? "\n* " : "* ") + topic.sentences[i];
  return {
      ask(topic, fmt::format("Use exactly {} bullet points that begin with *.", count),
          fmt::format("Answer as a list of {} points, each with * before it.", count), wording),
      canonical_json(json{{"id", "detectable_format:number_bullet_lists"}, {"num_bullets", count}}),
      answer};
}

Demand few_words(const Topic& topic, std::size_t wording, Rng& rng) {
  const std::size_t limit = 10 + rng.below(6);
  return {ask(topic, fmt::format("Use less than {} words.", limit),
              fmt::format("Your answer must be shorter than {} words.", limit), wording),
          canonical_json(json{{"id", "length_constraints:number_words"},
                              {"num_words", limit},
                              {"relation", "less than"}}),
          topic.sentences[0]};
}

Demand many_words(const Topic& topic, std::size_t wording, Rng& rng) {
  const std::size_t limit = 12 + rng.below(5);
  return {ask(topic, fmt::format("Use at least {} words.", limit),
              fmt::format("Your answer must have {} words or more.", limit), wording),
          canonical_json(json{{"id", "length_constraints:number_words"},
                              {"num_words", limit},
                              {"relation", "at least"}}),
          prose(topic)};
}

Demand no_comma(const Topic& topic, std::size_t wording, Rng& /*rng*/) {
  return {ask(topic, "Do not use any commas.", "Leave out all commas.", wording),
          canonical_json(json{{"id", "punctuation:no_comma"}}), prose(topic, 3)};
}

Demand lower(const Topic& topic, std::size_t wording, Rng& /*rng*/) {
  return {ask(topic, "Write in small letters only.", "Use no capital letters.", wording),
          canonical_json(json{{"id", "change_case:english_lowercase"}}), to_lower(prose(topic, 3))};
}

Demand ending(const Topic& topic, std::size_t wording, Rng& rng) {
  static const std::vector<std::string> kEndings{"That is all.", "Thank you for reading.",
                                                 "Is there anything else?", "The end."};
  const std::string& end = pick(kEndings, rng);
  return {ask(topic, fmt::format("End with the words: {}", end),
              fmt::format("Your last words must be: {}", end), wording),
          canonical_json(json{{"id", "startend:end_checker"}, {"end_phrase", end}}),
          prose(topic, 2) + " " + end};
}

Demand title(const Topic& topic, std::size_t wording, Rng& /*rng*/) {
  return {ask(topic, "Put a title above it, in double angle brackets: <<title>>.",
              "It needs a title of the form <<title>>.", wording),
          canonical_json(json{{"id", "detectable_format:title"}}),
          "<<About " + topic.name + ">>\n" + prose(topic, 3)};
}

Demand capitals(const Topic& topic, std::size_t wording, Rng& /*rng*/) {
  return {ask(topic, "Write in capital letters only.", "Use no small letters.", wording),
          canonical_json(json{{"id", "change_case:english_capital"}}), upper(prose(topic, 3))};
}

Demand quotation(const Topic& topic, std::size_t wording, Rng& /*rng*/) {
  return {ask(topic, "Put the whole answer in double quotation marks.",
              "Begin and end with a double quotation mark.", wording),
          canonical_json(json{{"id", "startend:quotation"}}), "\"" + prose(topic, 2) + "\""};
}

Demand postscript(const Topic& topic, std::size_t wording, Rng& /*rng*/) {
  return {
      ask(topic, "Add a postscript that begins with P.S.", "Close with a postscript, marked P.S.",
          wording),
      canonical_json(json{{"id", "detectable_content:postscript"}, {"postscript_marker", "P.S."}}),
      prose(topic, 2) + "\nP.S. " + topic.sentences[3]};
}

}  // namespace

const std::vector<Condition>& conditions() {
  static const std::vector<Condition> kConditions{
      {"detectable_format:number_bullet_lists", true, bullets},
      {"length_constraints:number_words:less", true, few_words},
      {"length_constraints:number_words:more", true, many_words},
      {"punctuation:no_comma", true, no_comma},
      {"change_case:english_lowercase", true, lower},
      {"startend:end_checker", true, ending},
      {"detectable_format:title", true, title},
      {"change_case:english_capital", false, capitals},
      {"startend:quotation", false, quotation},
      {"detectable_content:postscript", false, postscript}};
  return kConditions;
}

}  // namespace quadrant::instructions
