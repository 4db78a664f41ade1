#include "reports/compare/pairing.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/core/sha256.h"

namespace quadrant {
namespace {

std::string content_hash(const Item& item) {
  const nlohmann::json content{item.question, item.targets, item.choices, item.answer.value_or(-1)};
  return sha256_hex(content.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

using Positions = std::map<std::string, std::vector<std::size_t>>;

Positions by_content(const std::vector<Item>& items) {
  Positions positions;
  for (std::size_t i = 0; i < items.size(); ++i) positions[content_hash(items[i])].push_back(i);
  return positions;
}

std::set<std::string> ids(const std::vector<Item>& items) {
  std::set<std::string> result;
  for (const Item& item : items) result.insert(item.id);
  return result;
}

std::string why_alone(const Item& item, bool asked_there, const std::set<std::string>& other_ids,
                      const char* only_here) {
  if (asked_there) return "asked more than once, and the ids do not tell which is which";
  return other_ids.contains(item.id) ? "changed: its question or its answers" : only_here;
}

}  // namespace

ItemPairs pair_items(const std::vector<Item>& first, const std::vector<Item>& second) {
  const Positions in_first = by_content(first), in_second = by_content(second);
  const std::set<std::string> first_ids = ids(first), second_ids = ids(second);
  std::map<std::size_t, std::size_t> partner;
  for (const auto& [hash, ours] : in_first) {
    const auto found = in_second.find(hash);
    if (found == in_second.end()) continue;
    const bool unique = ours.size() == 1 && found->second.size() == 1;
    for (const std::size_t a : ours) {
      for (const std::size_t b : found->second) {
        if (unique || first[a].id == second[b].id) partner[a] = b;
      }
    }
  }
  ItemPairs result;
  result.pairs.assign(partner.begin(), partner.end());
  std::set<std::size_t> taken;
  for (const auto& [a, b] : partner) taken.insert(b);
  for (const auto& [hash, ours] : in_first) {
    for (const std::size_t a : ours) {
      if (partner.contains(a)) continue;
      result.unpaired.emplace_back(first[a].id, why_alone(first[a], in_second.contains(hash),
                                                          second_ids, "only in the first run"));
    }
  }
  for (const auto& [hash, theirs] : in_second) {
    for (const std::size_t b : theirs) {
      // A changed item has been named once already.
      if (taken.contains(b) || (!in_first.contains(hash) && first_ids.contains(second[b].id))) {
        continue;
      }
      result.unpaired.emplace_back(second[b].id, why_alone(second[b], in_first.contains(hash),
                                                           first_ids, "only in the second run"));
    }
  }
  return result;
}

}  // namespace quadrant
