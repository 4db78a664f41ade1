// Numbers from log-probabilities and from counts of right answers.
#include <doctest/doctest.h>

#include <cmath>

#include "harness/metrics/bleu.h"
#include "harness/metrics/calibration.h"
#include "harness/metrics/chrf.h"
#include "harness/metrics/knowledge.h"
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
