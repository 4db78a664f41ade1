// Texts about an entity: documents in four registers, paraphrases, questions.
#pragma once

#include <string>

#include "datasets/company_qa/world.h"

namespace quadrant::company_qa {

// "Marlo Venn", "the Tarvex pump".
std::string mention(const Entity& entity);

// Memo, wiki page, chat or one line of a table: the register and the order of the facts go by the
// entity's number. Holds both facts.
std::string document_text(const Entity& entity);

// Holds both facts, each with the full name. `index` 0..3: the wordings of one entity's paraphrases
// differ from each other and from its document's.
std::string paraphrase(const Entity& entity, std::size_t index);

// A question wording with the entity's name in it.
std::string ask(const Entity& entity, const std::string& wording);

}  // namespace quadrant::company_qa
