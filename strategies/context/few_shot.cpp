#include "harness/core/rng.h"
#include "strategies/context/delivery.h"
#include "strategies/context/examples.h"
#include "strategies/context/fit.h"
#include "strategies/context/kinds.h"

namespace quadrant {
namespace {

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
      prompts.push_back(fit_prompt(environment_, item, examples_for(item)));
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
