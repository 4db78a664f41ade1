#include "strategies/remote/messages.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <unordered_map>

#include "harness/core/error.h"
#include "harness/core/sha256.h"

namespace quadrant {
namespace {

// Ids 0, 1, 2 are the openings of turns; 3 stands for the end of a text. Pieces come after them.
constexpr std::array<const char*, 3> kRoles{"system", "user", "assistant"};
constexpr std::int32_t kEndOfText = 3, kFirstPiece = 4;

std::string opening(std::size_t role) { return std::string("<|") + kRoles[role] + "|>\n"; }

// White space and up to six bytes of what follows it, whole characters: English words are a token
// or two, Hangul two syllables.
std::size_t piece_length(std::string_view text) {
  constexpr std::size_t kMost = 6;
  const auto is_blank = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; };
  std::size_t begin = 0;
  while (begin < text.size() && is_blank(text[begin])) ++begin;
  std::size_t end = begin;
  while (end < text.size() && end - begin < kMost && !is_blank(text[end])) ++end;
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  while (end < text.size() && continues(text[end])) ++end;
  return end;
}

class PieceTokenizer : public Tokenizer {
 public:
  TokenIds encode(const MarkedText& text) const override {
    TokenIds ids;
    std::size_t at = 0;
    for (const auto& [begin, end] : text.trusted) {
      add_pieces(std::string_view(text.text).substr(at, begin - at), ids);
      add_trusted(text.text.substr(begin, end - begin), ids);
      at = end;
    }
    add_pieces(std::string_view(text.text).substr(at), ids);
    return ids;
  }

  std::string decode(std::span<const std::int32_t> ids) const override {
    const std::scoped_lock lock(mutex_);
    std::string text;
    for (const std::int32_t id : ids) {
      if (id >= kFirstPiece) text += pieces_.at(static_cast<std::size_t>(id - kFirstPiece));
    }
    return text;
  }

  std::string hash() const override { return sha256_hex("tokenizer: pieces of text, 1"); }
  std::optional<std::int32_t> end_of_text() const override { return kEndOfText; }

 private:
  void add_trusted(const std::string& text, TokenIds& ids) const {
    for (std::size_t role = 0; role < kRoles.size(); ++role) {
      if (text != opening(role)) continue;
      ids.push_back(static_cast<std::int32_t>(role));
      return;
    }
    add_pieces(text, ids);
  }

  void add_pieces(std::string_view text, TokenIds& ids) const {
    const std::scoped_lock lock(mutex_);
    while (!text.empty()) {
      const std::string piece(text.substr(0, piece_length(text)));
      text.remove_prefix(piece.size());
      const auto next = static_cast<std::int32_t>(pieces_.size()) + kFirstPiece;
      const auto [entry, is_new] = known_.try_emplace(piece, next);
      if (is_new) pieces_.push_back(piece);
      ids.push_back(entry->second);
    }
  }

  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, std::int32_t> known_;
  mutable std::vector<std::string> pieces_;
};

class MessageTemplate : public ChatTemplate {
 public:
  MarkedText render(std::span<const Message> messages, bool add_generation_prompt) const override {
    MarkedText text;
    text.complete = true;
    for (const Message& message : messages) {
      open(message.role, text);
      text.text += message.content + "\n";
    }
    if (add_generation_prompt) open("assistant", text);
    return text;
  }
  std::string hash() const override { return sha256_hex("chat template: messages, 1"); }

 private:
  static void open(const std::string& role, MarkedText& text) {
    const auto known = std::find(kRoles.begin(), kRoles.end(), role);
    QUADRANT_CHECK(known != kRoles.end());
    const std::string words = opening(static_cast<std::size_t>(known - kRoles.begin()));
    text.trusted.emplace_back(text.text.size(), text.text.size() + words.size());
    text.text += words;
  }
};

}  // namespace

std::unique_ptr<Tokenizer> make_piece_tokenizer() { return std::make_unique<PieceTokenizer>(); }

std::unique_ptr<ChatTemplate> make_message_template() {
  return std::make_unique<MessageTemplate>();
}

std::vector<Message> chat_messages(const Tokenizer& tokenizer, std::span<const std::int32_t> ids) {
  std::vector<Message> messages;
  for (std::size_t at = 0; at < ids.size();) {
    QUADRANT_CHECK(ids[at] >= 0 && ids[at] < static_cast<std::int32_t>(kRoles.size()));
    std::size_t end = at + 1;
    while (end < ids.size() && ids[end] >= kEndOfText) ++end;
    std::string content = tokenizer.decode(ids.subspan(at + 1, end - at - 1));
    if (!content.empty()) {
      content.pop_back();  // the line end that closes a turn
      messages.push_back({kRoles[static_cast<std::size_t>(ids[at])], std::move(content)});
    }
    at = end;
  }
  return messages;
}

}  // namespace quadrant
