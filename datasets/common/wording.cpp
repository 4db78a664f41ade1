#include "datasets/common/wording.h"

#include <fmt/format.h>

#include <cctype>

#include "datasets/common/korean.h"

namespace quadrant {

std::string fill(const std::string& wording, const Filling& filling) {
  std::string text;
  std::vector<bool> used(filling.size(), false);
  for (std::size_t at = 0; at < wording.size();) {
    bool found = false;
    for (std::size_t i = 0; i < filling.size() && !found; ++i) {
      const std::string place = "{" + filling[i].first + "}";
      if (wording.compare(at, place.size(), place) != 0) continue;
      text += filling[i].second;
      at += place.size();
      found = used[i] = true;
    }
    if (!found) text += wording[at++];
  }
  QUADRANT_CHECK(std::find(used.begin(), used.end(), false) == used.end());
  return with_particles(text);
}

std::string fill_present(const std::string& wording, const Filling& filling) {
  Filling present;
  for (const auto& entry : filling) {
    if (wording.find("{" + entry.first + "}") != std::string::npos) present.push_back(entry);
  }
  return fill(wording, present);
}

std::string capital(std::string text) {
  if (!text.empty()) {
    text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  }
  return text;
}

std::string identifier(const std::string& name) {
  std::string id;
  for (const unsigned char c : name) id += c == ' ' ? '-' : static_cast<char>(std::tolower(c));
  return id;
}

std::string numbered(const std::string& prefix, std::size_t number) {
  return fmt::format("{}{:03}", prefix, number);
}

}  // namespace quadrant
