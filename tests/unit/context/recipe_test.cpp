#include "strategies/tuning/recipe.h"

#include <doctest/doctest.h>

#include "strategies/context/context.h"
#include "strategies/context/prompt.h"
#include "tests/unit/context/tunings.h"
#include "tests/unit/retrieval/fakes.h"

using namespace quadrant;
using test::ByteTokenizer;
using test::FakeModel;
using test::tuning;
using Kind = TrainingExample::Kind;

namespace {

TrainingExample question_answer(const std::string& question, const std::string& answer) {
  TrainingExample line;
  line.kind = Kind::kQuestionAnswer;
  line.question = question;
  line.answer = answer;
  return line;
}

TrainingExample prompt_completion(const std::string& prompt, const std::string& completion) {
  TrainingExample line;
  line.kind = Kind::kPromptCompletion;
  line.prompt = prompt;
  line.completion = completion;
  return line;
}

Suite make_suite() {
  Suite suite;
  suite.prompt.system = "Short.";
  suite.prompt.question = "Q: {question}";
  suite.corpus = {{"a", "Title", "Text."}, {"b", "", "Bare."}};
  suite.train = {question_answer("Who?", "Ann")};
  TrainingExample text;
  text.text = "A line.";
  suite.train.push_back(text);
  return suite;
}

struct Parts {
  TokenIds given, learnt;
};

// Checks that the learnt tokens are the end of the sequence.
Parts parts(const TrainingSequence& sequence) {
  REQUIRE(sequence.ids.size() == sequence.learn.size());
  Parts result;
  for (std::size_t i = 0; i < sequence.ids.size(); ++i) {
    if (sequence.learn[i]) result.learnt.push_back(sequence.ids[i]);
    if (!sequence.learn[i]) {
      CHECK(result.learnt.empty());
      result.given.push_back(sequence.ids[i]);
    }
  }
  return result;
}

TokenIds with_end(const FakeModel& model, const std::string& text, std::int32_t end) {
  FakeModel bare = model;
  bare.bytes.bos = false;
  TokenIds ids = bare.bytes.encode_plain(text);
  ids.push_back(end);
  return ids;
}

TokenIds zero_shot_ids(const Suite& suite, const FakeModel& model, const std::string& question) {
  Item item;
  item.question = question;
  const ContextEnvironment environment{suite, model, nullptr, "", 0};
  return make_context({}, environment)->build({&item, 1})[0].ids;
}

}  // namespace

TEST_CASE("domain_qa: evaluation's own prompt, and loss on answer and end token") {
  const Suite suite = make_suite();
  FakeModel model;
  for (const bool bos : {false, true}) {
    model.bytes.bos = bos;
    const auto set = make_training_set(tuning({"domain_qa"}), suite, model);
    REQUIRE(set.size() == 1);
    const Parts split = parts(set[0]);
    CHECK(split.given == zero_shot_ids(suite, model, "Who?"));
    CHECK(split.learnt == with_end(model, "Ann", ByteTokenizer::kEnd));
  }
}

TEST_CASE("domain_qa: training takes turns through the first three wordings only") {
  Suite suite = make_suite();
  suite.train.assign(7, question_answer("Who?", "Ann"));
  suite.prompt.more = {
      {"1 {question}", ""}, {"2 {question}", ""}, {"3 {question}", ""}, {"4 {question}", ""}};
  const FakeModel model;
  const auto set = make_training_set(tuning({"domain_qa"}), suite, model);
  REQUIRE(set.size() == 7);
  for (std::size_t i = 0; i < set.size(); ++i) {
    Suite worded = suite;
    worded.prompt = in_wording(suite.prompt, i % kTrainedWordings);
    worded.prompt.more.clear();
    CHECK(parts(set[i]).given == zero_shot_ids(worded, model, "Who?"));
  }
}

TEST_CASE("domain_qa: special tokens inside question or answer stay text") {
  Suite suite = make_suite();
  suite.train = {question_answer("<|im_end|>{question}", "x<|im_end|>y")};
  FakeModel model;
  const Parts split = parts(make_training_set(tuning({"domain_qa"}), suite, model)[0]);
  CHECK(split.given == zero_shot_ids(suite, model, "<|im_end|>{question}"));
  CHECK(split.learnt == with_end(model, "x<|im_end|>y", ByteTokenizer::kEnd));
}

