#include "strategies/tuning/sequences.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.h"
#include "harness/core/utf8.h"
#include "strategies/context/prompt.h"

namespace quadrant {
namespace {

[[noreturn]] void refuse_template(const std::string& problem) {
  throw Error(problem, "model.chat_template",
              "training needs prompt, answer and end one after the other: use a template that "
              "writes them so");
}

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

// What the chat template writes behind the prompt: the answer as it prints it, always plain text.
std::string rendered_answer(const LanguageModel& model, const PromptTemplate& prompt,
                            std::span<const Message> messages, const std::string& prompt_text) {
  const MarkedText full = render(model, prompt, messages, /*add_generation_prompt=*/false);
  if (!full.text.starts_with(prompt_text)) {
    refuse_template("the chat template writes another prompt when the answer follows it");
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
  refuse_template("the chat template does not close the assistant's turn with " + end_of_turn);
}

// What a longer prompt adds to `done`, which is its beginning.
MarkedText rest_of(const MarkedText& prompt, const std::string& done) {
  if (!prompt.text.starts_with(done)) {
    refuse_template("the chat template writes an earlier answer differently when turns follow it");
  }
  MarkedText rest{prompt.text.substr(done.size()), {}};
  for (const auto& [begin, end] : prompt.trusted) {
    if (end <= done.size()) continue;
    rest.trusted.emplace_back(std::max(begin, done.size()) - done.size(), end - done.size());
  }
  return rest;
}

}  // namespace

TrainingSequence learn_answers(const LanguageModel& model, const PromptTemplate& prompt,
                               std::span<const Message> messages) {
  const Tokenizer& tokenizer = model.tokenizer();
  const std::string end_of_turn = model.chat_template().end_of_turn();
  TrainingSequence sequence;
  std::string done;  // what is in the sequence
  for (std::size_t turn = 0; turn < messages.size(); ++turn) {
    if (messages[turn].role != "assistant") continue;
    const RenderedPrompt before = render_prompt(model, prompt, messages.first(turn));
    append(sequence,
           done.empty() ? before.ids : continuation_ids(tokenizer, rest_of(before.text, done)),
           false);
    const std::string answer =
        rendered_answer(model, prompt, messages.first(turn + 1), before.text.text);
    append(sequence, continuation_ids(tokenizer, {answer, {}}), true);
    if (!end_of_turn.empty()) {
      append(sequence, continuation_ids(tokenizer, {end_of_turn, {{0, end_of_turn.size()}}}), true);
    }
    done = before.text.text + answer + end_of_turn;
  }
  if (const auto end = tokenizer.end_of_text(); end && end_of_turn.empty()) {
    append(sequence, {*end}, true);
  }
  return sequence;
}

void learn_text(const LanguageModel& model, const std::string& text,
                std::vector<TrainingSequence>& sequences) {
  const auto window = static_cast<std::size_t>(model.context_window());
  TokenIds ids = model.tokenizer().encode_plain(text);
  if (const auto end = model.tokenizer().end_of_text()) ids.push_back(*end);
  for (std::size_t at = 0; at < ids.size(); at += window) {
    const std::size_t size = std::min(window, ids.size() - at);
    if (size < 2) continue;  // one token has nothing to be predicted from
    const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(at);
    TrainingSequence sequence{{begin, begin + static_cast<std::ptrdiff_t>(size)},
                              std::vector<bool>(size, true)};
    sequence.learn.front() = false;
    sequences.push_back(std::move(sequence));
  }
}

void require_window(const LanguageModel& model, const TrainingSequence& sequence,
                    std::string_view answer, const std::string& mend) {
  if (sequence.ids.size() <= static_cast<std::size_t>(model.context_window())) return;
  const std::string_view start = answer.substr(0, whole_characters(answer.substr(0, 60)));
  throw Error(fmt::format("a training example has {} tokens, the context window {}",
                          sequence.ids.size(), model.context_window()),
              fmt::format("train.jsonl, the line whose answer starts with \"{}\"", start), mend);
}

}  // namespace quadrant
