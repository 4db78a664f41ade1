#include <algorithm>
#include <chrono>
#include <optional>

#include "harness/core/error.h"
#include "retrieval/rank.h"
#include "retrieval/retriever.h"
#include "strategies/context/delivery.h"
#include "strategies/context/examples.h"
#include "strategies/context/fit.h"
#include "strategies/context/kinds.h"

namespace quadrant {
namespace {

std::string obstacle(const ContextSpec& spec, const Suite& suite) {
  const auto& known = retrievers();
  if (std::find(known.begin(), known.end(), spec.retriever) == known.end()) {
    return "no retriever is called \"" + spec.retriever + "\"";
  }
  return few_shot_obstacle(spec, suite);
}

// Shows the k examples whose questions are most like the item's, the most similar one last, beside
// the question. Which are alike is the same search as for passages, over the pool's questions.
class DynamicFewShot : public Context {
 public:
  DynamicFewShot(const ContextSpec& spec, const ContextEnvironment& environment)
      : spec_(spec), environment_(environment), candidates_(candidates_of(environment.suite)) {
    std::vector<std::string> questions;
    for (const Candidate& one : candidates_) questions.push_back(one.demonstration.question);
    if (spec.retriever != "bm25") {
      QUADRANT_CHECK(environment.embedder != nullptr);
      VectorTable vectors(environment.embedder->dimension());
      vectors.append(environment.embedder->embed_questions(questions));
      dense_.emplace(std::move(vectors));
    }
    if (spec.retriever == "dense") return;
    lexical_.emplace();
    for (const std::string& question : questions) lexical_->add(question);
  }

  std::vector<BuiltPrompt> build(std::span<const Item> items) override {
    std::vector<BuiltPrompt> prompts;
    for (const Item& item : items) {
      const auto start = std::chrono::steady_clock::now();
      const std::vector<Demonstration> examples = examples_for(item);
      const std::chrono::duration<double, std::milli> took =
          std::chrono::steady_clock::now() - start;
      prompts.push_back(fit_prompt(environment_, item, examples));
      prompts.back().retrieve_ms = took.count();
    }
    return prompts;
  }

 private:
  Ranking ranked(const std::string& question) const {
    const auto all = static_cast<int>(candidates_.size());
    std::vector<Ranking> lists;
    if (dense_) {
      lists.push_back(
          dense_->search(environment_.embedder->embed_questions(std::span(&question, 1)), all)[0]);
    }
    if (lexical_) lists.push_back(lexical_->search(question, all));
    Ranking ranking = lists.size() == 1 ? lists[0] : reciprocal_rank_fusion(lists);
    // Lines without a word in common come behind, in the order of the file.
    std::vector<bool> seen(candidates_.size());
    for (const RankedRow& hit : ranking) seen[hit.row] = true;
    for (std::size_t row = 0; row < seen.size(); ++row) {
      if (!seen[row]) ranking.push_back({row, 0});
    }
    return ranking;
  }

  std::vector<Demonstration> examples_for(const Item& item) const {
    const std::string question_form = comparable(item.question);
    std::vector<Demonstration> examples;
    for (const RankedRow& hit : ranked(item.question)) {
      if (std::ssize(examples) == spec_.k) break;
      const Candidate& candidate = candidates_[hit.row];
      if (!gives_away(candidate, item, question_form)) examples.push_back(candidate.demonstration);
    }
    std::reverse(examples.begin(), examples.end());
    return examples;
  }

  ContextSpec spec_;
  ContextEnvironment environment_;
  std::vector<Candidate> candidates_;
  std::optional<DenseIndex> dense_;
  std::optional<Bm25Index> lexical_;
};

}  // namespace

ContextKind dynamic_few_shot_kind() {
  return {"dynamic_few_shot", "the k examples whose questions are most like this one", obstacle,
          [](const ContextSpec& spec, const ContextEnvironment& environment) {
            return std::unique_ptr<Context>(std::make_unique<DynamicFewShot>(spec, environment));
          }};
}

}  // namespace quadrant
