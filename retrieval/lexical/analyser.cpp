#include "retrieval/lexical/analyser.h"

#include <utf8proc.h>

#include <algorithm>
#include <utility>

#include "harness/core/utf8.h"

namespace quadrant {
namespace {

bool in_pairs(char32_t c) {
  constexpr std::pair<char32_t, char32_t> kBlocks[] = {
      {0x1100, 0x11FF},  // Hangul Jamo
      {0x3040, 0x30FF},  // Hiragana, Katakana
      {0x3130, 0x318F},  // Hangul compatibility Jamo
      {0x3400, 0x4DBF}, {0x4E00, 0x9FFF},   {0xAC00, 0xD7A3},
      {0xF900, 0xFAFF}, {0x20000, 0x2FA1F}, {0x30000, 0x323AF}};
  return c >= 0x1100 && std::any_of(std::begin(kBlocks), std::end(kBlocks), [&](const auto& block) {
           return c >= block.first && c <= block.second;
         });
}

bool is_term_character(char32_t c) {
  if (c < 128) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO);
}

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

void for_each_ascii_term(std::string_view text,
                         const std::function<void(const std::string&)>& visit) {
  std::string term;
  for (const char c : text) {
    if (is_term_character(static_cast<char32_t>(c))) {
      term += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    } else if (!term.empty()) {
      visit(term);
      term.clear();
    }
  }
  if (!term.empty()) visit(term);
}

}  // namespace

void for_each_term(std::string_view text, const std::function<void(const std::string&)>& visit) {
  if (is_ascii(text)) return for_each_ascii_term(text, visit);
  std::vector<char32_t> run;  // of one kind
  bool pairs = false;
  std::string term;
  const auto emit = [&](std::size_t begin, std::size_t end) {
    term.clear();
    for (std::size_t i = begin; i < end; ++i) append_utf8(term, run[i]);
    visit(term);
  };
  const auto flush = [&] {
    if (pairs && run.size() > 1) {
      for (std::size_t i = 0; i + 1 < run.size(); ++i) emit(i, i + 2);
    } else if (!run.empty()) {
      emit(0, run.size());
    }
    run.clear();
  };
  for (const char32_t c : decode_utf8(to_lower(to_nfc(text)))) {
    const bool word = is_term_character(c), in_pair = in_pairs(c);
    if (!word || in_pair != pairs) flush();
    if (!word) continue;
    pairs = in_pair;
    run.push_back(c);
  }
  flush();
}

std::vector<std::string> analyse(std::string_view text) {
  std::vector<std::string> terms;
  for_each_term(text, [&](const std::string& term) { terms.push_back(term); });
  return terms;
}

}  // namespace quadrant
