// Patterns, schemas, JSON and its fields.
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/metrics/constraints.h"
#include "harness/metrics/pattern.h"
#include "harness/metrics/schema.h"
#include "harness/metrics/scorers.h"

using namespace quadrant;

TEST_CASE("patterns match whole texts, or somewhere in them") {
  struct Row {
    std::string pattern, text;
    bool whole, somewhere;
  };
  const std::vector<Row> rows{
      {"abc", "abc", true, true},
      {"abc", "xabcx", false, true},
      {"", "", true, true},
      {"", "x", false, true},
      {"a|bc|", "bc", true, true},
      {"(a|b)*c", "abbac", true, true},
      {"(?:ab)+", "ababa", false, true},
      {"colou?r", "color", true, true},
      {"a{2}", "aa", true, true},
      {"a{2}", "a", false, false},
      {"a{2,}", "aaaaa", true, true},
      {"a{1,3}b", "aaab", true, true},
      {"^a{1,3}b", "aaaab", false, false},
      {"[A-Z]{2}-\\d{4}", "OP-0042", true, true},
      {"[^a-c-]", "b", false, false},
      {"[^a-c-]", "d", true, true},
      {"[a\\]b-]+", "a]-b", true, true},
      {"\\w+\\s\\W", "ab_9\xE3\x80\x80!", true, true},
      {"[\\d.]+\\.\\D", "1.5.x", true, true},
      {"[가-힣]{2,4}님", "김민수님", true, true},
      {"[가-힣]+", "abc", false, false},
      {".", "🎉", true, true},
      {".", "\n", false, false},
      {"\\u00e9\\n\\t\\.", "é\n\t.", true, true},
      {"a^b|^c$", "c", true, true},
      {"^b", "ab", false, false},
      {"a$", "ab", false, false},
      {"(a*)*b", std::string(3000, 'a'), false, false},
      {"(a|aa)+$", std::string(3000, 'a'), true, true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.pattern);
    const Pattern pattern(row.pattern);
    CHECK(pattern.matches(row.text) == row.whole);
    CHECK(pattern.found_in(row.text) == row.somewhere);
  }
}

TEST_CASE("what is no pattern is refused") {
  for (const std::string pattern : {"(",
                                    ")",
                                    "[a",
                                    "a{",
                                    "a{2",
                                    "a{3,2}",
                                    "a{x}",
                                    "*a",
                                    "a**",
                                    "a+?",
                                    "\\",
                                    "\\q",
                                    "\\1",
                                    "[b-a]",
                                    "(?=a)",
                                    "(?<n>a)",
                                    "\\u12",
                                    "a{1001}",
                                    "(a{1000}){1000}",
                                    "(((){1000}){1000}){1000}"}) {
    CAPTURE(pattern);
    CHECK_THROWS_AS(Pattern{pattern}, Error);
  }
  CHECK_THROWS_AS(Pattern{std::string(1000, '(') + std::string(1000, ')')}, Error);
}

TEST_CASE("a schema that would not be checked whole is refused") {
  struct Row {
    const char* schema;
    const char* message;
  };
  const std::vector<Row> rows{
      {R"({"typ": "object"})", "did you mean \"type\""},
      {R"({"type": "text"})", "#/type"},
      {R"({"properties": {"a": {"minLength": -1}}})", "#/properties/a/minLength"},
      {R"({"items": {"pattern": "("}})", "pattern"},
      {R"({"anyOf": []})", "list of schemas"},
      {R"({"allOf": [{"$ref": "#/x"}]})", "$ref"},
      {R"({"required": "id"})", "list of names"},
      {R"({"multipleOf": 0})", "above 0"},
      {R"([])", "a schema is an object"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.schema);
    CHECK_THROWS_WITH_AS(check_schema(nlohmann::json::parse(row.schema)),
                         doctest::Contains(row.message), Error);
  }
}

TEST_CASE("JSON: form and content apart") {
  Item item;
  item.targets = {R"({"id": 7, "team": "웹", "tags": ["a"], "due": null})"};
  item.meta["schema"] = R"({"type": "object", "required": ["id"]})";
  struct Row {
    std::string output;
    double valid, fits, right, right_when_valid;
  };
  const double nan = std::nan("");
  const std::vector<Row> rows{
      {R"( {"id": 7, "team": "웹", "tags": ["a"], "due": null, "more": 1} )", 1, 1, 1, 1},
      {R"({"id": "7", "team": "웹", "tags": ["a", "b"]})", 1, 1, 0.25, 0.25},
      {R"({"id": 7.0, "due": null})", 1, 1, 0.5, 0.5},
      {R"({"team": "웹"})", 1, 0, 0.25, 0.25},
      {"[1]", 1, 0, 0, 0},
      {R"({"id": 7)", 0, 0, 0, nan},
      {R"({"id": NaN})", 0, 0, 0, nan},
      {R"({"id": 7} and more)", 0, 0, 0, nan},
      {"", 0, 0, 0, nan},
      {"\xFF", 0, 0, 0, nan},
  };
  for (const auto& row : rows) {
    CAPTURE(row.output);
    CHECK(json_valid(row.output, item) == row.valid);
    CHECK(schema_valid(row.output, item) == row.fits);
    CHECK(field_accuracy(row.output, item) == row.right);
    const double when_valid = field_accuracy_valid(row.output, item);
    CHECK((when_valid == row.right_when_valid ||
           (std::isnan(when_valid) && std::isnan(row.right_when_valid))));
  }
}

TEST_CASE("a pattern is compared with the whole output, white space around it aside") {
  Item item;
  item.meta["regex"] = "[A-Z]{2}-\\d{4}";
  CHECK(regex(" OP-0042\n", item) == 1);
  CHECK(regex("It is OP-0042", item) == 0);
  CHECK(regex("", item) == 0);
  item.meta["regex"] = "각+";
  CHECK(regex("\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8", item) == 1);  // the same in Jamo
}

TEST_CASE("instructions per prompt and per instruction") {
  Item item;
  item.meta["constraints"] =
      R"([{"id": "punctuation:no_comma"}, {"id": "startend:end_checker", "end_phrase": "bye"}])";
  CHECK(prompt_level_strict("so, bye", item) == 0);
  CHECK(instruction_level_strict("so, bye", item) == 0.5);
  CHECK(strict_counts("so, bye", item) == std::vector<double>{1, 2});
  CHECK(prompt_level_strict("Sure, here:\nbye", item) == 0);
  CHECK(prompt_level_loose("Sure, here:\nbye", item) == 1);
  CHECK(loose_counts("Sure, here:\nbye", item) == std::vector<double>{2, 2});
  CHECK(share_of_counts(std::vector<double>{3, 4}) == 0.75);
  CHECK_THROWS_WITH_AS(
      follows(nlohmann::json::parse(R"([{"id": "keywords:existence", "keyword": "x"}])"), "x",
              false),
      doctest::Contains("\"keywords\" is missing"), Error);
}
