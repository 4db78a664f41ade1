// One declaration per kind of context, for the list in context.cpp.
#pragma once

#include "strategies/context/context.h"

namespace quadrant {

ContextKind zero_shot_kind();
ContextKind few_shot_kind();
ContextKind rag_kind();
ContextKind oracle_kind();

}  // namespace quadrant
