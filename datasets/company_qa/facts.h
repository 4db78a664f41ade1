// What the invented company is made of: types of entities, their attributes, values, wordings.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "datasets/common/names.h"

namespace quadrant::company_qa {

constexpr std::size_t kAttributes = 2;  // facts of an entity
constexpr std::size_t kStatements = 5;  // wordings of a fact; 2 and 4 name the value early

// In all wordings {n} stands for the entity ("Marlo Venn", "the Tarvex pump") and {v} for the
// value. Statements have no capital at the start and no full stop at the end.
struct Attribute {
  std::string key, label;
  std::vector<std::string> pool;  // closed; no value is part of another, in any pool
  std::array<std::string, kStatements> statements;
  std::array<std::string, 2> train_questions;
  std::string dev_question, test_question;  // wordings that no training line uses
};

struct EntityType {
  std::string key, kind;  // "staff", "a member of staff"
  NameStyle style;
  std::array<Attribute, kAttributes> attributes;
};

const std::vector<EntityType>& entity_types();

}  // namespace quadrant::company_qa
