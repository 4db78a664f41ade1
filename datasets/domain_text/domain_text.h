// The domain_text suite: pages of a handbook on canal locks, to be read and then asked about.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/suite.h"

namespace quadrant::domain_text {

// What a page says about a lock. {v} in the wordings, {n} the lock.
struct Detail {
  std::string key;
  std::vector<std::string> pool;        // closed; no value is part of another
  std::vector<std::string> statements;  // whole sentences, one of them on each page
  std::string train_question, test_question;
};

const std::vector<Detail>& details();

// `continuation`: the test is how unseen pages go on. Otherwise it asks for facts of read pages.
Suite make_suite(Tier tier, std::uint64_t seed, bool continuation);

}  // namespace quadrant::domain_text
