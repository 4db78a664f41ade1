#include "datasets/company_qa/world.h"

#include <algorithm>
#include <map>
#include <optional>

#include "datasets/common/wording.h"
#include "harness/core/rng.h"
#include "harness/core/utf8.h"

namespace quadrant::company_qa {
namespace {

std::vector<std::string> all_values(const Voice& voice) {
  std::vector<std::string> values;
  for (const EntityType& type : voice.types) {
    for (const Attribute& attribute : type.attributes) {
      for (const std::string& value : attribute.pool) values.push_back(to_lower(value));
    }
  }
  return values;
}

// Parts in order, types in turn through the whole world.
std::vector<Entity> lay_out(const Plan& plan, const Voice& voice) {
  const std::pair<Part, std::size_t> sizes[] = {{Part::kTrained, plan.trained},
                                                {Part::kDocumentsOnly, plan.documents_only},
                                                {Part::kDev, plan.dev},
                                                {Part::kUnanswerable, plan.unanswerable}};
  std::vector<Entity> entities;
  for (const auto& [part, size] : sizes) {
    for (std::size_t i = 0; i < size; ++i) {
      Entity entity;
      entity.number = entities.size();
      entity.voice = &voice;
      entity.type = &voice.types[entity.number % voice.types.size()];
      entity.part = part;
      entities.push_back(entity);
    }
  }
  return entities;
}

// Twins are spread over the parts: a trained name may have its twin in documents only.
void give_names(std::vector<Entity*> same_type, double near_share, Rng& rng, NameBook& book) {
  rng.shuffle(same_type);
  const Names made = make_names(*same_type.front()->voice->names, same_type.front()->type->style,
                                same_type.size(), near_share, rng, book);
  for (std::size_t i = 0; i < same_type.size(); ++i) {
    same_type[i]->name = made.names[i];
    same_type[i]->id = identifier(made.names[i]);
    if (i < made.twins) same_type[i]->twin = made.names[i ^ 1];
  }
}

// Index of an entity that has its twin's value, if there is one.
std::optional<std::size_t> find_shared(const std::vector<Entity*>& entities,
                                       std::size_t attribute) {
  std::map<std::string, std::string> value_of;
  for (const Entity* entity : entities) value_of[entity->name] = entity->values[attribute];
  for (std::size_t i = 0; i < entities.size(); ++i) {
    const auto twin = value_of.find(entities[i]->twin);
    if (twin != value_of.end() && twin->second == entities[i]->values[attribute]) return i;
  }
  return std::nullopt;
}

void deal_values(const std::vector<Entity*>& documented, std::size_t attribute, Rng& rng) {
  const std::vector<std::string>& pool = documented.front()->type->attributes[attribute].pool;
  const std::size_t copies =
      std::max<std::size_t>(2, (documented.size() + pool.size() - 1) / pool.size());
  std::vector<std::string> bag;
  for (std::size_t i = 0; i < copies; ++i) bag.insert(bag.end(), pool.begin(), pool.end());
  rng.shuffle(bag);
  const auto deal = [&] {
    for (std::size_t i = 0; i < documented.size(); ++i) documented[i]->values[attribute] = bag[i];
    return find_shared(documented, attribute);
  };
  // The rest of the bag takes part: two twins alone could only swap the same value.
  while (const auto shared = deal()) std::swap(bag[*shared], bag[rng.below(bag.size())]);
}

}  // namespace

bool taught_by_questions(const Entity& entity) {
  return entity.part == Part::kTrained || (entity.part == Part::kDev && entity.number % 2 == 0);
}

std::vector<Entity> make_world(const Plan& plan, std::uint64_t seed, const Voice& voice) {
  std::vector<Entity> entities = lay_out(plan, voice);
  Rng names(seed, "names"), values(seed, "values");
  NameBook book{.used = {}, .avoid = all_values(voice)};
  for (const EntityType& type : voice.types) {
    std::vector<Entity*> same_type, documented;
    for (Entity& entity : entities) {
      if (entity.type != &type) continue;
      same_type.push_back(&entity);
      if (entity.part != Part::kUnanswerable) documented.push_back(&entity);
    }
    if (!same_type.empty()) give_names(same_type, plan.near_share, names, book);
    for (std::size_t a = 0; a < kAttributes && !documented.empty(); ++a) {
      deal_values(documented, a, values);
    }
  }
  return entities;
}

}  // namespace quadrant::company_qa
