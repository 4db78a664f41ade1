#include "reports/model/dose.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "reports/page/render.h"

using namespace quadrant;

namespace {

ArmReport arm(int context, int tuning, double score, double tokens) {
  ArmReport arm;
  arm.context = context;
  arm.tuning = tuning;
  arm.scores = {score, score};
  arm.score.mean = score;
  arm.score.low = score - .1;
  arm.score.high = score + .1;
  arm.costs.flops_per_token = 10;
  arm.item_costs.assign(2, {tokens, 0, kUnknown});
  arm.causes.assign(2, Cause::kNotKnown);
  return arm;
}

// One run with rag of `k` passages and a lora of `epochs`.
ReportModel run(int number, int k, double rag, int epochs, double lora) {
  ReportModel model;
  model.run_id = number;
  model.title = "sweep";
  model.contexts = {{"none", "zero_shot", R"({"kind":"zero_shot"})"},
                    {"rag", "rag", fmt::format(R"({{"k":{},"kind":"rag"}})", k)}};
  model.tunings = {
      {"base", "base", R"({"method":"base"})"},
      {"lora", "lora", fmt::format(R"({{"epochs":{},"method":"lora","rank":8}})", epochs)}};
  SuiteReport suite;
  suite.name = "facts";
  suite.metric = "contains";
  suite.items = {{"a", "1", "", true}, {"b", "2", "", true}};
  suite.answerable = 2;
  suite.slices = {""};
  suite.arms = {arm(0, 0, .1, 20), arm(1, 0, rag, 20 + 100.0 * k), arm(0, 1, lora, 20)};
  model.suites.push_back(suite);
  TrainingReport training;
  training.suite = "facts";
  training.tuning = "lora";
  training.flops = 1e6 * epochs;
  training.seconds = epochs;
  model.trainings.push_back(training);
  return model;
}

}  // namespace

TEST_CASE("series are found over several runs, by the one number that differs") {
  const std::array models{run(1, 4, .5, 2, .3), run(2, 1, .3, 6, .7), run(3, 2, .4, 4, .5),
                          run(4, 1, .9, 2, .9)};  // the last repeats points: the first ones stay
  const auto doses = find_doses(models);
  REQUIRE(doses.size() == 1);
  REQUIRE(doses[0].series.size() == 2);
  const DoseSeries& rag = doses[0].series[0];
  const DoseSeries& lora = doses[0].series[1];
  CHECK(rag.kind == "rag");
  CHECK(rag.key == "k");
  REQUIRE(rag.points.size() == 3);
  CHECK(rag.points[0].dose == 1);
  CHECK(rag.points[0].score.mean == doctest::Approx(.3));
  CHECK(rag.points[2].flops == doctest::Approx(1000 * 420 * 10));
  CHECK(lora.key == "epochs");
  CHECK(lora.trains);
  CHECK(lora.points[2].flops == doctest::Approx(6e6 + 1000 * 20 * 10));
  CHECK(dose_for(lora, .4) == doctest::Approx(3));
  CHECK(dose_for(lora, .5) == doctest::Approx(4));
  CHECK(std::isnan(dose_for(lora, .9)));
  const std::string page = render_report({models.begin(), models.end()});
  CHECK(page.find("rag, k = 4 (50.0) does as well as lora, epochs = 4") != std::string::npos);
}

TEST_CASE("one point is no series, another suite no part of it") {
  ReportModel other = run(2, 1, .3, 6, .7);
  other.suites[0].name = "numbers";
  CHECK(find_doses(std::array{run(1, 4, .5, 2, .3), other}).empty());
}