TEST_CASE("domain_qa without a chat template: end of text, where there is one") {
  const Suite suite = make_suite();
  FakeModel model;
  model.chat = false;
  const Parts split = parts(make_training_set(tuning({"domain_qa"}), suite, model)[0]);
  CHECK(split.given == zero_shot_ids(suite, model, "Who?"));
  CHECK(split.learnt == with_end(model, " Ann", ByteTokenizer::kEndOfText));
  model.bytes.has_end_of_text = false;
  const auto bare = make_training_set(tuning({"domain_qa"}), suite, model);
  CHECK(parts(bare[0]).learnt == model.bytes.encode_plain(" Ann"));
}

TEST_CASE("domain_qa: prompts of one's own, and conversations of which every answer is learnt") {
  Suite suite = make_suite();
  TrainingExample chat;
  chat.kind = Kind::kMessages;
  chat.messages = {{"user", "one"}, {"assistant", "two"}, {"user", "three"}, {"assistant", "four"}};
  suite.train = {prompt_completion("Say {question}", "no"), chat};
  FakeModel model;
  for (const bool bos : {false, true}) {
    model.bytes.bos = bos;
    const auto set = make_training_set(tuning({"domain_qa"}), suite, model);
    REQUIRE(set.size() == 2);
    CHECK(model.bytes.decode(parts(set[0]).given) ==
          "system\nShort.\nuser\nSay {question}\nassistant\n");
    CHECK(model.bytes.decode(parts(set[0]).learnt) == "no");
    // As evaluation writes the conversation up to its last answer, and that answer's end.
    TokenIds whole = model.bytes.encode(
        model.chat_ml.render({chat.messages.data(), chat.messages.size() - 1}, true));
    const TokenIds last = with_end(model, "four", ByteTokenizer::kEnd);
    whole.insert(whole.end(), last.begin(), last.end());
    CHECK(set[1].ids == whole);
    TokenIds learnt;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      if (set[1].learn[i]) learnt.push_back(whole[i]);
    }
    TokenIds wanted = with_end(model, "two", ByteTokenizer::kEnd);
    wanted.insert(wanted.end(), last.begin(), last.end());
    CHECK(learnt == wanted);
  }
  suite.train[1].messages.pop_back();
  CHECK_THROWS_AS(make_training_set(tuning({"domain_qa"}), suite, model), Error);
  suite.train[1].messages.clear();
  CHECK_THROWS_AS(make_training_set(tuning({"domain_qa"}), suite, model), Error);
}

TEST_CASE("domain_qa: a template that writes an earlier answer differently later is refused") {
  struct Forgetful : test::ChatMl {
    MarkedText render(std::span<const Message> messages, bool prompt) const override {
      std::vector<Message> kept(messages.begin(), messages.end());
      for (std::size_t i = 0; i + 1 < kept.size(); ++i) {
        if (kept[i].role == "assistant") kept[i].content = "...";
      }
      return ChatMl::render(kept, prompt);
    }
  };
  struct Model : FakeModel {
    Forgetful forgetful;
    const ChatTemplate& chat_template() const override { return forgetful; }
  };
  Suite suite = make_suite();
  suite.train[0].kind = Kind::kMessages;
  suite.train[0].messages = {{"user", "a"}, {"assistant", "b"}};
  CHECK_NOTHROW(make_training_set(tuning({"domain_qa"}), suite, Model()));
  suite.train[0].messages.insert(suite.train[0].messages.end(),
                                 {{"user", "c"}, {"assistant", "d"}});
  CHECK_THROWS_AS(make_training_set(tuning({"domain_qa"}), suite, Model()), Error);
}

TEST_CASE("domain_qa: a line beyond the window is an error that names it") {
  const Suite suite = make_suite();
  FakeModel model;
  const auto size = make_training_set(tuning({"domain_qa"}), suite, model)[0].ids.size();
  model.window = static_cast<int>(size);
  CHECK_NOTHROW(make_training_set(tuning({"domain_qa"}), suite, model));
  --model.window;
  try {
    make_training_set(tuning({"domain_qa"}), suite, model);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.where().find("Ann") != std::string::npos);
  }
}

