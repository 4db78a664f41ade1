// Invented names from a grammar of syllables; some in pairs that differ by one vowel.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "harness/core/rng.h"

namespace quadrant {

// "Marlo Venn" for staff, "Tarvex pump" for things (a coined word and one of the type's nouns).
struct NameStyle {
  bool person = false;
  std::vector<std::string> nouns;  // things only
};

// What a new name must keep away from, in all calls of one world.
struct NameBook {
  std::set<std::string> used;      // coined words
  std::vector<std::string> avoid;  // texts in small letters that no name may hold: the values
};

// How the words of one language are coined.
struct NameGrammar {
  // A new word in five forms that differ in one vowel: near names are two of them.
  std::vector<std::string> (*coin)(bool person, Rng& rng);
  std::string (*surname)(Rng& rng);
  // The full name.
  std::string (*person)(const std::string& word, const std::string& surname);
};
const NameGrammar& latin_names();
const NameGrammar& korean_names();  // "한도윤", "가람벨 펌프"

struct Names {
  std::vector<std::string> names;
  std::size_t twins = 0;  // names[2i] and names[2i + 1] are twins for 2i + 1 < twins
};

// `count` names, of which about `near_share` come in twins, which stand first. No coined word comes
// twice. Error when the grammar has no new word left.
Names make_names(const NameGrammar& grammar, const NameStyle& style, std::size_t count,
                 double near_share, Rng& rng, NameBook& book);

}  // namespace quadrant
