#include "harness/jinja/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/core/error.h"
#include "harness/core/utf8.h"

namespace quadrant::jinja {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_name(char c) { return is_name_start(c) || is_digit(c); }

// Line ends as "\n"; the last one goes.
std::string normalised(std::string_view source, bool keep_trailing_newline) {
  std::string text;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      text += source[i];
    } else if (i + 1 == source.size() || source[i + 1] != '\n') {
      text += '\n';
    }
  }
  if (!keep_trailing_newline && text.ends_with('\n')) text.pop_back();
  return text;
}

class Lexer {
 public:
  Lexer(std::string_view source, const Options& options, const std::string& where)
      : text_(normalised(source, options.keep_trailing_newline)),
        options_(options),
        where_(where) {}

  std::vector<Token> run() {
    while (at_ < text_.size()) {
      const std::size_t open = next_tag();
      add_data(open);
      if (open == text_.size()) break;
      const char kind = text_[open + 1];
      move_to(open + 2);
      if (peek() == '-' || peek() == '+') move_to(at_ + 1);
      if (kind == '#') {
        comment();
      } else if (kind == '{') {
        tag(TokenKind::kOutputBegin, TokenKind::kOutputEnd, "}}");
      } else if (!raw_block()) {
        tag(TokenKind::kBlockBegin, TokenKind::kBlockEnd, "%}");
      }
    }
    add(TokenKind::kEnd, "");
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  std::string_view rest() const { return std::string_view(text_).substr(at_); }
  [[noreturn]] void refuse(const std::string& problem) const { fail(problem, where_, line_); }

  void add(TokenKind kind, std::string text) { tokens_.push_back({kind, std::move(text), line_}); }

  void move_to(std::size_t at) {
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    at_ = at;
  }

  std::size_t next_tag() const {
    std::size_t open = text_.find('{', at_);
    while (open != std::string::npos && open + 1 < text_.size()) {
      const char kind = text_[open + 1];
      if (kind == '{' || kind == '%' || kind == '#') return open;
      open = text_.find('{', open + 1);
    }
    return text_.size();
  }

  // The text up to `open`, less the white space that the tag there takes away.
  void add_data(std::size_t open) {
    std::string_view data = std::string_view(text_).substr(at_, open - at_);
    if (open < text_.size()) data = before_tag(data, open);
    if (!data.empty()) add(TokenKind::kData, std::string(data));
    move_to(open);
  }

  std::string_view before_tag(std::string_view data, std::size_t open) const {
    const char kind = text_[open + 1];
    const char sign = open + 2 < text_.size() ? text_[open + 2] : '\0';
    if (sign == '-') {
      while (!data.empty() && is_blank(data.back())) data.remove_suffix(1);
    } else if (options_.lstrip_blocks && sign != '+' && kind != '{') {
      const std::size_t line = data.rfind('\n') + 1;  // npos + 1 = 0
      const bool starts_line = line > 0 || at_ == 0 || text_[at_ - 1] == '\n';
      if (starts_line &&
          std::all_of(data.begin() + static_cast<std::ptrdiff_t>(line), data.end(), is_blank)) {
        data = data.substr(0, line);
      }
    }
    return data;
  }

  // White space behind a tag: "-" takes all of it, a block's end the line end.
  void after_tag(char sign, bool block) {
    std::size_t at = at_;
    if (sign == '-') {
      while (at < text_.size() && is_blank(text_[at])) ++at;
    } else if (block && sign != '+' && options_.trim_blocks && peek() == '\n') {
      ++at;
    }
    move_to(at);
  }

  void comment() {
    const std::size_t close = text_.find("#}", at_);
    if (close == std::string::npos) refuse("a comment {# never ends");
    const char sign = close > at_ ? text_[close - 1] : '\0';
    move_to(close + 2);
    after_tag(sign, /*block=*/true);
  }

  void skip_blanks() {
    std::size_t at = at_;
    while (at < text_.size() && is_blank(text_[at])) ++at;
    move_to(at);
  }

  bool take(std::string_view word) {
    if (!rest().starts_with(word)) return false;
    move_to(at_ + word.size());
    return true;
  }

  // The rest of a block tag after its name; the sign before its end.
  std::optional<char> block_end() {
    skip_blanks();
    const char sign = peek() == '-' || peek() == '+' ? peek() : '\0';
    if (sign) move_to(at_ + 1);
    return take("%}") ? std::optional(sign) : std::nullopt;
  }

  // {% raw %} ... {% endraw %}: everything inside is text.
  bool raw_block() {
    const std::size_t begin = at_;
    const int line = line_;
    skip_blanks();
    const bool word = take("raw") && !is_name(peek());
    const auto sign = word ? block_end() : std::nullopt;
    if (!sign) {
      at_ = begin;
      line_ = line;
      return false;
    }
    after_tag(*sign, /*block=*/false);  // jinja2 leaves the line end here
    const std::size_t content = at_;
    for (std::size_t open = text_.find("{%", at_); open != std::string::npos;
         open = text_.find("{%", open + 2)) {
      move_to(open + 2);
      if (peek() == '-' || peek() == '+') move_to(at_ + 1);
      skip_blanks();
      if (!take("endraw") || is_name(peek())) continue;
      const auto end = block_end();
      if (!end) continue;
      const std::size_t after = at_;
      at_ = content;
      const std::string_view data =
          before_tag(std::string_view(text_).substr(content, open - content), open);
      if (!data.empty()) add(TokenKind::kData, std::string(data));
      at_ = after;
      after_tag(*end, true);
      return true;
    }
    refuse("{% raw %} never ends");
  }

  void tag(TokenKind begin, TokenKind end, std::string_view close) {
    add(begin, "");
    int open_brackets = 0;
    while (true) {
      skip_blanks();
      if (at_ >= text_.size()) refuse("a tag never ends: " + std::string(close) + " is missing");
      const char sign = peek();
      const bool signed_end = (sign == '-' || sign == '+') && rest().substr(1).starts_with(close);
      if (open_brackets == 0 && (signed_end || rest().starts_with(close))) {
        add(end, "");
        move_to(at_ + close.size() + (signed_end ? 1 : 0));
        after_tag(signed_end ? sign : '\0', end == TokenKind::kBlockEnd);
        return;
      }
      if (is_name_start(sign)) {
        std::size_t stop = at_;
        while (stop < text_.size() && is_name(text_[stop])) ++stop;
        add(TokenKind::kName, text_.substr(at_, stop - at_));
        move_to(stop);
      } else if (is_digit(sign)) {
        number();
      } else if (sign == '\'' || sign == '"') {
        string();
      } else {
        open_brackets = std::max(0, open_brackets + op());
      }
    }
  }

  void number() {
    std::string digits;
    bool real = false;
    const auto take_digits = [&] {
      for (; is_digit(peek()) || (peek() == '_' && is_digit(peek(1))); ++at_) {
        if (peek() != '_') digits += peek();
      }
    };
    take_digits();
    if (peek() == '.' && is_digit(peek(1))) {
      real = true;
      digits += '.';
      ++at_;
      take_digits();
    }
    const bool sign = peek(1) == '-' || peek(1) == '+';
    if ((peek() == 'e' || peek() == 'E') && is_digit(peek(sign ? 2 : 1))) {
      real = true;
      digits += 'e';
      if (sign) digits += peek(1);
      at_ += sign ? 2 : 1;
      take_digits();
    }
    add(real ? TokenKind::kFloat : TokenKind::kInteger, digits);
  }

  void string() {
    const char quote = peek();
    std::string value;
    const int line = line_;
    for (move_to(at_ + 1); peek() != quote || at_ >= text_.size();) {
      if (at_ >= text_.size()) refuse("a text in quotes never ends");
      if (peek() == '\\' && at_ + 1 < text_.size()) {
        escape(value);
      } else {
        value += peek();
        move_to(at_ + 1);
      }
    }
    move_to(at_ + 1);
    tokens_.push_back({TokenKind::kString, std::move(value), line});
  }

  // As in Python's texts; an unknown escape stands for itself.
  void escape(std::string& value) {
    static constexpr std::string_view kNames = "ntrabfv0\\'\"",
                                      kValues("\n\t\r\a\b\f\v\0\\'\"", 11);
    const char name = peek(1);
    const std::size_t digits = name == 'x' ? 2 : name == 'u' ? 4 : name == 'U' ? 8 : 0;
    if (digits > 0) {
      char32_t code = 0;
      for (std::size_t i = 0; i < digits; ++i) {
        const char c = peek(2 + i);
        const std::size_t digit = std::string_view("0123456789abcdefABCDEF").find(c);
        if (c == '\0' || digit == std::string_view::npos) refuse("a broken escape in a text");
        code = code * 16 + static_cast<char32_t>(digit < 16 ? digit : digit - 6);
      }
      if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) refuse("an escape of no character");
      append_utf8(value, code);
      move_to(at_ + 2 + digits);
      return;
    }
    const std::size_t known = kNames.find(name);
    if (name != '\n' && known == std::string_view::npos) {
      value += '\\';
      value += name;
    } else if (name != '\n') {
      value += kValues[known];
    }
    move_to(at_ + 2);
  }

  int op() {
    static constexpr std::array<std::string_view, 30> kOperators{
        "**", "//", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "(", ")", "[",
        "]",  "{",  "}",  ",",  ".",  ":",  "|", "=", "<", ">", ";", "&", "^", "@", "?"};
    for (const std::string_view sign : kOperators) {
      if (!rest().starts_with(sign)) continue;
      add(TokenKind::kOperator, std::string(sign));
      move_to(at_ + sign.size());
      if (sign == "(" || sign == "[" || sign == "{") return 1;
      return sign == ")" || sign == "]" || sign == "}" ? -1 : 0;
    }
    refuse(fmt::format("a character that no tag has: \"{}\"", to_valid_utf8(rest().substr(0, 1))));
  }

  std::string text_;
  const Options& options_;
  const std::string& where_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view source, const Options& options,
                             const std::string& where) {
  return Lexer(source, options, where).run();
}

void fail(const std::string& problem, const std::string& where, int line, const std::string& mend) {
  throw Error(problem, fmt::format("{}, line {}", where, line), mend);
}

}  // namespace quadrant::jinja