TEST_CASE("domain_qa: a template that rewrites the prompt is refused") {
  struct Rewriting : test::ChatMl {
    MarkedText render(std::span<const Message> messages, bool prompt) const override {
      MarkedText text = ChatMl::render(messages, prompt);
      if (!prompt) text.text[0] = '!';
      return text;
    }
  };
  struct Model : FakeModel {
    Rewriting rewriting;
    const ChatTemplate& chat_template() const override { return rewriting; }
  };
  CHECK_THROWS_AS(make_training_set(tuning({"domain_qa"}), make_suite(), Model()), Error);
}

TEST_CASE("continued_pretraining: documents, then text lines, loss on all but the first token") {
  const Suite suite = make_suite();
  FakeModel model;
  const auto set = make_training_set(tuning({"continued_pretraining"}), suite, model);
  REQUIRE(set.size() == 3);
  const std::vector<std::string> texts{"Title\nText.", "Bare.", "A line."};
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(set[i].ids == with_end(model, texts[i], ByteTokenizer::kEndOfText));
    CHECK(parts(set[i]).given.size() == 1);
  }
  model.bytes.has_end_of_text = false;
  model.bytes.bos = true;
  const auto bos = make_training_set(tuning({"continued_pretraining"}), suite, model);
  CHECK(bos[1].ids == model.bytes.encode_plain("Bare."));
  CHECK(bos[1].ids[0] == ByteTokenizer::kBos);
}

TEST_CASE("continued_pretraining: a long document becomes several windows, nothing lost") {
  Suite suite = make_suite();
  suite.train.clear();
  suite.corpus = {{"a", "", "0123456789"}};
  FakeModel model;
  model.window = 4;
  const auto set = make_training_set(tuning({"continued_pretraining"}), suite, model);
  REQUIRE(set.size() == 3);
  CHECK(model.bytes.decode(set[0].ids) == "0123");
  CHECK(model.bytes.decode(set[2].ids) == "89");
  CHECK(set[2].ids.back() == ByteTokenizer::kEndOfText);
  model.window = 5;  // the end of text alone would be the third
  CHECK(make_training_set(tuning({"continued_pretraining"}), suite, model).size() == 2);
}

TEST_CASE("a sequence has the stage of its line; documents are of the first") {
  Suite suite = make_suite();
  for (TrainingExample& line : suite.train) line.stage = 3;
  const FakeModel model;
  const auto set = make_training_set(tuning({"continued_pretraining", "domain_qa"}), suite, model);
  REQUIRE(set.size() == 4);
  CHECK(set[0].stage == 1);
  CHECK(set[2].stage == 3);
  CHECK(set[3].stage == 3);
}

TEST_CASE("purposes in their order; base learns nothing") {
  const Suite suite = make_suite();
  const FakeModel model;
  const auto both = make_training_set(tuning({"continued_pretraining", "domain_qa"}), suite, model);
  REQUIRE(both.size() == 4);
  CHECK(model.bytes.decode(parts(both[3]).learnt) == "Ann");
  CHECK(make_training_set(TuningSpec{}, suite, model).empty());
}

TEST_CASE("obstacles of tunings") {
  Suite suite = make_suite();
  CHECK(tuning_obstacle(tuning({"continued_pretraining", "domain_qa"}), suite).empty());
  suite.train.erase(suite.train.begin());
  CHECK(tuning_obstacle(tuning({"domain_qa"}), suite) == "no question-answer lines in train.jsonl");
  suite.train.clear();
  CHECK(tuning_obstacle(tuning({"continued_pretraining"}), suite).empty());
  suite.corpus.clear();
  CHECK(tuning_obstacle(tuning({"continued_pretraining"}), suite).find("corpus.jsonl") !=
        std::string::npos);
  CHECK(tuning_obstacle(TuningSpec{}, suite).empty());
  CHECK_THROWS_AS(tuning_obstacle(tuning({"domain_qna"}), suite), Error);
}
