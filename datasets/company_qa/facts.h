// What the invented company is made of, in one language: types, attributes, values, wordings.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "datasets/common/names.h"
#include "datasets/suite.h"

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

// All that one language needs. In frames: {n} the name, {m} the name as a sentence mentions it, {k}
// the kind and {t} the key of the type, {a} and {b} the two statements; {M}, {A}, {B} the same with
// a capital; {l}, {v} and {L}, {V} the labels and values of the two facts. Korean particles as
// datasets/common/korean.h has them.
struct Voice {
  std::string language, article;  // "the ", before things
  const NameGrammar* names;
  std::vector<EntityType> types;
  std::string memo, wiki, chat, table;
  std::array<std::string, 4> paraphrases;
  std::string system, question, context;      // of the prompt
  std::vector<PromptTemplate::Wording> more;  // see PromptTemplate
  std::vector<std::string> unknown;           // ways to say that one does not know
  // An answer as a text may write it, the plain form first.
  std::vector<std::string> (*forms)(const std::string& value);
};

const Voice& english();
const Voice& korean();

}  // namespace quadrant::company_qa
