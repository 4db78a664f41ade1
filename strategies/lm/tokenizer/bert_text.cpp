#include "strategies/lm/tokenizer/bert_text.h"

#include <utf8proc.h>

#include <algorithm>

#include "harness/core/error.h"
#include "harness/core/utf8.h"
#include "strategies/lm/tokenizer/characters.h"

namespace quadrant {
namespace {

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

}  // namespace

bool is_removed_by_bert(char32_t c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  const auto kind = category(c);
  return c == 0 || c == 0xFFFD || kind == UTF8PROC_CATEGORY_CC || kind == UTF8PROC_CATEGORY_CF ||
         kind == UTF8PROC_CATEGORY_CO;
}

// The blocks of the Hugging Face tokenizers library, which begins one of them at 2B920 where BERT's
// own script has 2B820.
bool is_chinese(char32_t c) {
  constexpr std::pair<char32_t, char32_t> kBlocks[] = {
      {0x4E00, 0x9FFF},   {0x3400, 0x4DBF},   {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
      {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0xF900, 0xFAFF},   {0x2F800, 0x2FA1F}};
  return std::ranges::any_of(
      kBlocks, [&](const auto& block) { return c >= block.first && c <= block.second; });
}

void append_without_accents(char32_t c, std::u32string& text) {
  utf8proc_int32_t parts[32];
  int last_class = 0;
  const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts, 32,
                                             UTF8PROC_DECOMPOSE, &last_class);
  QUADRANT_CHECK(count >= 0 && count <= 32);
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    const auto part = static_cast<char32_t>(parts[i]);
    if (category(part) != UTF8PROC_CATEGORY_MN) text += part;
  }
}

std::string bert_text(std::string_view text, const BertRules& rules) {
  std::string result;
  std::u32string plain;
  for (const char32_t c : decode_utf8(text)) {
    if (rules.clean && is_removed_by_bert(c)) continue;
    if (rules.clean && classify(c) == CharClass::kSpace) {
      result += ' ';
      continue;
    }
    const bool alone = rules.space_chinese && is_chinese(c);
    plain.clear();
    if (rules.strip_accents) {
      append_without_accents(c, plain);
    } else {
      plain += c;
    }
    if (alone) result += ' ';
    for (const char32_t part : plain) {
      const auto lower = rules.lower_case ? utf8proc_tolower(static_cast<utf8proc_int32_t>(part))
                                          : static_cast<utf8proc_int32_t>(part);
      append_utf8(result, static_cast<char32_t>(lower));
    }
    if (alone) result += ' ';
  }
  return result;
}

}  // namespace quadrant
