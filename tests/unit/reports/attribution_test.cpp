#include "reports/model/attribution.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/unit/reports/fixture.h"

using namespace quadrant;

namespace {

ArmReport arm(int context, int tuning, std::vector<double> scores, std::vector<Shown> shown = {}) {
  ArmReport arm;
  arm.context = context;
  arm.tuning = tuning;
  arm.scores = std::move(scores);
  arm.shown = shown.empty() ? std::vector<Shown>(arm.scores.size(), Shown::kNothing) : shown;
  return arm;
}

// Seven answerable items in two slices and one that nothing answers.
ReportModel four_arms() {
  ReportModel model;
  model.contexts = {{"none", "zero_shot", "{}"}, {"rag", "rag", "{}"}};
  model.tunings = {{"base", "base", "{}"}, {"lora", "lora", "{}"}};
  SuiteReport suite;
  suite.slices = {"old", "new"};
  for (int i = 0; i < 8; ++i) suite.items.push_back({"q", "c", i < 4 ? "old" : "new", i < 7});
  const std::vector<Shown> shown{Shown::kMissed,    Shown::kCutOut, Shown::kDelivered,
                                 Shown::kDelivered, Shown::kMissed, Shown::kDelivered,
                                 Shown::kDelivered, Shown::kMissed};
  suite.arms = {arm(0, 0, {0, 0, 0, 1, 0, 0, NAN, 1}), arm(1, 0, {0, 0, 0, 0, 1, 1, 1, 1}, shown),
                arm(0, 1, {0, 0, 1, 0, 0, 0, 1, 1}),
                arm(1, 1, {0, 0, 0, .4, 0, .5, .6, NAN}, shown)};
  model.suites.push_back(std::move(suite));
  return model;
}

}  // namespace

TEST_CASE("each answer gets the first reason that holds") {
  ReportModel model = four_arms();
  add_attribution(model);
  const auto& arms = model.suites[0].arms;
  using enum Cause;
  CHECK(arms[0].causes == std::vector<Cause>{kNotKnown, kNotKnown, kNotKnown, kRight, kNotKnown,
                                             kNotKnown, kNone, kNone});
  CHECK(arms[1].causes == std::vector<Cause>{kMissed, kCutOut, kIgnored, kOverrode, kFromMemory,
                                             kRight, kRight, kNone});
  CHECK(arms[2].causes == std::vector<Cause>{kNotKnown, kNotKnown, kRight, kForgotten, kNotKnown,
                                             kNotKnown, kRight, kNone});
  CHECK(arms[3].causes == std::vector<Cause>{kMissed, kCutOut, kOverrode, kIgnored, kForgotten,
                                             kRight, kRight, kNone});
}

TEST_CASE("flows go from base to one change and from one change to both, by slice") {
  ReportModel model = four_arms();
  add_attribution(model);
  const auto& flows = model.suites[0].flows;
  REQUIRE(flows.size() == 4);
  const int pairs[][2] = {{0, 1}, {0, 2}, {1, 3}, {2, 3}};
  for (std::size_t f = 0; f < flows.size(); ++f) {
    CHECK(flows[f].from == pairs[f][0]);
    CHECK(flows[f].to == pairs[f][1]);
    FlowCounts sum;
    for (const FlowCounts& slice : flows[f].slices) {
      sum.repaired += slice.repaired;
      sum.broken += slice.broken;
    }
    CHECK(sum.repaired == flows[f].whole.repaired);
    CHECK(sum.broken == flows[f].whole.broken);
  }
  const FlowCounts& rag = flows[0].whole;  // six items scored in both
  CHECK(rag.repaired == 2);
  CHECK(rag.broken == 1);
  CHECK(rag.both_right == 0);
  CHECK(rag.both_wrong == 3);
  CHECK(flows[0].slices[0].broken == 1);
  CHECK(flows[0].slices[1].repaired == 2);
  CHECK(flows[2].whole.broken == 1);
}

TEST_CASE("what a prompt held is read from the records") {
  test::Fixture fixture;
  fixture.store().database().execute("UPDATE record SET delivered=0 WHERE item_no=0");
  const ReportModel model =
      load_report_model(fixture.store(), fixture.run, {SampleChoice::kNone, 100});
  int missed = 0, delivered = 0;
  for (const ArmReport& one : model.suites[0].arms) {
    const std::string& kind = model.contexts[static_cast<std::size_t>(one.context)].kind;
    if (kind == "zero_shot") CHECK(one.shown[1] == Shown::kNothing);
    if (kind != "rag") continue;
    for (const Shown shown : one.shown) {
      missed += shown == Shown::kMissed;
      delivered += shown == Shown::kDelivered;
    }
    const bool hit = one.shown[0] == Shown::kCutOut;
    CHECK((hit || one.shown[0] == Shown::kMissed));
  }
  CHECK(missed > 0);
  CHECK(delivered > missed);
}
