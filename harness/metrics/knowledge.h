// What a model knows against what it says: knowledge classes, K-gap, and what brings it out.
#pragma once

#include <span>
#include <vector>

namespace quadrant {

// SliCK (Gekhman et al. 2024, "Does fine-tuning LLMs on new knowledge encourage hallucinations?"):
// highly known: every greedy answer is right; maybe: some are; weakly: none is, but some sampled
// answer is; unknown: neither.
enum class KnowledgeClass { kUnknown, kWeaklyKnown, kMaybeKnown, kHighlyKnown };
const char* to_string(KnowledgeClass known);  // unknown, weakly known, maybe known, highly known

// Right or not: the greedy answer under each few-shot prompt (at least one), and all sampled ones.
KnowledgeClass knowledge_class(const std::vector<bool>& greedy, const std::vector<bool>& sampled);

// The knowledge that ranking shows and answering does not: (K - chance) / (1 - chance) - EM, where
// K is the mean ranked_share (option_scores.h), whose chance is 1/2. Negative when answers are
// better than ranks.
double knowledge_gap(double ranked_share, double exact_match);

// Which share of a gap an intervention closes: (after - before) / gap. The prompt-recoverable
// share takes EM under the prompt that won on dev, the tuning-recoverable one EM after tuning the
// form of answers only. NaN without a gap above 0; above 1 when more was won than ranking showed.
double recovered_share(double gap, double before, double after);

}  // namespace quadrant
