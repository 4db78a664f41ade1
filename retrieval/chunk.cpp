#include "retrieval/chunk.h"

#include <algorithm>
#include <array>

#include "harness/core/error.h"
#include "retrieval/documents/markdown.h"

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

std::size_t line_end(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : skip_space(text, end);
}

// A paragraph ends before an empty line.
std::size_t paragraph_end(std::string_view text, std::size_t at) {
  for (at = text.find('\n', at); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    const std::size_t next = text.find_first_not_of(" \t\r", at + 1);
    if (next == std::string_view::npos || text[next] == '\n') return skip_space(text, at);
  }
  return text.size();
}

using PieceEnd = std::size_t (*)(std::string_view text, std::size_t at);
constexpr std::array<PieceEnd, 5> kLevels{paragraph_end, line_end, sentence_end, word_end,
                                          character_end};

struct Rule {
  std::string name;
  std::size_t first_level;  // of kLevels
};
const std::vector<Rule>& rules() {
  static const std::vector<Rule> all{
      {"sentences", 2}, {"tokens", 3}, {"recursive", 0}, {"headings", 0}};
  return all;
}

std::size_t first_level(const std::string& rule) {
  for (const Rule& known : rules()) {
    if (known.name == rule) return known.first_level;
  }
  throw Bug("unknown chunker " + rule);
}

struct Piece {
  std::size_t begin = 0, end = 0;  // bytes of the document's text
  std::size_t tokens = 0;
};

class Chunker {
 public:
  Chunker(std::string_view text, const Chunking& chunking)
      : text_(text),
        limit_(static_cast<std::size_t>(chunking.max_tokens)),
        overlap_(static_cast<std::size_t>(chunking.overlap)),
        chunking_(chunking) {}

  // Appends the passages of [begin, end).
  void cut(std::size_t begin, std::size_t end, std::vector<Piece>& passages) {
    const Piece whole = measured(begin, end);
    if (whole.tokens <= limit_) {
      passages.push_back(whole);
      return;
    }
    pieces_.clear();
    split(whole, first_level(chunking_.rule));
    for (std::size_t first = 0, fresh = 0; fresh < pieces_.size();) {
      fresh = pack(first, fresh, passages);
      first = fresh - repeated(first, fresh);
    }
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

  // Joins pieces from `first` on to one passage that holds at least the piece `fresh`; returns the
  // piece after its last. The sum of the pieces' tokens is only near the truth: tokens may join, or
  // part, where pieces meet.
  std::size_t pack(std::size_t first, std::size_t fresh, std::vector<Piece>& passages) const {
    std::size_t sum = 0;
    for (std::size_t i = first; i <= fresh; ++i) sum += pieces_[i].tokens;
    while (first < fresh && sum > limit_) sum -= pieces_[first++].tokens;
    std::size_t last = fresh;
    while (last + 1 < pieces_.size() && sum + pieces_[last + 1].tokens <= limit_) {
      sum += pieces_[++last].tokens;
    }
    Piece passage = measured(pieces_[first].begin, pieces_[last].end);
    while (passage.tokens > limit_ && last > fresh) {
      passage = measured(pieces_[first].begin, pieces_[--last].end);
    }
    while (passage.tokens > limit_ && first < fresh) {
      passage = measured(pieces_[++first].begin, pieces_[last].end);
    }
    passages.push_back(passage);
    return last + 1;
  }

  // How many pieces before `fresh` the next passage begins with.
  std::size_t repeated(std::size_t first, std::size_t fresh) const {
    std::size_t count = 0, tokens = 0;
    while (fresh < pieces_.size() && fresh - count > first + 1) {
      tokens += pieces_[fresh - count - 1].tokens;
      if (tokens > overlap_) break;
      ++count;
    }
    return count;
  }

  std::string_view text_;
  std::size_t limit_, overlap_;
  const Chunking& chunking_;
  std::vector<Piece> pieces_;
};

// A heading with nothing under it goes with the section that follows; so does nothing at all.
bool is_one_line(std::string_view section) {
  const std::size_t begin = skip_space(section, 0);
  return line_end(section, begin) == section.size();
}

std::vector<Piece> cut(const Document& document, const std::vector<Mark>& marks,
                       const Chunking& chunking) {
  Chunker chunker(document.text, chunking);
  std::vector<Piece> passages;
  std::size_t begin = 0;
  const std::string* heading = nullptr;
  for (const Mark& mark : marks) {
    const bool new_section = !heading || *heading != mark.heading;  // else only a page begins
    heading = &mark.heading;
    if (chunking.rule != "headings" || !new_section) continue;
    if (is_one_line(std::string_view(document.text).substr(begin, mark.begin - begin))) continue;
    chunker.cut(begin, mark.begin, passages);
    begin = mark.begin;
  }
  chunker.cut(begin, document.text.size(), passages);
  return passages;
}

// The mark that a byte stands under; null before the first.
const Mark* mark_at(const std::vector<Mark>& marks, std::size_t at) {
  const auto after =
      std::upper_bound(marks.begin(), marks.end(), at,
                       [](std::size_t byte, const Mark& mark) { return byte < mark.begin; });
  return after == marks.begin() ? nullptr : &*(after - 1);
}

}  // namespace

const std::vector<std::string>& chunk_rules() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Rule& rule : rules()) list.push_back(rule.name);
    return list;
  }();
  return names;
}

Chunking chunk_by(const Tokenizer& tokenizer, int max_tokens) {
  Chunking chunking;
  chunking.max_tokens = max_tokens;
  chunking.tokenizer_hash = tokenizer.hash();
  const std::size_t added = tokenizer.encode_plain("").size();
  chunking.count_tokens = [&tokenizer, added](std::string_view text) {
    return tokenizer.encode_plain(text).size() - added;
  };
  return chunking;
}

std::vector<Passage> chunk(const Document& document, const Chunking& chunking) {
  QUADRANT_CHECK(chunking.max_tokens > 0);
  QUADRANT_CHECK(chunking.overlap >= 0 && chunking.overlap < chunking.max_tokens);
  const bool reads_markdown = chunking.rule == "headings" && document.marks.empty();
  const std::vector<Mark> marks = reads_markdown ? markdown_marks(document.text) : document.marks;
  std::vector<Piece> pieces = cut(document, marks, chunking);
  std::erase_if(pieces, [](const Piece& piece) { return piece.begin == piece.end; });
  if (pieces.empty() && !document.title.empty()) pieces.push_back({});
  std::vector<Passage> passages;
  for (const Piece& piece : pieces) {
    passages.push_back({document.id, document.title,
                        document.text.substr(piece.begin, piece.end - piece.begin), piece.begin,
                        piece.end});
    if (const Mark* mark = mark_at(marks, piece.begin)) {
      passages.back().page = mark->page;
      passages.back().heading = mark->heading;
    }
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
