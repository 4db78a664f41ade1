#include "datasets/company_qa/writer.h"

#include "datasets/common/suite_parts.h"
#include "datasets/company_qa/templates.h"

namespace quadrant::company_qa {
namespace {

const char* slice(Part part) {
  switch (part) {
    case Part::kTrained:
      return "trained_qa";
    case Part::kDocumentsOnly:
      return "documents_only";
    case Part::kUnanswerable:
      return "unanswerable";
    case Part::kDev:
      return "dev";
  }
  return "";
}

void add_training(const Entity& entity, const Plan& plan, Suite& suite) {
  for (std::size_t i = 0; i < plan.paraphrases; ++i) {
    suite.train.push_back(text_example(paraphrase(entity, i), entity.name));
  }
  if (!taught_by_questions(entity)) return;
  for (std::size_t a = 0; a < kAttributes; ++a) {
    for (const std::string& wording : entity.type->attributes[a].train_questions) {
      suite.train.push_back(qa_example(ask(entity, wording), entity.values[a], entity.name));
    }
  }
}

Item item_of(const Entity& entity, std::size_t attribute) {
  const Attribute& asked = entity.type->attributes[attribute];
  Item item;
  item.id = entity.id + "." + asked.key;
  item.cluster = entity.name;
  item.question = ask(entity, entity.part == Part::kDev ? asked.dev_question : asked.test_question);
  item.meta = {{"slice", slice(entity.part)},
               {"attribute", asked.key},
               {"type", entity.type->key},
               {"near_name", entity.twin.empty() ? "no" : "yes"}};
  if (entity.part == Part::kUnanswerable) {
    item.targets = entity.voice->unknown;
    item.meta["answerable"] = "false";
  } else {
    item.targets = entity.voice->forms(entity.values[attribute]);
    item.gold_docs = {entity.id};
  }
  return item;
}

Suite empty_suite(std::uint64_t seed, const Voice& voice) {
  Suite suite =
      generated_suite("an invented company", seed, "qa", {"contains", "exact_match", "f1"});
  suite.language = voice.language;
  suite.prompt.system = voice.system;
  suite.prompt.question = voice.question;
  suite.prompt.context = voice.context;
  suite.prompt.more = voice.more;
  suite.prompt.max_new_tokens = 24;
  suite.prompt.stop = {"\n"};
  return suite;
}

}  // namespace

Plan plan_of(Tier tier) {
  switch (tier) {
    case Tier::kSmoke:
      return {.trained = 6, .documents_only = 6, .unanswerable = 2, .dev = 2};
    case Tier::kCpu:
      return {.trained = 20, .documents_only = 20, .unanswerable = 6, .dev = 4};
    case Tier::kFull:
      return {.trained = 160, .documents_only = 160, .unanswerable = 40, .dev = 40};
  }
  return {};
}

Suite make_suite(const Plan& plan, std::uint64_t seed, const Voice& voice) {
  Suite suite = empty_suite(seed, voice);
  for (const Entity& entity : make_world(plan, seed, voice)) {
    if (entity.part == Part::kUnanswerable) {
      suite.test.push_back(item_of(entity, entity.number / voice.types.size() % kAttributes));
      continue;
    }
    suite.corpus.push_back({entity.id, entity.name, document_text(entity)});
    add_training(entity, plan, suite);
    std::vector<Item>& questions = entity.part == Part::kDev ? suite.dev : suite.test;
    for (std::size_t a = 0; a < kAttributes; ++a) questions.push_back(item_of(entity, a));
  }
  return suite;
}

}  // namespace quadrant::company_qa
