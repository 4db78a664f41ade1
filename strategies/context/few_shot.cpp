#include <fmt/format.h>

#include <map>

#include "harness/core/rng.h"
#include "strategies/context/delivery.h"
#include "strategies/context/fit.h"
#include "strategies/context/kinds.h"

namespace quadrant {
namespace {

struct Candidate {
  Demonstration demonstration;
  std::string cluster;
  std::string question_form;  // comparable()
};

std::vector<Candidate> candidates_of(const Suite& suite) {
  std::vector<Candidate> candidates;
  for (const TrainingExample& example : suite.train) {
    if (example.kind != TrainingExample::Kind::kQuestionAnswer) continue;
    candidates.push_back(
        {{example.question, example.answer}, example.cluster, comparable(example.question)});
  }
  return candidates;
}

// An example about the item's own entity, or the item itself, would hand over the answer.
bool gives_away(const Candidate& candidate, const Item& item, const std::string& question_form) {
  return (!item.cluster.empty() && candidate.cluster == item.cluster) ||
         candidate.question_form == question_form;
}

// Counts over indexes, not over all pairs: a suite may hold many thousands of lines on either side.
std::string few_shot_obstacle(const ContextSpec& spec, const Suite& suite) {
  const std::vector<Candidate> candidates = candidates_of(suite);
  if (candidates.empty()) return "no question-answer lines in train.jsonl";
  std::map<std::string, std::size_t> of_cluster;
  std::map<std::string, std::vector<const Candidate*>> of_question;
  for (const Candidate& candidate : candidates) {
    ++of_cluster[candidate.cluster];
    of_question[candidate.question_form].push_back(&candidate);
  }
  const auto usable = [&](const Item& item) {
    std::size_t left = candidates.size();
    if (!item.cluster.empty()) left -= of_cluster[item.cluster];
    for (const Candidate* same : of_question[comparable(item.question)]) {
      if (item.cluster.empty() || same->cluster != item.cluster) --left;
    }
    return left;
  };
  for (const std::vector<Item>* items : {&suite.dev, &suite.test}) {
    for (const Item& item : *items) {
      const std::size_t left = usable(item);
      if (left >= static_cast<std::size_t>(spec.k)) continue;
      return fmt::format(
          "few_shot needs {} examples, and train.jsonl has {} that do not give away "
          "the answer of item {}",
          spec.k, left, item.id);
    }
  }
  return "";
}

class FewShot : public Context {
 public:
  FewShot(const ContextSpec& spec, const ContextEnvironment& environment)
      : k_(static_cast<std::size_t>(spec.k)),
        environment_(environment),
        candidates_(candidates_of(environment.suite)) {
    Rng(environment.seed, "few_shot").shuffle(candidates_);
  }

  std::vector<BuiltPrompt> build(std::span<const Item> items) override {
    std::vector<BuiltPrompt> prompts;
    for (const Item& item : items) {
      prompts.push_back(fit_prompt(environment_, item, examples_for(item), {}, 0));
    }
    return prompts;
  }

 private:
  // The first k of one fixed order: nearly all items share their examples, and so their prefix.
  std::vector<Demonstration> examples_for(const Item& item) const {
    const std::string question_form = comparable(item.question);
    std::vector<Demonstration> examples;
    for (const Candidate& candidate : candidates_) {
      if (examples.size() == k_) break;
      if (!gives_away(candidate, item, question_form)) examples.push_back(candidate.demonstration);
    }
    return examples;
  }

  std::size_t k_;
  ContextEnvironment environment_;
  std::vector<Candidate> candidates_;
};

}  // namespace

ContextKind few_shot_kind() {
  return {"few_shot", "k examples with their answers before the question", few_shot_obstacle,
          [](const ContextSpec& spec, const ContextEnvironment& environment) {
            return std::unique_ptr<Context>(std::make_unique<FewShot>(spec, environment));
          }};
}

}  // namespace quadrant
