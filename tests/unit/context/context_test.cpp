#include "strategies/context/context.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "harness/core/prompt_variant.h"
#include "strategies/context/delivery.h"
#include "strategies/context/fit.h"
#include "tests/unit/context/world.h"
#include "tests/unit/store/temporary.h"

using namespace quadrant;
using namespace quadrant::test;

namespace {

std::string expected_zero_shot(const std::string& question) {
  return "<|im_start|>system\nShort.<|im_end|>\n<|im_start|>user\nQ: " + question +
         "<|im_end|>\n<|im_start|>assistant\n";
}

// Names of the examples in the order they are shown.
std::vector<std::string> shown_examples(const std::string& text) {
  std::vector<std::string> names;
  const std::string mark = "Q: ask ";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const auto begin = at + mark.size();
    names.push_back(text.substr(begin, text.find('<', begin) - begin));
  }
  return names;
}

}  // namespace

TEST_CASE("what is scored behind a prompt has its delimiter, and must fit") {
  World world;
  world.suite.output_type = "multiple_choice";
  for (Item& item : world.suite.test) item.choices = {"no", std::string(50, 'x')};
  CHECK(world.build(spec_of("zero_shot"))[0].delimiter.empty());  // the chat template opened a turn
  world.model.chat = false;
  const auto prompts = world.build(spec_of("zero_shot"));
  CHECK(prompts[0].delimiter == " ");
  world.model.window = static_cast<int>(prompts[0].ids.size()) + 50;
  CHECK(world.build(spec_of("zero_shot"))[0].error.find("and 51 new tokens") != std::string::npos);
  world.suite.output_type = "loglikelihood_rolling";
  CHECK(world.build(spec_of("zero_shot"))[0].text.empty());
}

TEST_CASE("zero-shot: the question in the chat template") {
  const World world;
  const auto prompts = world.build(spec_of("zero_shot"));
  REQUIRE(prompts.size() == 3);
  CHECK(prompts[0].text == expected_zero_shot(world.suite.test[0].question));
  CHECK(prompts[0].ids == world.model.bytes.encode_trusted(prompts[0].text));
  CHECK(prompts[0].passages.empty());
  CHECK(!prompts[0].delivered);
  CHECK(!prompts[0].truncated);
  CHECK(prompts[0].error.empty());
}

TEST_CASE("few-shot: k examples of a seeded order, never of the item's own cluster") {
  World world;
  const auto prompts = world.build(spec_of("few_shot", 6));
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const auto names = shown_examples(prompts[i].text);
    CHECK(names.size() == 6);
    for (const auto& name : names) CHECK(!name.starts_with(world.suite.test[i].cluster));
    CHECK(contains(prompts[i].text, "answer " + names[0] + "<|im_end|>"));
    CHECK(!prompts[i].delivered);
  }
  // Item 3's cluster has no examples: its list is the plain order, of which the others leave out
  // their own cluster.
  const auto order = shown_examples(prompts[2].text);
  for (std::size_t i = 0; i < 2; ++i) {
    std::vector<std::string> kept;
    for (const auto& name : order) {
      if (!name.starts_with(world.suite.test[i].cluster)) kept.push_back(name);
    }
    const auto names = shown_examples(prompts[i].text);
    CHECK(std::vector<std::string>(names.begin(), names.begin() + kept.size()) == kept);
  }
  const auto again = world.build(spec_of("few_shot", 6));
  CHECK(again[0].text == prompts[0].text);
  std::set<std::string> texts;
  for (world.environment.seed = 0; world.environment.seed < 5; ++world.environment.seed) {
    ContextEnvironment other{world.suite, world.model, nullptr, "", world.environment.seed};
    texts.insert(make_context(spec_of("few_shot", 6), other)->build(world.suite.test)[0].text);
  }
  CHECK(texts.size() > 1);
}

TEST_CASE("constrained: the prompts of few-shot, and one form for all items that want the same") {
  World world;
  CHECK(contains(context_obstacle(spec_of("constrained"), world.suite), "regex"));
  world.suite.test[0].meta["regex"] = world.suite.test[1].meta["regex"] = "[0-9]+";
  const auto prompts = world.build(spec_of("constrained"));
  const auto plain = world.build(spec_of("few_shot"));
  for (std::size_t i = 0; i < prompts.size(); ++i) CHECK(prompts[i].text == plain[i].text);
  REQUIRE(prompts[0].form);
  CHECK(prompts[0].form == prompts[1].form);
  CHECK(prompts[2].form == nullptr);
  CHECK(prompts[0].form->next(prompts[0].form->start(), 'x') == AnswerForm::kNone);
  CHECK(plain[0].form == nullptr);
  world.suite.test[0].meta["regex"] = "(";
  CHECK_THROWS_WITH_AS(world.build(spec_of("constrained")), doctest::Contains("item 1"), Error);
  world.suite.output_type = "multiple_choice";
  CHECK(context_obstacle(spec_of("constrained"), world.suite) == "nothing is generated");
}

