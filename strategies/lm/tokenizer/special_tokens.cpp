#include "strategies/lm/tokenizer/special_tokens.h"

#include <algorithm>

#include "harness/core/error.h"

namespace quadrant {
namespace {

using Ranges = std::vector<std::pair<std::size_t, std::size_t>>;

// Ranges that touch are one: a token may lie over their border.
Ranges joined(const MarkedText& marked) {
  Ranges ranges;
  for (const auto& [begin, end] : marked.trusted) {
    const std::size_t before = ranges.empty() ? 0 : ranges.back().second;
    QUADRANT_CHECK(before <= begin && begin <= end && end <= marked.text.size());
    if (!ranges.empty() && before == begin) {
      ranges.back().second = end;
    } else {
      ranges.emplace_back(begin, end);
    }
  }
  return ranges;
}

}  // namespace

bool is_written_as_control(std::string_view piece) {
  if (piece.size() < 3) return false;
  const char open = piece.front(), close = piece.back();
  if (open == '[' && close == ']') return true;
  if (open != '<' || close != '>') return false;
  std::string_view name = piece.substr(1, piece.size() - 2);
  if (name[0] == '/') name.remove_prefix(1);
  return name.empty() || !std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

SpecialTokens::SpecialTokens(std::vector<std::pair<std::string, std::int32_t>> tokens) {
  std::ranges::stable_sort(tokens, std::ranges::greater{},
                           [](const auto& token) { return token.first.size(); });
  for (auto& token : tokens) {
    if (token.first.empty()) continue;
    by_first_byte_[static_cast<unsigned char>(token.first[0])].push_back(std::move(token));
  }
}

const std::pair<std::string, std::int32_t>* SpecialTokens::match(std::string_view text) const {
  for (const auto& token : by_first_byte_[static_cast<unsigned char>(text[0])]) {
    if (text.starts_with(token.first)) return &token;
  }
  return nullptr;
}

std::vector<SpecialTokens::Piece> SpecialTokens::cut(const MarkedText& marked) const {
  const std::string_view text = marked.text;
  std::vector<Piece> pieces;
  std::size_t plain = 0;  // where the plain text that is not yet in `pieces` begins
  const auto flush = [&](std::size_t end) {
    if (end > plain) pieces.push_back({text.substr(plain, end - plain), -1});
  };
  for (const auto& [begin, end] : joined(marked)) {
    for (std::size_t at = begin; at < end;) {
      const auto* token = match(text.substr(at, end - at));
      if (!token) {
        ++at;
        continue;
      }
      flush(at);
      pieces.push_back({text.substr(at, token->first.size()), token->second});
      plain = at += token->first.size();
    }
  }
  flush(text.size());
  return pieces;
}

}  // namespace quadrant
