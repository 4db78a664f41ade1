#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "harness/core/error.h"
#include "harness/metrics/abstained.h"
#include "harness/metrics/metric.h"
#include "harness/metrics/normalise.h"
#include "harness/metrics/scorers.h"

using namespace quadrant;

namespace {

Item item_with(std::vector<std::string> targets) {
  Item item;
  item.targets = std::move(targets);
  return item;
}

struct Row {
  std::string output;
  std::vector<std::string> targets;
  double expected;
};

void check_all(double (*score)(const std::string&, const Item&), const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    CAPTURE(row.output);
    CAPTURE(row.targets);
    CHECK(score(row.output, item_with(row.targets)) == doctest::Approx(row.expected));
  }
}

}  // namespace

TEST_CASE("normal form") {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"The  Quick,\tbrown\nfox!", "quick brown fox"},
      {"U.S. $5-million (approx.)", "us 5million approx"},
      {"An apple a day", "apple day"},
      {"anthem theatre", "anthem theatre"},
      {"ÉCOLE “Straße” — İ", "école straße i"},
      {"Cafe\xCC\x81", "caf\xC3\xA9"},
      {"한국어\xE3\x80\x80답변。", "한국어 답변"},
      {"a\xC2\xA0"
       "b",
       "b"},
      {"", ""},
      {"  \n", ""},
      {"The", "the"},
      {"A.", "a"},
      {"+", "+"},
      {"bad \xFF byte", "bad \xEF\xBF\xBD byte"},
  };
  for (const auto& [text, expected] : rows) {
    CAPTURE(text);
    CHECK(normalised(text) == expected);
    CHECK(normalised(normalised(text)) == normalised(text));
  }
}

TEST_CASE("exact_match") {
  check_all(exact_match, {
                             {"The Blue Room.", {"blue room"}, 1},
                             {"blue", {"blue room"}, 0},
                             {"Marla Venn", {"Marlo Venn", "marla venn"}, 1},
                             {"", {"blue"}, 0},
                             {"B", {"A"}, 0},
                             {"a", {"A"}, 1},
                             {"the", {"A"}, 0},
                             {"서울.", {"서울"}, 1},
                         });
}

TEST_CASE("f1") {
  check_all(f1, {
                    {"the blue room", {"Blue room"}, 1},
                    {"blue", {"blue room"}, 2.0 / 3},
                    {"blue blue", {"blue room"}, 0.5},
                    {"in the big blue room upstairs", {"blue room"}, 4.0 / 7},
                    {"red", {"blue", "red car"}, 2.0 / 3},
                    {"", {"blue"}, 0},
                    {"", {""}, 1},
                });
}

TEST_CASE("contains") {
  check_all(contains, {
                          {"It is in the Blue Room, upstairs.", {"blue room"}, 1},
                          {"the room is blue", {"blue room"}, 0},
                          {"blue big room", {"blue room"}, 0},
                          {"party", {"art"}, 0},
                          {"code 17", {"7"}, 0},
                          {"anything", {""}, 0},
                          {"x", {"nothing", "X"}, 1},
                          {"답은 서울 입니다", {"서울"}, 1},
                          {"답은 서울은 맞다", {"서울"}, 0},
                      });
}

TEST_CASE("abstained") {
  check_all(abstained, {
                           {"I don't know.", {}, 1},
                           {"I don’t know the answer to that", {}, 1},
                           {"Unknown", {}, 1},
                           {"The answer is unknown.", {}, 1},
                           {"N/A", {}, 1},
                           {"The document does not say who founded it.", {}, 1},
                           {"Sorry, I cannot answer this.", {}, 1},
                           {"The Tomb of the Unknown Soldier", {}, 0},
                           {"Tuesday", {"Tuesday"}, 0},
                           {"None of the rooms is blue", {}, 0},
                           {"", {}, 0},
                       });
}

TEST_CASE("the lexicon of refusals is in normal form, without doubles") {
  std::set<std::string> seen;
  const auto check = [&seen](std::string_view phrase) {
    CAPTURE(phrase);
    CHECK(normalised(phrase) == phrase);
    CHECK(abstained(std::string(phrase), {}) == 1);
    CHECK(seen.emplace(phrase).second);
  };
  for (const auto phrase : kWholeRefusals) check(phrase);
  for (const auto phrase : kRefusalPhrases) check(phrase);
}

TEST_CASE("an item without targets cannot be scored, but can be refused") {
  for (const auto& metric : all_metrics()) {
    CAPTURE(metric.name);
    CHECK(std::isnan(metric.score("text", {})) == (metric.name != "abstained"));
  }
}

TEST_CASE("metrics are found by name, and a misspelt name gets the nearest") {
  CHECK(find_metric("f1").score("x", item_with({"x"})) == 1);
  CHECK(all_metrics().size() == 4);
  try {
    find_metric("exact_macth");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.mend().find("\"exact_match\"") != std::string::npos);
  }
  try {
    find_metric("zzzzzzzz");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.mend().find("contains") != std::string::npos);
  }
}
