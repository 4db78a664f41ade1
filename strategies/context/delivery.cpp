#include "strategies/context/delivery.h"

#include <algorithm>

namespace quadrant {

bool is_relevant(const Passage& passage, const Item& item) {
  if (!is_answerable(item)) return false;
  const auto& gold = item.gold_docs;
  if (!gold.empty() && std::find(gold.begin(), gold.end(), passage.doc_id) == gold.end()) {
    return false;
  }
  const std::string shown = passage.title + "\n" + passage.text;
  return std::any_of(item.targets.begin(), item.targets.end(),
                     [&](const std::string& target) { return contains_target(shown, target); });
}

}  // namespace quadrant