TEST_CASE("optimised: each trial is a prompt of its own, the first two those of the suite") {
  World world;
  ContextSpec spec = spec_of("optimised");
  CHECK(contains(context_obstacle(spec, world.suite), "dev.jsonl"));
  world.suite.dev = world.suite.test;
  CHECK(context_obstacle(spec, world.suite).empty());
  std::set<std::string> texts;
  for (spec.trial = 0; spec.trial < 20; ++spec.trial) {
    const PromptVariant variant = prompt_variant(spec.trial);
    const std::string text = world.build(spec)[0].text;
    CHECK_MESSAGE(texts.insert(text).second, text);
    int shown = 0;
    for (auto at = text.find("ask "); at != std::string::npos; at = text.find("ask ", at + 1)) {
      ++shown;
    }
    CHECK(shown == variant.examples);
    CHECK(contains(text, variant.instruction));
    CHECK(contains(text, "How many crates did the apple farm sell?"));
  }
  spec.trial = 0;
  CHECK(world.build(spec)[0].text == world.build(spec_of("zero_shot"))[0].text);
}

TEST_CASE("few-shot: the item itself is no example, whatever its cluster") {
  World world;
  world.suite.train = {example("a", "1", ""), example("Same  QUESTION", "leak", "other"),
                       example("b", "2", "")};
  world.suite.test = {item("1", "same question", "x", {}, "")};
  const auto prompts = world.build(spec_of("few_shot", 2));
  CHECK(!contains(prompts[0].text, "leak"));
  CHECK(contains(prompts[0].text, "Q: a<"));
  CHECK(contains(prompts[0].text, "Q: b<"));
  CHECK(contains(context_obstacle(spec_of("few_shot", 3), world.suite), "has 2"));
}

TEST_CASE("few-shot: obstacles") {
  World world;
  CHECK(context_obstacle(spec_of("few_shot", 8), world.suite).empty());
  CHECK(contains(context_obstacle(spec_of("few_shot", 9), world.suite), "item 1"));
  world.suite.train.clear();
  CHECK(contains(context_obstacle(spec_of("few_shot"), world.suite), "train.jsonl"));
  CHECK_THROWS_AS(world.make(spec_of("few_shot")), Error);
}

TEST_CASE("few-shot: examples are left out from the last on when the window is short") {
  World world;
  const auto full = world.build(spec_of("few_shot", 3));
  const auto names = shown_examples(full[0].text);
  world.model.window = static_cast<int>(full[0].ids.size()) + 8;
  CHECK(!world.build(spec_of("few_shot", 3))[0].truncated);
  --world.model.window;
  const auto less = world.build(spec_of("few_shot", 3));
  CHECK(less[0].truncated);
  CHECK(less[0].error.empty());
  CHECK(shown_examples(less[0].text) == std::vector<std::string>(names.begin(), names.begin() + 2));
}

TEST_CASE("a prompt that cannot fit is an item with an error, cut nowhere") {
  World world;
  const auto free = world.build(spec_of("zero_shot"));
  const auto size = free[0].ids.size();
  world.model.window = static_cast<int>(size) + 7;
  for (const char* kind : {"zero_shot", "few_shot", "rag", "oracle"}) {
    CAPTURE(kind);
    const auto built = world.build(spec_of(kind))[0];
    CHECK(built.error == "prompt of " + std::to_string(size) +
                             " tokens and 8 new tokens exceed the context window of " +
                             std::to_string(size + 7));
    CHECK(built.text == free[0].text);
    CHECK(built.truncated);
  }
  world.model.window = static_cast<int>(size) + 8;
  CHECK(world.build(spec_of("zero_shot"))[0].error.empty());
}

TEST_CASE("rag: passages by rank, numbered, with what they are worth") {
  const World world;
  const auto context = world.make(spec_of("rag", 2));
  CHECK(context->index().hash.size() == 64);
  CHECK(context->index().bytes > 0);
  const auto prompts = context->build(world.suite.test);
  REQUIRE(prompts[0].passages.size() == 2);
  CHECK(prompts[0].passages[0].passage.passage.doc_id == "apple");
  CHECK(prompts[0].passages[0].relevant);
  CHECK(prompts[0].passages[0].in_prompt);
  CHECK(!prompts[0].passages[1].relevant);
  CHECK(prompts[0].passages[0].passage.score >= prompts[0].passages[1].passage.score);
  CHECK(prompts[0].delivered == true);
  CHECK(!prompts[0].truncated);
  CHECK(prompts[0].retrieve_ms >= 0);
  CHECK(contains(prompts[0].text, "C:\n[1] Apple\nThe apple farm sold 40 crates to Rome.\n\n[2] "));
  CHECK(prompts[2].passages.size() == 2);
  CHECK(!prompts[2].delivered);  // nothing answers it
  CHECK(context->build({}).empty());
}

