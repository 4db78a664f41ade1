// Numbers from log-probabilities and from counts of right answers.
#include <doctest/doctest.h>

#include <cmath>

#include "harness/core/error.h"
#include "harness/metrics/bleu.h"
#include "harness/metrics/calibration.h"
#include "harness/metrics/chrf.h"
#include "harness/metrics/knowledge.h"
#include "harness/metrics/metric.h"
#include "harness/metrics/option_scores.h"
#include "harness/metrics/rouge.h"

using namespace quadrant;
using Numbers = std::vector<double>;

TEST_CASE("knowledge classes") {
  CHECK(knowledge_class({true, true}, {false}) == KnowledgeClass::kHighlyKnown);
  CHECK(knowledge_class({true, false}, {}) == KnowledgeClass::kMaybeKnown);
  CHECK(knowledge_class({false, false}, {false, true}) == KnowledgeClass::kWeaklyKnown);
  CHECK(knowledge_class({false}, {false, false}) == KnowledgeClass::kUnknown);
  CHECK(std::string(to_string(KnowledgeClass::kMaybeKnown)) == "maybe known");
}

TEST_CASE("the gap between ranking and answering, and what closes it") {
  CHECK(ranked_share(Numbers{-1}, Numbers{-2, -0.5, -1, -3}) == doctest::Approx(2.5 / 4));
  CHECK(std::isnan(ranked_share(Numbers{}, Numbers{-1})));
  CHECK(knowledge_gap(0.9, 0.1) == doctest::Approx(0.7));
  CHECK(knowledge_gap(0.5, 0) == doctest::Approx(0));
  CHECK(recovered_share(0.7, 0.1, 0.45) == doctest::Approx(0.5));
  CHECK(std::isnan(recovered_share(0, 0.1, 0.45)));
}

TEST_CASE("bits per byte and probabilities of options") {
  CHECK(bits_per_byte(-8 * std::log(2.0), 4) == doctest::Approx(2));
  CHECK(std::isnan(bits_per_byte(-1, 0)));
  const auto probabilities = option_probabilities(Numbers{-1000, -1000 + std::log(3.0)});
  CHECK(probabilities[1] == doctest::Approx(0.75));
  CHECK(brier(probabilities, 0) == doctest::Approx(2 * 0.75 * 0.75));
  CHECK(most_likely(Numbers{-1, -1}) == 0);
}

TEST_CASE("calibration does not depend on the order of equal confidences") {
  const Numbers confidence{0.5, 0.5, 0.5, 0.5, 0.9};
  CHECK(risk_coverage_area(confidence, Numbers{1, 0, 0, 1, 1}) ==
        doctest::Approx(risk_coverage_area(confidence, Numbers{0, 0, 1, 1, 1})));
  CHECK(auroc(confidence, Numbers{0, 0, 0, 1, 1}) == doctest::Approx((0.5 + 1) / 2));
  CHECK(std::isnan(auroc(confidence, Numbers{1, 1, 1, 1, 1})));
  CHECK(std::isnan(calibration_error(Numbers{}, Numbers{})));
  CHECK(calibration_error(Numbers{0.25, 0.25, 0.25, 0.25}, Numbers{1, 0, 0, 0}, 1) == 0);
}

TEST_CASE("text scores take composed and decomposed Hangul alike, and bad bytes") {
  const std::string composed = "각", jamo = "\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8";
  CHECK(chrf_from_statistics(chrf_statistics(jamo, {composed})) == doctest::Approx(1));
  CHECK(tokenize_13a(jamo) == std::vector<std::string>{composed});
  CHECK(bleu_statistics("text", {}).empty());
  CHECK(chrf_statistics("text", {}).empty());
  CHECK_NOTHROW(chrf_statistics("\xFF\xC3", {"x"}));
  CHECK(rouge_tokens("Rooms\xFF 한국 B2b", true) == std::vector<std::string>{"room", "b2b"});
  CHECK(rouge(Rouge::k1, "서울", "서울", false) == 0);
}

