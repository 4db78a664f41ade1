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

// Sets the scores of one arm without context in one suite.
void set_scores(test::Fixture& fixture, const std::string& suite, const std::string& tuning,
                int value) {
  fixture.store().database().execute(
      "UPDATE score SET value=" + std::to_string(value) +
      " WHERE metric='contains' AND record_id IN (SELECT record_id FROM record JOIN run_cell "
      "USING(attempt_id) JOIN cell ON cell.cell_id=run_cell.cell_id WHERE suite='" +
      suite + "' AND context='none' AND tuning='" + tuning + "')");
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

TEST_CASE("continual updates: two suites are paired by their items") {
  test::FixtureOptions options;
  options.suites = {"updates_smoke", "updates_in_turn_smoke"};
  options.slices[0] = "changed";
  options.slices[1] = "unchanged";
  test::Fixture fixture(options);
  // The second tuning teaches everything; the first one has taught nothing.
  set_scores(fixture, "updates_smoke", "lora", 0);
  set_scores(fixture, "updates_in_turn_smoke", "lora", 1);
  const ReportModel model = load(fixture);
  const ClaimReport& report = claim(model, "H3");
  CHECK(report.parts_missing == 2);  // no replay here
  REQUIRE(report.measured.size() == 4);
  CHECK(report.measured[0].description == "lora - lora of updates_smoke");
  CHECK(report.measured[0].difference.mean == 1);
  CHECK(report.measured[0].difference.n == 60);
  CHECK(report.measured[0].outcome == 1);
  CHECK(report.measured[2].suite == "updates_smoke");
  CHECK(report.measured[2].difference.mean == -1);  // nothing is lost
  CHECK(report.measured[2].outcome == 1);
  // The same luck in both suites: full tuning differs in nothing.
  CHECK(report.measured[1].difference.mean == 0);
  CHECK(report.measured[1].outcome == 0);
  CHECK(report.outcome == ClaimOutcome::kCannotTell);
}

TEST_CASE("rewording: one suite against another, in the slice of texts") {
  test::FixtureOptions options;
  options.suites = {"company_qa_again", "company_qa_reworded"};
  options.slices[1] = "documents_only";
  test::Fixture fixture(options);
  for (const char* tuning : {"lora", "full"}) {
    set_scores(fixture, "company_qa_again", tuning, 0);
    set_scores(fixture, "company_qa_reworded", tuning, 1);
  }
  CHECK(claim(load(fixture), "H13").outcome == ClaimOutcome::kSupported);
  set_scores(fixture, "company_qa_reworded", "lora", 0);
  set_scores(fixture, "company_qa_again", "lora", 1);
  CHECK(claim(load(fixture), "H13").outcome == ClaimOutcome::kMixed);
}

TEST_CASE("purposes: what was trained on other data is measured apart, and is never judged") {
  test::FixtureOptions options;
  options.suites = {"retention"};
  options.elsewhere = true;
  test::Fixture fixture(options);
  for (const char* tuning : {"base", "other"}) set_scores(fixture, "retention", tuning, 0);
  const ReportModel model = load(fixture);
  for (const VerdictReport& verdict : model.suites[0].verdicts) {
    CHECK(model.tunings[static_cast<std::size_t>(verdict.tuning)].name != "other");
  }
  REQUIRE(claim(model, "H12").measured.size() == 1);
  CHECK(claim(model, "H12").measured[0].description == "other - base");
  CHECK(claim(model, "H12").measured[0].outcome == 1);
  CHECK(claim(model, "H12").outcome == ClaimOutcome::kCannotTell);  // styles were not asked
  set_scores(fixture, "retention", "other", 1);
  CHECK(claim(load(fixture), "H12").outcome == ClaimOutcome::kRefuted);
}
