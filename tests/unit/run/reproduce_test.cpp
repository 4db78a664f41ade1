// Reproduction: each verdict, with the evidence for it.
#include "harness/run/reproduce.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
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

TEST_CASE("levels are read by name") {
  CHECK(parse_level("answers") == Level::kAnswers);
  CHECK_THROWS_AS(parse_level("bitwise"), Error);
}
