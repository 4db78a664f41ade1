#include "small_run.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/core/files.h"
#include "harness/core/json.h"
#include "harness/core/sha256.h"
#include "harness/metrics/option_scores.h"
#include "harness/run/summarise.h"
#include "harness/store/bundle.h"
#include "harness/store/store.h"

namespace quadrant::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig =
    R"({"batch_size":16,"context":{"none":{"kind":"zero_shot"},"rag":{"budget_tokens":1024,)"
    R"("chunk_tokens":180,"k":2,"kind":"rag","retriever":"dense"}},"deterministic":true,)"
    R"("embedder":{"path":"all-minilm-l6-v2"},"grid":{"context":["none","rag"],"tuning":["base",)"
    R"("lora"]},"margin":0.05,"model":{"chat_template":"model","device":"cpu","path":"small"},)"
    R"("name":"small","seeds":[0],"suites":["small"],"tuning":{"lora":{"alpha":32.0,)"
    R"("batch_size":16,"dropout":0.0,"epochs":8,"learning_rate":0.001,)"
    R"("lr_scheduler_type":"linear","max_grad_norm":1.0,"method":"lora","purpose":["domain_qa"],)"
    R"("rank":16,"warmup_ratio":0.05,"weight_decay":0.0}}})";
constexpr const char* kDecoding = R"({"batch_size":16,"max_new_tokens":8,"method":"greedy"})";
const std::vector<std::string> kMetrics{"contains", "f1", "acc", "chrf"};

std::vector<Item> make_items(const std::string& split) {
  std::vector<Item> items;
  for (int i = 0; i < 4; ++i) {
    Item item;
    item.id = fmt::format("{}{}", split, i);
    item.question = fmt::format("Which colour has number {} of {}?", i, split);
    item.targets = {i % 2 == 0 ? "green" : "blue", "the other"};
    item.cluster = fmt::format("c{}", i / 2);
    item.gold_docs = {"d1"};
    item.meta = {{"slice", i < 2 ? "early" : "late"}};
    if (i == 1) item.choices = {"blue", "green"};
    if (i == 1) item.answer = 0;
    if (i == 3) item.meta["answerable"] = "false";
    items.push_back(std::move(item));
  }
  return items;
}

RecordRow make_record(const std::vector<Item>& items, std::size_t number, bool rag) {
  const Item& item = items[number];
  RecordRow record;
  record.item_no = static_cast<std::int64_t>(number);
  record.prompt = "Q: " + item.question;
  record.output = number == 0 ? "green" : "I do not know";
  if (!item.choices.empty()) {
    const OptionScore options[] = {{-1.5, 2, 4, 4, false}, {-2.5, 2, 5, 5, false}};
    record.answer = options_to_text(options, " ");
  }
  record.stop = "eos";
  record.prompt_tokens = 20;
  record.output_tokens = 3;
  record.prefill_ms = record.decode_ms = 5;
  record.logprob = -1.25;
  if (rag) {
    record.retrieve_ms = 1;
    record.delivered = true;
    record.retrieval = {{"Number 0 is green.", "d1", 0.9, true, true},
                        {"Nothing at all.", "d2", 0.1, false, false}};
  }
  record.scores = score_record(kMetrics, record, item);
  return record;
}

class SmallRun {
 public:
  explicit SmallRun(Store& store) : store_(store) {}

  void make(const std::vector<InputRow>& inputs) {
    RunRow run;
    run.experiment_id = store_.put_experiment("small", kConfig, "name = \"small\"");
    run.environment_id = store_.put_environment(
        {"abc", false, "diff", R"({"compiler":"c"})", R"({"cpu":"a","cores":2,"memory":1000})",
         R"({"torch":"2"})", R"({"threads":"2","logprob_noise_floor":"1e-06"})"});
    run.argv = R"(["quadrant","run"])";
    run.options = R"({"limit":0,"only":[]})";
    run_ = store_.begin_run(run, inputs);
    store_.put_lock({run_, "small", sha256_hex(kLock), sha256_hex("subject"), kLock, "a note", ""});
    train();
    for (const char* split : {"valid", "test"}) {
      for (const char* context : {"none", "rag"}) {
        for (const char* tuning : {"base", "lora"}) add_cell(split, context, tuning);
      }
    }
    store_.finish_run(run_, "done");
  }

