#include "tests/unit/export/small_store.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/core/sha256.h"

namespace quadrant::test {
namespace {

RecordRow make_record(const SmallCell& cell, const Item& item, std::size_t number,
                      const std::string& metric) {
  RecordRow record;
  record.item_no = static_cast<std::int64_t>(number);
  record.prompt = "Q: " + item.question;
  record.prompt_tokens = 12;
  record.prefill_ms = 1.5;
  record.decode_ms = 2.25;
  record.scores = {{metric, "1", cell.scores[number]}};
  if (cell.scores[number] == kFailedItem) {
    record.stop = "error";
    record.error = "the prompt is too long";
    record.scores[0].value = kNull;
    return record;
  }
  record.output = cell.answer;
  record.stop = "eos";
  record.output_tokens = 3;
  record.logprob = -1.5;
  if (cell.context != "rag" && cell.context != "oracle") return record;
  record.delivered = true;
  record.retrieval.push_back({"Passage of " + item.id, "doc-" + item.id, .75, true, true});
  if (cell.context == "rag") record.retrieval.push_back({"Left out", "doc-x", .5, false, false});
  return record;
}

std::int64_t strategy_of(Store& store, const SmallCell& cell) {
  std::string context = R"({"kind":"zero_shot"})";
  if (cell.context == "shots") context = R"({"k":2,"kind":"few_shot"})";
  if (cell.context == "rag") context = R"({"k":2,"kind":"rag"})";
  if (cell.context == "oracle") context = R"({"kind":"oracle"})";
  return store.put_strategy({cell.context + " + " + cell.tuning, context,
                             fmt::format(R"({{"method":"{}"}})", cell.tuning)});
}

}  // namespace

std::vector<Item> small_items(int count, bool unanswerable) {
  std::vector<Item> items;
  for (int i = 0; i < count; ++i) {
    Item item;
    item.id = fmt::format("q{}", i);
    item.question = fmt::format("What is number {}?", i);
    item.targets = {fmt::format("N{}", i), "other"};
    if (unanswerable && i + 1 == count) item.meta = {{"answerable", "false"}};
    items.push_back(item);
  }
  return items;
}

std::int64_t SmallStore::add(const SmallRun& plan) {
  RunRow run;
  run.experiment_id = store_.put_experiment("small", plan.config, "name = \"small\"");
  EnvironmentRow environment;
  environment.git_commit = "0123456789abcdef";
  run.environment_id = store_.put_environment(environment);
  const std::int64_t id = store_.begin_run(run, {});
  const auto expected = static_cast<std::int64_t>(plan.items.size());
  const std::int64_t dataset = store_.put_dataset(
      {items_hash(plan.items), plan.suite, "1", "test", "a test", "CC0-1.0", expected}, plan.items);
  for (const SmallCell& cell : plan.cells) {
    RunCellRow row;
    row.cell.hash = sha256_hex(fmt::format("{}/{}/{}/{}/{}", plan.suite, plan.tag, cell.context,
                                           cell.tuning, cell.seed.value_or(-1)));
    row.cell.spec = R"({"context":{"k":2,"kind":")" +
                    std::string(cell.context == "shots" ? "few_shot" : "x") +
                    R"("},"prompt":{"system":"Be short.","question":"Q: {question}"}})";
    row.cell.suite = plan.suite;
    row.cell.task = "qa";
    row.cell.task_version = "1";
    row.cell.dataset_id = dataset;
    row.cell.strategy_id = strategy_of(store_, cell);
    row.cell.seed = cell.seed;
    row.cell.decoding = R"({"max_new_tokens":8,"stop":["\n"]})";
    row.cell.expected = expected;
    row.cell.id = store_.put_cell(row.cell);
    row.context = cell.context;
    row.tuning = cell.tuning;
    row.metrics = fmt::format(R"(["{}"])", plan.metric);
    store_.put_run_cell(id, row);
    if (const auto done = store_.done_attempt(row.cell.hash)) {
      store_.set_run_cell(id, row.cell.id, done->id, "cached");
      continue;
    }
    AttemptRow attempt;
    attempt.cell_id = row.cell.id;
    attempt.run_id = id;
    const std::int64_t attempt_id = store_.begin_attempt(attempt);
    std::vector<RecordRow> records;
    for (std::size_t i = 0; i < cell.scores.size(); ++i) {
      if (cell.scores[i] == kMissingItem) continue;
      records.push_back(make_record(cell, plan.items[i], i, plan.metric));
    }
    store_.put_batch(attempt_id, records, {1, 1e9, 1000});
    store_.finish_attempt(attempt_id, sha256_hex("out"), {});
    store_.set_run_cell(id, row.cell.id, attempt_id, "computed");
  }
  store_.finish_run(id, "done");
  store_.database().execute("UPDATE run SET started_at='2026-01-02T03:04:05.678Z'");
  return id;
}

}  // namespace quadrant::test
