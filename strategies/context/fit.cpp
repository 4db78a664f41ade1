#include "strategies/context/fit.h"

#include <fmt/format.h>

#include <algorithm>

#include "strategies/context/delivery.h"

namespace quadrant {
namespace {

std::size_t passages_within_budget(const Tokenizer& tokenizer,
                                   std::span<const ScoredPassage> passages, int budget_tokens) {
  std::size_t shown = passages.size();
  while (shown > 0 && count_tokens(tokenizer, passage_block(passages.first(shown))) >
                          static_cast<std::size_t>(budget_tokens)) {
    --shown;
  }
  return shown;
}

std::vector<ScoredPassage> turned(std::span<const ScoredPassage> passages, int number) {
  std::vector<ScoredPassage> order(passages.begin(), passages.end());
  if (order.empty()) return order;
  const auto first = static_cast<std::size_t>(number) % order.size();
  std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first), order.end());
  return order;
}

// Before a choice stands what a plain text has before answers; chat templates open the turn.
std::string delimiter_of(const ChatTemplate& chat, const PromptTemplate& prompt,
                         const std::string& text) {
  if (chat.is_chat()) return "";
  if (prompt.delimiter) return *prompt.delimiter;
  return text.empty() || text.ends_with('\n') ? "" : " ";
}

// Tokens that must fit behind the prompt.
std::size_t room_for_answer(const Tokenizer& tokenizer, const Suite& suite, const Item& item) {
  if (suite.output_type == "generate_until") {
    return static_cast<std::size_t>(suite.prompt.max_new_tokens);
  }
  const bool choices = suite.output_type == "multiple_choice";
  std::size_t most = 0;
  for (const std::string& text : choices ? item.choices : item.targets) {
    most = std::max(most, count_tokens(tokenizer, " " + text));
  }
  return most;
}

void note_passages(BuiltPrompt& built, const Item& item, std::span<const ScoredPassage> passages,
                   std::size_t shown) {
  for (std::size_t i = 0; i < passages.size(); ++i) {
    built.passages.push_back({passages[i], is_relevant(passages[i].passage, item), i < shown});
  }
  if (passages.empty() || !is_answerable(item)) return;
  built.delivered = std::any_of(built.passages.begin(), built.passages.end(),
                                [](const ShownPassage& p) { return p.in_prompt && p.relevant; });
}

}  // namespace

std::size_t count_tokens(const Tokenizer& tokenizer, const std::string& text) {
  return tokenizer.encode_plain(text).size() - tokenizer.encode_plain("").size();
}

BuiltPrompt fit_prompt(const ContextEnvironment& environment, const Item& item,
                       std::span<const Demonstration> demonstrations,
                       std::span<const ScoredPassage> passages, int budget_tokens) {
  BuiltPrompt built;
  if (environment.suite.output_type == "loglikelihood_rolling") return built;  // it has no prompt
  const std::uint64_t turn = static_cast<std::uint64_t>(item.number) + environment.seed;
  built.wording =
      static_cast<int>(turn % static_cast<std::uint64_t>(environment.suite.prompt.wordings()));
  const PromptTemplate prompt = in_wording(environment.suite.prompt, turn);
  const auto window = static_cast<std::size_t>(environment.model.context_window());
  const std::size_t new_tokens =
      room_for_answer(environment.model.tokenizer(), environment.suite, item);
  std::size_t shown =
      passages_within_budget(environment.model.tokenizer(), passages, budget_tokens);
  std::size_t examples = demonstrations.size();
  while (true) {
    RenderedPrompt rendered =
        render_prompt(environment.model, prompt,
                      prompt_messages(prompt, demonstrations.first(examples),
                                      turned(passages.first(shown), item.number), item.question));
    built.delimiter = delimiter_of(environment.model.chat_template(), prompt, rendered.text.text);
    built.text = std::move(rendered.text.text);
    built.trusted = std::move(rendered.text.trusted);
    built.complete = rendered.text.complete;
    built.ids = std::move(rendered.ids);
    if (built.ids.size() + new_tokens <= window) break;
    if (shown > 0) {
      --shown;
    } else if (examples > 0) {
      --examples;
    } else {
      built.error =
          fmt::format("prompt of {} tokens and {} new tokens exceed the context window of {}",
                      built.ids.size(), new_tokens, window);
      break;
    }
  }
  built.truncated =
      shown < passages.size() || examples < demonstrations.size() || !built.error.empty();
  note_passages(built, item, passages, shown);
  return built;
}

}  // namespace quadrant
