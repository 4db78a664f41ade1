// All built-in suites: the same bytes everywhere, sizes, no leak, right answers score full marks.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "datasets/suite.h"
#include "harness/core/utf8.h"
#include "harness/metrics/metric.h"
#include "tests/unit/datasets/suite_folder.h"

using namespace quadrant;
using Kind = TrainingExample::Kind;

namespace {

struct Row {
  const char* name;
  std::size_t documents, train, dev, test, clusters;  // tier cpu
  const char* hash;                                   // tier smoke, seed 0
};

// The hashes change only on purpose: a stored run names the suite by them.
const Row kRows[] = {
    {"company_qa", 44, 176, 8, 86, 46,
     "2ed963c18c8c31a041ebc6e1ae0211b99f721beb30fd90303bb8b3b756841602"},
    {"company_qa_ko", 44, 176, 8, 86, 46,
     "1fd61d595f863a34667a4b19b2e87b2abf21768b0919e0a47893fd7a23566d90"},
    {"company_qa_wide", 44, 342, 36, 366, 46,
     "ea38e4d64c66e61a41ab40e068074020a60b0d023a89b689c66430afb6c01ac9"},
    {"company_qa_again", 44, 264, 8, 86, 46,
     "16e3a9512a32421223226c921179fe71c81637c8a2767c70d415725dae94ce62"},
    {"company_qa_reworded", 44, 264, 8, 86, 46,
     "eb414f70c81e686471016bc5e6564b71745bdba9716395934ce1739f7f7a4d86"},
    {"updates", 65, 180, 10, 92, 46,
     "294c6252f6b3d6bce8f64faafb5f12828e061690912702cebba941162d9f23da"},
    {"updates_retuned", 65, 260, 10, 92, 46,
     "816ad1cdf40a4b3ceadd147fcba523de806d361e3d379ac8f858ece0c2a4937e"},
    {"updates_in_turn", 65, 260, 10, 92, 46,
     "f308887e2a639ce29742f9c37152d514bb9d9e50251939e8ddbc75cc2d517b92"},
    {"updates_replayed", 65, 296, 10, 92, 46,
     "1431f220ede2ac39225800e526105b36ad1d853cffa5ee59a417885c2b7425e1"},
    {"slack", 48, 192, 16, 100, 40,
     "01c845c7f41ef4ff4894c49d52557a14d9f78d754152a58e21610989e816394b"},
    {"slack_formal", 48, 192, 16, 100, 40,
     "bce72937eaae403f1a8c2f172743f45a92c6cf928857d5078bd239e37b96befc"},
    {"slack_ko", 48, 192, 16, 100, 40,
     "f4b6343ec030187b4578a8e47104743795f893cc2f021a627da477329a67f6f6"},
    {"tickets_json", 3, 192, 16, 80, 80,
     "747b5181890182bdfde882564a2192f0f6e0bb6f8a6a7f7a4f840859889b1370"},
    {"refusal", 12, 128, 16, 120, 60,
     "5532923d512635c741e6d89b488761532b0f0a0bcbf3888006145ca892322a62"},
    {"refusal_prompted", 12, 128, 16, 120, 60,
     "fa97b6fab3216934d4a039261357f4effae0d70b6888f3e0a9f51a041db5cbeb"},
    {"house_style", 1, 192, 16, 80, 80,
     "640276c38be46b89fb2795f4efadcd1c251be2942b3a623ab92894a6e3b065c1"},
    {"house_style_ko", 1, 192, 16, 80, 80,
     "27e91e2e63a76603ac0dcbea958e58d19753dbdb9992feb845d22fe2971745b6"},
    {"intents", 0, 192, 24, 120, 120,
     "8eeb23b2029120706d396cd64b2827876d1f5c034baeddac47f048e382ffa8bb"},
    {"extraction", 0, 160, 24, 80, 80,
     "ba06d57b9d8f09a5343abd8b5e76a11d26806be66a0ef38570b0224bed4f2dbd"},
    {"event_logs", 0, 160, 24, 80, 80,
     "f0f0b2058782b204ad0f317f5ff339708a564a728d077f9d5e820b8d401b76c3"},
    {"translation", 9, 240, 24, 80, 80,
     "91288f6a378815d1cf918abd344d369359be9801b3211d95860f4952733e71a2"},
    {"instructions", 0, 196, 14, 120, 75,
     "dadd1584ce64a0ffae7cfbece947021696c8cfb1d0ad65926656b88c0e981905"},
    {"domain_text", 65, 80, 10, 80, 40,
     "4a78e861a38c3c65d25d3496653e6bc30f9dc2fd8a7582e5088508eaab14f509"},
    {"domain_text_unseen", 65, 80, 40, 40, 40,
     "540903d376c63a89d82100dedd509ad5368a901452648ac554ffe2709f3c3ebe"},
    {"retention", 44, 176, 10, 100, 100,
     "91b24e2941acce920ca1dfcb787758058eaf23d881e28b86c85b4fba2801362c"},
};

Suite written(const std::string& name, std::uint64_t seed) {
  SuiteFolder folder;
  write_built_in_suite(name, seed, folder.path());
  return load_suite(folder.path());
}

std::set<std::string> clusters_of(const std::vector<Item>& items) {
  std::set<std::string> clusters;
  for (const Item& item : items) clusters.insert(item.cluster);
  return clusters;
}

std::vector<Item> all_items(const Suite& suite) {
  std::vector<Item> items = suite.dev;
  items.insert(items.end(), suite.test.begin(), suite.test.end());
  return items;
}

std::size_t words(const std::string& text) {
  std::size_t count = 0;
  bool inside = false;
  for (const char32_t c : decode_utf8(text)) {
    count += !inside && !is_space(c) ? 1 : 0;
    inside = !is_space(c);
  }
  return count;
}

// What a perfect model writes.
std::string right_answer(const Item& item) {
  const auto example = item.meta.find("example");
  if (example != item.meta.end()) return example->second;
  const auto refuse = item.meta.find("expect_refusal");
  if (refuse != item.meta.end() && refuse->second == "true") return "I cannot share that.";
  return item.targets.at(0);
}

}  // namespace

