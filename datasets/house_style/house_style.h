// The house_style suite: notes to a notice in the form of the house; form and content apart.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/common/names.h"
#include "datasets/suite.h"

namespace quadrant::house_style {

// One language. {a} place, {t} thing, {s} state, {d} day, {p} person; {A} the place as the house
// writes it. In Korean, particles as datasets/common/korean.h has them.
struct Voice {
  std::string language;
  std::vector<std::string> places, things, states, days;
  std::vector<std::string> train_notes, dev_notes, test_notes;  // wordings of the notes
  std::string notice;                                           // the house style, filled
  std::string form;  // a pattern that every notice in house style matches as a whole
  std::string request, system, guide_title, guide;  // {notes} in the request
  const NameGrammar* names;
  // A detail as a text may write it, the plain form first.
  std::vector<std::string> (*forms)(const std::string& detail);
};

const Voice& english();
const Voice& korean();

Suite make_suite(Tier tier, std::uint64_t seed, const Voice& voice);

}  // namespace quadrant::house_style
