#include "strategies/context/fit.h"
#include "strategies/context/kinds.h"

namespace quadrant {
namespace {

class ZeroShot : public Context {
 public:
  explicit ZeroShot(const ContextEnvironment& environment) : environment_(environment) {}

  std::vector<BuiltPrompt> build(std::span<const Item> items) override {
    std::vector<BuiltPrompt> prompts;
    for (const Item& item : items) prompts.push_back(fit_prompt(environment_, item, {}));
    return prompts;
  }

 private:
  ContextEnvironment environment_;
};

}  // namespace

ContextKind zero_shot_kind() {
  return {"zero_shot", "the question alone",
          [](const ContextSpec&, const Suite&) { return std::string(); },
          [](const ContextSpec&, const ContextEnvironment& environment) {
            return std::unique_ptr<Context>(std::make_unique<ZeroShot>(environment));
          }};
}

}  // namespace quadrant
