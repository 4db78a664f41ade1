// A JSON schema as a pattern of the texts that an answer may have.
//
// Whatever the pattern matches fits the schema, and is JSON as canonical_json() writes it: no white
// space between tokens, properties in alphabetical order and none but those named. Not every text
// that fits is matched: decoding has to choose one way to write an object. Numbers have at most 15
// digits before and after the point and no exponent; texts have no escapes.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace quadrant {

// `schema` has passed check_schema(). Error, with the place in the schema, for a keyword that no
// pattern can hold an answer to (not, allOf, oneOf, uniqueItems, multipleOf, bounds of numbers
// other than minimum 0, numbers of properties), for a "pattern" that is not anchored by ^ and $ or
// could match a quotation mark, and where the schema leaves the type open.
std::string schema_pattern(const nlohmann::json& schema);

}  // namespace quadrant