 private:
  static constexpr const char* kLock = R"({"margin":0.05,"metric":"contains"})";

  void train() {
    TrainingRow row;
    row.config = R"({"tuning":{"method":"lora"}})";
    row.hash = sha256_hex(row.config);
    row.run_id = run_;
    row.dataset_id =
        store_.put_dataset({sha256_hex("train"), "small", "1", "train", "here", "CC0", 9});
    row.method = "lora";
    row.id = training_ = store_.begin_training(row);
    for (int step = 1; step <= 3; ++step) {
      store_.put_training_step(training_, {step, 3, 2.0 / step, 1, 1e-3, 50, 0.5, {}}, 4);
    }
    row.state = "done";
    row.last_step = row.steps.emplace(3);
    row.trainable_params = 100;
    row.peak_bytes = 1000;
    row.tokens = 150;
    row.seconds = 1.5;
    row.flops = 1e9;
    row.weights_hash = sha256_hex("weights");
    store_.update_training(row);
  }

  void add_cell(const std::string& split, const std::string& context, const std::string& tuning) {
    const auto items = make_items(split);
    RunCellRow row;
    const auto wording = nlohmann::json::object({{"question", "q"}});
    row.cell.spec =
        canonical_json({{"context", {{"kind", context}}},
                        {"tuning", tuning},
                        {"split", split},
                        {"prompt", {{"more", nlohmann::json::array({wording})}, {"trained", 1}}}});
    row.cell.hash = sha256_hex(row.cell.spec);
    row.cell.suite = row.cell.task = "small";
    row.cell.task_version = "1";
    row.cell.decoding = kDecoding;
    row.cell.expected = static_cast<std::int64_t>(items.size());
    row.cell.dataset_id = store_.put_dataset(
        {items_hash(items), "small", "1", split, "here", "CC0", row.cell.expected}, items);
    row.cell.strategy_id = store_.put_strategy(
        {context + " + " + tuning,
         context == "rag" ? R"({"k":2,"kind":"rag","retriever":"dense"})"
                          : R"({"kind":"zero_shot"})",
         canonical_json({{"method", tuning}, {"purpose", {"domain_qa"}}, {"weights", "w"}})});
    if (tuning != "base") row.cell.seed = 0;
    row.cell.id = store_.put_cell(row.cell);
    row.context = context;
    row.tuning = tuning;
    row.metrics = nlohmann::json(kMetrics).dump();
    store_.put_run_cell(run_, row);
    AttemptRow attempt;
    attempt.cell_id = row.cell.id;
    attempt.run_id = run_;
    if (tuning != "base") attempt.training_id = training_;
    const std::int64_t id = store_.begin_attempt(attempt);
    std::vector<RecordRow> records;
    for (std::size_t i = 0; i < items.size(); ++i) {
      records.push_back(make_record(items, i, context == "rag"));
    }
    store_.put_batch(id, records, {1, 1e9, 1000, 5});
    store_.finish_attempt(id, output_hash(store_.database(), id),
                          summarise(store_, id, kMetrics, items));
    store_.set_run_cell(run_, row.cell.id, id, "computed");
  }

  Store& store_;
  std::int64_t run_ = 0, training_ = 0;
};

}  // namespace

void write_small_bundle(const fs::path& folder, const fs::path& bundle) {
  const fs::path file = folder / "suite.toml", store_file = folder / "small.db";
  write_atomically(file, "name = \"small\"\n");
  fs::remove(store_file);
  Store store(store_file, Store::Open::kCreate);
  SmallRun(store).make({{"experiment", "", sha256_hex(kConfig)},
                        {"suite small/suite.toml", file.string(), sha256_file(file)}});
  const std::vector<std::int64_t> runs{1};
  write_bundle(store, runs, /*adapters=*/false, bundle);
}

}  // namespace quadrant::fuzz
