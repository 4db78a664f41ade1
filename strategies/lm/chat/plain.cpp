#include "harness/core/sha256.h"
#include "strategies/lm/chat/chat.h"

namespace quadrant {
namespace {

// A base model goes on with " Paris" after a colon. On a line without one it would first break the
// line, and a suite that stops at line ends would get an empty answer; so the prompt breaks it.
class PlainTemplate : public ChatTemplate {
 public:
  MarkedText render(std::span<const Message> messages, bool add_generation_prompt) const override {
    std::string text;
    for (const Message& message : messages) {
      if (message.content.empty()) continue;
      if (message.role == "assistant") {
        text += before_answer(text);
        if (text.ends_with(':') && !begins_with_space(message.content)) text += ' ';
      } else if (!text.empty()) {
        text += "\n\n";
      }
      text += message.content;
    }
    if (add_generation_prompt) text += before_answer(text);
    return {text, {}};
  }

  std::string hash() const override { return sha256_hex("chat template: none, 2"); }
  bool is_chat() const override { return false; }

 private:
  // As the completions of TRL's data do.
  static bool begins_with_space(const std::string& text) {
    return text.starts_with(' ') || text.starts_with('\n');
  }

  static const char* before_answer(const std::string& text) {
    return text.empty() || text.ends_with(':') || text.ends_with('\n') ? "" : "\n";
  }
};

}  // namespace

std::unique_ptr<ChatTemplate> make_plain_template() { return std::make_unique<PlainTemplate>(); }

}  // namespace quadrant
