#include "retrieval/chunk.h"

#include <algorithm>
#include <array>

#include "harness/core/error.h"

namespace quadrant {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

std::size_t character_end(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  return std::min(at + length, text.size());
}

template <std::size_t n>
bool is_one_of(std::string_view character, const std::array<std::string_view, n>& set) {
  return std::find(set.begin(), set.end(), character) != set.end();
}

constexpr std::array<std::string_view, 3> kStops{".", "!", "?"};  // before white space only
constexpr std::array<std::string_view, 4> kWideStops{"\u3002", "\uFF01", "\uFF1F", "\uFF0E"};
constexpr std::array<std::string_view, 11> kClosers{
    "\"", "'", ")", "]", "}", "\u201D", "\u2019", "\u300D", "\u300F", "\u3011", "\uFF09"};

std::size_t skip_closers(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const std::size_t end = character_end(text, at);
    if (!is_one_of(text.substr(at, end - at), kClosers)) break;
    at = end;
  }
  return at;
}

// Where the piece that starts at `at` ends, the white space behind it included.
std::size_t sentence_end(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const std::size_t end = character_end(text, at);
    const std::string_view character = text.substr(at, end - at);
    at = end;
    if (character == "\n") return skip_space(text, at);
    const bool wide = is_one_of(character, kWideStops);
    if (!wide && !is_one_of(character, kStops)) continue;
    at = skip_closers(text, at);
    if (wide || at == text.size() || is_space(text[at])) return skip_space(text, at);
  }
  return at;
}

std::size_t word_end(std::string_view text, std::size_t at) {
  while (at < text.size() && !is_space(text[at])) ++at;
  return skip_space(text, at);
}

using PieceEnd = std::size_t (*)(std::string_view text, std::size_t at);
constexpr std::array<PieceEnd, 3> kLevels{sentence_end, word_end, character_end};

struct Piece {
  std::size_t begin = 0, end = 0;  // bytes of the document's text
  std::size_t tokens = 0;
};

class Chunker {
 public:
  Chunker(std::string_view text, const Chunking& chunking)
      : text_(text), limit_(static_cast<std::size_t>(chunking.max_tokens)), chunking_(chunking) {}

  std::vector<Piece> cut() {
    const Piece whole = measured(0, text_.size());
    if (whole.tokens <= limit_) return {whole};
    split(whole, 0);
    std::vector<Piece> passages;
    for (std::size_t first = 0; first < pieces_.size();) first = pack(first, passages);
    return passages;
  }

 private:
  Piece measured(std::size_t begin, std::size_t end) const {
    while (begin < end && is_space(text_[begin])) ++begin;
    while (begin < end && is_space(text_[end - 1])) --end;
    return {begin, end, chunking_.count_tokens(text_.substr(begin, end - begin))};
  }

  // Appends pieces of at most `limit_` tokens each, as coarse as they can be.
  void split(const Piece& range, std::size_t level) {
    const std::string_view text = text_.substr(0, range.end);
    for (std::size_t at = range.begin; at < range.end;) {
      const std::size_t end = kLevels[level](text, at);
      const Piece piece = measured(at, end);
      at = end;
      if (piece.begin == piece.end) continue;
      if (piece.tokens <= limit_ || level + 1 == kLevels.size()) {
        pieces_.push_back(piece);
      } else {
        split(piece, level + 1);
      }
    }
  }

  // Joins pieces from `first` on to one passage; returns the first piece of the next. The sum of
  // the pieces' tokens is only near the truth: tokens may join, or part, where pieces meet.
  std::size_t pack(std::size_t first, std::vector<Piece>& passages) const {
    std::size_t last = first, sum = pieces_[first].tokens;
    while (last + 1 < pieces_.size() && sum + pieces_[last + 1].tokens <= limit_) {
      sum += pieces_[++last].tokens;
    }
    Piece passage = measured(pieces_[first].begin, pieces_[last].end);
    while (passage.tokens > limit_ && last > first) {
      passage = measured(pieces_[first].begin, pieces_[--last].end);
    }
    passages.push_back(passage);
    return last + 1;
  }

  std::string_view text_;
  std::size_t limit_;
  const Chunking& chunking_;
  std::vector<Piece> pieces_;
};

}  // namespace

Chunking chunk_by(const Tokenizer& tokenizer, int max_tokens) {
  const std::size_t added = tokenizer.encode_plain("").size();
  return {max_tokens, tokenizer.hash(), [&tokenizer, added](std::string_view text) {
            return tokenizer.encode_plain(text).size() - added;
          }};
}

std::vector<Passage> chunk(const Document& document, const Chunking& chunking) {
  QUADRANT_CHECK(chunking.max_tokens > 0);
  std::vector<Passage> passages;
  for (const Piece& piece : Chunker(document.text, chunking).cut()) {
    if (piece.begin == piece.end && document.title.empty()) continue;
    passages.push_back({document.id, document.title,
                        document.text.substr(piece.begin, piece.end - piece.begin), piece.begin,
                        piece.end});
  }
  return passages;
}

std::vector<Passage> chunk(std::span<const Document> documents, const Chunking& chunking) {
  std::vector<Passage> passages;
  for (const Document& document : documents) {
    std::vector<Passage> more = chunk(document, chunking);
    std::move(more.begin(), more.end(), std::back_inserter(passages));
  }
  return passages;
}

}  // namespace quadrant
