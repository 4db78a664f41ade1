// JSON Schema, the part of it that describes the form of an answer.
//
// Semantics: draft 2020-12. Keywords: type, enum, const, properties, required,
// additionalProperties, minProperties, maxProperties, items (one schema), minItems, maxItems,
// uniqueItems, minLength and maxLength (code points), pattern (harness/metrics/pattern.h), minimum,
// maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, anyOf, allOf, oneOf, not. $schema, $id,
// $comment, title, description, default, examples and format say nothing about validity here. Any
// other keyword is an Error: a condition that is not checked must not look as if it were met.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace quadrant {

// Error, with the place in the schema, for what is no schema or has a keyword of another kind.
void check_schema(const nlohmann::json& schema);

// `schema` has passed check_schema().
bool fits_schema(const nlohmann::json& schema, const nlohmann::json& value);

}  // namespace quadrant
