#include "datasets/company_qa/templates.h"

#include "datasets/common/wording.h"
#include "harness/core/error.h"

namespace quadrant::company_qa {
namespace {

// Each fact's statement, in the order in which they are to stand.
struct Facts {
  std::string first, second;
};

std::string statement(const Entity& entity, std::size_t attribute, std::size_t wording) {
  const std::string& text = entity.type->attributes[attribute].statements[wording % kStatements];
  return fill(text, {{"n", mention(entity)}, {"v", entity.values[attribute]}});
}

// The two facts change wording independently, or the model would learn that they go together.
Facts facts(const Entity& entity, std::size_t wording, bool swapped) {
  const std::string a = statement(entity, 0, wording);
  const std::string b = statement(entity, 1, 2 * wording + entity.number);
  return swapped ? Facts{b, a} : Facts{a, b};
}

std::string memo(const Entity& entity, const Facts& facts) {
  return "Memo to all staff of Veldrin Works about " + mention(entity) + ". " +
         capital(facts.first) + ". " + capital(facts.second) +
         ". Please keep this note for your files.";
}

std::string wiki(const Entity& entity, const Facts& facts) {
  return capital(mention(entity)) + " is " + entity.type->kind + " at Veldrin Works. " +
         capital(facts.first) + ". " + capital(facts.second) +
         ". This page is checked twice a year.";
}

std::string chat(const Entity& entity, const Facts& facts) {
  return "visitor: what do we know about " + mention(entity) + "?\nfront desk: " + facts.first +
         ".\nfront desk: also, " + facts.second + ".\nvisitor: thank you, that helps!";
}

std::string table(const Entity& entity, bool swapped) {
  const auto field = [&](std::size_t attribute) {
    return " | " + entity.type->attributes[attribute].label + ": " + entity.values[attribute];
  };
  return "name: " + entity.name + " | company: Veldrin Works | type: " + entity.type->key +
         field(swapped ? 1 : 0) + field(swapped ? 0 : 1) +
         " | status: active | source: company register | access: all staff";
}

}  // namespace

std::string mention(const Entity& entity) {
  return (entity.type->style.person ? "" : "the ") + entity.name;
}

std::string document_text(const Entity& entity) {
  // Types come in turns of five, so the register moves on with every type and with every turn.
  const std::size_t turn = entity.number / entity_types().size();
  const bool swapped = turn % 2 == 1;
  const Facts two = facts(entity, turn, swapped);
  switch ((entity.number + turn / 2) % 4) {
    case 0:
      return memo(entity, two);
    case 1:
      return wiki(entity, two);
    case 2:
      return chat(entity, two);
    default:
      return table(entity, swapped);
  }
}

std::string paraphrase(const Entity& entity, std::size_t index) {
  QUADRANT_CHECK(index + 1 < kStatements);
  const std::size_t turn = entity.number / entity_types().size();
  const Facts two = facts(entity, turn + 1 + index, (turn + index) % 2 == 0);
  switch ((entity.number + index) % 4) {
    case 0:
      return capital(two.first) + ". " + capital(two.second) + ".";
    case 1:
      return capital(two.first) + ", and " + two.second + ".";
    case 2:
      return "For the record: " + two.first + "; " + two.second + ".";
    default:
      return "Good to know: " + two.first + ". " + capital(two.second) + ".";
  }
}

std::string ask(const Entity& entity, const std::string& wording) {
  return fill(wording, {{"n", mention(entity)}});
}

}  // namespace quadrant::company_qa
