#include "datasets/company_qa/writer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "datasets/company_qa/templates.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/json.h"

namespace quadrant::company_qa {
namespace {

using nlohmann::json;

constexpr const char* kManifest = R"(name = "{}"
version = "1"
language = "en"
licence = "CC0-1.0"
source = "generated: an invented company, seed {}"
kind = "qa"
metrics = ["contains", "exact_match", "f1"]

[prompt]
system = "Answer with a short phrase."
question = "Question: {{question}}"
context = "Context:\n{{passages}}\n\nQuestion: {{question}}"
max_new_tokens = 24
stop = ["\n"]
)";

std::string line(const json& value) { return canonical_json(value) + "\n"; }

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

std::string corpus_line(const Entity& entity) {
  return line({{"_id", entity.id}, {"title", entity.name}, {"text", document_text(entity)}});
}

std::string training_lines(const Entity& entity, const Plan& plan) {
  std::string lines;
  for (std::size_t i = 0; i < plan.paraphrases; ++i) {
    lines += line({{"text", paraphrase(entity, i)}, {"cluster", entity.name}});
  }
  if (entity.part != Part::kTrained) return lines;
  for (std::size_t a = 0; a < kAttributes; ++a) {
    for (const std::string& wording : entity.type->attributes[a].train_questions) {
      lines += line({{"question", ask(entity, wording)},
                     {"answer", entity.values[a]},
                     {"cluster", entity.name}});
    }
  }
  return lines;
}

std::string item_line(const Entity& entity, std::size_t attribute) {
  const Attribute& asked = entity.type->attributes[attribute];
  json item{{"id", entity.id + "." + asked.key},
            {"cluster", entity.name},
            {"question",
             ask(entity, entity.part == Part::kDev ? asked.dev_question : asked.test_question)},
            {"meta",
             {{"slice", slice(entity.part)},
              {"attribute", asked.key},
              {"type", entity.type->key},
              {"near_name", entity.twin.empty() ? "no" : "yes"}}}};
  if (entity.part == Part::kUnanswerable) {
    item["targets"] = {"unknown", "not known", "I do not know", "no information"};
    item["meta"]["answerable"] = "false";
  } else {
    item["targets"] = {entity.values[attribute]};
    item["gold_docs"] = {entity.id};
  }
  return line(item);
}

}  // namespace

Plan demo_plan() {
  return {
      .suite_name = "company_qa", .trained = 20, .documents_only = 20, .unanswerable = 6, .dev = 4};
}

Plan smoke_plan() {
  return {.suite_name = "company_qa_smoke",
          .trained = 6,
          .documents_only = 6,
          .unanswerable = 2,
          .dev = 2};
}

void write_suite(const Plan& plan, std::uint64_t seed, const std::filesystem::path& folder) {
  std::string corpus, train, dev, test;
  for (const Entity& entity : make_world(plan, seed)) {
    if (entity.part == Part::kUnanswerable) {
      test += item_line(entity, entity.number / entity_types().size() % kAttributes);
      continue;
    }
    corpus += corpus_line(entity);
    train += training_lines(entity, plan);
    std::string& questions = entity.part == Part::kDev ? dev : test;
    for (std::size_t a = 0; a < kAttributes; ++a) questions += item_line(entity, a);
  }
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) {
    throw Error("cannot make the suite folder: " + failure.message(), folder.string(),
                "name a folder that you may write");
  }
  write_atomically(folder / "suite.toml", fmt::format(kManifest, plan.suite_name, seed));
  write_atomically(folder / "corpus.jsonl", corpus);
  write_atomically(folder / "train.jsonl", train);
  write_atomically(folder / "dev.jsonl", dev);
  write_atomically(folder / "test.jsonl", test);
}

}  // namespace quadrant::company_qa
