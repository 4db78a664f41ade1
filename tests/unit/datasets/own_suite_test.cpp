// Suites from a person's own table: CSV as people write it, splits by document, expected power.
#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "datasets/common/save_suite.h"
#include "datasets/own/own_suite.h"
#include "harness/core/error.h"
#include "tests/unit/datasets/suite_folder.h"

using namespace quadrant;

namespace {

using Fields = std::vector<std::string>;

const std::vector<Document> kDocuments{{"a.md", "A", "alpha"},
                                       {"b.txt", "B", "beta"},
                                       {"sub/c.md", "C", "gamma"},
                                       {"other/c.md", "C", "delta"}};

std::vector<OwnQuestion> questions(std::size_t count, std::size_t a_document) {
  std::vector<OwnQuestion> list;
  for (std::size_t i = 0; i < count; ++i) {
    list.push_back({"question " + std::to_string(i), "answer", "",
                    "d" + std::to_string(i / a_document), "qa.csv:" + std::to_string(i + 2)});
  }
  return list;
}

}  // namespace

TEST_CASE("CSV: quotes, commas, line breaks, endings, byte order mark, blank lines") {
  struct Row {
    const char* text;
    std::vector<Fields> fields;
  };
  const Row rows[] = {
      {"a,b\nc,d\n", {{"a", "b"}, {"c", "d"}}},
      {"a,b\r\nc,d", {{"a", "b"}, {"c", "d"}}},
      {"\xEF\xBB\xBF"
       "a,b\n",
       {{"a", "b"}}},
      {"\"a, b\",\"say \"\"no\"\"\"\n", {{"a, b", "say \"no\""}}},
      {"\"two\nlines\",x\n", {{"two\nlines", "x"}}},
      {"\"two\r\nlines\",x\r\n", {{"two\r\nlines", "x"}}},
      {"a,\n\n ,\nb,\"\"\n", {{"a", ""}, {"b", ""}}},
      {",,c", {{"", "", "c"}}},
      {"한국, 서울 \n", {{"한국", " 서울 "}}},
      {"", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    std::vector<Fields> found;
    for (const CsvRow& line : parse_csv(row.text, "x")) found.push_back(line.fields);
    CHECK(found == row.fields);
  }
}

TEST_CASE("a table that cannot be used is refused with its line and a mend") {
  struct Row {
    const char *text, *where, *mend;
  };
  const Row rows[] = {
      {"question,answer\nq,\"open\n", "qa.csv:2", "close"},
      {"question,answer\nq,say \"no\"\n", "qa.csv:2", "doubled"},
      {"question,answer\nq,\"a\" b\n", "qa.csv:2", "comma"},
      {"question,anwser\nq,a\n", "qa.csv:1", "\"answer\""},
      {"question,doc\nq,a\n", "qa.csv:1", "question,answer"},
      {"question,answer,answer\nq,a,b\n", "qa.csv:1", "one of them"},
      {"question,answer\nq,a,b\n", "qa.csv:2", "double quotes"},
      {"question,answer\n\nq, \n", "qa.csv:3", "remove the row"},
      {"question,answer\nq,a\nr,b\nQ,c\n", "qa.csv:4", "remove one"},
      {"question,answer\n", "qa.csv", "a row for each"},
      {"question,answer\nq,\xFF\n", "byte", "UTF-8"},
  };
  for (const Row& row : rows) {
    SuiteFolder folder;
    folder.write("qa.csv", row.text);
    CAPTURE(row.text);
    try {
      read_questions(folder.path() / "qa.csv");
      FAIL_CHECK("not refused");
    } catch (const Error& error) {
      CHECK(error.where().find(row.where) != std::string::npos);
      CHECK_MESSAGE(error.mend().find(row.mend) != std::string::npos, error.mend());
    }
  }
}

TEST_CASE("columns in any order, texts trimmed; the rest is not said") {
  SuiteFolder folder;
  folder.write("qa.csv", "Doc, answer ,question\r\na.md, x y ,\"why?\"\r\n,z,how?\r\n");
  const auto list = read_questions(folder.path() / "qa.csv");
  REQUIRE(list.size() == 2);
  CHECK(list[0].question == "why?");
  CHECK(list[0].answer == "x y");
  CHECK(list[0].document == "a.md");
  CHECK(list[1].document.empty());
  CHECK(list[1].cluster.empty());
}

TEST_CASE("splits: clusters go whole; half to the test; another seed, another split") {
  const auto list = questions(100, 5);
  const Suite suite = make_own_suite("mine", kDocuments, list, 0);
  CHECK(suite.train.size() == 40);
  CHECK(suite.dev.size() == 10);
  CHECK(suite.test.size() == 50);
  std::set<std::string> test, dev;
  for (const Item& item : suite.test) test.insert(item.cluster);
  for (const Item& item : suite.dev) dev.insert(item.cluster);
  CHECK(test.size() == 10);
  for (const std::string& cluster : dev) CHECK(test.count(cluster) == 0);
  for (const TrainingExample& line : suite.train) {
    CHECK(test.count(line.cluster) + dev.count(line.cluster) == 0);
  }
  CHECK(make_own_suite("mine", kDocuments, list, 0).test[0].id == suite.test[0].id);
  std::set<std::string> other;
  for (const Item& item : make_own_suite("mine", kDocuments, list, 1).test) {
    other.insert(item.cluster);
  }
  CHECK(other != test);
}

TEST_CASE("a document is known by its path, its name or its name without ending") {
  auto list = questions(4, 1);
  for (OwnQuestion& question : list) question.cluster.clear();
  list[0].document = "a";
  list[1].document = "b.txt";
  list[2].document = "sub/c.md";
  std::set<std::string> gold;
  const Suite suite = make_own_suite("mine", kDocuments, list, 0);
  for (const auto* items : {&suite.dev, &suite.test}) {
    for (const Item& item : *items) {
      if (item.gold_docs.empty()) continue;
      gold.insert(item.gold_docs[0]);
      CHECK(item.cluster == item.gold_docs[0]);
    }
  }
  for (const TrainingExample& line : suite.train) gold.insert(line.cluster);
  CHECK(gold.count("a.md") + gold.count("b.txt") + gold.count("sub/c.md") == 3);

  list[3].document = "c";
  CHECK_THROWS_WITH_AS(make_own_suite("mine", kDocuments, list, 0), doctest::Contains("may be"),
                       Error);
  list[3].document = "b.text";
  CHECK_THROWS_WITH_AS(make_own_suite("mine", kDocuments, list, 0),
                       doctest::Contains("did you mean \"b.txt\""), Error);
  CHECK_THROWS_WITH_AS(make_own_suite("mine", kDocuments, questions(10, 5), 0),
                       doctest::Contains("at least 3"), Error);
}

TEST_CASE("what is made can be saved and loaded, with room for the longest answer") {
  auto list = questions(8, 1);
  list[3].answer = std::string(100, 'x');
  SuiteFolder folder;
  save_suite(make_own_suite("mine", kDocuments, list, 0), folder.path());
  const Suite suite = load_suite(folder.path());
  CHECK(suite.name == "mine");
  CHECK(suite.corpus.size() == 4);
  CHECK(suite.prompt.max_new_tokens == 50);
  CHECK(suite.prompt.stop == Fields{"\n"});
}

TEST_CASE("the expected power: more clusters find smaller differences") {
  const auto items = [](std::size_t clusters, std::size_t each) {
    std::vector<Item> list;
    for (std::size_t i = 0; i < clusters * each; ++i) {
      Item item;
      item.cluster = std::to_string(i / each);
      list.push_back(item);
    }
    return list;
  };
  CHECK(std::isnan(expected_detectable_difference(items(1, 10))));
  // 2.8 sqrt(0.4 / n) for many clusters of one question: n = 100 .18, 1000 .056.
  CHECK(expected_detectable_difference(items(100, 1)) == doctest::Approx(0.18).epsilon(0.02));
  CHECK(expected_detectable_difference(items(1000, 1)) == doctest::Approx(0.056).epsilon(0.02));
  CHECK(expected_detectable_difference(items(20, 5)) >
        expected_detectable_difference(items(100, 1)));
}
