#include "harness/metrics/choice.h"

#include <algorithm>
#include <limits>

#include "harness/core/types.h"
#include "harness/metrics/normalise.h"
#include "harness/metrics/scorers.h"

namespace quadrant {
namespace {

using Words = std::vector<std::string>;

std::optional<int> only_one(const std::vector<int>& found) {
  return found.size() == 1 ? std::optional<int>(found[0]) : std::nullopt;
}

// "B", "(b)", "B.", "b) blue", "B: blue"
std::optional<int> leading_letter(const std::string& output, int choices) {
  const std::size_t begin = output.find_first_not_of(" \t\r\n(");
  if (begin == std::string::npos) return std::nullopt;
  const bool small = output[begin] >= 'a' && output[begin] <= 'z';
  const int letter = output[begin] - (small ? 'a' : 'A');
  if (letter < 0 || letter >= std::min(choices, 26)) return std::nullopt;
  const std::size_t end = output.find_last_not_of(" \t\r\n");
  if (end == begin) return letter;
  return std::string(").:").find(output[begin + 1]) != std::string::npos ? std::optional(letter)
                                                                         : std::nullopt;
}

std::vector<int> mentioned(const Words& output, const std::vector<Words>& choices) {
  std::vector<int> found;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (has_run(output, choices[i])) found.push_back(static_cast<int>(i));
  }
  std::erase_if(found, [&, all = found](int inner) {
    return std::any_of(all.begin(), all.end(), [&](int outer) {
      const Words& longer = choices[static_cast<std::size_t>(outer)];
      const Words& shorter = choices[static_cast<std::size_t>(inner)];
      return longer.size() > shorter.size() && has_run(longer, shorter);
    });
  });
  return found;
}

}  // namespace

std::optional<int> named_choice(const std::string& output,
                                const std::vector<std::string>& choices) {
  const Words words = normalised_words(output);
  std::vector<Words> normal;
  for (const std::string& choice : choices) normal.push_back(normalised_words(choice));
  std::vector<int> equal;
  for (std::size_t i = 0; i < normal.size(); ++i) {
    if (!words.empty() && normal[i] == words) equal.push_back(static_cast<int>(i));
  }
  if (const auto whole = only_one(equal)) return whole;
  if (const auto letter = leading_letter(output, static_cast<int>(choices.size()))) return letter;
  return only_one(mentioned(words, normal));
}

double accuracy(const std::string& output, const Item& item) {
  if (!item.answer) return std::numeric_limits<double>::quiet_NaN();
  return named_choice(output, item.choices) == item.answer ? 1 : 0;
}

}  // namespace quadrant
