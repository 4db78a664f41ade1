#include "strategies/tuning/recipe.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.h"
#include "harness/core/utf8.h"
#include "strategies/context/prompt.h"

namespace quadrant {
namespace {

using Kind = TrainingExample::Kind;

constexpr const char* kTemplateMend =
    "training needs prompt, answer and end one after the other: use a template that writes them so";

bool has_answer(const TrainingExample& example) { return example.kind != Kind::kText; }

// Tokens of text that goes on where a prompt ended: without the tokenizer's BOS.
TokenIds continuation_ids(const Tokenizer& tokenizer, const MarkedText& text) {
  const TokenIds added = tokenizer.encode_plain("");
  TokenIds ids = tokenizer.encode(text);
  QUADRANT_CHECK(ids.size() >= added.size() && std::equal(added.begin(), added.end(), ids.begin()));
  ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(added.size()));
  return ids;
}

void append(TrainingSequence& sequence, const TokenIds& ids, bool learn) {
  sequence.ids.insert(sequence.ids.end(), ids.begin(), ids.end());
  sequence.learn.insert(sequence.learn.end(), ids.size(), learn);
}

// ---- continued_pretraining

struct StagedText {
  std::string text;
  int stage = 1;
};

std::vector<StagedText> pretraining_texts(const Suite& suite) {
  std::vector<StagedText> texts;
  for (const Document& document : suite.corpus) {
    texts.push_back(
        {document.title.empty() ? document.text : document.title + "\n" + document.text});
  }
  for (const TrainingExample& example : suite.train) {
    if (example.kind == Kind::kText) texts.push_back({example.text, example.stage});
  }
  return texts;
}

void add_pretraining(const Suite& suite, const LanguageModel& model,
                     std::vector<TrainingSequence>& sequences) {
  const Tokenizer& tokenizer = model.tokenizer();
  const auto window = static_cast<std::size_t>(model.context_window());
  for (const auto& [text, stage] : pretraining_texts(suite)) {
    TokenIds ids = tokenizer.encode_plain(text);
    if (const auto end = tokenizer.end_of_text()) ids.push_back(*end);
    for (std::size_t at = 0; at < ids.size(); at += window) {
      const std::size_t size = std::min(window, ids.size() - at);
      if (size < 2) continue;  // one token has nothing to be predicted from
      const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(at);
      TrainingSequence sequence{
          {begin, begin + static_cast<std::ptrdiff_t>(size)}, std::vector<bool>(size, true), stage};
      sequence.learn.front() = false;
      sequences.push_back(std::move(sequence));
    }
  }
}

// ---- domain_qa

struct Exchange {
  std::vector<Message> prompt;
  std::string answer;
};

Exchange exchange_of(const TrainingExample& example, const PromptTemplate& prompt) {
  switch (example.kind) {
    case Kind::kQuestionAnswer:
      return {zero_shot_messages(prompt, example.question), example.answer};
    case Kind::kPromptCompletion:
      return {user_messages(prompt, example.prompt), example.completion};
    case Kind::kMessages: {
      if (example.messages.empty() || example.messages.back().role != "assistant") {
        throw Error("a conversation does not end with the assistant's turn", "train.jsonl",
                    "end each \"messages\" line with the answer to be learnt");
      }
      return {{example.messages.begin(), example.messages.end() - 1},
              example.messages.back().content};
    }
    case Kind::kText:
      break;
  }
  QUADRANT_CHECK(!"a text has no answer");
  return {};
}

// What the chat template writes behind the prompt: the answer as it prints it, always plain text.
std::string rendered_answer(const LanguageModel& model, const PromptTemplate& prompt,
                            const Exchange& exchange, const std::string& prompt_text) {
  std::vector<Message> messages = exchange.prompt;
  messages.push_back({"assistant", exchange.answer});
  const MarkedText full = render(model, prompt, messages, /*add_generation_prompt=*/false);
  if (!full.text.starts_with(prompt_text)) {
    throw Error("the chat template writes another prompt when the answer follows it",
                "model.chat_template", kTemplateMend);
  }
  const std::string end_of_turn = model.chat_template().end_of_turn();
  if (end_of_turn.empty()) return full.text.substr(prompt_text.size());
  // The template's own end is in a trusted range; the same letters inside the answer are not.
  for (const auto& [begin, end] : full.trusted) {
    const std::size_t from = std::max(begin, prompt_text.size());
    const std::size_t found = full.text.find(end_of_turn, from);
    if (from < end && found != std::string::npos && found + end_of_turn.size() <= end) {
      return full.text.substr(prompt_text.size(), found - prompt_text.size());
    }
  }
  throw Error("the chat template does not close the assistant's turn with " + end_of_turn,
              "model.chat_template", kTemplateMend);
}

TokenIds end_ids(const LanguageModel& model) {
  const std::string end_of_turn = model.chat_template().end_of_turn();
  if (!end_of_turn.empty()) {
    return continuation_ids(model.tokenizer(), {end_of_turn, {{0, end_of_turn.size()}}});
  }
  const auto end = model.tokenizer().end_of_text();
  return end ? TokenIds{*end} : TokenIds{};
}

void check_length(const TrainingSequence& sequence, const LanguageModel& model,
                  std::string_view answer) {
  if (sequence.ids.size() <= static_cast<std::size_t>(model.context_window())) return;
  const std::string_view start = answer.substr(0, whole_characters(answer.substr(0, 60)));
  throw Error(fmt::format("a training example has {} tokens, the context window {}",
                          sequence.ids.size(), model.context_window()),
              fmt::format("train.jsonl, the line whose answer starts with \"{}\"", start),
              "shorten or remove this line");
}

void add_question_answers(const Suite& suite, const LanguageModel& model,
                          std::vector<TrainingSequence>& sequences) {
  const TokenIds end = end_ids(model);
  const int wordings = std::min(suite.prompt.wordings(), kTrainedWordings);
  std::uint64_t number = 0;
  for (const TrainingExample& example : suite.train) {
    if (!has_answer(example)) continue;
    const std::uint64_t wording = number++ % static_cast<std::uint64_t>(wordings);
    const Exchange exchange = exchange_of(example, in_wording(suite.prompt, wording));
    const RenderedPrompt prompt = render_prompt(model, suite.prompt, exchange.prompt);
    TrainingSequence sequence;
    sequence.stage = example.stage;
    append(sequence, prompt.ids, false);
    const std::string answer = rendered_answer(model, suite.prompt, exchange, prompt.text.text);
    append(sequence, continuation_ids(model.tokenizer(), {answer, {}}), true);
    append(sequence, end, true);
    check_length(sequence, model, exchange.answer);
    sequences.push_back(std::move(sequence));
  }
}

// ---- the list of purposes

struct Purpose {
  const char* name;
  const char* description;
  std::string (*obstacle)(const Suite& suite);
  void (*add)(const Suite& suite, const LanguageModel& model,
              std::vector<TrainingSequence>& sequences);
};

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

const std::vector<Purpose>& purposes() {
  static const std::vector<Purpose> list{
      {"continued_pretraining", "purpose: the documents and text lines, loss on all tokens",
       pretraining_obstacle, add_pretraining},
      {"domain_qa", "purpose: questions without documents, loss on the answers",
       question_answer_obstacle, add_question_answers}};
  return list;
}

const Purpose& find_purpose(const std::string& name) {
  std::vector<std::string> names;
  for (const Purpose& purpose : purposes()) {
    if (purpose.name == name) return purpose;
    names.push_back(purpose.name);
  }
  const std::string near = nearest_name(name, names);
  throw Error(fmt::format("\"{}\" is not a purpose of training", name), "tuning.purpose",
              near.empty() ? fmt::format("use {}", fmt::join(names, " or "))
                           : fmt::format("did you mean \"{}\"?", near));
}

}  // namespace

std::vector<TuningKind> tuning_kinds() {
  std::vector<TuningKind> kinds{{"base", "method: the model as it is"},
                                {"lora", "method: low-rank branches on all linear layers"},
                                {"full", "method: all weights"}};
  for (const Purpose& purpose : purposes()) kinds.push_back({purpose.name, purpose.description});
  return kinds;
}

std::vector<std::string> possible_purposes(const Suite& suite) {
  std::vector<std::string> names;
  for (const Purpose& purpose : purposes()) {
    if (purpose.obstacle(suite).empty()) names.push_back(purpose.name);
  }
  return names;
}

std::string tuning_obstacle(const TuningSpec& tuning, const Suite& suite) {
  if (tuning.method == "base") return "";
  for (const std::string& name : tuning.purpose) {
    std::string obstacle = find_purpose(name).obstacle(suite);
    if (!obstacle.empty()) return obstacle;
  }
  return "";
}

std::vector<TrainingSequence> make_training_set(const TuningSpec& tuning, const Suite& suite,
                                                const LanguageModel& model) {
  std::vector<TrainingSequence> sequences;
  for (const std::string& name : tuning.purpose) find_purpose(name).add(suite, model, sequences);
  return sequences;
}

}  // namespace quadrant
