#include "datasets/common/cast.h"

#include "harness/core/rng.h"
#include "harness/core/utf8.h"

namespace quadrant {

Cast make_cast(const NameGrammar& grammar, std::size_t people, std::size_t things,
               const std::vector<std::string>& nouns, const std::vector<std::string>& values,
               std::uint64_t seed) {
  Rng rng(seed, "cast");
  NameBook book;
  for (const std::string& value : values) book.avoid.push_back(to_lower(value));
  Cast cast;
  if (people > 0) {
    cast.people = make_names(grammar, {.person = true, .nouns = {}}, people, 0, rng, book).names;
  }
  if (things > 0) {
    cast.things =
        make_names(grammar, {.person = false, .nouns = nouns}, things, 0.33, rng, book).names;
    rng.shuffle(cast.things);
  }
  return cast;
}

}  // namespace quadrant
