// Items answered by log-probabilities: the same run as with generated answers, but for the model's
// part.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/metrics/option_scores.h"
#include "harness/run/reproduce.h"
#include "tests/unit/run/scene.h"

using namespace quadrant;
using test::contents;
using test::Scene;

namespace {

constexpr int kRight = 2;

// Three choices for each item; the last is the right one.
void make_choices(Scene& scene, const std::string& output_type, const std::string& metrics) {
  write_atomically(
      scene.suite_file("suite.toml"),
      fmt::format("name = \"toy\"\nlicence = \"none\"\nkind = \"choice\"\nmetrics = [{}]\n"
                  "output_type = \"{}\"\n[prompt]\nquestion = \"Question: {{question}}\"\n",
                  metrics, output_type));
  std::string test;
  std::istringstream lines(read_text(scene.suite_file("test.jsonl")));
  for (std::string line; std::getline(lines, line);) {
    auto item = nlohmann::json::parse(line);
    item["choices"] = {"no", "a rather long wrong answer", item["targets"][0]};
    item["answer"] = kRight;
    test += item.dump() + "\n";
  }
  write_atomically(scene.suite_file("test.jsonl"), test);
}

double mean(const Store& store, std::int64_t run, const char* context, const char* metric,
            const char* method = "cluster_t") {
  for (const RunCellRow& cell : store.run_cells(run)) {
    if (cell.context != context || cell.tuning != "base") continue;
    for (const SummaryRow& row : store.summaries(*cell.attempt_id)) {
      if (row.metric == metric && row.method == method) return row.mean;
    }
  }
  return -1;
}

}  // namespace

TEST_CASE("choices are scored: each keeps what metrics read of it") {
  Scene scene;
  make_choices(scene, "multiple_choice", R"("acc", "acc_norm", "acc_mutual_info", "exact_match")");
  Store store(scene.store_file(), Store::Open::kCreate);
  const RunOutcome outcome = scene.run(store);
  REQUIRE(outcome.complete());
  CHECK(mean(store, outcome.run_id, "oracle", "acc") == 1);
  CHECK(mean(store, outcome.run_id, "oracle", "exact_match") == 1);
  CHECK(mean(store, outcome.run_id, "oracle", "acc_mutual_info") == 1);
  CHECK(mean(store, outcome.run_id, "none", "acc") == 0);
  for (const RunCellRow& cell : store.run_cells(outcome.run_id)) {
    store.for_each_record(*cell.attempt_id, [&](const RecordRow& record) {
      if (!record.error.empty()) return;
      CHECK(record.stop == "choice");
      const auto options = options_from_text(record.answer.value());
      REQUIRE(options.size() == 3);
      CHECK(options[1].characters == 26);
      CHECK(options[1].tokens == 27);  // bytes, and the delimiter
      CHECK(options[1].without_question < 0);
      const auto best = std::max_element(
          options.begin(), options.end(),
          [](const OptionScore& a, const OptionScore& b) { return a.logprob < b.logprob; });
      CHECK(record.logprob == best->logprob);
      CHECK((record.output == "no") == (best == options.begin()));
    });
  }
}

TEST_CASE("scored runs resume and reproduce bit by bit, and every option counts") {
  Scene scene;
  make_choices(scene, "multiple_choice", R"("acc")");
  Store store(scene.store_file(), Store::Open::kCreate);
  int left = 20;
  scene.script.before_batch = [&] { scene.stop = --left == 0; };
  const RunOutcome stopped = scene.run(store);
  CHECK(stopped.state == "interrupted");
  scene.stop = false;
  scene.script.before_batch = [] {};
  REQUIRE(scene.resume(store, stopped.run_id).complete());
  const Reproduction again =
      reproduce_run(store, stopped.run_id, scene.loader(), {"reproduce"}, scene.quiet, scene.stop);
  CHECK(again.verdict == Sameness::kBitIdentical);
  CHECK(contents(store, again.run_id) == contents(store, stopped.run_id));

  store.database().execute(
      "UPDATE record SET answer=replace(answer,'-','-1') WHERE attempt_id=1 AND item_no=0");
  const Reproduction other = compare_runs(store, stopped.run_id, again.run_id);
  CHECK(other.verdict == Sameness::kSameAnswers);
  CHECK(other.cells[0].detail == "log-probabilities differ");
}

TEST_CASE("continuations and whole texts are scored in their own way") {
  Scene scene;
  scene.experiment.tunings.resize(1);
  make_choices(scene, "loglikelihood", R"("acc", "perplexity")");
  Store store(scene.store_file(), Store::Open::kCreate);
  const RunOutcome outcome = scene.run(store);
  REQUIRE(outcome.complete());
  CHECK(store.records(*store.run_cells(outcome.run_id)[0].attempt_id)[0].output == "");

  make_choices(scene, "loglikelihood_rolling", R"("byte_likelihood", "bits_per_byte")");
  const RunOutcome rolling = scene.run(store);
  REQUIRE(rolling.complete());
  CHECK(store.run_cells(rolling.run_id).size() == 1);  // contexts have nothing to show
  const double likelihood = mean(store, rolling.run_id, "none", "byte_likelihood", kCorpusMethod);
  CHECK(likelihood > 0);
  CHECK(mean(store, rolling.run_id, "none", "bits_per_byte", kCorpusMethod) ==
        doctest::Approx(-std::log2(likelihood)));
}

TEST_CASE("metrics that the output type cannot give stop a run before it begins") {
  Scene scene;
  make_choices(scene, "generate_until", R"("acc")");
  Store store(scene.store_file(), Store::Open::kCreate);
  CHECK_THROWS_WITH_AS(scene.run(store), doctest::Contains("log-probabilities"), Error);
}
