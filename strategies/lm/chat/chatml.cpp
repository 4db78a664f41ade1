#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/core/error.h"
#include "harness/core/sha256.h"
#include "strategies/lm/chat/chat.h"

namespace quadrant {
namespace {

constexpr std::string_view kStart = "<|im_start|>", kEnd = "<|im_end|>";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The inside of a tag without the spaces around its words, literals in single quotes with their
// escapes resolved, and literals that are added up joined. nullopt: a literal never ends.
std::optional<std::string> plain_tag(std::string_view tag) {
  std::string plain;
  for (std::size_t i = 0; i < tag.size(); ++i) {
    if (is_blank(tag[i])) continue;
    if (tag[i] != '\'' && tag[i] != '"') {
      plain += tag[i];
      continue;
    }
    const char quote = tag[i];
    if (plain.ends_with("'+")) {
      plain.resize(plain.size() - 2);
    } else {
      plain += '\'';
    }
    for (++i; i < tag.size() && tag[i] != quote; ++i) {
      const bool escaped = tag[i] == '\\' && i + 1 < tag.size();
      if (escaped) ++i;
      plain += escaped && tag[i] == 'n' ? '\n' : tag[i];
    }
    if (i == tag.size()) return std::nullopt;
    plain += '\'';
  }
  return plain;
}

// Text between two tags, as transformers treats it (jinja's trim_blocks and lstrip_blocks; "-"
// takes all space away). It must print nothing: all that a ChatML template prints is in its tags.
struct Between {
  std::string_view text = {};
  bool after_block = false, before_block = false;  // {% %} beside it
  bool trim_left = false, trim_right = false;
  bool last = false;

  bool prints() const {
    if (trim_left || trim_right) return !std::ranges::all_of(text, is_blank);
    std::string_view left = text;
    if (after_block && left.starts_with('\n')) left.remove_prefix(1);
    if (last && left.ends_with('\n')) left.remove_suffix(1);
    while (before_block && (left.ends_with(' ') || left.ends_with('\t'))) left.remove_suffix(1);
    return !left.empty();
  }
};

// All tags in one canonical line. nullopt: not a template of tags alone.
std::optional<std::string> canonical(std::string_view jinja) {
  std::string tags;
  Between between;
  while (true) {
    const std::size_t open = std::min(jinja.find("{%"), jinja.find("{{"));
    between.text = jinja.substr(0, open);
    between.last = open == std::string_view::npos;
    if (between.last) return between.prints() ? std::nullopt : std::optional(tags);
    const bool block = between.before_block = jinja[open + 1] == '%';
    std::string_view inside = jinja.substr(open + 2);
    const std::size_t close = inside.find(block ? "%}" : "}}");
    if (close == std::string_view::npos) return std::nullopt;
    jinja = inside.substr(close + 2);
    inside = inside.substr(0, close);
    between.trim_right = inside.starts_with('-');
    if (between.trim_right) inside.remove_prefix(1);
    if (between.prints()) return std::nullopt;
    between = {.after_block = block, .trim_left = inside.ends_with('-')};
    if (between.trim_left) inside.remove_suffix(1);
    const auto plain = plain_tag(inside);
    if (!plain) return std::nullopt;
    tags += (block ? "{%" : "{{") + *plain + (block ? "%}" : "}}");
  }
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// The default system text of a ChatML template, "" when it has none; nullopt: another template.
std::optional<std::string> default_system(std::string_view jinja) {
  const auto tags = canonical(jinja);
  if (!tags) return std::nullopt;
  std::string_view rest = *tags;
  std::string system;
  if (!take(rest, "{%formessageinmessages%}")) return std::nullopt;
  if (take(rest, "{%ifloop.firstandmessages[0]['role']!='system'%}{{'<|im_start|>system\n")) {
    const std::size_t end = rest.find(kEnd);
    if (end == std::string_view::npos) return std::nullopt;
    system = rest.substr(0, end);
    rest.remove_prefix(end);
    if (!take(rest, "<|im_end|>\n'}}{%endif%}")) return std::nullopt;
  }
  const bool each =
      take(rest, "{{'<|im_start|>'+message['role']+'\n'+message['content']+'<|im_end|>\n'}}") &&
      take(rest, "{%endfor%}");
  const bool opening =
      take(rest, "{%ifadd_generation_prompt%}{{'<|im_start|>assistant\n'}}{%endif%}");
  return each && opening && rest.empty() ? std::optional(system) : std::nullopt;
}

class ChatMl : public ChatTemplate {
 public:
  explicit ChatMl(std::string default_system) : default_system_(std::move(default_system)) {}

  MarkedText render(std::span<const Message> messages, bool add_generation_prompt) const override {
    MarkedText out;
    if (!default_system_.empty() && !messages.empty() && messages[0].role != "system") {
      add_trusted(fmt::format("{}system\n{}{}\n", kStart, default_system_, kEnd), out);
    }
    for (const Message& message : messages) {
      if (message.role != "system" && message.role != "user" && message.role != "assistant") {
        throw Error(fmt::format("unknown role \"{}\" in a conversation", message.role),
                    "a chat message", "use system, user or assistant");
      }
      add_trusted(fmt::format("{}{}\n", kStart, message.role), out);
      out.text += message.content;
      add_trusted(fmt::format("{}\n", kEnd), out);
    }
    if (add_generation_prompt) add_trusted(fmt::format("{}assistant\n", kStart), out);
    return out;
  }

  std::string hash() const override { return sha256_hex("ChatML, 1: " + default_system_); }
  std::string end_of_turn() const override { return std::string(kEnd); }

 private:
  static void add_trusted(const std::string& text, MarkedText& out) {
    out.trusted.emplace_back(out.text.size(), out.text.size() + text.size());
    out.text += text;
  }

  std::string default_system_;
};

}  // namespace

std::unique_ptr<ChatTemplate> make_chatml(std::string_view jinja, const std::string& where) {
  if (auto system = default_system(jinja)) return std::make_unique<ChatMl>(*std::move(system));
  throw Error("this chat template is not ChatML, the only kind that is supported", where,
              "set chat_template = \"none\" in [model] to prompt without a template");
}

}  // namespace quadrant
