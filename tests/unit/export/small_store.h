// A store with small runs of which every score is given, for exports, gate and comparison.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "harness/store/store.h"
#include "tests/unit/store/temporary.h"

namespace quadrant::test {

// What a cell has of an item, beside a score of 0 or more.
inline constexpr double kUnscoredItem = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kFailedItem = -1, kMissingItem = -2;

struct SmallCell {
  std::string context = "none", tuning = "base";  // none, shots, rag, oracle; base, lora
  std::vector<double> scores;                     // of the metric "contains", by item
  std::optional<std::int64_t> seed;
  std::string answer = "an answer";
};

struct SmallRun {
  std::vector<Item> items;
  std::vector<SmallCell> cells;
  std::string suite = "demo", metric = "contains";
  std::string config = R"({"margin":0.05,"model":{"path":"tiny"},"name":"small","batch_size":4})";
  std::string tag = "a";  // runs with the same tag share the cells that they have in common
};

// "q0", "q1", ... each its own cluster; the last one without an answer when `unanswerable`.
std::vector<Item> small_items(int count, bool unanswerable = false);

class SmallStore {
 public:
  SmallStore() : store_(folder_ / "small.db", Store::Open::kCreate) {}
  Store& store() { return store_; }
  std::int64_t add(const SmallRun& run);  // its id; started at 2026-01-02T03:04:05.678Z

 private:
  TemporaryFolder folder_;
  Store store_;
};

}  // namespace quadrant::test
