// Metrics of log-probabilities; names and definitions of lm-evaluation-harness 0.4.13 (api/task.py,
// process_results; api/metrics.py) where it has them.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/core/utf8.h"
#include "harness/metrics/scorers.h"

namespace quadrant {
namespace {

using Options = std::span<const OptionScore>;
constexpr double kNoScore = std::numeric_limits<double>::quiet_NaN();

double only_options(const std::string&, const Item&) { return kNoScore; }
std::vector<double> no_counts(const std::string&, const Item&) { return {}; }

template <typename Member>
std::vector<double> all(Options options, Member member) {
  std::vector<double> values;
  for (const OptionScore& option : options) values.push_back(option.*member);
  return values;
}

bool has_choices(Options options, const Item& item) {
  return item.answer && !options.empty() && options.size() == item.choices.size();
}

bool is_continuation(Options options, const Item& item) {
  return options.size() == 1 && item.choices.size() != 1;
}

// A continuation is right when each of its tokens was the most likely one.
double acc(Options options, const Item& item) {
  if (is_continuation(options, item)) return options[0].greedy ? 1 : 0;
  if (!has_choices(options, item)) return kNoScore;
  return most_likely(all(options, &OptionScore::logprob)) == *item.answer ? 1 : 0;
}

double acc_norm(Options options, const Item& item) {
  if (!has_choices(options, item)) return kNoScore;
  const auto logprobs = all(options, &OptionScore::logprob);
  return most_likely_per_character(logprobs, item.choices) == *item.answer ? 1 : 0;
}

double acc_bytes(Options options, const Item& item) {
  if (!has_choices(options, item)) return kNoScore;
  const auto logprobs = all(options, &OptionScore::logprob);
  return most_likely_per_byte(logprobs, item.choices) == *item.answer ? 1 : 0;
}

double acc_mutual_info(Options options, const Item& item) {
  if (!has_choices(options, item)) return kNoScore;
  const auto alone = all(options, &OptionScore::without_question);
  if (std::any_of(alone.begin(), alone.end(), [](double x) { return std::isnan(x); }))
    return kNoScore;
  return most_informative(all(options, &OptionScore::logprob), alone) == *item.answer ? 1 : 0;
}

double choice_probability(Options options, const Item& item) {
  if (!has_choices(options, item)) return kNoScore;
  const auto probabilities = option_probabilities(all(options, &OptionScore::logprob));
  return probabilities[static_cast<std::size_t>(*item.answer)];
}

double share_ranked_right(Options options, const Item& item) {
  if (!has_choices(options, item)) return kNoScore;
  auto wrong = all(options, &OptionScore::logprob);
  const std::vector<double> right{wrong[static_cast<std::size_t>(*item.answer)]};
  wrong.erase(wrong.begin() + *item.answer);
  return ranked_share(right, wrong);
}

double brier_score(Options options, const Item& item) {
  if (!has_choices(options, item)) return kNoScore;
  return brier(option_probabilities(all(options, &OptionScore::logprob)), *item.answer);
}

// The right choice, or the one continuation or text.
const OptionScore* gold(Options options, const Item& item) {
  if (has_choices(options, item)) return &options[static_cast<std::size_t>(*item.answer)];
  return is_continuation(options, item) ? &options[0] : nullptr;
}

double logprob(Options options, const Item& item) {
  const OptionScore* right = gold(options, item);
  return right ? right->logprob : kNoScore;
}

double per_byte(Options options, const Item& item) {
  const OptionScore* right = gold(options, item);
  return right ? bits_per_byte(right->logprob, static_cast<std::size_t>(right->bytes)) : kNoScore;
}

double byte_likelihood(Options options, const Item& item) {
  return std::exp2(-per_byte(options, item));
}

double byte_perplexity(Options options, const Item& item) {
  return std::exp2(per_byte(options, item));
}

std::vector<double> byte_counts(Options options, const Item& item) {
  const OptionScore* right = gold(options, item);
  if (!right) return {};
  return {right->logprob, static_cast<double>(right->bytes)};
}

double rate(std::span<const double> sums) {  // log-probability of a unit
  return sums.size() == 2 && sums[1] > 0 ? sums[0] / sums[1] : kNoScore;
}
double rate_in_bits(std::span<const double> sums) { return -rate(sums) / std::log(2.0); }
double likelihood_of_rate(std::span<const double> sums) { return std::exp(rate(sums)); }
double perplexity_of_rate(std::span<const double> sums) { return std::exp(-rate(sums)); }

// Words as lm-eval counts them: the pieces of Python's re.split(r"\s+", text), empty ones too.
double words_in(const std::string& text) {
  double gaps = 0;
  bool inside = false;
  for (const char32_t c : decode_utf8(to_valid_utf8(text))) {
    const bool space = is_space(c) || (c >= 0x1c && c <= 0x1f);
    gaps += space && !inside ? 1 : 0;
    inside = space;
  }
  return gaps + 1;
}

std::vector<double> word_counts(Options options, const Item& item) {
  const OptionScore* right = gold(options, item);
  if (!right || item.targets.empty()) return {};
  return {right->logprob, words_in(item.targets[0])};
}

double word_perplexity(Options options, const Item& item) {
  return perplexity_of_rate(word_counts(options, item));
}

std::vector<double> item_counts(Options options, const Item& item) {
  const OptionScore* right = gold(options, item);
  return right ? std::vector<double>{right->logprob, 1} : std::vector<double>{};
}

double perplexity(Options options, const Item& item) {
  return perplexity_of_rate(item_counts(options, item));
}

}  // namespace

std::vector<Metric> option_metrics() {
  constexpr bool kLower = false;  // is better
  std::vector<Metric> metrics;
  const auto add = [&](const char* name, auto score, const char* description) -> Metric& {
    Metric metric{name, "1", only_options, description};
    metric.score_options = score;
    return metrics.emplace_back(std::move(metric));
  };
  const auto add_rate = [&](const char* name, auto score, auto counts, auto from,
                            const char* description) {
    Metric& metric = add(name, score, description);
    metric.statistics = no_counts;
    metric.option_statistics = counts;
    metric.from_statistics = from;
    metric.bounded = from == likelihood_of_rate;
    metric.higher_is_better = metric.bounded;
  };
  add("acc", acc, "the right choice is the most likely; a continuation: all its tokens are");
  add("acc_norm", acc_norm, "the same, log-probabilities divided by characters");
  add("acc_bytes", acc_bytes, "the same, log-probabilities divided by bytes");
  add("acc_mutual_info", acc_mutual_info, "the same, less those without the question");
  add("choice_probability", choice_probability,
      "probability of the right choice among the choices");
  add("ranked_share", share_ranked_right, "share of the wrong choices that are less likely");
  Metric& brier = add("brier_score", brier_score, "squared error of the choices' probabilities");
  brier.higher_is_better = kLower;
  brier.bounded = false;  // up to 2
  add("logprob", logprob, "log-probability of the right choice, continuation or text").bounded =
      false;
  add_rate("byte_likelihood", byte_likelihood, byte_counts, likelihood_of_rate,
           "probability of a byte of the right text, geometric mean");
  add_rate("bits_per_byte", per_byte, byte_counts, rate_in_bits, "bits a byte of the right text");
  add_rate("byte_perplexity", byte_perplexity, byte_counts, perplexity_of_rate,
           "perplexity by bytes");
  add_rate("word_perplexity", word_perplexity, word_counts, perplexity_of_rate,
           "perplexity by words");
  add_rate("perplexity", perplexity, item_counts, perplexity_of_rate, "perplexity by items");
  return metrics;
}

}  // namespace quadrant
