#include "reports/compare/comparison.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/core/utf8.h"
#include "reports/compare/pairing.h"
#include "tests/unit/export/small_store.h"

using namespace quadrant;
using test::kFailedItem, test::kUnscoredItem, test::SmallRun, test::SmallStore;

namespace {

bool left_out(const RunComparison& comparison, const std::string& strategy, const std::string& item,
              const std::string& reason) {
  return std::any_of(comparison.unpaired.begin(), comparison.unpaired.end(),
                     [&](const Unpaired& left) {
                       return left.strategy == strategy && left.item == item &&
                              left.reason.find(reason) != std::string::npos;
                     });
}

std::vector<double> right(int count, int of) {
  std::vector<double> scores(static_cast<std::size_t>(of), 0);
  std::fill_n(scores.begin(), count, 1);
  return scores;
}

}  // namespace

TEST_CASE("items pair by what they ask, wherever they stand; the rest is named with its reason") {
  auto first = test::small_items(6), second = test::small_items(6);
  std::reverse(second.begin(), second.end());
  second[0].targets = {"another"};  // q5, changed
  second[1].id = "renamed";         // q4 under another id
  second.push_back(first[0]);       // q0, asked twice
  second.back().id = "again";
  Item added = first[0];
  added.id = "new", added.question = "New?";
  second.push_back(added);
  Item gone = first[0];
  gone.id = "gone", gone.question = "Gone?";
  first.push_back(gone);
  const ItemPairs result = pair_items(first, second);
  using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;
  CHECK(result.pairs == Pairs{{0, 5}, {1, 4}, {2, 3}, {3, 2}, {4, 1}});
  auto unpaired = result.unpaired;
  std::sort(unpaired.begin(), unpaired.end());
  using Reasons = std::vector<std::pair<std::string, std::string>>;
  CHECK(unpaired ==
        Reasons{{"again", "asked more than once, and the ids do not tell which is which"},
                {"gone", "only in the first run"},
                {"new", "only in the second run"},
                {"q5", "changed: its question or its answers"}});
}

TEST_CASE("188 against 200 of 300 right, 8 and 20 discordant: exact McNemar p = 0.036") {
  SmallStore store;
  SmallRun first, second;
  first.items = second.items = test::small_items(300);
  first.cells = {{"none", "base", right(188, 300), std::nullopt, ""}};
  std::vector<double> scores = right(188, 300);
  std::fill_n(scores.begin(), 8, 0);
  std::fill_n(scores.begin() + 188, 20, 1);
  second.cells = {{"none", "base", scores, std::nullopt, ""}};
  second.tag = "b";
  const auto a = store.add(first), b = store.add(second);
  const RunComparison comparison = compare_stored_runs(store.store(), a, b);
  REQUIRE(comparison.suites.size() == 1);
  const PairedStrategy& base = comparison.suites[0].strategies.at(0);
  CHECK(base.mcnemar);
  CHECK(base.p == doctest::Approx(0.0357).epsilon(.01));
  CHECK(base.only_first == 8);
  CHECK(base.only_second == 20);
  CHECK(base.first == doctest::Approx(188 / 300.0));
  CHECK(base.change.mean == doctest::Approx(12 / 300.0));
  CHECK(base.detected);
}

