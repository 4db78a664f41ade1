#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "harness/core/error.h"
#include "harness/metrics/swapped_value.h"
#include "harness/store/sqlite.h"
#include "reports/model/report_model.h"
#include "tests/unit/reports/fixture.h"

using namespace quadrant;

namespace {

const ArmReport& arm(const ReportModel& model, const std::string& label) {
  for (const ArmReport& arm : model.suites[0].arms) {
    if (arm_label(model, arm.context, arm.tuning) == label) return arm;
  }
  FAIL("no arm " << label);
  return model.suites[0].arms[0];
}

bool warns(const ReportModel& model, const std::string& part) {
  return std::any_of(model.warnings.begin(), model.warnings.end(),
                     [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

ReportOptions quick() { return {SampleChoice::kDefault, 500}; }

}  // namespace

TEST_CASE("a run becomes arms whose scores are aligned by item and averaged over seeds") {
  test::Fixture fixture;
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  REQUIRE(model.suites.size() == 1);
  const SuiteReport& suite = model.suites[0];
  CHECK(model.model_name == "smollm2-135m-instruct");
  CHECK(suite.metric == "contains");
  CHECK(suite.items.size() == 130);
  CHECK(suite.answerable == 120);
  CHECK(suite.clusters == 60);
  CHECK(suite.slices == std::vector<std::string>{"documents and questions", "documents only"});
  CHECK(suite.arms.size() == 12);

  const ArmReport& lora = arm(model, "lora");
  CHECK(lora.seeds == std::vector<std::int64_t>{0, 1, 2});
  CHECK(lora.scores.size() == 130);
  CHECK(lora.score.n == 120);
  auto query = fixture.store().database().prepare(
      "SELECT avg(s.value) FROM run_cell rc JOIN record r ON r.attempt_id=rc.attempt_id "
      "JOIN score s ON s.record_id=r.record_id JOIN cell c ON c.cell_id=rc.cell_id "
      "JOIN item i ON i.dataset_id=c.dataset_id AND i.item_no=r.item_no WHERE rc.context='none' "
      "AND rc.tuning='lora' AND s.metric='contains' AND i.meta NOT LIKE '%answerable%'");
  REQUIRE(query.step());
  CHECK(lora.score.mean == doctest::Approx(query.real(0)));
  CHECK(arm(model, "base").seeds.empty());
}

TEST_CASE(
    "a corpus metric is shown by its own value, averaged over seeds, not by a mean of items") {
  test::Fixture fixture;
  double value = 0.1;
  for (const RunCellRow& cell : fixture.store().run_cells(fixture.run)) {
    if (cell.context != "none" || cell.tuning != "lora") continue;
    const AttemptRow attempt = fixture.store().attempt(*cell.attempt_id);
    const SummaryRow row{"exact_match", "1",   kCorpusMethod, 120,        0, 60,
                         value,         kNull, value - 0.1,   value + 0.2};
    fixture.store().finish_attempt(attempt.id, attempt.output_hash, std::vector{row});
    value += 0.1;
  }
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  for (const MetricValue& metric : arm(model, "lora").metrics) {
    if (metric.metric != "exact_match") continue;
    CHECK(metric.value.mean == doctest::Approx(0.2));  // of 0.1, 0.2, 0.3
    CHECK(metric.value.low == doctest::Approx(0.1));
    CHECK(metric.value.high == doctest::Approx(0.4));
  }
  CHECK(value == doctest::Approx(0.4));
}

TEST_CASE("items without an answer stay out of every score and are shown apart") {
  test::Fixture fixture;
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  const ArmReport& rag = arm(model, "rag");
  REQUIRE(rag.unanswerable.size() == 3);
  CHECK(rag.unanswerable[0].metric == "abstained");
  CHECK(rag.unanswerable[0].value.n == 10);
  for (const VerdictReport& report : model.suites[0].verdicts) {
    CHECK(report.verdict.contrasts[0].n <= 120);
  }
}

TEST_CASE("verdicts: per tuned method, the suite and then its slices; oracle never competes") {
  test::Fixture fixture;
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  const auto& verdicts = model.suites[0].verdicts;
  REQUIRE(verdicts.size() == 6);
  CHECK(verdicts[0].whole);
  CHECK(verdicts[1].slice == "documents and questions");
  CHECK(verdicts[3].whole);
  for (const VerdictReport& report : verdicts) {
    CHECK(model.contexts[static_cast<std::size_t>(report.context)].name == "rag");
    CHECK(report.context_from_test);
    CHECK(report.verdict.best_single_from_test);
  }
  CHECK(verdicts[0].verdict.kind == VerdictKind::kBothWin);
  CHECK(verdicts[3].verdict.kind == VerdictKind::kInterference);
  const auto& t = verdicts[0].verdict.contrasts;
  CHECK(t[0].estimate ==
        doctest::Approx(arm(model, "rag").score.mean - arm(model, "base").score.mean));
  CHECK_FALSE(arm(model, "oracle + lora").among_best);
  CHECK(arm(model, "rag + lora").among_best);
  CHECK(warns(model, "scored best on these same test items"));
}

TEST_CASE("a metric without bounds beside the one that decides is no view of a verdict") {
  test::Fixture fixture;
  fixture.store().database().execute(
      "INSERT INTO score SELECT record_id,'byte_perplexity',metric_version,3+value FROM score "
      "WHERE metric='contains'");
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  CHECK(model.suites[0].verdicts.size() == 6);
}

TEST_CASE("retrieval figures give back the score") {
  test::Fixture fixture;
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  CHECK_FALSE(arm(model, "base").retrieval.has_value());
  const ArmReport& rag = arm(model, "rag + lora");
  REQUIRE(rag.retrieval.has_value());
  const RetrievalFigures& r = *rag.retrieval;
  CHECK(r.answers == 360);
  const double hit = static_cast<double>(r.hits) / r.answers;
  CHECK(hit * r.score_hit + (1 - hit) * r.score_miss == doctest::Approx(rag.score.mean));
  CHECK(r.k_precision > 0.1);  // "The badge is amber", from "Badge register ... wears amber"
  CHECK(r.k_precision < 0.9);
  CHECK(r.swapped == 0);
}

TEST_CASE("swapped values: how many answers follow the passage, how many what was known") {
  test::Fixture fixture;
  Database& database = fixture.store().database();
  database.execute(
      "UPDATE strategy SET context='{\"kind\":\"counterfactual\"}' "
      "WHERE label='oracle + base'");
  database.execute(
      "UPDATE blob SET body='amber teal violet umber 초록 silver' WHERE blob_id IN "
      "(SELECT passage FROM retrieval)");
  const auto answer = [&](std::size_t item, const std::string& text) {
    database.execute("UPDATE record SET output='" + text +
                     "' WHERE item_no=" + std::to_string(item));
  };
  const std::vector<Item> items = fixture.store().items(1);
  int answerable = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto value = other_value(items, items[i]);
    if (!value) continue;
    const std::string answers[] = {*value, items[i].targets[0], "grey"};
    answer(i, answers[answerable++ % 3]);
  }
  REQUIRE(answerable == 120);
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  const RetrievalFigures& r = *arm(model, "oracle").retrieval;
  CHECK(r.swapped == 120);
  CHECK(r.followed == 40);
  CHECK(r.kept == 40);
}

TEST_CASE("costs, flows, break-even and trainings") {
  test::Fixture fixture;
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  const SuiteReport& suite = model.suites[0];
  CHECK(arm(model, "rag").costs.flops == doctest::Approx(420 * 2.7e8));
  CHECK(arm(model, "rag").costs.p95_ms >= arm(model, "rag").costs.median_ms);
  CHECK(suite.flows.size() == 5 + 2 * 6);
  for (const ItemFlow& flow : suite.flows) {
    const FlowCounts& n = flow.whole;
    CHECK(n.both_right + n.repaired + n.broken + n.both_wrong == 120);
  }
  REQUIRE(model.trainings.size() == 6);
  CHECK(model.trainings[0].train.size() == 240);
  CHECK(model.trainings[0].train.back().tokens == 216'000);
}

TEST_CASE("samples: as many as were asked for, texts once, endless outputs cut") {
  test::FixtureOptions options;
  options.long_output = std::string(1'000'000, 'x');
  test::Fixture fixture(options);
  auto model = load_report_model(fixture.store(), fixture.run, quick());
  CHECK(model.samples.items.size() <= 130);
  const SampleItem& first = model.samples.items[0];
  CHECK(first.answers.size() == 12);
  CHECK(first.answers[0].output.size() < 21'000);
  CHECK(first.answers[0].output.find("980000 more bytes") != std::string::npos);
  // The same prompt under three tunings is one text.
  CHECK(first.answers[0].prompt == first.answers[4].prompt);
  model = load_report_model(fixture.store(), fixture.run, {SampleChoice::kAll, 100});
  CHECK(model.samples.items.size() == 130);
  CHECK(model.samples.left_out == 0);
  model = load_report_model(fixture.store(), fixture.run, {SampleChoice::kNone, 100});
  CHECK(model.samples.items.empty());
  CHECK(model.samples.left_out == 130);
  CHECK(parse_sample_choice("all") == SampleChoice::kAll);
  CHECK_THROWS_AS(parse_sample_choice("some"), Error);
}

TEST_CASE("warnings name what is missing, failed, few or unscored") {
  test::FixtureOptions options;
  options.clusters = 12;
  options.seeds = {0};
  test::Fixture fixture(options);
  fixture.store().database().execute(
      "UPDATE run SET state='interrupted', error='the disk is full';"
      "UPDATE run_cell SET attempt_id=NULL, origin='planned' WHERE context='oracle' AND "
      "tuning='full';"
      "UPDATE score SET value=NULL WHERE metric='contains' AND record_id=1;"
      "UPDATE record SET stop='error', error='too long' WHERE record_id=1;"
      "UPDATE training_step SET loss=NULL WHERE step=7;");
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  CHECK(warns(model, "This run is interrupted"));
  CHECK(warns(model, "the disk is full"));
  CHECK(warns(model, "oracle + full: 26 of 26 answers are missing"));
  CHECK(warns(model, "1 of 26 items could not be asked"));
  CHECK(warns(model, "1 items have no score"));
  CHECK(warns(model, "12 clusters are few"));
  CHECK(warns(model, "1 training seed;"));
  CHECK(warns(model, "the loss was no number in 1 steps"));
  CHECK(model.suites[0].verdicts[0].verdict.kind == VerdictKind::kInvalid);
}

TEST_CASE("without a tuned model the report still says what context brings") {
  test::FixtureOptions options;
  options.tuned = false;
  test::Fixture fixture(options);
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  REQUIRE_FALSE(model.suites[0].verdicts.empty());
  const VerdictReport& report = model.suites[0].verdicts[0];
  CHECK(report.tuning == -1);
  CHECK(report.verdict.contrasts[0].available);
  CHECK_FALSE(report.verdict.contrasts[1].available);
}

TEST_CASE("an unknown run is the user's error") {
  test::FixtureOptions options;
  options.clusters = 3;
  test::Fixture fixture(options);
  CHECK_THROWS_AS(load_report_model(fixture.store(), 99), Error);
}

TEST_CASE("100,000 answers load in seconds") {
#if defined(__SANITIZE_ADDRESS__)
  constexpr int kClusters = 60;  // the instrumented build is only to walk the same path
#else
  constexpr int kClusters = 1540;
#endif
  test::FixtureOptions options;
  options.clusters = kClusters;
  test::Fixture fixture(options);
  const auto begin = std::chrono::steady_clock::now();
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  std::int64_t answers = 0;
  for (const ArmReport& one : model.suites[0].arms) answers += one.answers;
  MESSAGE(answers << " answers in " << seconds.count() << " s");
  CHECK(seconds.count() < 30);
}

TEST_CASE("the spread of differences is told apart by what the run varied") {
  test::Fixture fixture;
  const ReportModel model =
      load_report_model(fixture.store(), fixture.run, {SampleChoice::kNone, 100});
  int slices = 0;
  for (const VerdictReport& report : model.suites[0].verdicts) {
    CHECK(report.spread.size() == (report.whole ? 5 : 0));
    CHECK(report.false_discovery.size() == (report.whole ? 0 : 5));
    slices += !report.whole;
    for (std::size_t c = 0; c < report.false_discovery.size(); ++c) {
      if (!report.verdict.contrasts[c].available) continue;
      CHECK(report.false_discovery[c] >= report.verdict.contrasts[c].p);
    }
  }
  CHECK(slices > 0);
  const VarianceComponents& gain = model.suites[0].verdicts[0].spread[kContextGain];
  CHECK(gain.cluster >= 0);
  CHECK(std::isnan(gain.prompt));  // one wording
}

TEST_CASE("corpus metrics are compared in pairs, from the answers themselves") {
  test::Fixture fixture;
  fixture.store().database().execute(R"(UPDATE run_cell SET metrics='["contains","chrf"]')");
  const ReportModel model =
      load_report_model(fixture.store(), fixture.run, {SampleChoice::kNone, 100});
  const auto& contrasts = model.suites[0].corpus_contrasts;
  const auto whole = std::count_if(model.suites[0].verdicts.begin(), model.suites[0].verdicts.end(),
                                   [](const VerdictReport& report) { return report.whole; });
  REQUIRE(static_cast<long>(contrasts.size()) == 4 * whole);
  CHECK(contrasts[0].metric == "chrf");
  CHECK(contrasts[0].description.ends_with(" - base"));
  const CorpusDifference& first = contrasts[0].difference;
  CHECK(first.difference == doctest::Approx(first.first - first.second));
  CHECK(first.interval.low <= first.difference);
  CHECK(first.difference <= first.interval.high);
}
