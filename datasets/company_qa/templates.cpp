#include "datasets/company_qa/templates.h"

#include "datasets/common/wording.h"
#include "harness/core/error.h"

namespace quadrant::company_qa {
namespace {

std::string statement(const Entity& entity, std::size_t attribute, std::size_t wording) {
  const std::string& text = entity.type->attributes[attribute].statements[wording % kStatements];
  return fill(text, {{"n", mention(entity)}, {"v", entity.values[attribute]}});
}

// The two facts change wording independently, or the model would learn that they go together.
std::string framed(const Entity& entity, const std::string& frame, std::size_t wording,
                   bool swapped) {
  std::string a = statement(entity, 0, wording);
  std::string b = statement(entity, 1, 2 * wording + entity.number);
  if (swapped) std::swap(a, b);
  const std::size_t first = swapped ? 1 : 0, second = swapped ? 0 : 1;
  const auto& attributes = entity.type->attributes;
  return fill_present(frame, {{"n", entity.name},
                              {"m", mention(entity)},
                              {"M", capital(mention(entity))},
                              {"k", entity.type->kind},
                              {"t", entity.type->key},
                              {"a", a},
                              {"A", capital(a)},
                              {"b", b},
                              {"B", capital(b)},
                              {"l", attributes[first].label},
                              {"v", entity.values[first]},
                              {"L", attributes[second].label},
                              {"V", entity.values[second]}});
}

}  // namespace

std::string mention(const Entity& entity) {
  return (entity.type->style.person ? "" : entity.voice->article) + entity.name;
}

std::string document_text(const Entity& entity) {
  // Types come in turns of five, so the register moves on with every type and with every turn.
  const Voice& voice = *entity.voice;
  const std::size_t turn = entity.number / voice.types.size();
  const std::string* registers[] = {&voice.memo, &voice.wiki, &voice.chat, &voice.table};
  return framed(entity, *registers[(entity.number + turn / 2) % 4], turn, turn % 2 == 1);
}

std::string paraphrase(const Entity& entity, std::size_t index) {
  QUADRANT_CHECK(index + 1 < kStatements);
  const std::size_t turn = entity.number / entity.voice->types.size();
  return framed(entity, entity.voice->paraphrases[(entity.number + index) % 4], turn + 1 + index,
                (turn + index) % 2 == 0);
}

std::string ask(const Entity& entity, const std::string& wording) {
  return fill(wording, {{"n", mention(entity)}});
}

}  // namespace quadrant::company_qa
