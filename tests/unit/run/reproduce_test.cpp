// Reproduction: each verdict, with the evidence for it.
#include "harness/run/reproduce.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/json.h"
#include "harness/run/rescore.h"
#include "tests/unit/run/scene.h"

using namespace quadrant;
using test::contents;
using test::Scene;

namespace {

struct Repeated {
  Scene scene;
  Store store{scene.store_file(), Store::Open::kCreate};
  std::int64_t original = scene.run(store).run_id;
  Reproduction again() {
    return reproduce_run(store, original, scene.loader(), {"reproduce"}, scene.quiet, scene.stop);
  }
};

}  // namespace

TEST_CASE("the same engine gives a bit-identical run, computed anew") {
  Repeated repeated;
  const int batches = repeated.scene.script.batches;
  const Reproduction result = repeated.again();
  CHECK(result.verdict == Sameness::kBitIdentical);
  CHECK(result.cells.size() == 13);
  CHECK(result.cells[0].identical == test::kItems);
  CHECK(repeated.scene.script.batches == 2 * batches);
  CHECK(repeated.scene.script.trainings == 4);
  CHECK(repeated.store.run(result.run_id).reproduces == repeated.original);
  CHECK(satisfies(result.verdict, Level::kExact));
  CHECK(contents(repeated.store, result.run_id) == contents(repeated.store, repeated.original));
}

TEST_CASE("other log-probabilities: same answers") {
  Repeated repeated;
  repeated.scene.script.after_answer = [](Generation& answer) { answer.logprob -= 1e-12; };
  const Reproduction result = repeated.again();
  CHECK(result.verdict == Sameness::kSameAnswers);
  CHECK_FALSE(satisfies(result.verdict, Level::kExact));
  CHECK(satisfies(result.verdict, Level::kAnswers));
  CHECK(result.cells[0].identical == 1);  // the item that could not be asked
  CHECK(result.cells[0].same_answers == test::kItems);
  CHECK(result.cells[0].item_id == "q0");
  CHECK(result.cells[0].detail == "log-probabilities differ");
}

TEST_CASE("one other answer: same within intervals, and the first difference is named") {
  Repeated repeated;
  repeated.scene.script.after_answer = [](Generation& answer) {
    if (answer.text == "value9") answer.text = "no, value9";  // still right by "contains"
  };
  const Reproduction result = repeated.again();
  CHECK(result.verdict == Sameness::kWithinIntervals);
  CHECK(satisfies(result.verdict, Level::kInterval));
  CHECK_FALSE(satisfies(result.verdict, Level::kAnswers));
  const CellComparison& oracle = result.cells[4];
  CHECK(oracle.same_answers == test::kItems - 1);
  CHECK(oracle.item_id == "q9");
  CHECK(oracle.before == "value9");
  CHECK(oracle.now == "no, value9");
  CHECK(to_json(result).at("cells")[4].at("first_difference").at("item") == "q9");
}

TEST_CASE("answers of another model: drifted, with the mean and the interval") {
  Repeated repeated;
  repeated.scene.script.after_answer = [](Generation& answer) { answer.text = "42"; };
  const Reproduction result = repeated.again();
  CHECK(result.verdict == Sameness::kDrifted);
  CHECK_FALSE(satisfies(result.verdict, Level::kInterval));
  CHECK(result.cells[4].detail.find("outside") != std::string::npos);
}

TEST_CASE("a changed input is named and nothing is run") {
  Repeated repeated;
  Scene& scene = repeated.scene;
  const auto corpus = scene.suite_file("corpus.jsonl");
  std::string bytes = read_text(corpus);
  bytes[bytes.find('t')] = '"';  // one byte, and no JSON any more
  write_atomically(corpus, bytes);
  const int batches = scene.script.batches;
  Reproduction result = repeated.again();
  CHECK(result.verdict == Sameness::kInputChanged);
  REQUIRE(result.changed.size() == 1);
  CHECK(result.changed[0].name == "suite toy/corpus.jsonl");
  CHECK(describe(result.changed[0]).find(corpus.string()) != std::string::npos);
  CHECK(scene.script.batches == batches);
  CHECK(repeated.store.runs().size() == 1);
  CHECK_FALSE(satisfies(result.verdict, Level::kInterval));

  std::filesystem::remove(corpus);
  CHECK(describe(repeated.again().changed.at(0)).find("is gone") != std::string::npos);
}

