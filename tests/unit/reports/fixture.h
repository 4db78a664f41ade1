// A store with one finished run, made of drawn numbers: four contexts, three tunings, three seeds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/store/store.h"

namespace quadrant::test {

struct FixtureOptions {
  int clusters = 60;  // each with two answerable items; every sixth has one without answer
  std::vector<std::int64_t> seeds{0, 1, 2};
  std::string hostile;      // put into ids, names, questions, prompts, outputs, passages
  std::string long_output;  // of the first item in every cell
  bool tuned = true;        // also lora and full
  int filler_words = 0;     // added to each prompt and passage
  std::vector<std::string> suites{"company_qa"};  // each asks the same items, with the same luck
  std::string slices[2] = {"documents and questions", "documents only"};  // of clusters in turn
  bool elsewhere = false;  // also "other", a LoRA tuned on the data of another suite
};

// Puts the run into a store; returns its id.
std::int64_t fill_store(Store& store, const FixtureOptions& options);

class Fixture {
 public:
  explicit Fixture(const FixtureOptions& options = {});
  ~Fixture();
  Store& store() { return *store_; }
  std::int64_t run = 0;

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Store> store_;
};

}  // namespace quadrant::test
