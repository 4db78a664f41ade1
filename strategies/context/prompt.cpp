#include "strategies/context/prompt.h"

#include <fmt/format.h>

namespace quadrant {

std::string fill_template(std::string_view text, std::span<const Placeholder> placeholders) {
  std::string filled;
  for (std::size_t at = 0; at < text.size();) {
    bool replaced = false;
    for (const auto& [name, value] : placeholders) {
      const std::string_view rest = text.substr(at);
      if (rest.size() < name.size() + 2 || rest[0] != '{' || rest[name.size() + 1] != '}') continue;
      if (rest.substr(1, name.size()) != name) continue;
      filled += value;
      at += name.size() + 2;
      replaced = true;
      break;
    }
    if (!replaced) filled += text[at++];
  }
  return filled;
}

PromptTemplate in_wording(const PromptTemplate& prompt, std::uint64_t number) {
  PromptTemplate worded = prompt;
  const std::uint64_t at = number % static_cast<std::uint64_t>(prompt.wordings());
  if (at > 0) {
    worded.question = prompt.more[at - 1].question;
    worded.context = prompt.more[at - 1].context;
  }
  return worded;
}

std::string passage_block(std::span<const ScoredPassage> passages) {
  std::string block;
  for (std::size_t i = 0; i < passages.size(); ++i) {
    const Passage& passage = passages[i].passage;
    block += fmt::format("{}[{}]", i == 0 ? "" : "\n\n", i + 1);
    if (!passage.title.empty()) block += " " + passage.title;
    if (!passage.text.empty()) block += (passage.title.empty() ? " " : "\n") + passage.text;
  }
  return block;
}

std::vector<Message> user_messages(const PromptTemplate& prompt, const std::string& user_turn) {
  std::vector<Message> messages;
  if (!prompt.system.empty()) messages.push_back({"system", prompt.system});
  messages.push_back({"user", user_turn});
  return messages;
}

std::vector<Message> prompt_messages(const PromptTemplate& prompt,
                                     std::span<const Demonstration> demonstrations,
                                     std::span<const ScoredPassage> passages,
                                     const std::string& question) {
  const auto plain_turn = [&](const std::string& text) {
    const Placeholder filling[] = {{"question", text}};
    return fill_template(prompt.question, filling);
  };
  std::vector<Message> messages;
  if (!prompt.system.empty()) messages.push_back({"system", prompt.system});
  for (const Demonstration& demonstration : demonstrations) {
    messages.push_back({"user", plain_turn(demonstration.question)});
    messages.push_back({"assistant", demonstration.answer});
  }
  if (passages.empty()) {
    messages.push_back({"user", plain_turn(question)});
  } else {
    const std::string block = passage_block(passages);
    const Placeholder filling[] = {{"passages", block}, {"question", question}};
    messages.push_back({"user", fill_template(prompt.context, filling)});
  }
  return messages;
}

std::vector<Message> zero_shot_messages(const PromptTemplate& prompt, const std::string& question) {
  return prompt_messages(prompt, {}, {}, question);
}

MarkedText render(const LanguageModel& model, const PromptTemplate& prompt,
                  std::span<const Message> messages, bool add_generation_prompt) {
  const ChatTemplate& chat = model.chat_template();
  if (chat.is_chat() || !prompt.delimiter) return chat.render(messages, add_generation_prompt);
  std::string text;
  for (const Message& message : messages) {
    if (message.role == "assistant") {
      text += *prompt.delimiter;
    } else if (!text.empty()) {
      text += "\n\n";
    }
    text += message.content;
  }
  return {text, {}};
}

RenderedPrompt render_prompt(const LanguageModel& model, const PromptTemplate& prompt,
                             std::span<const Message> messages) {
  MarkedText text = render(model, prompt, messages, /*add_generation_prompt=*/true);
  TokenIds ids = model.tokenizer().encode(text);
  return {std::move(text), std::move(ids)};
}

}  // namespace quadrant
