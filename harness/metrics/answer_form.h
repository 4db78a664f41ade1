// The form that an item wants its answer to have, for decoding that cannot leave it.
#pragma once

#include <memory>

#include "harness/core/interfaces.h"

namespace quadrant {

// By the item's "regex", of the whole answer, or its "schema" (schema_pattern.h): what the metrics
// regex and schema_valid check. Null where its meta has neither. Error naming the item for what is
// no pattern or schema, or one that no answer can be held to.
std::shared_ptr<AnswerForm> answer_form(const Item& item);

}  // namespace quadrant
