#include "tests/unit/run/scene.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/core/files.h"

namespace quadrant::test {
namespace {

constexpr const char* kSuite = R"(name = "toy"
version = "1"
language = "en"
licence = "none"
source = "made by the test"
kind = "qa"
metrics = ["contains", "exact_match"]
[prompt]
question = "Question: {question}"
context = "{passages} {question}"
max_new_tokens = 8
stop = ["\n"]
)";

std::string question(int i) { return fmt::format("{}what is {}?", std::string(i % 7, '.'), i); }

}  // namespace

void write_toy_suite(const std::filesystem::path& suite, Script& script, int items, int dev) {
  std::filesystem::create_directory(suite);
  std::string corpus, train, test, dev_items;
  for (int i = 0; i < items + dev; ++i) {
    const std::string answer = fmt::format("value{}", i), doc = fmt::format("d{}", i);
    script.answers[question(i)] = answer;
    const std::string text = "fact: " + answer + std::string(static_cast<std::size_t>(i % 5), '!');
    corpus += nlohmann::json{{"_id", doc}, {"title", "t"}, {"text", text}}.dump() + "\n";
    // Asked in other words than in the test: the leak guard would refuse the same question.
    const std::string taught = "teach " + question(i);
    train += nlohmann::json{{"question", taught}, {"answer", answer}}.dump() + "\n";
    (i < items ? test : dev_items) +=
        nlohmann::json{{"id", fmt::format("q{}", i)},
                       {"question", question(i)},
                       {"targets", {answer}},
                       {"gold_docs", {doc}},
                       {"cluster", fmt::format("c{}", i / 3)},
                       {"meta", i == 4 ? nlohmann::json{{"too_long", "true"}}
                                       : nlohmann::json{{"slice", "seen"}}}}
            .dump() +
        "\n";
  }
  write_atomically(suite / "suite.toml", kSuite);
  write_atomically(suite / "corpus.jsonl", corpus);
  write_atomically(suite / "train.jsonl", train);
  write_atomically(suite / "test.jsonl", test);
  if (dev > 0) write_atomically(suite / "dev.jsonl", dev_items);
}

Scene::Scene() {
  const auto suite = folder / "toy";
  write_toy_suite(suite, script, kItems, 0);

  experiment.name = "toy experiment";
  experiment.suites = {suite.string()};
  experiment.seeds = {0, 1};
  experiment.model.path = "fake";
  experiment.batch_size = 4;
  const auto context = [](const char* name, const char* kind) {
    ContextSpec spec;
    spec.name = name;
    spec.kind = kind;
    spec.k = 2;
    return spec;
  };
  experiment.contexts = {context("none", "zero_shot"), context("shots", "few_shot"),
                         context("rag", "rag"), context("oracle", "oracle")};
  TuningSpec base, lora;
  base.name = "base";
  lora.name = lora.method = "lora";
  lora.purpose = {"domain_qa"};
  lora.epochs = 3;
  experiment.tunings = {base, lora};
}

std::filesystem::path Scene::store_file(const std::string& name) const { return folder / name; }

std::filesystem::path Scene::suite_file(const std::string& name) const {
  return folder / ("toy/" + name);
}

WorkbenchLoader Scene::loader() {
  return [this](const Experiment& wanted) {
    std::vector<Suite> suites;
    for (const std::string& path : wanted.suites) suites.push_back(load_suite(path));
    return make_bench(wanted, suites, script);
  };
}

RunOutcome Scene::run(Store& store, const PlanOptions& options) {
  Workbench bench = loader()(experiment);
  RunRequest request;
  request.plan = make_plan(experiment, bench, &store, options);
  request.source = "name = \"toy\"";
  request.argv = {"quadrant", "run", "toy.toml"};
  return run_plan(store, bench, request, quiet, stop);
}

RunOutcome Scene::resume(Store& store, std::int64_t run_id) {
  return resume_run(store, run_id, loader(), quiet, stop);
}

std::string contents(const Store& store, std::int64_t run_id) {
  std::string text;
  for (const RunCellRow& cell : store.run_cells(run_id)) {
    text += fmt::format("\ncell {} {} {} {} {}\n", cell.context, cell.tuning,
                        cell.cell.seed.value_or(-1), cell.state, cell.error);
    if (!cell.attempt_id) continue;
    const AttemptRow attempt = store.attempt(*cell.attempt_id);
    text += attempt.output_hash + " " + attempt.index_hash + fmt::format(" {}\n", attempt.flops);
    store.for_each_record(attempt.id, [&](const RecordRow& record) {
      text += fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}\n", record.item_no, record.prompt,
                          record.output, record.stop, record.logprob, record.prompt_tokens,
                          record.output_tokens, record.error, record.answer.value_or(""));
      for (const RetrievalRow& row : record.retrieval) {
        text += fmt::format("  {} {} {}\n", row.doc_id, row.score, row.passage);
      }
      for (const ScoreRow& score : record.scores) {
        text += fmt::format("  {} {} {}\n", score.metric, score.version, score.value);
      }
    });
    for (const SummaryRow& row : store.summaries(attempt.id)) {
      text += fmt::format("{} {} {} {} {} [{}, {}]\n", row.metric, row.method, row.n, row.unscored,
                          row.mean, row.lo, row.hi);
    }
  }
  for (const TrainingRow& row : store.trainings_of_run(run_id)) {
    text += fmt::format("\ntraining {} {} {} {} {} {}\n", row.seed, row.state, row.last_step,
                        row.weights_hash, row.flops, row.tokens.value_or(-1));
    for (const TrainingStep& step : store.training_steps(row.id)) {
      text += fmt::format("{} {}\n", step.step, step.loss);
    }
  }
  return text;
}

std::int64_t count(const Store& store, const std::string& sql) {
  Statement query = store.database().prepare(sql);
  return query.step() ? query.integer(0) : -1;
}

}  // namespace quadrant::test
