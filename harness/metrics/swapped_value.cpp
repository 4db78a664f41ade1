#include "harness/metrics/swapped_value.h"

#include <algorithm>

#include "harness/metrics/target_in_text.h"

namespace quadrant {
namespace {

bool has_digit(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string slice_of(const Item& item) {
  const auto found = item.meta.find("slice");
  return found == item.meta.end() ? "" : found->second;
}

bool can_stand_for(const Item& other, const Item& item) {
  if (!is_answerable(other) || other.targets.empty()) return false;
  const std::string& value = other.targets[0];
  if (has_digit(value) != has_digit(item.targets[0])) return false;
  const std::string first = slice_of(other), second = slice_of(item);
  if (!first.empty() && !second.empty() && first != second) return false;
  return std::none_of(item.targets.begin(), item.targets.end(), [&](const std::string& target) {
    return contains_target(target, value) || contains_target(value, target);
  });
}

}  // namespace

std::optional<std::string> other_value(std::span<const Item> items, const Item& item) {
  if (!is_answerable(item) || item.targets.empty()) return std::nullopt;
  const auto same = [&](const Item& other) { return other.id == item.id; };
  const auto start =
      static_cast<std::size_t>(std::find_if(items.begin(), items.end(), same) - items.begin());
  for (std::size_t step = 1; step <= items.size(); ++step) {
    const Item& other = items[(start + step) % items.size()];
    if (can_stand_for(other, item)) return other.targets[0];
  }
  return std::nullopt;
}

Follows what_is_followed(const std::string& answer, const Item& item, const std::string& value) {
  const bool new_value = contains_target(answer, value);
  const bool old_value =
      std::any_of(item.targets.begin(), item.targets.end(),
                  [&](const std::string& target) { return contains_target(answer, target); });
  if (new_value == old_value) return Follows::kNeither;
  return new_value ? Follows::kPassage : Follows::kMemory;
}

}  // namespace quadrant
