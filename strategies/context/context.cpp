#include "strategies/context/context.h"

#include <fmt/format.h>

#include "harness/core/error.h"
#include "strategies/context/kinds.h"

namespace quadrant {
namespace {

const ContextKind& find_kind(const std::string& name) {
  std::vector<std::string> names;
  for (const ContextKind& kind : context_kinds()) {
    if (kind.name == name) return kind;
    names.push_back(kind.name);
  }
  const std::string near = nearest_name(name, names);
  throw Error(fmt::format("\"{}\" is not a kind of context", name), "context",
              near.empty() ? "`quadrant list contexts` shows the kinds"
                           : fmt::format("did you mean \"{}\"?", near));
}

}  // namespace

const std::vector<ContextKind>& context_kinds() {
  static const std::vector<ContextKind> kinds{
      zero_shot_kind(),   few_shot_kind(),   dynamic_few_shot_kind(), rag_kind(),
      oracle_kind(),      distractor_kind(), shuffled_index_kind(),   counterfactual_kind(),
      constrained_kind(), optimised_kind()};
  return kinds;
}

std::string context_obstacle(const ContextSpec& spec, const Suite& suite) {
  return find_kind(spec.kind).obstacle(spec, suite);
}

std::unique_ptr<Context> make_context(const ContextSpec& spec,
                                      const ContextEnvironment& environment) {
  const ContextKind& kind = find_kind(spec.kind);
  const std::string obstacle = kind.obstacle(spec, environment.suite);
  if (!obstacle.empty()) {
    throw Error(fmt::format("the context {} cannot run: {}", kind.name, obstacle),
                "suite " + environment.suite.name,
                "add what is missing, or leave this context out");
  }
  return kind.make(spec, environment);
}

}  // namespace quadrant