TEST_CASE("wordings take turns by item and seed, the same in every context") {
  World world;
  world.suite.prompt.more = {{"A: {question}", "DA {passages} {question}"},
                             {"B: {question}", "DB {passages} {question}"}};
  for (std::size_t i = 0; i < 3; ++i) world.suite.test[i].number = static_cast<int>(i);
  for (const std::uint64_t seed : {0, 1}) {
    const ContextEnvironment environment{world.suite, world.model, &world.embedder, "", seed};
    for (const char* kind : {"zero_shot", "few_shot", "rag"}) {
      const auto prompts = make_context(spec_of(kind, 2), environment)->build(world.suite.test);
      const std::vector<std::string> starts =
          std::string(kind) == "rag" ? std::vector<std::string>{"C:\n[", "DA [", "DB ["}
                                     : std::vector<std::string>{"Q: ", "A: ", "B: "};
      for (std::size_t i = 0; i < 3; ++i) {
        CAPTURE(prompts[i].text);
        CHECK(prompts[i].wording == static_cast<int>((i + seed) % 3));
        CHECK(contains(prompts[i].text, "user\n" + starts[(i + seed) % 3]));
      }
    }
  }
}

TEST_CASE("rag: the gold passage stands in each place in turn, and keeps its rank") {
  World world;
  for (int number = 0; number < 3; ++number) {
    world.suite.test[0].number = number;
    const auto built = world.build(spec_of("rag", 3))[0];
    CHECK(built.passages[0].passage.passage.doc_id == "apple");
    CHECK(contains(built.text, "[" + std::to_string((3 - number) % 3 + 1) + "] Apple\n"));
  }
}

TEST_CASE("passages stand in a fixed order when one is asked for, and keep their ranks") {
  World world;
  for (const char* kind : {"rag", "shuffled_index"}) {
    ContextSpec spec = spec_of(kind, 3);
    for (const std::string order : {"best_first", "best_last"}) {
      CAPTURE(order);
      spec.passage_order = order;
      for (int number = 0; number < 3; ++number) {
        world.suite.test[0].number = number;
        const auto built = world.build(spec)[0];
        const std::string& best = built.passages[0].passage.passage.title;
        CHECK(contains(built.text, (order == "best_first" ? "[1] " : "[3] ") + best + "\n"));
      }
    }
  }
}

TEST_CASE("rag: gold that ranks below k is not delivered") {
  World world;
  world.suite.test[0].question = "the plum orchard is closed?";
  const auto prompts = world.build(spec_of("rag", 1));
  CHECK(prompts[0].passages[0].passage.passage.doc_id == "plum");
  CHECK(prompts[0].delivered == false);
}

TEST_CASE("rag: the budget leaves out the lowest ranks") {
  const World world;
  ContextSpec spec = spec_of("rag", 3);
  const auto full = world.build(spec);
  std::vector<ScoredPassage> ranked;
  for (const auto& shown : full[0].passages) ranked.push_back(shown.passage);
  const auto block = [&](std::size_t n) { return passage_block(std::span(ranked).first(n)); };
  for (std::size_t n = 0; n <= 3; ++n) {
    CAPTURE(n);
    spec.budget_tokens = std::max(1, static_cast<int>(block(n).size()));
    const auto built = world.build(spec)[0];
    for (std::size_t i = 0; i < 3; ++i) CHECK(built.passages[i].in_prompt == (i < n));
    CHECK(built.truncated == (n < 3));
    CHECK(built.delivered == (n > 0));
    CHECK(contains(built.text, n == 0 ? "user\nQ: " : "C:\n" + block(n) + "\nQ: "));
    if (n == 0) CHECK(built.text == expected_zero_shot(world.suite.test[0].question));
  }
}

TEST_CASE("rag: the window leaves out the lowest ranks, and the question stays whole") {
  World world;
  const auto full = world.build(spec_of("rag", 3))[0];
  const auto plain = world.build(spec_of("zero_shot"))[0];
  std::size_t before = 3;
  for (int window = static_cast<int>(full.ids.size()) + 8;
       window >= static_cast<int>(plain.ids.size()) + 8; --window) {
    world.model.window = window;
    const auto built = world.build(spec_of("rag", 3))[0];
    const auto shown =
        static_cast<std::size_t>(std::count_if(built.passages.begin(), built.passages.end(),
                                               [](const ShownPassage& p) { return p.in_prompt; }));
    REQUIRE(built.error.empty());
    REQUIRE(built.ids.size() + 8 <= static_cast<std::size_t>(window));
    REQUIRE(shown <= before);
    REQUIRE(contains(built.text, "Q: " + world.suite.test[0].question + "<|im_end|>"));
    REQUIRE(built.truncated == (shown < 3));
    before = shown;
  }
  CHECK(before == 0);
}

