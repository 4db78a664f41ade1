// Four everyday tasks on made-up data: labelling, extraction, summary, translation.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/suite.h"

namespace quadrant::tasks {

struct Size {
  std::size_t train, dev, test;
};

Suite make_intents(Tier tier, std::uint64_t seed);      // a message to one of six intents
Suite make_extraction(Tier tier, std::uint64_t seed);   // an order in a letter to four fields
Suite make_event_logs(Tier tier, std::uint64_t seed);   // a log of five events to one line
Suite make_translation(Tier tier, std::uint64_t seed);  // English to a small invented language

}  // namespace quadrant::tasks
