#include "strategies/lm/tokenizer/json/decoder.h"

#include <fmt/format.h>

#include "harness/core/utf8.h"
#include "strategies/lm/tokenizer/byte_level.h"
#include "strategies/lm/tokenizer/json/model.h"

namespace quadrant {
namespace {

using Tokens = std::vector<std::string>;

void replace(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

TokenDecoder read_replace(const JsonNode& node) {
  const std::string from = node.at("pattern").text("String"), to = node.text("content");
  if (from.empty()) node.refuse("a Replace decoder replaces nothing");
  return [=](Tokens& tokens) {
    for (std::string& token : tokens) replace(token, from, to);
  };
}

TokenDecoder read_strip(const JsonNode& node) {
  const std::string content = node.text("content");
  const std::int64_t start = node.at("start").integer(), stop = node.at("stop").integer();
  if (content.empty()) node.refuse("a Strip decoder strips nothing");
  return [=](Tokens& tokens) {
    for (std::string& token : tokens) {
      for (std::int64_t i = 0; i < start && token.starts_with(content); ++i) {
        token.erase(0, content.size());
      }
      for (std::int64_t i = 0; i < stop && token.ends_with(content); ++i) {
        token.erase(token.size() - content.size());
      }
    }
  };
}

TokenDecoder read_metaspace(const JsonNode& node) {
  const std::string mark = node.text_or("replacement", "\u2581");
  const bool prefix =
      node.text_or("prepend_scheme", node.flag("add_prefix_space", true) ? "always" : "never") !=
      "never";
  return [=](Tokens& tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (i == 0 && prefix && tokens[0].starts_with(mark)) tokens[0].erase(0, mark.size());
      replace(tokens[i], mark, " ");
    }
  };
}

// Spaces that English does not write, as the library's own clean-up.
void clean_up(std::string& text) {
  static constexpr std::pair<const char*, const char*> kChanges[] = {
      {" .", "."},   {" ?", "?"},     {" !", "!"},    {" ,", ","},
      {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},  {" do not", " don't"},
      {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [from, to] : kChanges) replace(text, from, to);
}

TokenDecoder read_wordpiece(const JsonNode& node) {
  const std::string prefix = node.text_or("prefix", "##");
  const bool clean = node.flag("cleanup", true);
  return [=](Tokens& tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0) {
        if (tokens[i].starts_with(prefix)) {
          tokens[i].erase(0, prefix.size());
        } else {
          tokens[i].insert(0, " ");
        }
      }
      if (clean) clean_up(tokens[i]);
    }
  };
}

// A run of <0x..> tokens is text when it is UTF-8, else one broken character a byte.
void join_bytes(Tokens& tokens) {
  Tokens out;
  std::string bytes;
  const auto flush = [&] {
    if (bytes.empty()) return;
    if (first_invalid_utf8(bytes)) {
      for (std::size_t i = 0; i < bytes.size(); ++i) out.emplace_back("\uFFFD");
    } else {
      out.push_back(bytes);
    }
    bytes.clear();
  };
  for (std::string& token : tokens) {
    if (const auto byte = byte_of_token(token)) {
      bytes += static_cast<char>(*byte);
    } else {
      flush();
      out.push_back(std::move(token));
    }
  }
  flush();
  tokens = std::move(out);
}

void fuse(Tokens& tokens) {
  std::string all;
  for (const std::string& token : tokens) all += token;
  tokens = {std::move(all)};
}

void decode_byte_level(Tokens& tokens) {
  for (std::string& token : tokens) token = from_byte_characters(token);
  fuse(tokens);
}

}  // namespace

TokenDecoder read_decoder(const JsonNode& node) {
  const std::string type = node.type();
  if (type == "ByteLevel") return decode_byte_level;
  if (type == "ByteFallback") return join_bytes;
  if (type == "Fuse") return fuse;
  if (type == "Replace") return read_replace(node);
  if (type == "Strip") return read_strip(node);
  if (type == "Metaspace") return read_metaspace(node);
  if (type == "WordPiece") return read_wordpiece(node);
  if (type == "Sequence") {
    std::vector<TokenDecoder> steps;
    for (const JsonNode& step : node.at("decoders").elements()) {
      steps.push_back(read_decoder(step));
    }
    return [steps](Tokens& tokens) {
      for (const TokenDecoder& step : steps) step(tokens);
    };
  }
  node.refuse_type("decoder");
}

}  // namespace quadrant
