// Reranking by the language model itself: how likely is the question, given the passage?
#pragma once

#include "harness/core/interfaces.h"
#include "retrieval/retriever.h"

namespace quadrant {

// Mean log-probability of the question's tokens after "Passage: ... Please write a question based
// on this passage. Question:" (Sachan et al. 2022, Improving Passage Retrieval with Zero-Shot
// Question Generation). A passage too long for the model's window is cut at its end. The model must
// outlive the result, and be in its base form: a tuned model would find other passages.
Reranker query_likelihood(LanguageModel& model);

}  // namespace quadrant
