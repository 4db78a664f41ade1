// From a context's keys to the index and the retriever it asks for.
#pragma once

#include <string>

#include "retrieval/retriever.h"
#include "strategies/context/context.h"

namespace quadrant {

// Why the passages cannot be found ("no corpus.jsonl"), or an empty string.
std::string search_obstacle(const ContextSpec& spec, const Suite& suite);

// Loads or builds the index of the suite's corpus. `shuffled`: see SearchSettings.
IndexRetriever make_retriever(const ContextSpec& spec, const ContextEnvironment& environment,
                              bool shuffled = false);

}  // namespace quadrant
