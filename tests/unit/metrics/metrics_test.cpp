#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "harness/core/error.h"
#include "harness/metrics/abstained.h"
#include "harness/metrics/choice.h"
#include "harness/metrics/filters.h"
#include "harness/metrics/lexicon.h"
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
  for (const auto phrase : kAbstentionsKorean) check(phrase);
  for (const auto phrase : kRefusalsEnglish) CHECK(normalised(phrase) == phrase);
  for (const auto phrase : kRefusalsKorean) CHECK(normalised(phrase) == phrase);
  for (const auto phrase : kDeferralsEnglish) CHECK(normalised(phrase) == phrase);
  for (const auto phrase : kDeferralsKorean) CHECK(normalised(phrase) == phrase);
}

TEST_CASE("abstained in Korean") {
  check_all(abstained, {
                           {"저는 모르겠습니다.", {}, 1},
                           {"문서에는 그 정보가 없습니다.", {}, 1},
                           {"정확히 알 수 없는 내용입니다.", {}, 1},
                           {"회의는 화요일입니다.", {}, 0},
                       });
}

TEST_CASE("an output names a choice, or none") {
  struct ChoiceRow {
    std::string output;
    std::vector<std::string> choices;
    std::optional<int> named;
  };
  const std::vector<std::string> colours{"red", "dark red", "Blue"};
  const std::vector<ChoiceRow> rows{
      {"red", colours, 0},
      {"The dark red.", colours, 1},
      {"It is dark red, I think", colours, 1},
      {"BLUE!", colours, 2},
      {"It is blue or red", colours, std::nullopt},
      {"", colours, std::nullopt},
      {"B", colours, 1},
      {" (c) ", colours, 2},
      {"B. red", colours, 1},
      {"c: it says red", colours, 2},
      {"A colour", colours, std::nullopt},
      {"D", colours, std::nullopt},
      {"green", colours, std::nullopt},
      {"B", {"A", "B"}, 1},
      {"두 번째", {"첫 번째", "두 번째"}, 1},
      {"same", {"same", "Same"}, std::nullopt},
  };
  for (const auto& row : rows) {
    CAPTURE(row.output);
    CHECK(named_choice(row.output, row.choices) == row.named);
  }
}

TEST_CASE("an item without what a metric needs cannot be scored") {
  const std::set<std::string> need_nothing{"abstained", "json_valid", "refused",
                                           "deferred",  "terse",      "lower_case"};
  for (const auto& metric : all_metrics()) {
    CAPTURE(metric.name);
    CHECK(std::isnan(metric.score("text", {})) == (need_nothing.count(metric.name) == 0));
    CHECK((metric.statistics == nullptr) == (metric.from_statistics == nullptr));
    if (metric.statistics) {
      CHECK(metric.statistics("text", {}).empty());
      CHECK(std::isnan(metric.from_statistics({})));
    }
  }
}

TEST_CASE("metrics are found by name, and a misspelt name gets the nearest") {
  CHECK(find_metric("f1").score("x", item_with({"x"})) == 1);
  std::set<std::string> names;
  for (const auto& metric : all_metrics()) CHECK(names.insert(metric.name).second);
  CHECK_THROWS_WITH_AS(find_metric("exact_macth"), doctest::Contains("\"exact_match\""), Error);
  CHECK_THROWS_WITH_AS(find_metric("zzzzzzzzzzzz"), doctest::Contains("contains"), Error);
}

TEST_CASE("parameters are checked before a run") {
  std::vector<Item> items(2);
  for (auto& item : items) {
    item.choices = {"yes", "no"};
    item.answer = 1;
  }
  items[0].id = "a";
  items[1].id = "b";
  const std::vector<std::string> classes{"accuracy", "macro_f1"};
  CHECK_NOTHROW(check_parameters(classes, items));
  items[1].choices.push_back("maybe");
  CHECK_THROWS_WITH_AS(check_parameters(classes, items), doctest::Contains("items a and b"), Error);
  const std::vector<std::pair<std::string, std::pair<std::string, std::string>>> broken{
      {"schema_valid", {"schema", "{"}},
      {"schema_valid", {"schema", R"({"typ": "object"})"}},
      {"regex", {"regex", "(a"}},
      {"prompt_level_strict_acc", {"constraints", "[]"}},
      {"inst_level_loose_acc", {"constraints", R"([{"id": "punctuation:no_coma"}])"}},
      {"over_refusal", {"expect_refusal", "yes"}},
      {"completed", {"min_words", "-1"}},
      {"stale", {"stale", "[1]"}},
  };
  for (const auto& [metric, parameter] : broken) {
    CAPTURE(metric);
    std::vector<Item> one(1);
    one[0].id = "q7";
    one[0].targets = {"x"};
    one[0].meta[parameter.first] = parameter.second;
    const std::vector<std::string> metrics{metric};
    const std::string where = "item q7, \"" + parameter.first + "\"";
    CHECK_THROWS_WITH_AS(check_parameters(metrics, one), doctest::Contains(where.c_str()), Error);
  }
}

TEST_CASE("filters: what metrics see of an output") {
  struct Row {
    const char* filters;
    const char* output;
    const char* seen;
  };
  const Row rows[] = {
      {R"x([])x", " Four. ", " Four. "},
      {R"x([{"function":"remove_whitespace"},{"function":"lowercase"}])x", " \u3000Four.\n",
       "four."},
      {R"x([{"function":"regex"}])x", "so #### 1,234 apples", "1,234"},
      {R"x([{"function":"regex"}])x", "nothing", "[invalid]"},
      {R"x([{"function":"regex","regex_pattern":"(-?[$0-9.,]{2,})|(-?[0-9]+)","group_select":-1}])x",
       "5 of 12.5, or 7", "7"},
      {R"x([{"function":"regex","regex_pattern":"(?s)A(.*)B","fallback":"?"}])x", "xA1\n2By",
       "1\n2"},
      {R"x([{"function":"regex","regex_pattern":"답: ([가-힣]+)"}])x", "음... 답: 서울.", "서울"},
      {R"x([{"function":"map","mapping_dict":{"yes":"1"},"default_value":"0"}])x", "yes", "1"},
      {R"x([{"function":"map","mapping_dict":{"yes":"1"},"default_value":"0"}])x", "Yes", "0"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.filters);
    Item item;
    item.meta["filters"] = row.filters;
    CHECK(filtered(row.output, item) == row.seen);
  }
  Item broken;
  broken.id = "q7";
  for (const char* filters : {R"x([{"function":"regex","regex_pattern":"(?<=a)b"}])x",
                              R"x([{"function":"vote"}])x", "["}) {
    broken.meta["filters"] = filters;
    CHECK_THROWS_WITH_AS(filtered("x", broken), doctest::Contains("item q7"), Error);
  }
}

TEST_CASE("exact_match by lm-eval's rule") {
  Item item = item_with({"The 3 Cats!"});
  CHECK(find_metric("exact_match").score("cats 3", item) == 0);
  item.meta["exact_match"] = "{}";
  CHECK(find_metric("exact_match").score("The 3 Cats!", item) == 1);
  CHECK(find_metric("exact_match").score(" The 3 Cats!", item) == 0);
  item.meta["exact_match"] =
      R"x({"ignore_case":true,"ignore_punctuation":true,"ignore_numbers":true,"regexes_to_ignore":["(?s).*: "]})x";
  CHECK(find_metric("exact_match").score("so\nit is: the 7 cats", item) == 1);
}
