// company_qa: sizes, balance, hard negatives, no leak, the same bytes everywhere.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "datasets/company_qa/templates.h"
#include "datasets/company_qa/writer.h"
#include "datasets/suite.h"
#include "harness/core/error.h"
#include "harness/core/utf8.h"
#include "tests/unit/datasets/suite_folder.h"

using namespace quadrant;
using company_qa::Entity;
using company_qa::Part;
using Kind = TrainingExample::Kind;

namespace {

constexpr std::uint64_t kSeeds = 6;

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> all_values() {
  std::vector<std::string> values;
  for (const auto& type : company_qa::english().types) {
    for (const auto& attribute : type.attributes) {
      values.insert(values.end(), attribute.pool.begin(), attribute.pool.end());
    }
  }
  return values;
}

// A value of any pool that stands in the text in whatever case, other than `own`; "" if none.
std::string value_inside(const std::string& text, const std::set<std::string>& own) {
  static const std::vector<std::string> kValues = all_values();
  const std::string small = to_lower(text);
  for (const std::string& value : kValues) {
    if (!own.count(value) && holds(small, to_lower(value))) return value;
  }
  return "";
}

std::size_t differing_letters(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return std::max(a.size(), b.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i];
  return count;
}

template <class Visit>
void for_each_world(Visit visit) {
  for (const Tier tier : {Tier::kCpu, Tier::kSmoke}) {
    const company_qa::Plan plan = company_qa::plan_of(tier);
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(plan.trained);
      CAPTURE(seed);
      visit(plan, company_qa::make_world(plan, seed, company_qa::english()));
    }
  }
}

}  // namespace

// The hashes change only on purpose: a stored run names the suite by them.
TEST_CASE("the same seed gives the same bytes on every machine; another seed another company") {
  CHECK(find_suite("company_qa").hash ==
        "407bdf12d6faeb8637d1acd3d850164d3e8bf870d1f313617fbd1713d635cb2b");
  CHECK(find_suite("company_qa_smoke").hash ==
        "2ed963c18c8c31a041ebc6e1ae0211b99f721beb30fd90303bb8b3b756841602");
  const Suite one =
      company_qa::make_suite(company_qa::plan_of(Tier::kCpu), 1, company_qa::english());
  for (const Document& document :
       company_qa::make_suite(company_qa::plan_of(Tier::kCpu), 0, company_qa::english()).corpus) {
    for (const Document& other : one.corpus) CHECK(document.title != other.title);
  }
}

TEST_CASE("sizes and slices of the quickstart's suite") {
  const Suite suite = find_suite("company_qa");
  CHECK(suite.corpus.size() == 44);
  CHECK(suite.dev.size() == 8);
  CHECK(suite.test.size() == 86);
  std::map<std::string, int> slices;
  std::set<std::string> clusters;
  for (const Item& item : suite.test) {
    ++slices[item.meta.at("slice")];
    clusters.insert(item.cluster);
    CHECK(is_answerable(item) == (item.meta.at("slice") != "unanswerable"));
    CHECK(item.gold_docs.size() == (is_answerable(item) ? 1 : 0));
  }
  CHECK(slices == std::map<std::string, int>{
                      {"trained_qa", 40}, {"documents_only", 40}, {"unanswerable", 6}});
  CHECK(clusters.size() == 46);
  const auto texts = std::count_if(suite.train.begin(), suite.train.end(),
                                   [](const auto& line) { return line.kind == Kind::kText; });
  CHECK(texts == 44 * 2);
  CHECK(suite.train.size() - static_cast<std::size_t>(texts) == (20 + 2) * 2 * 2);
  CHECK(suite_limits(suite).empty());
}

TEST_CASE("pools: no value is part of another value or of a wording") {
  const std::vector<std::string> values = all_values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = 0; j < values.size(); ++j) {
      if (i != j) CHECK_MESSAGE(!holds(to_lower(values[i]), to_lower(values[j])), values[i]);
    }
  }
}

TEST_CASE("names: unique, never one inside another, twins one letter apart, no value inside") {
  for_each_world([&](const company_qa::Plan& plan, const std::vector<Entity>& world) {
    std::map<std::string, const Entity*> by_name;
    for (const Entity& entity : world) {
      CHECK(by_name.emplace(entity.name, &entity).second);
      CHECK(value_inside(entity.name, {}) == "");
    }
    std::size_t twins = 0;
    for (const Entity& entity : world) {
      CHECK(std::count_if(world.begin(), world.end(), [&](const Entity& other) {
              return holds(other.name, entity.name);
            }) == 1);
      if (entity.twin.empty()) continue;
      ++twins;
      const Entity& twin = *by_name.at(entity.twin);
      CHECK(twin.twin == entity.name);
      CHECK(differing_letters(entity.name, twin.name) == 1);
      for (std::size_t a = 0; a < company_qa::kAttributes; ++a) {
        if (entity.part == Part::kUnanswerable || twin.part == Part::kUnanswerable) continue;
        CHECK(entity.values[a] != twin.values[a]);
      }
    }
    CHECK(twins >= world.size() / 3);
    CHECK(static_cast<double>(twins) <= plan.near_share * static_cast<double>(world.size()) + 10);
  });
}

TEST_CASE("values: at most two entities have the same; types are balanced in every part") {
  for_each_world([](const company_qa::Plan&, const std::vector<Entity>& world) {
    std::map<std::string, int> uses;
    std::map<std::pair<Part, std::string>, int> types;
    std::map<Part, std::pair<int, int>> range;
    for (const Entity& entity : world) {
      ++types[{entity.part, entity.type->key}];
      if (entity.part == Part::kUnanswerable) continue;
      for (const std::string& value : entity.values) CHECK(++uses[value] <= 2);
    }
    for (const auto& [key, count] : types) {
      auto& [least, most] = range.try_emplace(key.first, 1000, 0).first->second;
      least = std::min(least, count);
      most = std::max(most, count);
    }
    for (const auto& [part, bounds] : range) CHECK(bounds.second - bounds.first <= 1);
  });
}

