// Reranking by the language model itself: how likely is the question, given the passage?
#pragma once

#include <memory>

#include "harness/core/interfaces.h"

namespace quadrant {

inline constexpr char kQueryLikelihood[] = "query_likelihood";  // as a context's `rerank` says it

// Mean log-probability of the question's tokens after "Passage: ... Please write a question based
// on this passage. Question:" (Sachan et al. 2022, Improving Passage Retrieval with Zero-Shot
// Question Generation). A passage too long for the model's window is cut at its end. The model must
// stay in its base form: a tuned model would find other passages.
std::unique_ptr<PairScorer> query_likelihood(std::shared_ptr<LanguageModel> model,
                                             const std::string& weights_hash);

}  // namespace quadrant
