#include "datasets/company_qa/wide.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "datasets/common/suite_parts.h"
#include "datasets/common/wording.h"
#include "datasets/company_qa/templates.h"
#include "datasets/company_qa/writer.h"
#include "harness/core/rng.h"

namespace quadrant::company_qa {
namespace {

constexpr std::size_t kChoices = 4;

// Statement 1 of every attribute is "the LABEL of {n} is {v}".
std::string labelled(const Entity& entity, std::size_t attribute, const std::string& value) {
  return fill(entity.type->attributes[attribute].statements[1],
              {{"n", mention(entity)}, {"v", value}});
}

std::string wrong_value(const Attribute& attribute, const std::string& right, Rng& rng) {
  std::string value;
  do {
    value = pick(attribute.pool, rng);
  } while (value == right);
  return value;
}

// Asks for facts of one world in all forms.
class Asker {
 public:
  Asker(const std::vector<Entity>& world, std::uint64_t seed) : world_(world), rng_(seed, "wide") {}

  std::vector<Item> items(const Entity& entity) {
    std::vector<Item> items{reverse(entity)};
    for (std::size_t a = 0; a < kAttributes; ++a) {
      for (const Item& item :
           {direct(entity, a), yes_no(entity, a), choice(entity, a), cloze(entity, a)}) {
        items.push_back(item);
      }
    }
    return items;
  }

 private:
  Item item(const Entity& entity, std::size_t attribute, const char* form) const {
    const Dose dose = dose_of(entity);
    Item item;
    item.id = entity.id + "." + entity.type->attributes[attribute].key + "." + form;
    item.cluster = entity.name;
    item.targets = {entity.values[attribute]};
    item.gold_docs = {entity.id};
    item.meta = {{"slice", form},
                 {"part", entity.part == Part::kTrained ? "trained_qa" : "documents_only"},
                 {"paraphrases", std::to_string(dose.paraphrases)},
                 {"copies", std::to_string(dose.copies)}};
    return item;
  }

  Item direct(const Entity& entity, std::size_t attribute) const {
    Item result = item(entity, attribute, "direct");
    const Attribute& asked = entity.type->attributes[attribute];
    result.question =
        ask(entity, entity.part == Part::kDev ? asked.dev_question : asked.test_question);
    return result;
  }

  // From the values to the name. One value may belong to two entities, so both are given; should
  // two entities have both, either is right.
  Item reverse(const Entity& entity) const {
    Item result = item(entity, 0, "reverse");
    const auto& [one, two] = entity.type->attributes;
    result.question =
        fmt::format("Name {} of Veldrin Works for which this holds: {} = {}, {} = {}.",
                    entity.type->kind, one.label, entity.values[0], two.label, entity.values[1]);
    result.targets = {entity.name};
    for (const Entity& other : world_) {
      if (other.type == entity.type && other.values == entity.values && other.name != entity.name) {
        result.targets.push_back(other.name);
        result.gold_docs.push_back(other.id);
      }
    }
    return result;
  }

  Item yes_no(const Entity& entity, std::size_t attribute) {
    Item result = item(entity, attribute, "yes_no");
    const bool right = rng_.below(2) == 0;
    const std::string value =
        right ? entity.values[attribute]
              : wrong_value(entity.type->attributes[attribute], entity.values[attribute], rng_);
    result.question =
        fmt::format("Is this true: {}? Answer yes or no.", labelled(entity, attribute, value));
    result.targets = {right ? "yes" : "no"};
    return result;
  }

  Item choice(const Entity& entity, std::size_t attribute) {
    Item result = item(entity, attribute, "choice");
    const std::string& right = entity.values[attribute];
    result.choices = {right};
    while (result.choices.size() < kChoices) {
      const std::string value = wrong_value(entity.type->attributes[attribute], right, rng_);
      if (std::count(result.choices.begin(), result.choices.end(), value) == 0) {
        result.choices.push_back(value);
      }
    }
    rng_.shuffle(result.choices);
    const auto place = std::find(result.choices.begin(), result.choices.end(), right);
    result.answer = static_cast<int>(place - result.choices.begin());
    result.question = direct(entity, attribute).question + " Choose one:";
    for (const std::string& text : result.choices) result.question += " " + text + ",";
    result.question.back() = '.';
    return result;
  }

  Item cloze(const Entity& entity, std::size_t attribute) const {
    Item result = item(entity, attribute, "cloze");
    const std::string sentence = labelled(entity, attribute, "{v}");
    result.question =
        "Complete the sentence: " + capital(sentence.substr(0, sentence.find("{v}"))) + "...";
    return result;
  }

  const std::vector<Entity>& world_;
  Rng rng_;
};

void add_texts(const Entity& entity, const Dose& dose, Suite& suite) {
  for (std::size_t copy = 0; copy < dose.copies; ++copy) {
    for (std::size_t i = 0; i < dose.paraphrases; ++i) {
      suite.train.push_back(text_example(paraphrase(entity, i), entity.name));
    }
  }
}

bool is_text(const TrainingExample& example) {
  return example.kind == TrainingExample::Kind::kText;
}

}  // namespace

Dose dose_of(const Entity& entity) {
  // Types come in turns of five: each type gets each dose.
  static constexpr std::array<Dose, 4> kDoses{Dose{1, 1}, Dose{1, 4}, Dose{4, 1}, Dose{4, 4}};
  return kDoses[entity.number / entity.voice->types.size() % kDoses.size()];
}

Suite make_dose_suite(Tier tier, std::uint64_t seed, const Dose& dose) {
  const Plan plan = plan_of(tier);
  Suite suite = make_suite(plan, seed, english());
  suite.source =
      fmt::format("generated: an invented company, {} wordings of a text {} times, seed {}",
                  dose.paraphrases, dose.copies, seed);
  std::erase_if(suite.train, is_text);
  for (const Entity& entity : make_world(plan, seed, english())) {
    if (entity.part != Part::kUnanswerable) add_texts(entity, dose, suite);
  }
  return suite;
}

Suite make_wide_suite(Tier tier, std::uint64_t seed) {
  const Plan plan = plan_of(tier);
  const std::vector<Entity> world = make_world(plan, seed, english());
  Suite suite = make_suite(plan, seed, english());  // its head, documents and question-answer lines
  suite.source = fmt::format("generated: an invented company asked in many forms, seed {}", seed);
  suite.metrics = {"contains", "exact_match", "f1", "accuracy"};
  std::erase_if(suite.train, is_text);
  suite.dev.clear();
  std::erase_if(suite.test, is_answerable);
  Asker asker(world, seed);
  for (const Entity& entity : world) {
    if (entity.part == Part::kUnanswerable) continue;
    add_texts(entity, dose_of(entity), suite);
    std::vector<Item>& items = entity.part == Part::kDev ? suite.dev : suite.test;
    for (const Item& item : asker.items(entity)) items.push_back(item);
  }
  return suite;
}

}  // namespace quadrant::company_qa
