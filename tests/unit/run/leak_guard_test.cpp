// A planted leak of each kind, and what looks like one but is none.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/run/leak_guard.h"
#include "tests/unit/run/scene.h"

using namespace quadrant;

namespace {

constexpr TrainingUse kAll{.documents = true, .demonstrations = true};

constexpr const char* kManifest = R"(name = "harbour"
kind = "qa"
metrics = ["contains"]
[prompt]
system = "{}"
question = {}
)";

// The lines of a suite's files; a line of train.jsonl stands at number 2, behind an empty one.
struct Planted {
  std::string train, test;
  std::string corpus = R"({"_id": "d1", "text": "Pier 4 is kept by Orla Fenn."})";
  std::string system = "Answer with a short phrase.";
  std::string question = R"("Question: {question}")";  // as TOML
};

Suite suite_of(const Planted& planted) {
  test::TemporaryFolder folder;
  write_atomically(folder / "suite.toml",
                   fmt::format(fmt::runtime(kManifest), planted.system, planted.question));
  write_atomically(folder / "corpus.jsonl", planted.corpus);
  write_atomically(folder / "train.jsonl", "\n" + planted.train);
  write_atomically(folder / "test.jsonl", planted.test);
  return load_suite(folder / "");
}

const std::string kLong =
    "who was the keeper of pier four in the wet autumn after the long storm of may";
const std::string kKeeper =
    R"({"id": "t1", "question": "Name the keeper of pier 4.", "targets": ["Orla Fenn"], "cluster": "pier 4"})";
const std::string kLongItem = R"({"id": "t1", "question": ")" + kLong +
                              R"(?", "targets": ["Orla Fenn"], "cluster": "pier 4"})";

std::string held_out(const std::string& claim) {
  return kKeeper.substr(0, kKeeper.size() - 1) + R"(, "held_out": ")" + claim + R"("})";
}

}  // namespace

TEST_CASE("a planted leak of each kind names item, file and line") {
  struct Row {
    std::string kind, item, where;
    Planted planted;
  };
  const std::string test_and_train = "test.jsonl:1, train.jsonl:2";
  const std::vector<Row> rows{
      {"question",
       "item t1",
       test_and_train,
       {R"({"question": "name THE keeper of pier 4", "answer": "Orla Fenn", "cluster": "pier 4"})",
        kKeeper}},
      {"question",
       "item t1",
       test_and_train,
       {R"({"prompt": "Name the keeper of pier 4", "completion": "Orla Fenn"})", kKeeper}},
      {"question",
       "item t1",
       test_and_train,
       {R"({"text": "Name the keeper of pier 4."})", kKeeper}},
      {"question",
       "item t1",
       test_and_train,
       {R"({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hi"},
)" + std::string(R"({"role": "user", "content": "Name the keeper of pier 4?"},)") +
            R"({"role": "assistant", "content": "Orla Fenn"}]})",
        kKeeper}},
      {"question",
       "item t1",
       test_and_train,
       {R"({"text": "They asked: )" + kLong + R"(! Nobody knew."})", kLongItem}},
      {"question",
       "item t1",
       "test.jsonl:1, corpus.jsonl:1",
       {R"({"text": "x"})", kLongItem, R"({"_id": "d1", "text": ")" + kLong + R"("})"}},
      {"entity",
       "item t1",
       test_and_train,
       {R"({"question": "Who keeps it?", "answer": "Orla Fenn", "cluster": "pier 4"})",
        held_out("questions")}},
      {"entity",
       "item t1",
       test_and_train,
       {R"({"text": "Pier 4 is old.", "cluster": "pier 4"})", held_out("all")}},
      {"demonstration",
       "item t1",
       test_and_train,
       {R"({"question": "Who keeps pier 4?", "answer": "Orla Fenn", "cluster": "piers"})",
        kKeeper}},
      {"gold",
       "item t1",
       "suite.toml, prompt.system; test.jsonl:1",
       {R"({"text": "x"})", kKeeper, Planted().corpus, "Orla Fenn keeps pier 4."}},
      {"gold",
       "item t1",
       "suite.toml, prompt.question; test.jsonl:1",
       {R"({"text": "x"})", kKeeper, Planted().corpus, "Be short.",
        R"("Orla Fenn asks: {question}")"}},
      {"gold",  // in one of several wordings
       "item t1",
       "suite.toml, prompt.question; test.jsonl:1",
       {R"({"text": "x"})", kKeeper, Planted().corpus, "Be short.",
        "[\"{question}\", \"{question} Is it Orla Fenn?\"]\ncontext = [\"{passages}{question}\", "
        "\"{passages}{question} \"]"}},
      {"twice",
       "who keeps it",
       "train.jsonl:2",
       {R"({"messages": [{"role": "user", "content": "Who keeps it?"}, {"role": "assistant", "content": "Orla Fenn"}, )"
        R"({"role": "user", "content": "who keeps it"}, {"role": "assistant", "content": "Orla Fenn."}]})",
        kKeeper}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.kind);
    CAPTURE(row.planted.train);
    Planted planted = row.planted;
    std::erase(planted.train, '\n');
    const Suite suite = suite_of(planted);
    const auto leaks = find_leaks(suite, kAll);
    REQUIRE(leaks.size() == 1);
    CHECK(leaks[0].kind == row.kind);
    CHECK(leaks[0].what.find(row.item) != std::string::npos);
    CHECK(leaks[0].where == row.where);
    CHECK_THROWS_WITH_AS(refuse_leaks(suite, kAll), doctest::Contains(row.where.c_str()), Error);
  }
}

