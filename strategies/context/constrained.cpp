#include <algorithm>
#include <map>

#include "harness/core/error.h"
#include "harness/metrics/answer_form.h"
#include "strategies/context/examples.h"
#include "strategies/context/kinds.h"

namespace quadrant {
namespace {

bool has_form(const Item& item) {
  return item.meta.contains("regex") || item.meta.contains("schema");
}

std::string obstacle(const ContextSpec& spec, const Suite& suite) {
  if (suite.output_type != "generate_until") return "nothing is generated";
  if (std::none_of(suite.test.begin(), suite.test.end(), has_form)) {
    return "no item of test.jsonl has a \"regex\" or a \"schema\"";
  }
  return few_shot_obstacle(spec, suite);
}

// The prompts of few_shot, and for each the form of its item. Most items of a suite have the same:
// it is made once, and remembers what it learnt about the vocabulary.
class Constrained : public Context {
 public:
  Constrained(const ContextSpec& spec, const ContextEnvironment& environment)
      : examples_(few_shot_kind().make(spec, environment)) {}

  std::vector<BuiltPrompt> build(std::span<const Item> items) override {
    std::vector<BuiltPrompt> prompts = examples_->build(items);
    for (std::size_t i = 0; i < items.size(); ++i) prompts[i].form = form_of(items[i]);
    return prompts;
  }

 private:
  std::shared_ptr<AnswerForm> form_of(const Item& item) {
    std::string key;
    for (const char* name : {"regex", "schema"}) {
      const auto found = item.meta.find(name);
      key += found == item.meta.end() ? "-" : "+" + found->second;
    }
    const auto [form, is_new] = forms_.try_emplace(key);
    if (is_new) form->second = answer_form(item);
    return form->second;
  }

  std::unique_ptr<Context> examples_;
  std::map<std::string, std::shared_ptr<AnswerForm>> forms_;
};

}  // namespace

ContextKind constrained_kind() {
  return {"constrained", "as few_shot, and the answer cannot leave its form (regex, JSON schema)",
          obstacle, [](const ContextSpec& spec, const ContextEnvironment& environment) {
            return std::unique_ptr<Context>(std::make_unique<Constrained>(spec, environment));
          }};
}

}  // namespace quadrant