TEST_CASE("changed weights are found even though no file is named for them") {
  Repeated repeated;
  repeated.scene.script.weights = "weights 2";
  const Reproduction result = repeated.again();
  CHECK(result.verdict == Sameness::kInputChanged);
  CHECK(result.changed.at(0).name == "model weights");
}

TEST_CASE("another engine is compared all the same, cell by cell") {
  Repeated repeated;
  repeated.scene.script.engine_id = "fake 2";
  CHECK(repeated.again().verdict == Sameness::kBitIdentical);
}

TEST_CASE("a stopped reproduction is unfinished; resumed it can be compared") {
  Repeated repeated;
  Scene& scene = repeated.scene;
  const int batches = scene.script.batches;
  scene.script.before_batch = [&] {
    if (scene.script.batches == batches + 60) scene.stop = true;
  };
  const Reproduction cut = repeated.again();
  CHECK(cut.verdict == Sameness::kUnfinished);
  scene.stop = false;
  scene.script.before_batch = [] {};
  const int trainings = scene.script.trainings;
  const RunOutcome rest = scene.resume(repeated.store, cut.run_id);
  CHECK(rest.complete());
  CHECK(scene.script.trainings == trainings + 1);  // not those of the original run
  CHECK(scene.script.batches == 2 * batches);
  CHECK(compare_runs(repeated.store, repeated.original, cut.run_id).verdict ==
        Sameness::kBitIdentical);
}

TEST_CASE("a limited run is reproduced with its limits") {
  Scene scene;
  Store store(scene.store_file(), Store::Open::kCreate);
  const RunOutcome first = scene.run(store, {7, {{"context", "rag"}}, true});
  const Reproduction result =
      reproduce_run(store, first.run_id, scene.loader(), {}, scene.quiet, scene.stop);
  CHECK(result.verdict == Sameness::kBitIdentical);
  CHECK(result.cells.size() == 3);
  CHECK(result.cells[0].records == 7);
}

TEST_CASE("between two machines the noise floor is measured on the answers they share") {
  Repeated repeated;
  repeated.scene.script.after_answer = [](Generation& answer) {
    answer.logprob -= answer.text == "value9" ? 3e-5 : 1e-5;
    if (answer.text == "value8") answer.text = "value 8";
  };
  Scene& scene = repeated.scene;
  const WorkbenchLoader elsewhere = [&](const Experiment& experiment) {
    Workbench bench = scene.loader()(experiment);
    bench.environment = [] {
      EnvironmentRow row;
      row.git_commit = "test";
      row.hardware = R"({"cpu":"another"})";
      return row;
    };
    return bench;
  };
  const Reproduction result = reproduce_run(repeated.store, repeated.original, elsewhere,
                                            {"reproduce"}, scene.quiet, scene.stop);
  const Store& store = repeated.store;
  CHECK(store.run(result.run_id).environment_id != store.run(repeated.original).environment_id);
  const AnswerNoise& noise = result.noise;
  CHECK(noise.other_answers > 0);
  CHECK(noise.same_answers + noise.other_answers == 13 * (test::kItems - 1));  // one has no answer
  CHECK(noise.largest == doctest::Approx(3e-5).epsilon(1e-6));
  CHECK(noise.mean > 1e-5);
  CHECK(noise.mean < 2e-5);
  const auto json = to_json(result);
  CHECK(json.at("noise").at("other_answers") == noise.other_answers);
}

TEST_CASE("on another device it is another experiment with the same inputs, and can be repeated") {
  Repeated repeated;
  Scene& scene = repeated.scene;
  const Reproduction moved = reproduce_run(repeated.store, repeated.original, scene.loader(), {},
                                           scene.quiet, scene.stop, "cuda");
  CHECK(moved.verdict == Sameness::kBitIdentical);
  CHECK(stored_experiment(repeated.store, moved.run_id).model.device == "cuda");
  const Reproduction again =
      reproduce_run(repeated.store, moved.run_id, scene.loader(), {}, scene.quiet, scene.stop);
  CHECK(again.changed.empty());
  CHECK(again.verdict == Sameness::kBitIdentical);
}

