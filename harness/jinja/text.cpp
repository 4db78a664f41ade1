#include "harness/jinja/text.h"

#include <utf8proc.h>

#include "harness/core/utf8.h"

namespace quadrant::jinja {
namespace {

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// The character at `begin`; bytes that are none stand for themselves.
char32_t character_at(std::string_view bytes, std::size_t begin, std::size_t end) {
  utf8proc_int32_t c = 0;
  const auto length =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()) + begin,
                       static_cast<utf8proc_ssize_t>(end - begin), &c);
  return length < 1 ? 0xFFFD : static_cast<char32_t>(c);
}

bool is_letter(char32_t c) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

char32_t to_upper_character(char32_t c, bool) {
  return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c)));
}
char32_t to_lower_character(char32_t c, bool) {
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}
char32_t to_title_character(char32_t c, bool first) {
  return first ? to_upper_character(c, first) : to_lower_character(c, first);
}

}  // namespace

void Text::append(const Text& other) {
  bytes_ += other.bytes_;
  trust_ += other.trust_;
}

void Text::append(std::string_view bytes, bool own) {
  bytes_ += bytes;
  trust_.append(bytes.size(), own ? kOwn : kForeign);
}

Text Text::substr(std::size_t begin, std::size_t count) const {
  Text part;
  part.bytes_ = bytes_.substr(begin, count);
  part.trust_ = trust_.substr(begin, count);
  return part;
}

Text Text::mapped(char32_t (*map)(char32_t, bool), bool words) const {
  Text result;
  bool first = true;
  const auto offsets = starts();
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
    const char32_t c = character_at(bytes_, offsets[i], offsets[i + 1]);
    if (c == 0xFFFD) {
      result.append(substr(offsets[i], offsets[i + 1] - offsets[i]));
    } else {
      std::string changed;
      append_utf8(changed, map(c, first));
      result.append(changed, trust_[offsets[i]] == kOwn);
    }
    first = words && !is_letter(c);
  }
  return result;
}

std::vector<std::size_t> Text::starts() const {
  std::vector<std::size_t> offsets;
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    if (i == 0 || !continues_character(bytes_[i])) offsets.push_back(i);
  }
  offsets.push_back(bytes_.size());
  return offsets;
}

MarkedText Text::marked() const {
  MarkedText marked{bytes_, {}};
  for (std::size_t i = 0; i < trust_.size();) {
    const std::size_t end = std::min(trust_.find(trust_[i] == kOwn ? kForeign : kOwn, i),  //
                                     trust_.size());
    if (trust_[i] == kOwn) marked.trusted.emplace_back(i, end);
    i = end;
  }
  return marked;
}

Text strip(const Text& text, std::string_view characters, bool left, bool right) {
  const auto offsets = text.starts();
  const auto goes = [&](std::size_t i) {
    const std::string_view one =
        std::string_view(text.bytes()).substr(offsets[i], offsets[i + 1] - offsets[i]);
    if (!characters.empty()) return characters.find(one) != std::string_view::npos;
    return is_space(character_at(text.bytes(), offsets[i], offsets[i + 1]));
  };
  std::size_t begin = 0, end = offsets.size() - 1;
  while (left && begin < end && goes(begin)) ++begin;
  while (right && end > begin && goes(end - 1)) --end;
  return text.substr(offsets[begin], offsets[end] - offsets[begin]);
}

Text replace_all(const Text& text, const Text& from, const Text& to, std::int64_t most) {
  // What is put into foreign text stands where others decided: it is not the template's own there.
  const Text put = text.has_foreign() ? Text::foreign(to.bytes()) : to;
  Text result;
  std::size_t at = 0;
  for (std::int64_t count = 0; most < 0 || count < most; ++count) {
    std::size_t found = text.bytes().find(from.bytes(), at);
    if (found == std::string::npos) break;
    if (from.empty()) {  // before each character, and at the end
      result.append(put);
      found = at + 1;
      while (found < text.size() && continues_character(text.bytes()[found])) ++found;
      if (at >= text.size()) return result;
      result.append(text.substr(at, found - at));
      at = found;
      continue;
    }
    result.append(text.substr(at, found - at));
    result.append(put);
    at = found + from.size();
  }
  if (at < text.size()) result.append(text.substr(at));
  return result;
}

std::vector<Text> split(const Text& text, std::string_view separator, std::int64_t most) {
  std::vector<Text> parts;
  if (!separator.empty()) {
    std::size_t at = 0;
    while (most < 0 || std::ssize(parts) < most) {
      const std::size_t found = text.bytes().find(separator, at);
      if (found == std::string::npos) break;
      parts.push_back(text.substr(at, found - at));
      at = found + separator.size();
    }
    parts.push_back(text.substr(at));
    return parts;
  }
  Text rest = strip(text, "", true, false);
  while (!rest.empty()) {
    if (most >= 0 && std::ssize(parts) >= most) {
      parts.push_back(strip(rest, "", false, true));
      break;
    }
    const auto offsets = rest.starts();
    std::size_t end = 0;
    while (end + 1 < offsets.size() &&
           !is_space(character_at(rest.bytes(), offsets[end], offsets[end + 1]))) {
      ++end;
    }
    parts.push_back(rest.substr(0, offsets[end]));
    rest = strip(rest.substr(offsets[end]), "", true, false);
  }
  return parts;
}

Text upper(const Text& text) { return text.mapped(to_upper_character); }
Text lower(const Text& text) { return text.mapped(to_lower_character); }
Text title(const Text& text) { return text.mapped(to_title_character, /*words=*/true); }
Text capitalise(const Text& text) { return text.mapped(to_title_character); }

}  // namespace quadrant::jinja
