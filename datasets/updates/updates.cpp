#include "datasets/updates/updates.h"

#include <fmt/format.h>

#include <map>

#include "datasets/common/suite_parts.h"
#include "datasets/common/wording.h"
#include "datasets/company_qa/templates.h"
#include "harness/core/rng.h"

namespace quadrant::updates {
namespace {

using company_qa::Attribute;
using company_qa::Entity;
using company_qa::kAttributes;
using company_qa::Part;

company_qa::Plan plan_of(Tier tier) {
  switch (tier) {
    case Tier::kSmoke:
      return {.trained = 10, .documents_only = 2, .dev = 2};
    case Tier::kCpu:
      return {.trained = 40, .documents_only = 6, .dev = 5};
    case Tier::kFull:
      return {.trained = 320, .documents_only = 40, .dev = 40};
  }
  return {};
}

bool is_new(const Record& record) { return record.before.part == Part::kDocumentsOnly; }

bool changes(const Record& record) { return record.changed[0] || record.changed[1]; }

// Three facts in ten, of all types and both attributes.
bool is_replayed(const Record& record, std::size_t attribute) {
  return (3 * (record.before.number + 5 * attribute)) % 10 < 3;
}

// A value that neither edition of the entity or of its twin has: a near name stays a trap.
std::string new_value(const Attribute& attribute, std::size_t index, const Record& record,
                      const Record* twin, Rng& rng) {
  std::string value;
  do {
    value = pick(attribute.pool, rng);
  } while (value == record.before.values[index] ||
           (twin && (value == twin->before.values[index] || value == twin->after.values[index])));
  return value;
}

void add_documents(const Record& record, Suite& suite) {
  const std::string& id = record.before.id;
  const auto add = [&](const Entity& entity, const std::string& edition, const std::string& note) {
    suite.corpus.push_back({id + "." + edition, entity.name + " (edition " + edition + ")",
                            note + company_qa::document_text(entity)});
  };
  const bool second = is_new(record) || changes(record);
  if (!second || record.both_editions) add(record.before, "1", "Edition 1, spring. ");
  if (second) add(record.after, "2", "Edition 2, autumn. It replaces edition 1. ");
}

void add_training(const Record& record, Taught taught, Suite& suite) {
  const int later = taught == Taught::kBoth ? 1 : 2;
  for (std::size_t a = 0; a < kAttributes; ++a) {
    const bool changed = is_new(record) || record.changed[a];
    const bool again = taught == Taught::kReplayed && !changed && is_replayed(record, a);
    for (const std::string& wording : record.before.type->attributes[a].train_questions) {
      const auto add = [&](const Entity& entity, int stage) {
        suite.train.push_back(
            qa_example(company_qa::ask(entity, wording), entity.values[a], entity.name));
        suite.train.back().stage = stage;
      };
      if (!is_new(record)) add(record.before, 1);
      if ((changed && taught != Taught::kFirst) || again) add(record.after, later);
    }
  }
}

const char* taught_words(Taught taught) {
  switch (taught) {
    case Taught::kFirst:
      return "the first";
    case Taught::kBoth:
      return "both";
    case Taught::kInTurn:
      return "the first, then on what changed";
    case Taught::kReplayed:
      return "the first, then on what changed and some of the rest";
  }
  return "";
}

Item item_of(const Record& record, std::size_t attribute) {
  const Entity& entity = record.after;
  const Attribute& asked = entity.type->attributes[attribute];
  const bool second = is_new(record) || changes(record);
  Item item;
  item.id = entity.id + "." + asked.key;
  item.cluster = entity.name;
  item.question =
      company_qa::ask(entity, entity.part == Part::kDev ? asked.dev_question : asked.test_question);
  item.targets = {entity.values[attribute]};
  item.gold_docs = {entity.id + (second ? ".2" : ".1")};
  item.meta = {{"slice", is_new(record)              ? "new"
                         : record.changed[attribute] ? "changed"
                                                     : "unchanged"},
               {"both_editions", record.both_editions ? "yes" : "no"},
               {"attribute", asked.key}};
  if (record.changed[attribute]) item.meta["stale"] = record.before.values[attribute];
  return item;
}

}  // namespace

std::vector<Record> make_records(Tier tier, std::uint64_t seed) {
  std::vector<Record> records;
  std::map<std::string, std::size_t> place;
  for (const Entity& entity : company_qa::make_world(plan_of(tier), seed, company_qa::english())) {
    place[entity.name] = records.size();
    records.push_back({entity, entity, {}, false});
  }
  Rng rng(seed, "updates");
  std::size_t changed = 0;
  for (Record& record : records) {
    // Types come in turns of five: the changes move on with every turn.
    const std::size_t number = record.before.number;
    const std::size_t turn = number / record.before.voice->types.size();
    if (is_new(record) || (number + turn) % 5 >= 3) continue;
    const std::size_t attribute = (turn + number) % kAttributes;
    const auto twin = place.find(record.before.twin);
    record.changed[attribute] = true;
    record.both_editions = changed++ % 2 == 1;
    record.after.values[attribute] =
        new_value(record.before.type->attributes[attribute], attribute, record,
                  twin == place.end() ? nullptr : &records[twin->second], rng);
  }
  return records;
}

Suite make_suite(Tier tier, std::uint64_t seed, Taught taught) {
  Suite suite = generated_suite(
      fmt::format("two editions of a company's facts, tuned on {}", taught_words(taught)), seed,
      "qa", {"contains", "stale", "exact_match", "f1"});
  suite.prompt.system = "Answer with a short phrase. What the newest edition says is right.";
  suite.prompt.question = "Question: {question}";
  suite.prompt.context = "Context:\n{passages}\n\nQuestion: {question}";
  suite.prompt.max_new_tokens = 24;
  suite.prompt.stop = {"\n"};
  for (const Record& record : make_records(tier, seed)) {
    add_documents(record, suite);
    add_training(record, taught, suite);
    std::vector<Item>& items = record.before.part == Part::kDev ? suite.dev : suite.test;
    for (std::size_t a = 0; a < kAttributes; ++a) items.push_back(item_of(record, a));
  }
  return suite;
}

}  // namespace quadrant::updates