TEST_CASE("scored again: the stored scores, bit by bit, without the model and its inputs") {
  Repeated repeated;
  std::filesystem::remove_all(repeated.scene.folder / "toy");
  const int batches = repeated.scene.script.batches;
  const Rescoring result = rescore_run(repeated.store, repeated.original);
  CHECK(result.verdict == Sameness::kBitIdentical);
  CHECK(result.metrics.size() == 2 * 13);  // two metrics of each cell
  for (const MetricCheck& check : result.metrics) {
    CHECK(check.records == test::kItems);
    CHECK(check.identical == check.records);
    CHECK(check.detail.empty());
  }
  CHECK(repeated.scene.script.batches == batches);
  CHECK(to_json(result).at("verdict") == "bit-identical");
}

#define FIRST_RECORD "(SELECT min(record_id) FROM record WHERE error IS NULL)"
TEST_CASE("scored again: what was changed afterwards is found, metric by metric") {
  struct Change {
    const char *sql, *metric, *detail;
    Sameness sameness;
    std::int64_t identical;
  };
  constexpr Change kChanges[] = {
      {"UPDATE score SET value=1-value WHERE metric='contains' AND record_id=" FIRST_RECORD,
       "contains", "scores differ", Sameness::kWithinIntervals, test::kItems - 1},
      {"UPDATE score SET metric_version='0' WHERE metric='contains'", "contains",
       "scored by version 0", Sameness::kBitIdentical, test::kItems},
      {"UPDATE summary SET mean=0.9,lo=0.8,hi=1 WHERE metric='exact_match'", "exact_match",
       "mean 0.0000 is outside [0.8000, 1.0000]", Sameness::kDrifted, test::kItems},
      {"UPDATE record SET output='another' WHERE record_id=" FIRST_RECORD, "contains",
       "the stored answers", Sameness::kDrifted, test::kItems},
      {"UPDATE run_cell SET metrics='[\"contains\",\"charm\"]'", "charm", "does not know",
       Sameness::kUnfinished, 0},
      {"UPDATE attempt SET state='failed'", "exact_match", "not finished", Sameness::kUnfinished,
       0},
  };
#undef FIRST_RECORD
  Repeated repeated;
  for (const Change& change : kChanges) {
    CAPTURE(change.sql);
    Database& database = repeated.store.database();
    database.execute(std::string("SAVEPOINT whole;") + change.sql);
    const Rescoring result = rescore_run(repeated.store, repeated.original);
    database.execute("ROLLBACK TO whole; RELEASE whole");
    const auto found =
        std::find_if(result.metrics.begin(), result.metrics.end(),
                     [&](const MetricCheck& check) { return check.metric == change.metric; });
    REQUIRE(found != result.metrics.end());
    CHECK(std::string(to_string(found->sameness)) == to_string(change.sameness));
    CHECK(found->identical == change.identical);
    CHECK_MESSAGE(found->detail.find(change.detail) != std::string::npos, found->detail);
    CHECK(result.verdict >= change.sameness);
  }
  CHECK(rescore_run(repeated.store, repeated.original).verdict == Sameness::kBitIdentical);
}

TEST_CASE("the settings of a run that an earlier version stored have the hash of that time") {
  const test::TemporaryFolder folder;
  const auto file = folder / "store_v2.db";
  std::filesystem::copy_file(
      std::filesystem::path(QUADRANT_SOURCE_DIR) / "tests/fixtures/store_v2.db", file);
  const Store store(file);
  const auto inputs = store.run_inputs(1);
  const auto found = std::find_if(inputs.begin(), inputs.end(),
                                  [](const InputRow& input) { return input.name == "experiment"; });
  REQUIRE(found != inputs.end());
  CHECK(json_hash(resolved(stored_experiment(store, 1))) == found->hash);
}

TEST_CASE("levels are read by name") {
  CHECK(parse_level("answers") == Level::kAnswers);
  CHECK_THROWS_AS(parse_level("bitwise"), Error);
}
