// Contexts that search: distractors, the placebo, dynamic few-shot, the counterfactual passage.
#include <doctest/doctest.h>

#include <algorithm>

#include "harness/metrics/swapped_value.h"
#include "retrieval/retriever.h"
#include "strategies/context/counterfactual.h"
#include "strategies/context/query_likelihood.h"
#include "tests/unit/context/world.h"

using namespace quadrant;
using namespace quadrant::test;

namespace {

std::vector<std::string> documents_of(const BuiltPrompt& prompt) {
  std::vector<std::string> documents;
  for (const ShownPassage& shown : prompt.passages) {
    documents.push_back(shown.passage.passage.doc_id);
  }
  return documents;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("rag by BM25 and hybrid, with every chunker, needs no embedder where no vectors are") {
  World world;
  for (const char* retriever : {"dense", "bm25", "hybrid"}) {
    for (const char* chunker : {"sentences", "tokens", "recursive", "headings"}) {
      ContextSpec spec = spec_of("rag", 1);
      spec.retriever = retriever;
      spec.chunker = chunker;
      spec.chunk_overlap = 10;
      CAPTURE(retriever);
      CAPTURE(chunker);
      const auto prompts = world.build(spec);
      CHECK(documents_of(prompts[0]) == Names{"apple"});
      CHECK(documents_of(prompts[1]) == Names{"pear"});
      CHECK(prompts[0].delivered == true);
      CHECK(world.make(spec)->index().hash.size() == 64);
    }
  }
  world.environment.embedder = nullptr;
  ContextSpec lexical = spec_of("rag", 2);
  lexical.retriever = "bm25";
  CHECK(!needs_embedder(lexical));
  CHECK(documents_of(make_context(lexical, {world.suite, world.model, nullptr, "", 7})
                         ->build(world.suite.test)[0])
            .front() == "apple");
}

TEST_CASE("distractors: what was found, without gold documents and targets") {
  World world;
  world.suite.corpus.push_back({"copy", "Copy", "The apple farm sold 40 crates, they say."});
  const auto prompts = world.build(spec_of("distractor", 2));
  CHECK(documents_of(prompts[0]) == Names{"pear", "plum"});
  CHECK(prompts[0].delivered == false);
  CHECK(prompts[1].passages.size() == 2);
  for (const std::string& document : documents_of(prompts[1])) CHECK(document != "pear");
  CHECK(documents_of(prompts[2]).front() == "plum");  // nothing answers it: the best are shown
}

TEST_CASE("the shuffled index shows as much, of other documents") {
  const World world;
  const auto placebo = world.build(spec_of("shuffled_index", 3));
  const auto plain = world.build(spec_of("rag", 3));
  for (std::size_t i = 0; i < placebo.size(); ++i) {
    Names one = documents_of(placebo[i]), other = documents_of(plain[i]);
    CHECK(one.size() == other.size());
    CHECK(one != other);
    std::sort(one.begin(), one.end());
    std::sort(other.begin(), other.end());
    CHECK(one == other);
  }
  CHECK(world.build(spec_of("shuffled_index", 3))[0].text == placebo[0].text);
}

TEST_CASE("dynamic few-shot: the most alike, nearest last, never of the item's own entity") {
  World world;
  world.suite.train = {example("How many crates did the fig farm sell?", "12", "fig"),
                       example("Where did the fig crates go?", "Bonn", "fig"),
                       example("How many crates did the apple farm buy?", "leak", "apple"),
                       example("Who paints?", "Ann", "other")};
  for (const char* retriever : {"dense", "bm25", "hybrid"}) {
    CAPTURE(retriever);
    ContextSpec spec = spec_of("dynamic_few_shot", 2);
    spec.retriever = retriever;
    const auto prompts = world.build(spec);
    CHECK(!contains(prompts[0].text, "leak"));
    const auto nearest = prompts[0].text.find("fig farm sell");
    REQUIRE(nearest != std::string::npos);
    CHECK(prompts[0].text.rfind("Q: ", prompts[0].text.find("apple farm sell")) > nearest);
    CHECK(contains(prompts[1].text, "Where did the fig crates go?"));
  }
  CHECK(contains(context_obstacle(spec_of("dynamic_few_shot", 4), world.suite), "item"));
}

TEST_CASE("counterfactual: the gold value is swapped wherever it stands whole") {
  const World world;
  const Item& apple = world.suite.test[0];
  CHECK(!counterfactual_value(world.suite, apple));  // no other number
  Suite suite = world.suite;
  suite.corpus[0].text = "The 40 apple crates (not 140 or 40th): 40.";
  suite.test[1].targets = {"17", "seventeen"};
  CHECK(counterfactual_value(suite, suite.test[0]) == "17");
  CHECK(counterfactual_value(suite, suite.test[1]) == "40");
  CHECK(!counterfactual_value(suite, suite.test[2]));
  CHECK(with_value_swapped(suite.corpus[0].text, suite.test[0], "17") ==
        "The 17 apple crates (not 140 or 40th): 17.");
  const auto context =
      make_context(spec_of("counterfactual"), {suite, world.model, nullptr, "", 0});
  const auto prompts = context->build(suite.test);
  CHECK(contains(prompts[0].text, "The 17 apple crates"));
  CHECK(prompts[0].error.empty());
  CHECK(prompts[2].error.empty());  // nothing to swap: the plain question
  CHECK(prompts[2].passages.empty());
  CHECK(contains(context_obstacle(spec_of("counterfactual"), world.suite), "another item"));
}

TEST_CASE("what an answer follows: the swapped value, the old one, both or neither") {
  const World world;
  const Item& item = world.suite.test[0];
  CHECK(what_is_followed("17 crates", item, "17") == Follows::kPassage);
  CHECK(what_is_followed("40", item, "17") == Follows::kMemory);
  CHECK(what_is_followed("40 or 17", item, "17") == Follows::kNeither);
  CHECK(what_is_followed("none", item, "17") == Follows::kNeither);
}

TEST_CASE("query likelihood: the question's tokens are scored after the passage") {
  struct Scorer : FakeModel {
    std::vector<std::string> prompts, questions;
    std::vector<TokenScores> score(std::span<const ScoreRequest> requests) override {
      std::vector<TokenScores> scores;
      for (const ScoreRequest& request : requests) {
        REQUIRE(request.first < request.ids.size());
        const auto ids = std::span(request.ids);
        prompts.push_back(bytes.decode(ids.first(request.first)));
        questions.push_back(bytes.decode(ids.subspan(request.first)));
        const double each = prompts.back().find("apple") == std::string::npos ? -2 : -1;
        scores.push_back({std::vector<double>(ids.size() - request.first, each), false});
      }
      return scores;
    }
  } model;
  const std::vector<Passage> passages{{"p", "Pear", "pears", 0, 5}, {"a", "", "apple", 0, 5}};
  const auto scorer = query_likelihood({&model, [](LanguageModel*) {}}, "weights");
  const Reranker rerank = by_pair_scorer(*scorer);
  CHECK(rerank("why?", passages) == std::vector<double>{-2, -1});
  CHECK(model.prompts[0] ==
        "Passage: Pear\npears\nPlease write a question based on this passage.\nQuestion:");
  CHECK(model.questions[1] == " why?");
  model.window = 70;
  model.prompts.clear();
  rerank("why?", passages);
  CHECK(contains(model.prompts[0], "Question:"));
  CHECK(model.prompts[0].size() + 5 <= 70);
}