TEST_CASE("strategies pair by name; what is missing or has no score is listed") {
  SmallStore store;
  SmallRun first, second;
  first.items = second.items = test::small_items(40, /*unanswerable=*/true);
  for (std::size_t i = 0; i < 40; ++i) {
    first.items[i].cluster = second.items[i].cluster = "c" + std::to_string(i / 2);
  }
  std::vector<double> some = right(20, 40);
  some[3] = kUnscoredItem;
  some[4] = kFailedItem;
  first.cells = {{"none", "base", right(10, 40), std::nullopt, ""},
                 {"rag", "base", some, std::nullopt, ""},
                 {"none", "lora", right(1, 40), 0, ""}};
  second.cells = {{"rag", "base", right(30, 40), std::nullopt, ""},
                  {"none", "base", right(11, 40), std::nullopt, ""},
                  {"shots", "base", right(1, 40), 0, ""}};
  second.tag = "b";
  second.config = R"({"margin":0.1,"model":{"path":"tiny"},"name":"small","batch_size":4,"x":1})";
  const auto a = store.add(first), b = store.add(second);
  const RunComparison comparison = compare_stored_runs(store.store(), a, b);
  const PairedSuite& suite = comparison.suites.at(0);
  CHECK(suite.items == 39);
  CHECK(suite.unanswerable == 1);
  REQUIRE(suite.strategies.size() == 2);
  const PairedStrategy& rag = suite.strategies[1];
  CHECK(rag.strategy == "rag");
  CHECK_FALSE(rag.mcnemar);  // two items a cluster
  CHECK(rag.change.n == 37);
  CHECK(rag.change.unscored == 2);
  CHECK(rag.first == doctest::Approx(18 / 37.0));  // of the same items as the second
  CHECK(rag.second == doctest::Approx(28 / 37.0));
  CHECK(rag.holm_p >= rag.p);
  CHECK(left_out(comparison, "rag", "q3", "not scored in the first run"));
  CHECK(left_out(comparison, "rag", "q4", "not scored in the first run"));
  CHECK(left_out(comparison, "lora", "", "only in the first run"));
  CHECK(left_out(comparison, "shots", "", "only in the second run"));
  REQUIRE(comparison.settings.size() == 2);
  CHECK(comparison.settings[0].key == "margin");
  CHECK(comparison.settings[0].second == "0.1");
  CHECK(comparison.settings[1].key == "x");
  CHECK_FALSE(comparison.settings[1].first);

  const std::string text = comparison_text(comparison, 80);
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) CHECK(display_width(line) <= 80);
  CHECK(text.find("demo, rag: 2 items not scored in the first run (q3, q4)") != std::string::npos);
  CHECK(text.find("- margin: 0.05 -> 0.1") != std::string::npos);
  CHECK(text.find("- x: (not set) -> 1") != std::string::npos);
  const nlohmann::json json = comparison_json(comparison);
  CHECK(json["unpaired"].size() == comparison.unpaired.size());
  CHECK(json["suites"][0]["strategies"][1]["change"]["n"] == 37);
}

TEST_CASE("answers that both runs share are said to be the same, not tested") {
  SmallStore store;
  SmallRun run;
  run.items = test::small_items(10);
  run.cells = {{"none", "base", right(5, 10), std::nullopt, ""}};
  const auto a = store.add(run), b = store.add(run);
  const RunComparison comparison = compare_stored_runs(store.store(), a, b);
  const PairedStrategy& base = comparison.suites.at(0).strategies.at(0);
  CHECK(base.same_answers);
  CHECK(std::isnan(base.p));
  CHECK_FALSE(base.detected);
  const std::string text = comparison_text(comparison, 80);
  CHECK(text.find("the same stored answers") != std::string::npos);
  CHECK(text.find("Everything has its partner.") != std::string::npos);
  CHECK(text.find("The settings are the same.") != std::string::npos);
}

TEST_CASE("suites of one run alone, and suites decided by another metric, are not compared") {
  SmallStore store;
  SmallRun first, second;
  first.items = second.items = test::small_items(4);
  first.cells = second.cells = {{"none", "base", right(2, 4), std::nullopt, ""}};
  second.tag = "b";
  second.metric = "f1";
  const auto a = store.add(first), b = store.add(second);
  const RunComparison other_metric = compare_stored_runs(store.store(), a, b);
  CHECK(other_metric.suites.empty());
  CHECK(left_out(other_metric, "", "", "decided by contains in the first run, by f1"));
  second.suite = "another";
  const auto c = store.add(second);
  const RunComparison other_suite = compare_stored_runs(store.store(), a, c);
  CHECK(left_out(other_suite, "", "", "only in the first run"));
  CHECK(left_out(other_suite, "", "", "only in the second run"));
}
