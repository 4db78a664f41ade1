// Scripted models of known skill, through plan, run, store and report: each deserves one verdict.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/core/files.h"
#include "reports/model/report_model.h"
#include "tests/unit/run/scene.h"

using namespace quadrant;
using test::Scene;
using test::Skill;

namespace {

// A scene of prompt only and retrieval, base and LoRA, with enough clusters for verdicts.
struct Trial : Scene {
  explicit Trial(const Skill& skill, int items = 360) {
    const auto suite = folder / "trial";
    test::write_toy_suite(suite, script, items, 30);
    experiment.suites = {suite.string()};
    experiment.seeds = {0};
    experiment.batch_size = 64;
    experiment.contexts = {experiment.contexts[0], experiment.contexts[2], experiment.contexts[3]};
    script.skill = skill;
  }

  // Replaces what training may learn: every answer becomes that of another question.
  void shuffle_labels() {
    const auto file = folder / "trial/train.jsonl";
    std::vector<nlohmann::json> lines;
    const std::string text = read_text(file);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      lines.push_back(nlohmann::json::parse(text.substr(at, end - at)));
      at = end + 1;
    }
    std::string shuffled;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      shuffled += nlohmann::json{{"question", lines[i]["question"]},
                                 {"answer", lines[(i + 7) % lines.size()]["answer"]}}
                      .dump() +
                  "\n";
    }
    write_atomically(file, shuffled);
  }

  VerdictReport verdict() {
    Store store(store_file(), Store::Open::kCreate);
    const RunOutcome outcome = run(store);
    CHECK(outcome.complete());
    ReportOptions options;
    options.samples = SampleChoice::kNone;
    options.resamples = 999;
    const ReportModel model = load_report_model(store, outcome.run_id, options);
    REQUIRE(model.suites.size() == 1);
    return model.suites[0].verdicts.at(0);
  }
};

double estimate(const VerdictReport& report, int contrast) {
  return report.verdict.contrasts[static_cast<std::size_t>(contrast)].estimate;
}

}  // namespace

TEST_CASE("fake models produce each of the verdicts, end to end") {
  struct Row {
    VerdictKind kind;
    Skill skill;
    int items;
  };
  const std::vector<Row> rows{
      {VerdictKind::kContextWins, {.base = 0.1, .context = 0.8, .model = 0.3, .both = 0.8}, 360},
      {VerdictKind::kModelWins, {.base = 0.1, .context = 0.3, .model = 0.8, .both = 0.8}, 360},
      {VerdictKind::kBothWin, {.base = 0.1, .context = 0.4, .model = 0.4, .both = 0.9}, 360},
      {VerdictKind::kInterference, {.base = 0.1, .context = 0.8, .model = 0.6, .both = 0.3}, 360},
      {VerdictKind::kEquivalent, {.base = 0.1, .context = 0.6, .model = 0.6, .both = 0.6}, 360},
      {VerdictKind::kNoVerdict,
       {.base = 0.2, .context = 0.4, .model = 0.4, .both = 0.4, .alike = false},
       45},
      {VerdictKind::kInvalid, {.base = 0.4, .context = 0.4, .model = 0.8, .both = 0.8}, 360},
  };
  std::string table;
  for (const Row& row : rows) {
    const VerdictReport report = Trial(row.skill, row.items).verdict();
    table +=
        fmt::format("\n{:<21} base {:.1f}, context {:.1f}, model {:.1f}, both {:.1f}, {} items",
                    to_string(report.verdict.kind), row.skill.base, row.skill.context,
                    row.skill.model, row.skill.both, row.items);
    CHECK(std::string(to_string(report.verdict.kind)) == to_string(row.kind));
    CHECK(report.chosen_on_dev);
    CHECK(!report.verdict.best_single_from_test);
    CHECK(report.verdict.scope.model == "fake");
  }
  MESSAGE(table);
}

TEST_CASE("A/A: arms that differ by luck alone are EQUIVALENT, or NO VERDICT") {
  for (const bool alike : {false, true}) {
    Trial trial({.base = 0.5, .context = 0.5, .model = 0.5, .both = 0.5, .alike = alike});
    // Without the gold passage as a third context: that it brings nothing would make this INVALID.
    trial.experiment.contexts.pop_back();
    const VerdictReport report = trial.verdict();
    MESSAGE(std::string(to_string(report.verdict.kind)));
    CHECK((report.verdict.kind == VerdictKind::kEquivalent ||
           report.verdict.kind == VerdictKind::kNoVerdict));
    for (const Contrast& contrast : report.verdict.contrasts) CHECK(contrast.detected == 0);
  }
}

TEST_CASE("placebos: a shuffled index and shuffled labels lose their effect") {
  const Skill skill{.base = 0, .context = 0.7, .model = 0.7, .both = 0.7};
  Trial real(skill), shuffled_index(skill), shuffled_labels(skill);
  const VerdictReport before = real.verdict();
  CHECK(estimate(before, kContextGain) > 0.6);
  CHECK(estimate(before, kModelGain) > 0.6);

  shuffled_index.script.shuffled_index = true;
  const VerdictReport index = shuffled_index.verdict();
  CHECK(index.verdict.contrasts[kContextGain].detected == 0);
  CHECK(estimate(index, kContextGain) == 0);
  CHECK(estimate(index, kModelGain) > 0.6);  // training saw no index

  shuffled_labels.shuffle_labels();
  const VerdictReport labels = shuffled_labels.verdict();
  CHECK(labels.verdict.contrasts[kModelGain].detected == 0);
  CHECK(estimate(labels, kModelGain) == 0);
  CHECK(estimate(labels, kContextGain) > 0.6);
  MESSAGE(fmt::format(
      "gain in points, real and placebo: retrieval {:+.1f}, shuffled index {:+.1f}; training "
      "{:+.1f}, shuffled labels {:+.1f}",
      100 * estimate(before, kContextGain), 100 * estimate(index, kContextGain),
      100 * estimate(before, kModelGain), 100 * estimate(labels, kModelGain)));
}
