// Purposes beyond the documents and the questions: reading, controls, replay.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "strategies/tuning/purposes.h"
#include "strategies/tuning/recipe.h"
#include "tests/unit/context/tunings.h"
#include "tests/unit/retrieval/fakes.h"

using namespace quadrant;
using test::FakeModel;
using test::tuning;
using Kind = TrainingExample::Kind;

namespace {

// Ten keepers of ten piers, a document and a question each; two wordings.
Suite piers() {
  Suite suite;
  suite.name = "piers";
  suite.kind = "qa";
  suite.language = "en";
  suite.prompt.question = "Q: {question}";
  suite.prompt.context = "A {passages}\nQ: {question}";
  suite.prompt.more = {{"{question}", "B {passages}\n{question}"}};
  for (int i = 0; i < 10; ++i) {
    const std::string letter(1, static_cast<char>('a' + i)), pier = "pier " + letter + "x";
    suite.corpus.push_back({letter, pier, "The keeper is Mr " + letter + letter + letter + "."});
    TrainingExample line;
    line.kind = Kind::kQuestionAnswer;
    line.question = "Who is the keeper of " + pier + "?";
    line.answer = letter + letter + letter;
    line.cluster = pier;
    suite.train.push_back(line);
  }
  return suite;
}

std::string given(const TrainingSequence& sequence) {
  TokenIds ids;
  for (std::size_t i = 0; i < sequence.ids.size(); ++i) {
    if (!sequence.learn[i]) ids.push_back(sequence.ids[i]);
  }
  return test::ByteTokenizer().decode(ids);
}

std::string learnt(const TrainingSequence& sequence) {
  TokenIds ids;
  for (std::size_t i = 0; i < sequence.ids.size(); ++i) {
    if (sequence.learn[i]) ids.push_back(sequence.ids[i]);
  }
  return test::ByteTokenizer().decode(ids);
}

// From 1, as passages are numbered; 0: not shown.
int place_of(const std::string& answer, const std::string& prompt) {
  const std::size_t found = prompt.find("Mr " + answer);
  if (found == std::string::npos) return 0;
  const std::size_t mark = prompt.rfind('[', found);
  return prompt[mark + 1] - '0';
}

std::size_t count_tokens(const std::vector<TrainingSequence>& set) {
  std::size_t tokens = 0;
  for (const TrainingSequence& sequence : set) tokens += sequence.ids.size();
  return tokens;
}

struct TempFile {
  std::filesystem::path path;
  TempFile(const std::string& name, const std::string& text)
      : path(std::filesystem::temp_directory_path() / (std::to_string(getpid()) + name)) {
    std::ofstream(path) << text;
  }
  ~TempFile() { std::filesystem::remove(path); }
};

}  // namespace

TEST_CASE("the purposes that a configuration may name are those that there are") {
  std::set<std::string> listed;
  for (const TuningKind& kind : tuning_kinds()) listed.insert(kind.name);
  for (const std::string& name : purpose_names()) {
    CHECK(listed.contains(name));
    CHECK_NOTHROW(tuning_obstacle(tuning({name}), piers()));
    for (const std::string& alias : purpose_aliases(name)) CHECK(listed.contains(alias));
  }
}

TEST_CASE("reading: the gold passage among others, each place in turn, at times not there") {
  const Suite suite = piers();
  const FakeModel model;
  TuningSpec spec = tuning({"reading"});
  spec.distractors = 2;
  spec.gold_share = 0.8;
  const auto set = make_training_set(spec, suite, model);
  REQUIRE(set.size() == 10);
  std::map<int, int> places;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const std::string prompt = given(set[i]), &answer = suite.train[i].answer;
    CAPTURE(prompt);
    CHECK(learnt(set[i]) == answer);
    CHECK(prompt.find("[3]") != std::string::npos);
    CHECK(prompt.find("[4]") == std::string::npos);
    CHECK(prompt.find(suite.train[i].question) != std::string::npos);
    CHECK(prompt.find(i % 2 == 0 ? "A [1]" : "B [1]") != std::string::npos);
    ++places[place_of(answer, prompt)];
  }
  CHECK(places[0] == 2);
  for (const int place : {1, 2, 3}) CHECK(places[place] >= 1);
  spec.gold_share = 0;
  for (const auto& sequence : make_training_set(spec, suite, model)) {
    CHECK(given(sequence).find("Mr " + learnt(sequence)) == std::string::npos);
  }
  spec.gold_share = 1;
  spec.distractors = 0;
  for (const auto& sequence : make_training_set(spec, suite, model)) {
    CHECK(place_of(learnt(sequence), given(sequence)) == 1);
  }
}

TEST_CASE("reading: gold documents that a line names, and lines whose answer stands nowhere") {
  Suite suite = piers();
  suite.corpus.push_back({"copy", "pier ax", "Mr aaa keeps it, the keeper of pier ax says."});
  suite.train.resize(2);
  suite.train[0].gold_docs = {"copy"};
  suite.train[1].answer = "nobody";
  TuningSpec spec = tuning({"reading"});
  spec.distractors = 0;
  spec.gold_share = 1;
  const FakeModel model;
  auto set = make_training_set(spec, suite, model);
  REQUIRE(set.size() == 1);
  CHECK(given(set[0]).find("keeps it") != std::string::npos);
  CHECK(tuning_obstacle(spec, suite).empty());
  suite.train.erase(suite.train.begin());
  CHECK(tuning_obstacle(spec, suite).find("has its answer in a document") != std::string::npos);
  suite.corpus.clear();
  CHECK(tuning_obstacle(spec, suite) == "no corpus.jsonl");
}

