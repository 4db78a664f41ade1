// The purposes that learn what the suite says: its documents, its questions and answers; and replay
// of general text beside them.
#include <fmt/format.h>

#include <algorithm>

#include "datasets/suite_files.h"
#include "harness/core/error.h"
#include "harness/core/rng.h"
#include "strategies/context/prompt.h"
#include "strategies/tuning/purposes.h"
#include "strategies/tuning/sequences.h"

namespace quadrant {
namespace {

using Kind = TrainingExample::Kind;

std::string text_of(const Document& document) {
  return document.title.empty() ? document.text : document.title + "\n" + document.text;
}

void add_pretraining(const Material& material, std::vector<TrainingSequence>& sequences) {
  for (const Document& document : material.suite.corpus) {
    learn_text(material.model, text_of(document), sequences);
  }
  for (const TrainingExample& example : material.suite.train) {
    if (example.kind != Kind::kText) continue;
    const std::size_t before = sequences.size();
    learn_text(material.model, example.text, sequences);
    for (std::size_t i = before; i < sequences.size(); ++i) sequences[i].stage = example.stage;
  }
}

void add_question_answers(const Material& material, std::vector<TrainingSequence>& sequences) {
  learn_lines(material.suite.train, material.suite.prompt, material.model, sequences);
}

std::string pretraining_obstacle(const Suite& suite) {
  const auto is_text = [](const TrainingExample& e) { return e.kind == Kind::kText; };
  if (!suite.corpus.empty() || std::any_of(suite.train.begin(), suite.train.end(), is_text)) {
    return "";
  }
  return "no corpus.jsonl and no text lines in train.jsonl";
}

std::string question_answer_obstacle(const Suite& suite) {
  if (std::any_of(suite.train.begin(), suite.train.end(), has_answer)) return "";
  return "no question-answer lines in train.jsonl";
}

std::size_t count_tokens(const std::vector<TrainingSequence>& sequences) {
  std::size_t tokens = 0;
  for (const TrainingSequence& sequence : sequences) tokens += sequence.ids.size();
  return tokens;
}

}  // namespace

std::vector<std::string> plain_texts(const Suite& suite) {
  std::vector<std::string> texts;
  for (const Document& document : suite.corpus) texts.push_back(text_of(document));
  for (const TrainingExample& example : suite.train) {
    if (example.kind == Kind::kText) texts.push_back(example.text);
  }
  return texts;
}

std::vector<Message> conversation_of(const TrainingExample& example, const PromptTemplate& prompt) {
  if (example.kind == Kind::kMessages) {
    if (example.messages.empty() || example.messages.back().role != "assistant") {
      throw Error("a conversation does not end with the assistant's turn", "train.jsonl",
                  "end each conversation with the answer to be learnt");
    }
    return example.messages;
  }
  const bool asks = example.kind == Kind::kQuestionAnswer;
  QUADRANT_CHECK(has_answer(example));
  auto messages =
      asks ? zero_shot_messages(prompt, example.question) : user_messages(prompt, example.prompt);
  messages.push_back({"assistant", asks ? example.answer : example.completion});
  return messages;
}

void learn_lines(const std::vector<TrainingExample>& lines, const PromptTemplate& prompt,
                 const LanguageModel& model, std::vector<TrainingSequence>& sequences) {
  const auto wordings = static_cast<std::uint64_t>(std::min(prompt.wordings(), kTrainedWordings));
  std::uint64_t number = 0;
  for (const TrainingExample& example : lines) {
    if (!has_answer(example)) continue;
    const auto messages = conversation_of(example, in_wording(prompt, number++ % wordings));
    sequences.push_back(learn_answers(model, prompt, messages));
    sequences.back().stage = example.stage;
    require_window(model, sequences.back(), messages.back().content, "shorten or remove this line");
  }
}

void add_replay(const Material& material, std::vector<TrainingSequence>& sequences) {
  const TuningSpec& tuning = material.tuning;
  auto lines = read_training_examples(tuning.replay);
  Rng(0, "replay").shuffle(lines);
  const auto own = static_cast<double>(count_tokens(sequences));
  const double wanted = own * tuning.replay_share / (1 - tuning.replay_share);
  std::vector<TrainingSequence> general;
  std::size_t tokens = 0;
  for (std::size_t i = 0; i < lines.size() && static_cast<double>(tokens) < wanted; ++i) {
    const std::size_t before = general.size();
    if (has_answer(lines[i])) {
      learn_lines({lines[i]}, {}, material.model, general);
    } else {
      learn_text(material.model, lines[i].text, general);
    }
    for (std::size_t s = before; s < general.size(); ++s) tokens += general[s].ids.size();
  }
  if (static_cast<double>(tokens) < wanted) {
    throw Error(fmt::format("{} tokens to replay, and a share of {} is {:.0f}", tokens,
                            tuning.replay_share, wanted),
                tuning.replay, "bring more examples, or lower replay_share");
  }
  sequences.insert(sequences.end(), general.begin(), general.end());
}

Purpose continued_pretraining_purpose() {
  return {"continued_pretraining", "purpose: the documents and text lines, loss on all tokens",
          pretraining_obstacle, add_pretraining};
}

Purpose domain_qa_purpose() {
  return {"domain_qa", "purpose: questions without documents, loss on the answers",
          question_answer_obstacle, add_question_answers};
}

}  // namespace quadrant
