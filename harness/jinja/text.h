// Text of which every byte knows whether the template wrote it; what others wrote stays foreign
// through all that a template does with it, and so never becomes a special token.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/types.h"

namespace quadrant::jinja {

class Text {
 public:
  Text() = default;
  static Text own(std::string_view bytes) { return {bytes, true}; }       // by the template
  static Text foreign(std::string_view bytes) { return {bytes, false}; }  // by anybody else

  const std::string& bytes() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }  // bytes
  bool has_foreign() const { return trust_.find(kForeign) != std::string::npos; }

  void append(const Text& other);
  void append(std::string_view bytes, bool own);
  Text substr(std::size_t begin, std::size_t count = std::string::npos) const;  // bytes
  // Each character replaced by what `map` makes of it, which is as trusted as the character was.
  Text mapped(char32_t (*map)(char32_t, bool first_of_word), bool words = false) const;

  // Byte offsets at which characters start, and the size at the end.
  std::vector<std::size_t> starts() const;
  MarkedText marked() const;

 private:
  static constexpr char kOwn = 1, kForeign = 0;
  Text(std::string_view bytes, bool own)
      : bytes_(bytes), trust_(bytes.size(), own ? kOwn : kForeign) {}

  std::string bytes_, trust_;  // of the same size
};

// As Python's str methods. `characters` empty: white space.
Text strip(const Text& text, std::string_view characters, bool left, bool right);
Text replace_all(const Text& text, const Text& from, const Text& to, std::int64_t most);
// An empty separator: at runs of white space. most < 0: all.
std::vector<Text> split(const Text& text, std::string_view separator, std::int64_t most);
Text upper(const Text& text);
Text lower(const Text& text);
Text title(const Text& text);
Text capitalise(const Text& text);

}  // namespace quadrant::jinja
