#include <fmt/format.h>

#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "harness/jinja/template.h"
#include "strategies/lm/chat/chat.h"

namespace quadrant {
namespace {

using jinja::Text;
using jinja::Value;

Value conversation(std::span<const Message> messages) {
  std::vector<Value> list;
  for (const Message& message : messages) {
    if (message.role != "system" && message.role != "user" && message.role != "assistant") {
      throw Error(fmt::format("unknown role \"{}\" in a conversation", message.role),
                  "a chat message", "use system, user or assistant");
    }
    // The role is one of our own three words, and templates build special tokens of it.
    list.push_back(*jinja::make_dict(
        {{"role", Text::own(message.role)}, {"content", Text::foreign(message.content)}}));
  }
  return *jinja::make_list(std::move(list));
}

class JinjaTemplate : public ChatTemplate {
 public:
  JinjaTemplate(std::string_view text, const std::string& where,
                const std::map<std::string, std::string>& tokens)
      : template_(text, where, {.trim_blocks = true, .lstrip_blocks = true}),
        tokens_(tokens),
        hash_(sha256_hex(text)),
        end_of_turn_(find_end_of_turn()) {}

  MarkedText render(std::span<const Message> messages, bool add_generation_prompt) const override {
    jinja::Variables variables{{"messages", conversation(messages)},
                               {"add_generation_prompt", add_generation_prompt},
                               {"tools", jinja::None{}},
                               {"documents", jinja::None{}}};
    for (const auto& [name, token] : tokens_) variables.emplace_back(name, Text::own(token));
    MarkedText marked = template_.render(variables).marked();
    marked.complete = true;
    return marked;
  }

  std::string hash() const override { return hash_; }
  std::string end_of_turn() const override { return end_of_turn_; }

 private:
  // The first word or <token> behind an answer. A template that refuses this conversation has none.
  std::string find_end_of_turn() const {
    constexpr std::string_view kAnswer = "5f2b", kWhite = " \t\r\n";
    const Message exchange[] = {{"user", "Q"}, {"assistant", std::string(kAnswer)}};
    std::string text;
    try {
      text = render(exchange, /*add_generation_prompt=*/false).text;
    } catch (const Error&) {
      return "";
    }
    const std::size_t answer = text.rfind(kAnswer);
    if (answer == std::string::npos) return "";
    const std::size_t begin = text.find_first_not_of(kWhite, answer + kAnswer.size());
    if (begin == std::string::npos) return "";
    // Of two tokens in a row ("<|end|><|endoftext|>") the first one ends the turn.
    std::size_t end = text.find_first_of(kWhite, begin);
    const std::size_t bracket = text[begin] == '<' ? text.find('>', begin) : std::string::npos;
    if (bracket != std::string::npos) end = std::min(end, bracket + 1);
    return text.substr(begin, end - begin);
  }

  jinja::Template template_;
  std::map<std::string, std::string> tokens_;
  std::string hash_, end_of_turn_;
};

}  // namespace

std::unique_ptr<ChatTemplate> make_jinja_template(
    std::string_view jinja, const std::string& where,
    const std::map<std::string, std::string>& tokens) {
  return std::make_unique<JinjaTemplate>(jinja, where, tokens);
}

}  // namespace quadrant
