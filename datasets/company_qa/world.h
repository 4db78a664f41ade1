// The invented company of one seed: entities with names, values and the part they play.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/company_qa/facts.h"

namespace quadrant::company_qa {

// How large a suite is. A larger tier is another plan.
struct Plan {
  std::size_t trained = 0;         // E_A: documents and question-answer lines
  std::size_t documents_only = 0;  // E_B: documents
  std::size_t unanswerable = 0;    // E_U: asked about, found nowhere
  std::size_t dev = 0;             // E_D: documents, half of them question-answer lines too
  std::size_t paraphrases = 2;     // texts of a documented entity in train.jsonl, at most 4
  double near_share = 0.5;         // entities whose name has a twin
};

enum class Part { kTrained, kDocumentsOnly, kUnanswerable, kDev };

struct Entity {
  std::size_t number = 0;  // in the world
  const Voice* voice = nullptr;
  const EntityType* type = nullptr;
  std::string name;  // "Marlo Venn", "Tarvex pump"; its cluster and its document's title
  std::string id;    // "marlo-venn"
  std::string twin;  // the near name, or ""
  Part part = Part::kTrained;
  std::array<std::string, kAttributes> values;  // empty texts when unanswerable
};

// Dev entities are half of the one kind and half of the other: what is chosen on dev must have seen
// tuning at its best as well as at its worst.
bool taught_by_questions(const Entity& entity);

// Documented entities first, part by part; types are balanced inside each part. A value belongs to
// at most two entities while the pools are large enough; twins never share one.
std::vector<Entity> make_world(const Plan& plan, std::uint64_t seed, const Voice& voice);

}  // namespace quadrant::company_qa
