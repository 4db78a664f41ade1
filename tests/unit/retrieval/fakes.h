// A scripted model for tests: a token a byte, ChatML, and an embedder that counts words.
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "harness/core/error.h"
#include "harness/core/interfaces.h"
#include "harness/core/sha256.h"

namespace quadrant::test {

// Byte b is token b + 10; "<|im_start|>" is 0 and "<|im_end|>" is 1 where the text is trusted.
class ByteTokenizer : public Tokenizer {
 public:
  bool bos = false, has_end_of_text = true;
  static constexpr std::int32_t kStart = 0, kEnd = 1, kEndOfText = 2, kBos = 3, kFirstByte = 10;

  TokenIds encode(const MarkedText& marked) const override {
    TokenIds ids;
    if (bos) ids.push_back(kBos);
    const std::string& text = marked.text;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t length = 1;
      std::int32_t id = static_cast<unsigned char>(text[at]) + kFirstByte;
      for (const auto& [special, special_id] : specials()) {
        if (text.compare(at, special.size(), special) != 0) continue;
        for (const auto& [begin, end] : marked.trusted) {
          if (begin > at || at + special.size() > end) continue;
          id = special_id;
          length = special.size();
        }
      }
      ids.push_back(id);
      at += length;
    }
    return ids;
  }
  std::string decode(std::span<const std::int32_t> ids) const override {
    std::string text;
    for (const auto id : ids) {
      if (id >= kFirstByte) text += static_cast<char>(id - kFirstByte);
    }
    return text;
  }
  std::string hash() const override { return sha256_hex(bos ? "bytes, bos" : "bytes"); }
  std::optional<std::int32_t> end_of_text() const override {
    return has_end_of_text ? std::optional(kEndOfText) : std::nullopt;
  }

 private:
  static const std::map<std::string, std::int32_t>& specials() {
    static const std::map<std::string, std::int32_t> table{{"<|im_start|>", kStart},
                                                           {"<|im_end|>", kEnd}};
    return table;
  }
};

class ChatMl : public ChatTemplate {
 public:
  MarkedText render(std::span<const Message> messages, bool add_generation_prompt) const override {
    MarkedText result;
    for (const Message& message : messages) {
      trust(result, "<|im_start|>" + message.role + "\n");
      result.text += message.content;
      trust(result, "<|im_end|>\n");
    }
    if (add_generation_prompt) trust(result, "<|im_start|>assistant\n");
    return result;
  }
  std::string hash() const override { return sha256_hex("chatml"); }
  std::string end_of_turn() const override { return "<|im_end|>"; }

 private:
  static void trust(MarkedText& result, const std::string& text) {
    result.trusted.emplace_back(result.text.size(), result.text.size() + text.size());
    result.text += text;
  }
};

// No roles: a user's turn, and the answer behind it.
class PlainTemplate : public ChatTemplate {
 public:
  MarkedText render(std::span<const Message> messages, bool) const override {
    MarkedText result;
    for (const Message& message : messages) {
      result.text += message.role == "assistant" ? " " + message.content : message.content;
    }
    return result;
  }
  std::string hash() const override { return sha256_hex("plain"); }
  bool is_chat() const override { return false; }
};

class FakeModel : public LanguageModel {
 public:
  ByteTokenizer bytes;
  ChatMl chat_ml;
  PlainTemplate plain;
  bool chat = true;
  int window = 100000;

  const Tokenizer& tokenizer() const override { return bytes; }
  const ChatTemplate& chat_template() const override {
    return chat ? static_cast<const ChatTemplate&>(chat_ml) : plain;
  }
  int context_window() const override { return window; }
  double flops_per_token() const override { return 1; }
  std::vector<Generation> generate(std::span<const TokenIds>, const Decoding&) override {
    throw Bug("not scripted");
  }
  std::vector<TokenScores> score(std::span<const ScoreRequest>) override {
    throw Bug("not scripted");
  }
};

// A bag of words: each word of ASCII letters and digits counts in a slot given by its hash.
class BagOfWords : public Embedder {
 public:
  explicit BagOfWords(int slots = 64, std::string name = "bag") : slots_(slots), name_(name) {}
  float length = 1;  // of the vectors; not 1 = a broken embedder
  int texts = 0;     // embedded so far

  int dimension() const override { return slots_; }
  std::string hash() const override { return sha256_hex(name_); }
  std::vector<float> embed(std::span<const std::string> batch) override {
    std::vector<float> rows;
    for (const std::string& text : batch) append_row(text, rows);
    texts += static_cast<int>(batch.size());
    return rows;
  }

 private:
  void append_row(const std::string& text, std::vector<float>& rows) const {
    std::vector<float> row(static_cast<std::size_t>(slots_));
    std::uint64_t word = 0;
    for (const char c : text + " ") {
      const bool letter =
          (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (letter) word = word * 131 + static_cast<unsigned char>(c | 0x20);
      if (!letter && word != 0) row[word % row.size()] += 1;
      if (!letter) word = 0;
    }
    float square = 0;
    for (const float x : row) square += x * x;
    if (square == 0) row[0] = square = 1;
    for (const float x : row) rows.push_back(length * x / std::sqrt(square));
  }

  int slots_;
  std::string name_;
};

}  // namespace quadrant::test
