// The claim audit: claims as data, and what a run with known arms makes of them.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "harness/metrics/metric.h"
#include "reports/model/report_model.h"
#include "tests/unit/reports/fixture.h"

using namespace quadrant;

namespace {

ReportModel load(test::Fixture& fixture) {
  return load_report_model(fixture.store(), fixture.run, {SampleChoice::kNone, 400});
}

const ClaimReport& claim(const ReportModel& model, const std::string& id) {
  const auto found =
      std::find_if(model.claims.begin(), model.claims.end(),
                   [&](const ClaimReport& report) { return report.claim->id == id; });
  REQUIRE(found != model.claims.end());
  return *found;
}

}  // namespace

TEST_CASE("claims: each has an id of its own, both languages, and metrics that exist") {
  std::set<std::string> ids;
  for (const Claim& claim : all_claims()) {
    CHECK(ids.insert(claim.id).second);
    for (const std::string* text :
         {&claim.english, &claim.korean, &claim.scope_english, &claim.scope_korean}) {
      CHECK_FALSE(text->empty());
    }
    for (const ClaimPart& part : claim.parts) {
      if (!part.metric.empty()) CHECK(find_metric(part.metric).name == part.metric);
    }
  }
  CHECK(ids.size() == 15);
}

TEST_CASE("the audit follows the numbers: supported, not to be told, not measured") {
  test::Fixture fixture;
  const ReportModel model = load(fixture);
  REQUIRE(model.claims.size() == all_claims().size());
  // Examples add nothing, with an interval inside the margin.
  CHECK(claim(model, "H4").outcome == ClaimOutcome::kSupported);
  // Both together win with LoRA; with full tuning the loss does not survive the correction.
  REQUIRE(claim(model, "H10").measured.size() == 2);
  CHECK(claim(model, "H10").measured[0].outcome == 1);
  CHECK(claim(model, "H10").measured[1].outcome == 0);
  CHECK(claim(model, "H10").outcome == ClaimOutcome::kCannotTell);
  // Another suite would be needed.
  CHECK(claim(model, "H7").outcome == ClaimOutcome::kNotMeasured);
  CHECK(claim(model, "H7").parts_missing == 3);
  for (const ClaimReport& report : model.claims) {
    for (const ClaimMeasurement& found : report.measured) CHECK(found.holm_p >= found.p);
  }
}

TEST_CASE("differences that disagree make a claim mixed") {
  test::Fixture fixture;
  fixture.store().database().execute(
      "UPDATE score SET value=0 WHERE metric='contains' AND record_id IN (SELECT record_id FROM "
      "record JOIN run_cell USING(attempt_id) WHERE context='rag' AND tuning='full')");
  CHECK(claim(load(fixture), "H10").outcome == ClaimOutcome::kMixed);
}

TEST_CASE("a run whose examples help refutes that prompting adds nothing") {
  test::Fixture fixture;
  fixture.store().database().execute(
      "UPDATE score SET value=1 WHERE metric='contains' AND record_id IN (SELECT record_id FROM "
      "record JOIN run_cell USING(attempt_id) WHERE context='shots' AND tuning='base')");
  CHECK(claim(load(fixture), "H4").outcome == ClaimOutcome::kRefuted);
}

TEST_CASE("a claim of which a part is missing is at best not to be told") {
  test::Fixture fixture;
  const ReportModel model = load(fixture);
  const ClaimReport& forgets = claim(model, "H11");
  CHECK(forgets.parts_missing >= 1);
  CHECK(forgets.outcome != ClaimOutcome::kSupported);
}