TEST_CASE("rag: text of passages is only text") {
  World world;
  world.suite.corpus[0].text = "The apple farm {question} <|im_end|> {passages} sold 40 crates";
  const auto built = world.build(spec_of("rag", 1))[0];
  CHECK(contains(built.text, "The apple farm {question} <|im_end|> {passages} sold 40 crates"));
  CHECK(std::count(built.ids.begin(), built.ids.end(), test::ByteTokenizer::kEnd) == 2);
}

TEST_CASE("rag: the index is found again in its folder") {
  World world;
  test::TemporaryFolder folder;
  const ContextEnvironment kept{world.suite, world.model, &world.embedder, folder.path(), 0};
  const auto first = make_context(spec_of("rag"), kept);
  const int embedded = world.embedder.texts;
  CHECK(embedded == 3);
  const auto second = make_context(spec_of("rag"), kept);
  CHECK(world.embedder.texts == embedded);
  CHECK(second->index().hash == first->index().hash);
  CHECK(world.make(spec_of("rag"))->index().hash == first->index().hash);
}

TEST_CASE("oracle: whole gold documents; the plain question without any") {
  const World world;
  const auto prompts = world.build(spec_of("oracle"));
  REQUIRE(prompts[0].passages.size() == 1);
  CHECK(prompts[0].passages[0].passage.passage.text == world.suite.corpus[0].text);
  CHECK(prompts[0].passages[0].relevant);
  CHECK(prompts[0].delivered == true);
  CHECK(contains(prompts[0].text, "C:\n[1] Apple\n" + world.suite.corpus[0].text + "\nQ: "));
  CHECK(prompts[2].passages.empty());
  CHECK(!prompts[2].delivered);
  CHECK(prompts[2].text == expected_zero_shot(world.suite.test[2].question));
}

TEST_CASE("oracle: of documents beyond the budget, the passages with a target come first") {
  World world;
  std::string filler;
  for (int i = 0; i < 60; ++i) filler += "Nothing of note happened on that day. ";
  world.suite.corpus[0].text = filler + "The farm sold 40 crates. " + filler;
  ContextSpec spec = spec_of("oracle");
  for (const int budget : {60, 100, 400, 1000}) {
    CAPTURE(budget);
    spec.budget_tokens = budget;
    const auto built = world.build(spec)[0];
    CHECK(built.truncated);
    CHECK(built.delivered == true);
    CHECK(built.passages[0].relevant);
    CHECK(built.passages[0].in_prompt);
    const auto begin = built.text.find("C:\n") + 3;
    CHECK(built.text.find("\nQ: ") - begin <= static_cast<std::size_t>(budget));
  }
}

TEST_CASE("obstacles name the missing file") {
  World world;
  CHECK(context_obstacle(spec_of("zero_shot"), world.suite).empty());
  CHECK(context_obstacle(spec_of("rag"), world.suite).empty());
  CHECK(context_obstacle(spec_of("oracle"), world.suite).empty());
  ContextSpec lexical = spec_of("rag");
  lexical.retriever = "grep";
  CHECK(contains(context_obstacle(lexical, world.suite), "grep"));
  for (Item& one : world.suite.test) one.gold_docs.clear();
  CHECK(contains(context_obstacle(spec_of("oracle"), world.suite), "gold_docs"));
  world.suite.corpus.clear();
  CHECK(context_obstacle(spec_of("rag"), world.suite) == "no corpus.jsonl");
  CHECK(context_obstacle(spec_of("oracle"), world.suite) == "no corpus.jsonl");
  CHECK_THROWS_AS(world.make(spec_of("rag")), Error);
}

TEST_CASE("the list of kinds, and a misspelt one") {
  const World world;
  std::vector<std::string> names;
  for (const ContextKind& kind : context_kinds()) {
    names.push_back(kind.name);
    CHECK(!kind.description.empty());
  }
  CHECK(names == std::vector<std::string>{"zero_shot", "few_shot", "dynamic_few_shot", "rag",
                                          "oracle", "distractor", "shuffled_index",
                                          "counterfactual", "constrained", "optimised"});
  try {
    world.make(spec_of("few_shots"));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(contains(error.mend(), "few_shot"));
  }
}
