#include "reports/model/costs.h"

#include <doctest/doctest.h>

#include <cmath>

#include "harness/core/error.h"
#include "reports/model/prices.h"
#include "tests/unit/reports/fixture.h"

using namespace quadrant;

namespace {

const Prices kPrices{"EUR", .5, 2, 3.6};

ReportModel load(test::Fixture& fixture) {
  ReportOptions options{SampleChoice::kNone, 100, {}};
  options.prices = kPrices;
  return load_report_model(fixture.store(), fixture.run, options);
}

}  // namespace

TEST_CASE("break-even: training over what a question saves, with a band around it") {
  test::Fixture fixture;
  const ReportModel model = load(fixture);
  const SuiteReport& suite = model.suites[0];
  REQUIRE(suite.break_even.size() == 4);  // shots and rag, against lora and full
  const BreakEven& even = suite.break_even[2];
  CHECK(model.contexts[static_cast<std::size_t>(even.context)].name == "rag");
  CHECK(model.tunings[static_cast<std::size_t>(even.tuning)].name == "lora");
  CHECK(even.flops.saved == doctest::Approx(380 * 2.7e8).epsilon(.02));
  CHECK(even.flops.questions == doctest::Approx(1.2e14 / even.flops.saved));
  for (const BreakEvenCount& count : {even.flops, even.seconds, even.money}) {
    CHECK(count.low < count.questions);
    CHECK(count.questions < count.high);
  }
  CHECK(even.money.training == doctest::Approx(190 / 3600.0 * 3.6));
  const ArmReport& rag = *find_arm(suite, even.context, base_tuning(model));
  CHECK(question_cost(model, rag, CostUnit::kMoney) ==
        doctest::Approx((rag.costs.prompt_tokens * .5 + rag.costs.output_tokens * 2) / 1e6));
  CHECK(question_cost(model, rag, CostUnit::kFlops) == doctest::Approx(rag.costs.flops));
}

TEST_CASE("training that makes no question cheaper never pays; unknown costs stay unknown") {
  test::Fixture fixture;
  fixture.store().database().execute(
      "UPDATE record SET prompt_tokens=20, prefill_ms=NULL, decode_ms=NULL;"
      "UPDATE record SET prompt_tokens=9 WHERE attempt_id IN "
      "(SELECT attempt_id FROM run_cell WHERE tuning='base')");
  const ReportModel model = load(fixture);
  const BreakEven& even = model.suites[0].break_even[2];
  CHECK(std::isinf(even.money.questions));
  CHECK(std::isnan(even.seconds.questions));
}

TEST_CASE("search and final effort are counted apart") {
  test::Fixture fixture;
  const ReportModel before = load(fixture);
  CHECK(before.search_effort.trainings + before.search_effort.cells == 0);
  CHECK(before.final_effort.trainings == 6);
  CHECK(before.final_effort.training_tokens == 6 * 216'000);
  // One tuned cell turns into a trial on dev items: its training is then no longer final.
  fixture.store().database().execute(
      "INSERT INTO dataset(hash,name,version,split,items,source,licence) SELECT "
      "replace(hash,'a','b'),name,version,'valid',items,source,licence FROM dataset WHERE "
      "split='test';"
      "UPDATE cell SET dataset_id=(SELECT max(dataset_id) FROM dataset) WHERE cell_id IN (SELECT "
      "cell_id FROM run_cell WHERE attempt_id IN (SELECT attempt_id FROM attempt WHERE "
      "training_id=1))");
  const ReportModel after = load(fixture);
  CHECK(after.search_effort.trainings == 1);
  CHECK(after.search_effort.cells == 4);
  CHECK(after.final_effort.trainings == 5);
  CHECK(after.search_effort.answers + after.final_effort.answers == before.final_effort.answers);
  CHECK(after.search_effort.answer_flops + after.final_effort.answer_flops ==
        doctest::Approx(before.final_effort.answer_flops));
}

TEST_CASE("prices: every key is demanded, a wrong one is named") {
  const std::string good = "currency = \"EUR\"\ninput = 0.5\noutput = 2\ntraining = 3.6\n";
  const Prices prices = parse_prices(good, "prices.toml");
  CHECK(prices.currency == "EUR");
  CHECK(prices.output == 2);
  CHECK_THROWS_WITH_AS(parse_prices("currency = \"EUR\"\ninput = 1\n", "prices.toml"),
                       doctest::Contains("output"), Error);
  CHECK_THROWS_WITH_AS(parse_prices(good + "trainings = 1\n", "prices.toml"),
                       doctest::Contains("prices.toml:5"), Error);
  CHECK_THROWS_AS(parse_prices("input = -1\n", "prices.toml"), Error);
}

TEST_CASE("a dearer strategy is the choice while a point is worth more than it costs") {
  test::Fixture fixture;
  const ReportModel model = load(fixture);
  const SuiteReport& suite = model.suites[0];
  REQUIRE(suite.worth.size() >= 2);
  CHECK(std::isinf(suite.worth.front().high));
  CHECK(suite.worth.back().low == 0);
  const auto arm = [&](std::size_t range) -> const ArmReport& {
    return suite.arms[static_cast<std::size_t>(suite.worth[range].arm)];
  };
  const auto cost = [&](std::size_t range) {
    return 1000 * question_cost(model, arm(range), CostUnit::kMoney);
  };
  for (std::size_t r = 0; r + 1 < suite.worth.size(); ++r) {
    const WorthRange& range = suite.worth[r];
    CHECK(model.contexts[static_cast<std::size_t>(arm(r).context)].kind != "oracle");
    CHECK(range.low == suite.worth[r + 1].high);
    const double points = (arm(r).score.mean - arm(r + 1).score.mean) / .01;
    CHECK(range.low == doctest::Approx((cost(r) - cost(r + 1)) / points));
    CHECK(range.low_band.low <= range.low);
    CHECK(range.low <= range.low_band.high);
  }
}

TEST_CASE("energy and the index are shown where they were recorded") {
  test::Fixture fixture;
  CHECK(std::isnan(load(fixture).suites[0].arms[0].costs.energy_j));
  fixture.store().database().execute(
      "UPDATE attempt SET energy_j=60; UPDATE attempt SET index_bytes=4096 WHERE attempt_id IN "
      "(SELECT attempt_id FROM run_cell WHERE context='rag'); UPDATE training SET energy_j=7000");
  const ReportModel model = load(fixture);
  for (const ArmReport& arm : model.suites[0].arms) {
    const auto seeds = static_cast<double>(std::max<std::size_t>(arm.seeds.size(), 1));
    CHECK(arm.costs.energy_j == doctest::Approx(60 * seeds / static_cast<double>(arm.answers)));
    const bool searched = model.contexts[static_cast<std::size_t>(arm.context)].kind == "rag";
    CHECK(arm.costs.index_bytes == (searched ? 4096 : 0));
  }
  CHECK(model.trainings[0].energy_j == 7000);
}