TEST_CASE("the table names every built-in suite, and each has a line of description") {
  std::vector<std::string> names, listed;
  for (const Row& row : kRows) names.push_back(row.name);
  for (const BuiltInSuite& suite : built_in_suites()) {
    listed.push_back(suite.name);
    CHECK(suite.description.size() < 90);
  }
  CHECK(names == listed);
}

TEST_CASE("the same seed gives the same bytes on every machine") {
  for (const Row& row : kRows) {
    const std::string name = std::string(row.name) + "_smoke";
    const Suite suite = written(name, 0);
    CHECK(suite.name == name);
    CAPTURE(name);
    CHECK(suite.hash == std::string(row.hash));
  }
}

TEST_CASE("sizes at tier cpu, and the same sizes with other texts for another seed") {
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    const Suite zero = written(row.name, 0), one = written(row.name, 1);
    for (const Suite* suite : {&zero, &one}) {
      CHECK(suite->train.size() == row.train);
      CHECK(suite->dev.size() == row.dev);
      CHECK(suite->test.size() == row.test);
    }
    CHECK(zero.corpus.size() == row.documents);
    CHECK(clusters_of(zero.test).size() == row.clusters);
    CHECK(row.clusters >= 40);
    CHECK(zero.file_hashes.at("test.jsonl") != one.file_hashes.at("test.jsonl"));
    CHECK(zero.file_hashes.at("train.jsonl") != one.file_hashes.at("train.jsonl"));
  }
}

TEST_CASE("the largest tier is at least as large, with ids of its own for all items") {
  for (const BuiltInSuite& built_in : built_in_suites()) {
    CAPTURE(built_in.name);
    const Suite full = built_in.make(Tier::kFull, 0), cpu = built_in.make(Tier::kCpu, 0);
    CHECK(full.test.size() >= cpu.test.size());
    CHECK(full.train.size() >= cpu.train.size());
    std::set<std::string> ids, documents;
    for (const Item& item : all_items(full)) CHECK(ids.insert(item.id).second);
    for (const Document& document : full.corpus) CHECK(documents.insert(document.id).second);
  }
}

// Two entities may have the same pair of values, and company_qa_wide asks for the name by the pair.
TEST_CASE("no question of dev or test is trained on, or comes twice with other right answers") {
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    for (const std::uint64_t seed : {0, 1}) {
      const Suite suite = written(row.name, seed);
      std::set<std::string> trained;
      std::map<std::string, std::set<std::string>> asked;
      for (const TrainingExample& example : suite.train) {
        trained.insert(to_lower(example.kind == Kind::kText ? example.text : example.question));
      }
      for (const Item& item : all_items(suite)) {
        const std::string question = to_lower(item.question);
        CHECK_MESSAGE(trained.count(question) == 0, question);
        const std::set<std::string> right(item.targets.begin(), item.targets.end());
        const auto [first, fresh] = asked.emplace(question, right);
        CHECK_MESSAGE((fresh || (!right.empty() && first->second == right)), question);
      }
    }
  }
}

TEST_CASE("suites split by thing train on none that they ask about") {
  for (const char* name :
       {"tickets_json", "refusal", "house_style", "house_style_ko", "intents", "extraction",
        "event_logs", "translation", "instructions", "domain_text_unseen"}) {
    CAPTURE(name);
    const Suite suite = written(name, 0);
    const std::set<std::string> test = clusters_of(suite.test), dev = clusters_of(suite.dev);
    for (const TrainingExample& example : suite.train) CHECK(test.count(example.cluster) == 0);
    for (const std::string& cluster : dev) CHECK(test.count(cluster) == 0);
  }
}

TEST_CASE("the right answers get full marks in the primary metric, and fit the room for answers") {
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    const Suite suite = written(row.name, 0);
    CHECK_NOTHROW(check_parameters(suite.metrics, all_items(suite)));
    const Metric& primary = find_metric(suite.metrics.at(0));
    std::size_t scored = 0, longest = 0;
    for (const Item& item : all_items(suite)) {
      const std::string answer = right_answer(item);
      const double score = primary.score(answer, item);
      longest = std::max(longest, words(answer));
      if (score != score) continue;  // a metric of another slice
      ++scored;
      CHECK_MESSAGE(score == (primary.higher_is_better ? doctest::Approx(1) : doctest::Approx(0)),
                    item.id);
    }
    CHECK(2 * scored > suite.test.size());
    for (const TrainingExample& example : suite.train) {
      if (example.kind != Kind::kText) longest = std::max(longest, words(example.answer));
    }
    // Invented words cost up to three tokens.
    CHECK(longest <= static_cast<std::size_t>(suite.prompt.max_new_tokens));
  }
}
