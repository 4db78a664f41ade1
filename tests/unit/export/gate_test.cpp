#include "reports/gate/gate.h"

#include <doctest/doctest.h>

#include <cmath>

#include "harness/core/error.h"
#include "harness/core/rng.h"

using namespace quadrant;

namespace {

ArmReport make_arm(int context, int tuning, std::vector<double> scores) {
  ArmReport arm;
  arm.context = context;
  arm.tuning = tuning;
  arm.scores = std::move(scores);
  arm.score = cluster_t_interval(arm.scores, std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
  MeanInterval f1;
  f1.mean = 0.25;
  arm.metrics = {{"contains", arm.score}, {"f1", f1}};
  arm.expected = arm.answers = 8;
  return arm;
}

VerdictReport make_verdict(int tuning, VerdictKind kind, bool fragile = false) {
  VerdictReport report;
  report.tuning = tuning;
  report.verdict.kind = kind;
  report.verdict.fragile = fragile;
  if (fragile) report.verdict.fragile_reasons.emplace_back();
  return report;
}

// none, rag, few-shot x base, lora, full; few-shot was run with base alone, and has no scores.
ReportModel model() {
  ReportModel model;
  model.contexts = {
      {"none", "zero_shot", "{}"}, {"rag", "rag", "{}"}, {"few-shot", "few_shot", ""}};
  model.tunings = {{"base", "base", "{}"}, {"lora", "lora", "{}"}, {"full", "full", "{}"}};
  SuiteReport suite;
  suite.name = "company_qa";
  suite.metric = "contains";
  suite.items.resize(8);
  suite.answerable = 8;
  suite.arms = {make_arm(0, 0, {0, 0, 0, 0, 0, 0, 0, 1}), make_arm(1, 0, {1, 1, 1, 1, 1, 0, 0, 1}),
                make_arm(0, 1, {0, 1, 0, 1, 0, 1, 0, 1}), make_arm(1, 1, {1, 1, 1, 1, 1, 1, 1, 0}),
                make_arm(2, 0, std::vector<double>(8, kUnknown))};
  suite.verdicts = {make_verdict(1, VerdictKind::kBothWin, true),
                    make_verdict(2, VerdictKind::kNoVerdict)};
  model.suites.push_back(suite);
  suite.name = "다른 것";  // one tuned model, so that its verdict needs no name
  suite.verdicts.resize(1);
  model.suites.push_back(suite);
  return model;
}

Truth check(const std::string& requirement) {
  return check_requirement(model(), requirement).truth;
}

}  // namespace

TEST_CASE("requirements: what holds, what does not, and what is not known") {
  struct Row {
    const char* requirement;
    Truth truth;
  };
  using enum Truth;
  const Row rows[] = {
      {"score(company_qa, rag) >= 0.75", kYes},
      {"score(company_qa, rag) > 0.75", kNo},
      {"score(company_qa, rag+lora) == .875", kYes},
      {"score(company_qa, rag + lora, contains) != 8.75e-1", kNo},
      {"score(company_qa, none + lora) < 1", kYes},
      {"score(company_qa, \"none + base\") <= 0.125", kYes},
      {"score(company_qa, rag, f1) == 0.25", kYes},
      {"low(company_qa, rag - base) > 0", kYes},
      {"high(company_qa, rag - base) <= 1", kYes},
      {"score(company_qa, rag - rag+lora) == -0.125", kYes},
      {"score(company_qa, rag - base, contains) == 0.625", kYes},
      {"low(company_qa, rag) < score(company_qa, rag)", kYes},
      {"verdict(company_qa, lora) == \"BOTH WIN\"", kYes},
      {"verdict(company_qa, lora) == 'INTERFERENCE'", kNo},
      {"verdict('다른 것') != \"INTERFERENCE\"", kYes},
      {"fragile(company_qa, lora)", kYes},
      {"not fragile(company_qa, full)", kYes},
      {"errors == 0 and unscored == 8", kNo},
      {"errors == 0 and unscored == 16 and missing == 0", kYes},
      {"not (errors > 0 or missing > 0)", kYes},
      {"not not errors == 0", kYes},
      {"1 == 2 or 1 == 1 and 2 == 2", kYes},
      {"(1 == 1 or 1 == 1) and 1 == 2", kNo},
      // Not known, and `not` does not help.
      {"verdict(company_qa, full) == \"BOTH WIN\"", kUnknown},
      {"verdict(company_qa, full) != \"INTERFERENCE\"", kUnknown},
      {"not verdict(company_qa, full) == \"BOTH WIN\"", kUnknown},
      {"verdict(company_qa, full) == \"NO VERDICT AT THIS n\"", kYes},
      {"score(company_qa, few-shot) >= 0", kUnknown},
      {"not score(company_qa, few-shot) >= 0", kUnknown},
      {"score(company_qa, few-shot) != 1", kUnknown},
      {"score(company_qa, few-shot + full) < 2", kUnknown},
      {"score(company_qa, rag - few-shot) < 2", kUnknown},
      {"low(company_qa, rag, f1) < 2", kUnknown},
      {"score(company_qa, few-shot) >= 0 or errors == 0", kYes},
      {"score(company_qa, few-shot) >= 0 and errors == 1", kNo},
      {"score(company_qa, few-shot) >= 0 and errors == 0", kUnknown},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.requirement));
    CHECK(static_cast<int>(check(row.requirement)) == static_cast<int>(row.truth));
  }
}

TEST_CASE("errors are not known to be 0 while answers are missing") {
  ReportModel unfinished = model();
  unfinished.suites[0].arms[1].answers = 5;
  const auto result = check_requirement(unfinished, "errors == 0");
  CHECK_FALSE(result.holds());
  CHECK(result.measured[0].value == "unknown: 0 failed so far, and 3 answers are missing");
  CHECK(check_requirement(unfinished, "missing == 3").holds());
}