TEST_CASE("what looks like a leak and is none") {
  const std::string twin = R"({"id": "t2", "question": ")" + kLong +
                           R"( then?", "targets": ["Bram"], "cluster": "pier 5"})";
  const std::string labels =
      R"({"id": "t1", "question": "Is it?", "targets": ["yes"]}
{"id": "t2", "question": "Is that?", "targets": ["no"]}
{"id": "t3", "question": "Was it?", "targets": ["yes"]}
{"id": "t4", "question": "Was that?", "targets": ["no"]})";
  const std::string chosen =
      R"({"id": "t1", "question": "Which?", "choices": ["red", "blue"], "answer": 0})";
  const std::string unknown =
      R"({"id": "t1", "question": "Which?", "targets": ["unknown"], "answerable": "false"})";
  const std::string line = R"({"text": "They asked: )" + kLong + R"(!", "cluster": "a"})";
  const std::string other = R"({"text": "I heard: )" + kLong + R"(.", "cluster": "b"})";
  const std::vector<Planted> rows{
      // Another wording of a trained fact, with the item's own cluster: company_qa's
      // trained_qa.
      {R"({"question": "Who keeps pier 4?", "answer": "Orla Fenn", "cluster": "pier 4"})", kKeeper},
      // A paraphrase in a text, for an item of which only the questions are held out.
      {R"({"text": "Pier 4 is kept by Orla Fenn.", "cluster": "pier 4"})", held_out("questions")},
      // The same value, but another entity.
      {R"({"question": "Who keeps pier 9?", "answer": "Orla Fenn", "cluster": "pier 9"})", kKeeper},
      // 13 words that belong to a template of the test questions, or of the training lines.
      {line, kLongItem + "\n" + twin},
      {line + "\n" + other, kLongItem},
      // 12 words in a row.
      {R"({"text": ")" + kLong.substr(0, kLong.find(" of may")) + R"("})", kLongItem},
      // Labels that the prompt offers, and the word for "not known".
      {R"({"text": "x"})", labels, Planted().corpus, "Answer yes or no."},
      {R"({"text": "x"})", chosen, Planted().corpus, "Say red or blue."},
      {R"({"text": "x"})", unknown, Planted().corpus, "If it is not known, say unknown."},
      // The same answer to two questions of one conversation.
      {R"({"messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Orla"}, )"
       R"({"role": "user", "content": "Really?"}, {"role": "assistant", "content": "Orla"}]})",
       kKeeper},
  };
  for (const auto& planted : rows) {
    CAPTURE(planted.train);
    CAPTURE(planted.test);
    CHECK(find_leaks(suite_of(planted), kAll).empty());
  }
  // Documents and examples matter only to those who are trained on them or see them.
  const Planted faq{R"({"text": "x"})", kLongItem, R"({"_id": "d1", "text": ")" + kLong + R"("})"};
  CHECK(find_leaks(suite_of(faq), {.documents = false, .demonstrations = true}).empty());
}

TEST_CASE("a claim that means nothing is refused") {
  const std::string line = R"({"text": "x"})";
  CHECK_THROWS_WITH_AS(find_leaks(suite_of({line, held_out("yes")}), kAll),
                       doctest::Contains("\"questions\" or \"all\""), Error);
  std::string homeless = held_out("all");
  homeless.replace(homeless.find(R"(, "cluster": "pier 4")"), 21, "");
  CHECK_THROWS_WITH_AS(find_leaks(suite_of({line, homeless}), kAll),
                       doctest::Contains("has no cluster"), Error);
}

TEST_CASE("who shows examples and who reads documents is watched for it") {
  const auto use = [](const char* kind, std::vector<std::string> purpose) {
    Experiment experiment;
    experiment.contexts.resize(1);
    experiment.contexts[0].kind = kind;
    experiment.tunings.resize(1);
    experiment.tunings[0].purpose = std::move(purpose);
    return training_use(experiment);
  };
  for (const char* kind : {"few_shot", "dynamic_few_shot", "constrained", "optimised"}) {
    CAPTURE(kind);
    CHECK(use(kind, {}).demonstrations);
  }
  CHECK_FALSE(use("rag", {}).demonstrations);
  CHECK(use("rag", {"continued_pretraining"}).documents);
  CHECK_FALSE(use("rag", {"domain_qa"}).documents);
}

TEST_CASE("a leak stops a run before anything is computed") {
  test::Scene scene;
  const auto file = scene.suite_file("train.jsonl");
  write_atomically(file,
                   read_text(file) + R"({"question": "What is 7?", "answer": "value7"})" + "\n");
  Store store(scene.store_file(), Store::Open::kCreate);
  CHECK_THROWS_WITH_AS(scene.run(store), doctest::Contains("test.jsonl:8, train.jsonl:31"), Error);
  CHECK(test::count(store, "SELECT count(*) FROM run") == 0);
  CHECK(scene.script.trainings == 0);
}

TEST_CASE("no built-in suite leaks") {
  for (const BuiltInSuite& built_in : built_in_suites()) {
    CAPTURE(built_in.name);
    for (const Tier tier : {Tier::kSmoke, Tier::kCpu}) {
      for (const Leak& leak : find_leaks(built_in.make(tier, 0), kAll)) {
        CAPTURE(leak.where);
        FAIL_CHECK(leak.what);
      }
    }
  }
}
