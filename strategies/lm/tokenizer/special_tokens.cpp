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

SpecialTokens::SpecialTokens(std::vector<Token> tokens) {
  std::ranges::stable_sort(tokens, std::ranges::greater{},
                           [](const Token& token) { return token.text.size(); });
  for (Token& token : tokens) {
    if (token.text.empty()) continue;
    any_anywhere_ |= token.anywhere;
    by_first_byte_[static_cast<unsigned char>(token.text[0])].push_back(std::move(token));
  }
}

const SpecialTokens::Token* SpecialTokens::match(std::string_view text, std::size_t trusted) const {
  for (const Token& token : by_first_byte_[static_cast<unsigned char>(text[0])]) {
    if ((token.anywhere || token.text.size() <= trusted) && text.starts_with(token.text)) {
      return &token;
    }
  }
  return nullptr;
}

std::vector<SpecialTokens::Piece> SpecialTokens::cut(const MarkedText& marked) const {
  constexpr std::string_view kWhite = " \t\r\n";
  const std::string_view text = marked.text;
  const Ranges ranges = joined(marked);
  std::vector<Piece> pieces;
  std::size_t plain = 0;  // where the plain text that is not yet in `pieces` begins
  const auto flush = [&](std::size_t end) {
    if (end > plain) pieces.push_back({text.substr(plain, end - plain), -1});
  };
  auto range = ranges.begin();  // the first one that ends behind `at`
  for (std::size_t at = 0; at < text.size();) {
    while (range != ranges.end() && range->second <= at) ++range;
    const bool inside = range != ranges.end() && range->first <= at;
    if (!inside && !any_anywhere_) {
      at = range == ranges.end() ? text.size() : range->first;
      continue;
    }
    const Token* token = match(text.substr(at), inside ? range->second - at : 0);
    if (!token) {
      ++at;
      continue;
    }
    std::size_t begin = at;
    while (token->lstrip && begin > plain && kWhite.find(text[begin - 1]) != kWhite.npos) --begin;
    flush(begin);
    pieces.push_back({text.substr(at, token->text.size()), token->id});
    at += token->text.size();
    while (token->rstrip && at < text.size() && kWhite.find(text[at]) != kWhite.npos) ++at;
    plain = at;
  }
  flush(text.size());
  return pieces;
}

}  // namespace quadrant
