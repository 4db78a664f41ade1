#include "strategies/context/fit.h"

#include <fmt/format.h>

#include <algorithm>

#include "strategies/context/delivery.h"

namespace quadrant {
namespace {

std::size_t within_budget(const Tokenizer& tokenizer, const PassagesToShow& passages) {
  std::size_t shown = passages.ranked.size();
  while (shown > 0 && count_tokens(tokenizer, passage_block(passages.ranked.first(shown))) >
                          static_cast<std::size_t>(passages.budget_tokens)) {
    --shown;
  }
  return shown;
}

// The first `shown` passages, as the prompt of item `number` has them.
std::vector<ScoredPassage> in_order(const PassagesToShow& passages, std::size_t shown, int number) {
  const auto best = passages.ranked.first(shown);
  std::vector<ScoredPassage> order(best.begin(), best.end());
  if (passages.order == "best_last") std::reverse(order.begin(), order.end());
  if (passages.order == "rotated" && !order.empty()) {
    const auto first = static_cast<std::size_t>(number) % order.size();
    std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first), order.end());
  }
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
                       const PassagesToShow& passages) {
  BuiltPrompt built;
  if (environment.suite.output_type == "loglikelihood_rolling") return built;  // it has no prompt
  const std::uint64_t turn = static_cast<std::uint64_t>(item.number) + environment.seed;
  built.wording =
      static_cast<int>(turn % static_cast<std::uint64_t>(environment.suite.prompt.wordings()));
  const PromptTemplate prompt = in_wording(environment.suite.prompt, turn);
  const auto window = static_cast<std::size_t>(environment.model.context_window());
  const std::size_t new_tokens =
      room_for_answer(environment.model.tokenizer(), environment.suite, item);
  std::size_t shown = within_budget(environment.model.tokenizer(), passages);
  std::size_t examples = demonstrations.size();
  while (true) {
    RenderedPrompt rendered =
        render_prompt(environment.model, prompt,
                      prompt_messages(prompt, demonstrations.first(examples),
                                      in_order(passages, shown, item.number), item.question));
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
      shown < passages.ranked.size() || examples < demonstrations.size() || !built.error.empty();
  note_passages(built, item, passages.ranked, shown);
  return built;
}

}  // namespace quadrant