TEST_CASE("sham: the lengths and places of loss of the other purposes, and none of their words") {
  const Suite suite = piers();
  FakeModel model;
  for (const bool bos : {false, true}) {
    model.bytes.bos = bos;
    const auto real =
        make_training_set(tuning({"continued_pretraining", "domain_qa"}), suite, model);
    const auto sham =
        make_training_set(tuning({"continued_pretraining", "domain_qa", "sham"}), suite, model);
    REQUIRE(sham.size() == real.size());
    std::string text;
    for (std::size_t i = 0; i < real.size(); ++i) {
      CHECK(sham[i].learn == real[i].learn);
      REQUIRE(sham[i].ids.size() == real[i].ids.size());
      CHECK((sham[i].ids.front() == real[i].ids.front()) == bos);
      text += model.bytes.decode(sham[i].ids);
    }
    CHECK(text.find("keeper of pier") == std::string::npos);
    CHECK(text.find(' ') != std::string::npos);
    CHECK(make_training_set(tuning({"domain_qa", "sham"}), suite, model)[3].ids ==
          make_training_set(tuning({"domain_qa", "sham"}), suite, model)[3].ids);
  }
}

TEST_CASE("format_only: as many questions in the same prompts, about others") {
  Suite suite = piers();
  const FakeModel model;
  const auto set = make_training_set(tuning({"format_only"}), suite, model);
  REQUIRE(set.size() == suite.train.size());
  CHECK(given(set[0]).find("Q: ") != std::string::npos);
  std::set<std::string> questions;
  for (const TrainingSequence& sequence : set) {
    questions.insert(given(sequence));
    CHECK(given(sequence).find("pier") == std::string::npos);
  }
  CHECK(questions.size() == set.size());
  // An entity that the suite knows is left out, with all its questions.
  const std::string known = given(set[0]);
  for (const BuiltInSuite& source : built_in_suites()) {
    if (source.name != "company_qa") continue;
    for (const TrainingExample& line : source.make(Tier::kCpu, 1'000'003).train) {
      if (has_answer(line) && known.find(line.cluster) != std::string::npos) {
        suite.corpus.push_back({"new", "", "About " + line.cluster});
        break;
      }
    }
  }
  REQUIRE(suite.corpus.size() == 11);
  CHECK(given(make_training_set(tuning({"format_only"}), suite, model)[0]) != known);
  suite.kind = "style";
  CHECK(tuning_obstacle(tuning({"format_only"}), suite).find("\"qa\"") != std::string::npos);
}

TEST_CASE("replay: general examples until they are their share of all tokens") {
  const Suite suite = piers();
  const FakeModel model;
  std::string lines;
  for (int i = 0; i < 60; ++i) {
    lines += R"({"text": "General text number )" + std::to_string(i) + "\"}\n";
    lines += R"({"prompt": "Say hello )" + std::to_string(i) +
             R"(", "completion": "hello"})"
             "\n";
  }
  const TempFile file("_replay.jsonl", lines);
  TuningSpec spec = tuning({"domain_qa"});
  const auto own = make_training_set(spec, suite, model);
  spec.replay = file.path;
  spec.replay_share = 0.5;
  const auto mixed = make_training_set(spec, suite, model);
  REQUIRE(mixed.size() > own.size());
  const auto share = static_cast<double>(count_tokens(mixed) - count_tokens(own)) /
                     static_cast<double>(count_tokens(mixed));
  CHECK(share >= 0.5);
  CHECK(share < 0.55);
  CHECK(std::equal(own.begin(), own.end(), mixed.begin(), [](const auto& a, const auto& b) {
    return a.ids == b.ids && a.learn == b.learn;
  }));
  spec.replay_share = 0.99;
  try {
    make_training_set(spec, suite, model);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.where() == file.path);
    CHECK(error.mend().find("replay_share") != std::string::npos);
  }
}

TEST_CASE("early_stop: the dev questions that have an answer, as training asks") {
  Suite suite = piers();
  Item item;
  item.question = "Name the keeper of pier bx.";
  item.targets = {"bbb", "Mr bbb"};
  item.gold_docs = {"b"};
  suite.dev = {item, item, item};
  suite.dev[1].targets.clear();
  suite.dev[2].meta["answerable"] = "false";
  const FakeModel model;
  TuningSpec spec = tuning({"reading"});
  CHECK(make_dev_set(spec, suite, model).empty());
  spec.early_stop = true;
  const auto set = make_dev_set(spec, suite, model);
  REQUIRE(set.size() == 2);
  CHECK(learnt(set[0]) == "bbb");
  CHECK(given(set[0]).find("Q: Name the keeper") != std::string::npos);
  CHECK(place_of("bbb", given(set[1])) >= 1);
  CHECK(tuning_obstacle(spec, suite).empty());
  suite.dev.erase(suite.dev.begin());
  CHECK(tuning_obstacle(spec, suite).find("dev.jsonl") != std::string::npos);
}
