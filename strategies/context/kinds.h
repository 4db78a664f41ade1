// One declaration per kind of context, for the list in context.cpp.
#pragma once

#include "strategies/context/context.h"

namespace quadrant {

ContextKind zero_shot_kind();
ContextKind few_shot_kind();
ContextKind rag_kind();
ContextKind oracle_kind();
ContextKind dynamic_few_shot_kind();
ContextKind distractor_kind();
ContextKind shuffled_index_kind();
ContextKind counterfactual_kind();
ContextKind constrained_kind();
ContextKind optimised_kind();

}  // namespace quadrant