TEST_CASE("each text holds its own two values word for word, and no other value") {
  for_each_world([&](const company_qa::Plan& plan, const std::vector<Entity>& world) {
    for (const Entity& entity : world) {
      if (entity.part == Part::kUnanswerable) continue;
      std::vector<std::string> texts{company_qa::document_text(entity)};
      for (std::size_t i = 0; i < plan.paraphrases; ++i) {
        texts.push_back(company_qa::paraphrase(entity, i));
      }
      CHECK(std::set<std::string>(texts.begin(), texts.end()).size() == texts.size());
      for (const std::string& text : texts) {
        CAPTURE(text);
        CHECK(holds(text, entity.name));
        for (const std::string& value : entity.values) CHECK(holds(text, value));
        CHECK(value_inside(text, {entity.values.begin(), entity.values.end()}) == "");
      }
    }
  });
}

TEST_CASE("both orders of the facts occur in documents, and all four registers") {
  std::map<std::string, int> registers, orders;
  for (const Entity& entity :
       company_qa::make_world(company_qa::plan_of(Tier::kCpu), 0, company_qa::english())) {
    if (entity.part == Part::kUnanswerable) continue;
    const std::string text = company_qa::document_text(entity);
    ++registers[text.starts_with("Memo")      ? "memo"
                : text.starts_with("visitor") ? "chat"
                : text.starts_with("name:")   ? "table"
                                              : "wiki"];
    ++orders[text.find(entity.values[0]) < text.find(entity.values[1]) ? "forward" : "swapped"];
  }
  REQUIRE(registers.size() == 4);
  for (const auto& [name, count] : registers) CHECK_MESSAGE(count >= 10, name);
  CHECK(orders["forward"] >= 20);
  CHECK(orders["swapped"] >= 20);
}

TEST_CASE("wordings: questions of dev and test are of neither training nor each other") {
  for (const auto& type : company_qa::english().types) {
    for (const auto& attribute : type.attributes) {
      std::set<std::string> wordings(attribute.train_questions.begin(),
                                     attribute.train_questions.end());
      wordings.insert(attribute.dev_question);
      wordings.insert(attribute.test_question);
      CHECK_MESSAGE(wordings.size() == 4, attribute.key);
      const std::set<std::string> statements(attribute.statements.begin(),
                                             attribute.statements.end());
      CHECK_MESSAGE(statements.size() == company_qa::kStatements, attribute.key);
    }
  }
}

TEST_CASE("nothing leaks: questions, names and the unanswerable") {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    const Suite suite =
        company_qa::make_suite(company_qa::plan_of(Tier::kCpu), seed, company_qa::english());
    const auto world =
        company_qa::make_world(company_qa::plan_of(Tier::kCpu), seed, company_qa::english());
    std::string qa, everything;
    for (const TrainingExample& line : suite.train) {
      if (line.kind != Kind::kText) qa += line.question + "\n" + line.answer + "\n";
      everything += line.text + "\n" + line.question + "\n";
    }
    std::set<std::string> questions;
    for (const Item& item : suite.test) {
      CHECK(!holds(everything, item.question));
      CHECK(questions.insert(item.question).second);
    }
    for (const Item& item : suite.dev) {
      CHECK(!holds(everything, item.question));
      CHECK(questions.insert(item.question).second);
    }
    for (const Document& document : suite.corpus) everything += document.text + "\n";
    for (const Entity& entity : world) {
      CHECK(holds(qa, entity.name) == company_qa::taught_by_questions(entity));
      if (entity.part == Part::kUnanswerable) CHECK(!holds(everything, entity.name));
    }
  }
}

TEST_CASE("gold: the first target stands in the gold document, and the answer is the only one") {
  const Suite suite = find_suite("company_qa");
  std::map<std::string, std::string> text;
  for (const Document& document : suite.corpus) text[document.id] = document.text;
  for (const auto& items : {suite.test, suite.dev}) {
    for (const Item& item : items) {
      CHECK(holds(item.question, item.cluster));
      if (!is_answerable(item)) continue;
      CHECK(holds(text.at(item.gold_docs[0]), item.targets[0]));
      CHECK(item.targets.size() == 1);
    }
  }
}

TEST_CASE("the smallest companies always come out, twins with different values") {
  company_qa::Plan plan = company_qa::plan_of(Tier::kSmoke);
  plan.near_share = 1;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    std::map<std::string, std::string> values;
    for (const Entity& entity : company_qa::make_world(plan, seed, company_qa::english())) {
      if (entity.part != Part::kUnanswerable) values[entity.name] = entity.values[0];
      const auto twin = values.find(entity.twin);
      if (twin != values.end()) CHECK(twin->second != entity.values[0]);
    }
  }
}

TEST_CASE("a plan that the names cannot fill is refused") {
  company_qa::Plan plan = company_qa::plan_of(Tier::kSmoke);
  plan.trained = 200'000;
  CHECK_THROWS_AS(company_qa::make_world(plan, 0, company_qa::english()), Error);
}

TEST_CASE("a folder that cannot be made is named") {
  SuiteFolder folder;
  folder.write("file", "x");
  CHECK_THROWS_AS(write_built_in_suite("company_qa_smoke", 0, folder.path() / "file/sub"), Error);
}