namespace {

OptionScore option(double logprob, int size, double without_question = NAN) {
  OptionScore score;
  score.logprob = logprob;
  score.tokens = score.characters = score.bytes = size;
  score.without_question = without_question;
  return score;
}

}  // namespace

TEST_CASE("metrics of choices: each rule has its own best") {
  Item item;
  item.id = "q";
  item.choices = {"ab", "abcdefgh", "서울시"};
  item.answer = 1;
  item.targets = {"abcdefgh"};
  const std::vector<OptionScore> options{option(-1, 2, -0.5), option(-3, 8, -6),
                                         option(-1.1, 3, -9)};
  const auto score = [&](const char* name) {
    return score_of(find_metric(name), "ignored", options, item);
  };
  CHECK(score("acc") == 0);
  CHECK(score("acc_norm") == 0);   // -1.1 / 3 characters
  CHECK(score("acc_bytes") == 0);  // -1.1 / 9 bytes
  CHECK(score("acc_mutual_info") == 0);
  item.answer = 2;
  CHECK(score("acc_norm") == 1);
  CHECK(score("acc_bytes") == 1);
  CHECK(score("acc_mutual_info") == 1);
  CHECK(score("ranked_share") == doctest::Approx(0.5));
  CHECK(score("logprob") == -1.1);
  const double sum = std::exp(-1) + std::exp(-3) + std::exp(-1.1);
  CHECK(score("choice_probability") == doctest::Approx(std::exp(-1.1) / sum));
  item.answer = std::nullopt;
  CHECK(std::isnan(score("acc")));
}

TEST_CASE("metrics of continuations and texts: corpus values weigh by what they count") {
  Item item;
  item.targets = {"two  words"};
  std::vector<OptionScore> one{option(-4, 10)};
  one[0].greedy = true;
  CHECK(score_of(find_metric("acc"), "", one, item) == 1);
  CHECK(score_of(find_metric("bits_per_byte"), "", one, item) ==
        doctest::Approx(4 / 10.0 / std::log(2)));
  CHECK(score_of(find_metric("byte_likelihood"), "", one, item) == doctest::Approx(std::exp(-0.4)));
  CHECK(score_of(find_metric("word_perplexity"), "", one, item) == doctest::Approx(std::exp(2)));
  CHECK(score_of(find_metric("perplexity"), "", one, item) == doctest::Approx(std::exp(4)));
  const Metric& metric = find_metric("byte_perplexity");
  CHECK(statistics_of(metric, "", one, item) == Numbers{-4, 10});
  CHECK(metric.from_statistics(Numbers{-14, 20}) == doctest::Approx(std::exp(0.7)));
  CHECK(statistics_of(metric, "", {}, item).empty());
}

TEST_CASE("a metric and the way of answering must fit") {
  const auto complaint = [](std::vector<std::string> metrics, const std::string& output_type) {
    try {
      check_metrics(metrics, output_type);
    } catch (const Error& error) {
      return error.problem();
    }
    return std::string("none");
  };
  CHECK(complaint({"acc", "exact_match"}, "multiple_choice") == "none");
  CHECK(complaint({"byte_likelihood", "bits_per_byte"}, "loglikelihood_rolling") == "none");
  CHECK(complaint({"f1", "acc"}, "generate_until").find("are generated") != std::string::npos);
  CHECK(complaint({"acc", "f1"}, "loglikelihood").find("gives none") != std::string::npos);
  CHECK(complaint({"perplexity", "acc"}, "loglikelihood").find("no bounds") != std::string::npos);
}

TEST_CASE("option scores come back from the store's text as they were") {
  std::vector<OptionScore> options{option(-1.0 / 3, 2), option(-2e-17, 4, -0.1)};
  options[1].greedy = true;
  const auto back = options_from_text(options_to_text(options, " "));
  REQUIRE(back.size() == 2);
  CHECK(back[0].logprob == options[0].logprob);
  CHECK(std::isnan(back[0].without_question));
  CHECK(back[1].without_question == -0.1);
  CHECK(back[1].greedy);
  CHECK(back[1].bytes == 4);
}
