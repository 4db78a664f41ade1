#include "strategies/context/search.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/core/error.h"

namespace quadrant {
namespace {

SearchSettings search_settings(const ContextSpec& spec, bool shuffled) {
  SearchSettings settings;
  settings.retriever = spec.retriever;
  settings.fusion = spec.fusion;
  settings.mmr_lambda = spec.mmr_lambda;
  settings.drop_near_duplicates = spec.drop_near_duplicates;
  settings.shuffled = shuffled;
  return settings;
}

}  // namespace

std::string search_obstacle(const ContextSpec& spec, const Suite& suite) {
  const auto& known = retrievers();
  if (std::find(known.begin(), known.end(), spec.retriever) == known.end()) {
    return fmt::format("no retriever is called \"{}\" (there are: {})", spec.retriever,
                       fmt::join(known, ", "));
  }
  return suite.corpus.empty() ? "no corpus.jsonl" : "";
}

IndexRetriever make_retriever(const ContextSpec& spec, const ContextEnvironment& environment,
                              bool shuffled) {
  SearchSettings settings = search_settings(spec, shuffled);
  if (!spec.rerank.empty()) {
    QUADRANT_CHECK(environment.reranker != nullptr);
    settings.rerank = by_pair_scorer(*environment.reranker);
  }
  IndexPlan plan;
  plan.chunking = chunk_by(environment.model.tokenizer(), spec.chunk_tokens);
  plan.chunking.rule = spec.chunker;
  plan.chunking.overlap = spec.chunk_overlap;
  if (uses_vectors(settings)) {
    QUADRANT_CHECK(environment.embedder != nullptr);
    plan.embedder = environment.embedder;
    plan.dense = {spec.index, spec.nprobe, spec.ef_search};
  }
  if (uses_words(settings)) plan.lexical.emplace();
  PassageIndex index =
      find_or_build_index(environment.index_folder, environment.suite.corpus, plan);
  if (environment.device_search && index.dense && index.dense->is_exact()) {
    index.dense->use_device(environment.device_search);
  }
  return {std::move(index), environment.embedder, settings};
}

}  // namespace quadrant
