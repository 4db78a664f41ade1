// The three verbs under `quadrant index`, and what they share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/cli/verbs.h"
#include "harness/core/interfaces.h"
#include "retrieval/index.h"

namespace quadrant {

void add_index_build(CLI::App& index, Action& action);
void add_index_search(CLI::App& index, Action& action);

// What the folder's manifest says, with the embedder that is there now: loading an index by it
// refuses one that another embedder made. The embedder is loaded when the index has vectors.
struct OpenedRecipe {
  IndexRecipe recipe;
  std::unique_ptr<Embedder> embedder;
};
OpenedRecipe recipe_with_embedder(const std::string& folder, const std::string& embedder);

}  // namespace quadrant