TEST_CASE("what cannot be read is named with its place and its mend") {
  struct Row {
    const char *requirement, *problem, *place, *mend;
  };
  const Row rows[] = {
      {"", "cannot read", "character 1: the end", "expected a number"},
      {"score(company_qa, rag)", "cannot read", "character 23: the end", "one of == != <"},
      {"score(company_qa, rag) = 1", "no meaning", "character 24: = 1", "compare with =="},
      {"score(company_qa, rags) > 1", "\"rags\"", "character 19: rags)", "did you mean \"rag\"?"},
      {"score(company_qa, rag-base) > 1", "\"rag-base\"", "character 19",
       "spaces around its minus"},
      {"score(company_qa, rag - bse) > 1", "\"bse\"", "character 25: bse",
       "did you mean \"base\"?"},
      {"score(compny_qa, rag) > 1", "no suite", "character 7", "did you mean \"company_qa\"?"},
      {"score(company_qa, rag, f2) > 1", "no metric", "character 24", "did you mean \"f1\"?"},
      {"score(company_qa, rag - base, f1) > 1", "primary metric", "character 31", "contains"},
      {"scores(company_qa, rag) > 1", "\"scores\"", "character 1", "did you mean score?"},
      {"score(company_qa) > 1", "does not take 1 names", "character 1", "score(SUITE, ARM"},
      {"score company_qa", "cannot read", "character 7: company_qa", "parentheses of score"},
      {"verdict(company_qa) == \"BOTH WIN\"", "each of: lora, full", "character 9",
       "(company_qa, lora)"},
      {"verdict(company_qa, loar) == \"BOTH WIN\"", "\"loar\"", "character 21", "\"lora\""},
      {"verdict(company_qa - base) == 'BOTH WIN'", "a difference", "character 9", "verdict(SUITE"},
      {"verdict(company_qa, lora) == \"BOTH WINS\"", "no verdict", "character 30", "\"BOTH WIN\""},
      {"verdict(company_qa, lora) > \"BOTH WIN\"", "no order", "character 27", "=="},
      {"verdict(company_qa, lora) == 1", "same kind", "character 27", "text in quotes"},
      {"fragile(company_qa, lora) == 1", "cannot read", "character 27: == 1", "and, or"},
      {"(errors == 0", "cannot read", "character 13: the end", "closing parenthesis"},
      {"errors == 0)", "cannot read", "character 12: )", "the end"},
      {"errors == 0 errors", "cannot read", "character 13", "and, or"},
      {"errors == \"BOTH", "never closed", "character 11", "close it"},
      {"errors == 1e999", "out of range", "character 11", "1e308"},
      {"errors == 3lora", "letters behind", "character 11", "quotes"},
      {"score(company_qa, \"\") > 1", "cannot read", "character 19", "a name"},
      {"verdict('다른 것') >= 'BOTH WIN'", "no order", "character 17", "=="},
      {"errors == 0 & errors == 0", "no meaning", "character 13: & errors", "parentheses"},
      {"score(company_qa, 다른) > 1 \xFF", "\"다른\"", "character 19", "use one of"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.requirement));
    try {
      check(row.requirement);
      FAIL("no error");
    } catch (const Error& error) {
      CAPTURE(std::string(error.what()));
      CHECK(error.problem().find(row.problem) != std::string::npos);
      CHECK(error.where().find(row.place) != std::string::npos);
      CHECK(error.mend().find(row.mend) != std::string::npos);
    }
  }
}

TEST_CASE("nothing that a user can type ends in anything but a result or an Error") {
  const ReportModel fixed = model();
  const auto survives = [&](const std::string& text) {
    try {
      check_requirement(fixed, text);
    } catch (const Error&) {
    }
  };
  const char* pieces[] = {"score", "(",    ")",   "company_qa", ",",       "rag",     "-",
                          "+",     "base", "==",  ">",          "0.5",     "not",     "and",
                          "or",    "\"",   "'x'", "errors",     "verdict", "\xF0",    "=",
                          "1e3",   "lora", " ",   "!=",         ".",       "\xEA\xB0"};
  Rng rng(3);
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (std::uint64_t n = rng.below(14); n > 0; --n) text += pieces[rng.below(std::size(pieces))];
    survives(text);
    text.clear();
    for (std::uint64_t n = rng.below(20); n > 0; --n) text += static_cast<char>(rng.below(256));
    survives(text);
  }
  for (const char* piece : {"(", "not ", "-", "score(", "\"", "errors == 0 and "}) {
    std::string text;
    for (int i = 0; i < 20000; ++i) text += piece;
    survives(text);
  }
}

TEST_CASE("the gate's text: each requirement with what was measured") {
  const ReportModel fixed = model();
  const std::string text = gate_text({check_requirement(fixed, "score(company_qa, rag) >= 0.5"),
                                      check_requirement(fixed, "errors > 0"),
                                      check_requirement(fixed, "score(company_qa, few-shot) > 0")},
                                     80);
  CHECK(text ==
        "pass: score(company_qa, rag) >= 0.5\n"
        "      score(company_qa, rag) = 0.7500 (mean 0.7500 [0.3630, 1.0000], 8 items in\n"
        "        8 clusters)\n"
        "FAIL: errors > 0\n"
        "      errors = 0\n"
        "FAIL (not known): score(company_qa, few-shot) > 0\n"
        "      score(company_qa, few-shot) = unknown: 0 items in 0 clusters, 8 unscored\n"
        "1 of 3 requirements hold\n");
}
