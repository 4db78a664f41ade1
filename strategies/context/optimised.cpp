#include <algorithm>

#include "harness/core/error.h"
#include "harness/core/prompt_variant.h"
#include "strategies/context/examples.h"
#include "strategies/context/kinds.h"

namespace quadrant {
namespace {

// What one of the trials shows; what the search chose is a trial as well.
ContextSpec inner_spec(const PromptVariant& variant) {
  ContextSpec spec;
  spec.kind = variant.examples == 0 ? "zero_shot" : "few_shot";
  spec.k = variant.examples;
  return spec;
}

std::string obstacle(const ContextSpec& /*spec*/, const Suite& suite) {
  if (suite.dev.empty()) return "no dev.jsonl to choose a prompt on";
  if (suite.output_type != "generate_until") return "nothing is generated";
  ContextSpec most;
  most.kind = "few_shot";
  most.k = kMostVariantExamples;
  return few_shot_obstacle(most, suite);
}

// A suite with another prompt, for the contexts that build prompts of suites.
Suite in_variant(const Suite& suite, const PromptVariant& variant) {
  Suite changed = suite;
  std::string& system = changed.prompt.system;
  if (!variant.instruction.empty()) {
    system += (system.empty() ? "" : " ") + variant.instruction;
  }
  if (!variant.layout.empty()) {
    changed.prompt.question = variant.layout;
    changed.prompt.more.clear();
  }
  return changed;
}

class Optimised : public Context {
 public:
  Optimised(const ContextSpec& spec, const ContextEnvironment& environment)
      : suite_(in_variant(environment.suite, prompt_variant(spec.trial))) {
    const PromptVariant variant = prompt_variant(spec.trial);
    const auto draw = static_cast<std::uint64_t>(variant.draw);
    const ContextEnvironment inside{suite_, environment.model, nullptr, "", draw};
    context_ = make_context(inner_spec(variant), inside);
  }

  std::vector<BuiltPrompt> build(std::span<const Item> items) override {
    return context_->build(items);
  }

 private:
  Suite suite_;
  std::unique_ptr<Context> context_;
};

}  // namespace

ContextKind optimised_kind() {
  return {"optimised", "the best of several prompts on dev items: instruction, layout, examples",
          obstacle, [](const ContextSpec& spec, const ContextEnvironment& environment) {
            return std::unique_ptr<Context>(std::make_unique<Optimised>(spec, environment));
          }};
}

}  // namespace quadrant
