// What log-probabilities of answer options tell: accuracies, calibrated probabilities, knowledge.
//
// Definitions of lm-evaluation-harness 0.4.13 (api/task.py, api/metrics.py) and of Gekhman et al.
// 2025 for ranked_share. Natural logarithms, summed over an option's tokens.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace quadrant {

// One choice of an item, or its one continuation or text, as the model scored it.
struct OptionScore {
  double logprob = 0;                                  // summed over its tokens
  std::int64_t tokens = 0, characters = 0, bytes = 0;  // the last two without delimiter
  bool greedy = false;                                 // each token was the most likely one
  // The log-probability without the question before it; NaN = not asked for.
  double without_question = std::numeric_limits<double>::quiet_NaN();
};

// As a record of the store keeps them: JSON {"delimiter", "options"}, under the names above. The
// delimiter stood between prompt and option.
std::string options_to_text(std::span<const OptionScore> options, const std::string& delimiter);
std::vector<OptionScore> options_from_text(const std::optional<std::string>& text);  // none: empty

// The option with the highest log-probability; the first of equals. `acc_norm` divides by the
// option's characters (code points), `acc_bytes` by its UTF-8 bytes, `acc_mutual_info` takes away
// the log-probability that it has without the question.
int most_likely(std::span<const double> logprobs);
int most_likely_per_character(std::span<const double> logprobs,
                              std::span<const std::string> options);
int most_likely_per_byte(std::span<const double> logprobs, std::span<const std::string> options);
int most_informative(std::span<const double> logprobs, std::span<const double> without_question);

// Softmax of the log-probabilities.
std::vector<double> option_probabilities(std::span<const double> logprobs);

// Sum over the options of (probability - right or not)^2, in [0, 2].
double brier(std::span<const double> probabilities, int right);

// K of one question: the share of its (right, wrong) pairs that the model ranks right; equal ones
// count half.
double ranked_share(std::span<const double> right, std::span<const double> wrong);

// -logprob / bytes / ln 2; NaN without bytes. `logprob` is the text's, summed.
double bits_per_byte(double logprob, std::size_t bytes);

}  // namespace quadrant
