#include <fmt/format.h>

#include <chrono>

#include "harness/core/error.h"
#include "retrieval/index.h"
#include "strategies/context/fit.h"
#include "strategies/context/kinds.h"

namespace quadrant {
namespace {

std::string rag_obstacle(const ContextSpec& spec, const Suite& suite) {
  if (spec.retriever != "dense") {
    return fmt::format("no retriever is called \"{}\" (there is: dense)", spec.retriever);
  }
  return suite.corpus.empty() ? "no corpus.jsonl" : "";
}

class Rag : public Context {
 public:
  Rag(const ContextSpec& spec, const ContextEnvironment& environment, PassageIndex index)
      : spec_(spec),
        environment_(environment),
        index_hash_(index.hash),
        retriever_(std::move(index), *environment.embedder) {}

  std::vector<BuiltPrompt> build(std::span<const Item> items) override {
    std::vector<std::string> questions;
    for (const Item& item : items) questions.push_back(item.question);
    if (questions.empty()) return {};
    const auto start = std::chrono::steady_clock::now();
    const auto found = retriever_.search(questions, spec_.k);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::vector<BuiltPrompt> prompts;
    for (std::size_t i = 0; i < items.size(); ++i) {
      prompts.push_back(fit_prompt(environment_, items[i], {}, found[i], spec_.budget_tokens));
      prompts.back().retrieve_ms = took.count() / static_cast<double>(items.size());
    }
    return prompts;
  }

  std::string index_hash() const override { return index_hash_; }

 private:
  ContextSpec spec_;
  ContextEnvironment environment_;
  std::string index_hash_;
  DenseRetriever retriever_;
};

}  // namespace

ContextKind rag_kind() {
  return {"rag", "the k passages of the corpus that retrieval finds for the question", rag_obstacle,
          [](const ContextSpec& spec, const ContextEnvironment& environment) {
            QUADRANT_CHECK(environment.embedder != nullptr);
            const Chunking chunking = chunk_by(environment.model.tokenizer(), spec.chunk_tokens);
            return std::unique_ptr<Context>(std::make_unique<Rag>(
                spec, environment,
                find_or_build_index(environment.index_folder, environment.suite.corpus, chunking,
                                    *environment.embedder)));
          }};
}

}  // namespace quadrant
