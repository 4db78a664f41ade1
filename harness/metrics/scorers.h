// The scoring functions behind the metrics; each stands in a file of its own name or theme.
//
// All are in [0, 1], take the best target, and give NaN for an item without what they need: targets
// unless said otherwise. "Words" are those of the normal form of harness/metrics/normalise.h. The
// keys of Item::meta that they read are listed in metric.h.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/core/types.h"
#include "harness/metrics/metric.h"

namespace quadrant {

// 1 when the output equals a target (Rajpurkar et al. 2016).
double exact_match(const std::string& output, const Item& item);

// Harmonic mean of word precision and recall, repeated words counted (Rajpurkar et al. 2016).
double f1(const std::string& output, const Item& item);

// 1 when the words of a target stand in the output, together and in order ("answer recall",
// Adlakha et al. 2023). Whole words only: "art" is not in "party". So Korean particles hide a
// target, "서울" is not in "서울은"; and a script without spaces is one long word.
double contains(const std::string& output, const Item& item);

// 1 when the output says that it does not know or will not answer; needs no targets. The fixed
// lexicon is in harness/metrics/abstained.h. An empty output is no refusal.
double abstained(const std::string& output, const Item& item);

// 1 when the output asserts something that is wrong: it is neither empty nor abstains, and the item
// cannot be answered, or no target stands in the output.
double hallucinated(const std::string& output, const Item& item);

// 1 when a value that used to be right ("stale") stands in the output, and no target does.
double stale(const std::string& output, const Item& item);

// ---- multiple choice and labels, by generation (choice.h); they need choices and the right one.
// 1 when the output names the right choice. Macro-F1 is the mean over the labels that are right or
// named somewhere, an output without a label being a miss of its own label only; Matthews'
// correlation (Gorodkin 2004) takes "no label" for one more label. As scikit-learn.
double accuracy(const std::string& output, const Item& item);
std::vector<double> confusion_counts(const std::string& output, const Item& item);
double macro_f1(std::span<const double> counts);
double matthews(std::span<const double> counts);

// ---- summaries and translations: rouge.h, bleu.h, chrf.h; "stem" with Porter's stemmer.
double rouge1(const std::string& output, const Item& item);
double rouge2(const std::string& output, const Item& item);
double rouge_l(const std::string& output, const Item& item);
double rouge_lsum(const std::string& output, const Item& item);
double rouge1_stem(const std::string& output, const Item& item);
double rouge2_stem(const std::string& output, const Item& item);
double rouge_l_stem(const std::string& output, const Item& item);
double rouge_lsum_stem(const std::string& output, const Item& item);
double bleu(const std::string& output, const Item& item);  // of one sentence
std::vector<double> bleu_counts(const std::string& output, const Item& item);
double corpus_bleu(std::span<const double> sums);
double chrf(const std::string& output, const Item& item);
std::vector<double> chrf_counts(const std::string& output, const Item& item);

// ---- form and content of structured answers
// 1 when the output is one JSON value (RFC 8259), white space around it aside; needs nothing.
double json_valid(const std::string& output, const Item& item);
// 1 when it is, and fits the item's "schema".
double schema_valid(const std::string& output, const Item& item);
// Share of the fields of the first target, a JSON object, that the output has with equal values.
// An output that is no JSON has none of them; for `_valid` it cannot be scored instead.
double field_accuracy(const std::string& output, const Item& item);
double field_accuracy_valid(const std::string& output, const Item& item);
// 1 when the output, white space around it aside, matches the item's "regex" whole.
double regex(const std::string& output, const Item& item);

// ---- instructions (constraints.h): all of an item's "constraints" are followed; the share of
// them.
double prompt_level_strict(const std::string& output, const Item& item);
double prompt_level_loose(const std::string& output, const Item& item);
double instruction_level_strict(const std::string& output, const Item& item);
double instruction_level_loose(const std::string& output, const Item& item);
std::vector<double> strict_counts(const std::string& output, const Item& item);  // followed, all
std::vector<double> loose_counts(const std::string& output, const Item& item);
double share_of_counts(std::span<const double> sums);

// ---- refusals (refused.h): 1 full, 0.5 partial, 0 none; needs nothing. The others need
// "expect_refusal": refusals where the answer was wanted, missing ones where the refusal was, and
// what is right of both; its value over many items is the mean of the two sides.
double refused(const std::string& output, const Item& item);
double over_refusal(const std::string& output, const Item& item);
double under_refusal(const std::string& output, const Item& item);
double refusal_balance(const std::string& output, const Item& item);
std::vector<double> refusal_counts(const std::string& output, const Item& item);
double balanced_refusal(std::span<const double> sums);

// ---- habits of chat (chat_habits.cpp). Completed: "min_words" words (by white space) and
// "min_keywords" of the "keywords" (as `contains`). Deferred: not completed, and a phrase of the
// lexicon puts it off. Terse: at most 12 words. Lower case: no capital; NaN in a script without
// case. The last three need nothing.
double completed(const std::string& output, const Item& item);
double deferred(const std::string& output, const Item& item);
double terse(const std::string& output, const Item& item);
double lower_case(const std::string& output, const Item& item);

// ---- log-probabilities of choices, continuations and texts (option_metrics.cpp)
std::vector<Metric> option_metrics();

}  // namespace quadrant
