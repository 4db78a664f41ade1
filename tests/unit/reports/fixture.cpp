#include "tests/unit/reports/fixture.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "harness/core/rng.h"
#include "harness/core/sha256.h"

namespace quadrant::test {
namespace {

struct Arm {
  const char* context;
  const char* tuning;
  double trained, untrained;  // chance of a right answer in the two slices
};

constexpr Arm kArms[] = {
    {"none", "base", .02, .02},   {"shots", "base", .07, .06},  {"rag", "base", .55, .57},
    {"oracle", "base", .74, .75}, {"none", "lora", .48, .09},   {"shots", "lora", .50, .10},
    {"rag", "lora", .79, .66},    {"oracle", "lora", .86, .81}, {"none", "full", .61, .11},
    {"shots", "full", .58, .12},  {"rag", "full", .56, .41},    {"oracle", "full", .66, .58}};
constexpr Arm kElsewhere{"none", "other", .02, .02};

constexpr const char* kColours[] = {"amber", "teal", "violet", "umber", "초록", "silver"};

std::string hash(const std::string& text) { return sha256_hex(text); }

class Builder {
 public:
  Builder(Store& store, const FixtureOptions& options) : store_(store), options_(options) {}

  std::int64_t build() {
    make_items();
    begin_run();
    for (const std::string& suite : options_.suites) add_suite(suite);
    store_.finish_run(run_, "done");
    store_.database().execute(
        "UPDATE run SET hash='" + hash("run") +
        "', started_at='2026-01-02T03:04:05.678Z', heartbeat_at='2026-01-02T03:14:05.678Z', "
        "ended_at='2026-01-02T03:14:05.678Z'");
    return run_;
  }

 private:
  void add_suite(const std::string& suite) {
    suite_ = suite;
    std::vector<Arm> arms(std::begin(kArms), std::end(kArms));
    if (options_.elsewhere) arms.push_back(kElsewhere);
    for (const Arm& arm : arms) {
      const bool tuned = std::string(arm.tuning) != "base";
      if (tuned && !options_.tuned) continue;
      const bool seeded = tuned || std::string(arm.context) == "shots";
      if (!seeded) add_cell(arm, std::nullopt);
      for (const std::int64_t seed : seeded ? options_.seeds : std::vector<std::int64_t>{}) {
        add_cell(arm, seed);
      }
    }
  }

  std::string filler() const {
    std::string text;
    Rng rng(17);
    for (int i = 0; i < options_.filler_words; ++i) {
      text += fmt::format(" word{}", rng.below(5000));
    }
    return text;
  }

  void add_item(int cluster, int number, const std::string& slice, bool answerable) {
    Item item;
    item.id = fmt::format("q{:04}-{}{}", cluster, number, options_.hostile);
    item.question = fmt::format("What colour is the badge of Marlo Venn {}{}?",
                                cluster * 10 + number, options_.hostile);
    item.targets = {kColours[static_cast<std::size_t>(cluster + number) % 6]};
    item.cluster = fmt::format("entity{:04}", cluster);
    if (answerable) item.gold_docs = {item.cluster};
    item.meta = {{"slice", slice + options_.hostile}};
    if (!answerable) item.meta["answerable"] = "false";
    items_.push_back(item);
  }

  void make_items() {
    for (int c = 0; c < options_.clusters; ++c) {
      for (int k = 0; k < 2; ++k) {
        add_item(c, k, options_.slices[c % 2], true);
      }
      if (c % 6 == 0) add_item(c, 2, "unanswerable", false);
    }
    const auto count = static_cast<std::int64_t>(items_.size());
    dataset_ = store_.put_dataset({items_hash(items_), "company_qa", "1", "test",
                                   "written by a seeded generator", "Apache-2.0", count},
                                  items_);
    training_set_ = store_.put_dataset(
        {hash("train"), "company_qa", "1", "train", "generator", "Apache-2.0", 420});
  }

  void begin_run() {
    RunRow run;
    run.hash = hash("run");
    run.experiment_id = store_.put_experiment(
        "demo" + options_.hostile,
        R"({"margin":0.05,"model":{"path":"smollm2-135m-instruct"},"name":"demo","seeds":[0,1,2]})",
        "name = \"demo\"  # " + options_.hostile + "\n");
    EnvironmentRow environment;
    environment.git_commit = "0123456789abcdef";
    environment.hardware = R"({"cpu":"a CPU","cores":2})";
    environment.libraries = R"({"sqlite":"3.40.1","torch":"2.5"})";
    environment.determinism = R"({"threads":"2"})";
    run.environment_id = store_.put_environment(environment);
    run.argv = R"(["quadrant","run","demo.toml"])";
    const std::vector<InputRow> inputs{{"model", "models/smollm2.gguf", hash("model")},
                                       {"suite company_qa/corpus.jsonl", "corpus", hash("corpus")}};
    run_ = store_.begin_run(run, inputs);
  }

  std::int64_t training(const std::string& method, std::int64_t seed) {
    const std::string name = fmt::format("{}{}", method, seed);
    for (const auto& known : store_.trainings(hash(name))) return known.id;
    TrainingRow row;
    row.hash = hash(name);
    row.run_id = run_;
    row.dataset_id = training_set_;
    if (method == kElsewhere.tuning) {
      row.dataset_id = store_.put_dataset(
          {hash("train another"), "another", "1", "train", "generator", "Apache-2.0", 420});
    }
    row.seed = seed;
    row.method = method == "full" ? "full" : "lora";
    row.config = "{}";
    row.id = store_.begin_training(row);
    Rng rng(static_cast<std::uint64_t>(seed), method);
    const bool lora = method == "lora";
    const int steps = 240;
    for (int s = 1; s <= steps; ++s) {
      TrainingStep step;
      step.step = s;
      step.steps = steps;
      step.loss = (lora ? 3.1 : 3.3) * std::exp(-s / (lora ? 60.0 : 40.0)) + .35 +
                  .12 * rng.normal() / std::sqrt(1 + s / 20.0);
      step.grad_norm = 1;
      step.learning_rate = (lora ? 1e-3 : 1e-4) * std::min(s / 12.0, (steps - s) / (steps - 12.0));
      step.tokens = 900;
      step.seconds = 1.5;
      store_.put_training_step(row.id, step);
    }
    row.state = "done";
    row.last_step = row.steps.emplace(steps);
    row.trainable_params = lora ? 4'884'480 : 134'515'008;
    row.peak_bytes = lora ? 1'400'000'000 : 2'900'000'000;
    row.tokens = 216'000;
    row.seconds = lora ? 190 : 260;
    row.flops = lora ? 1.2e14 : 1.75e14;
    row.weights_hash = hash(name + "weights");
    store_.update_training(row);
    return row.id;
  }

  std::int64_t strategy(const std::string& context, const std::string& tuning) {
    std::string spec = R"({"kind":"zero_shot"})";
    if (context == "shots") spec = R"({"k":4,"kind":"few_shot"})";
    if (context == "rag") spec = R"({"k":3,"kind":"rag","retriever":"dense"})";
    if (context == "oracle") spec = R"({"budget_tokens":1024,"kind":"oracle"})";
    const std::string model = tuning == kElsewhere.tuning
                                  ? R"({"data":"another","method":"lora"})"
                                  : fmt::format(R"({{"method":"{}"}})", tuning);
    return store_.put_strategy({context + " + " + tuning, spec, model});
  }

  void add_cell(const Arm& arm, std::optional<std::int64_t> seed) {
    const std::string suite = suite_ == options_.suites[0] ? "" : suite_;
    const std::string name =
        fmt::format("{}{}{}{}", suite, arm.context, arm.tuning, seed.value_or(-1));
    RunCellRow row;
    row.cell.hash = hash(name);
    row.cell.spec = "{}";
    row.cell.suite = suite_;
    row.cell.task = "qa";
    row.cell.task_version = "1";
    row.cell.dataset_id = dataset_;
    row.cell.strategy_id = strategy(arm.context, arm.tuning);
    row.cell.seed = seed;
    row.cell.decoding = "{}";
    row.cell.expected = static_cast<std::int64_t>(items_.size());
    row.cell.id = store_.put_cell(row.cell);
    row.context = arm.context;
    row.tuning = arm.tuning;
    row.metrics = R"(["contains","exact_match","abstained"])";
    store_.put_run_cell(run_, row);
    AttemptRow attempt;
    attempt.cell_id = row.cell.id;
    attempt.run_id = run_;
    if (std::string(arm.tuning) != "base") attempt.training_id = training(arm.tuning, *seed);
    const std::int64_t id = store_.begin_attempt(attempt);
    std::vector<RecordRow> records;
    for (std::size_t i = 0; i < items_.size(); ++i) records.push_back(record(arm, seed, i));
    const auto count = static_cast<double>(items_.size());
    const double tokens = context_tokens(arm.context);
    store_.put_batch(id, records,
                     {count * (.02 + tokens * .0008), count * tokens * 2.7e8, 900'000'000});
    store_.finish_attempt(id, hash(name + "out"), {});
    store_.set_run_cell(run_, row.cell.id, id, "computed");
  }

  static double context_tokens(const std::string& context) {
    if (context == "none") return 40;
    if (context == "shots") return 130;
    return context == "rag" ? 420 : 170;
  }

  RecordRow record(const Arm& arm, std::optional<std::int64_t> seed, std::size_t number) const {
    const Item& item = items_[number];
    Rng luck(5, item.cluster);  // shared by a cluster
    Rng rng(number * 31 + static_cast<std::size_t>(seed.value_or(7)),
            std::string(arm.context) + arm.tuning);
    const bool rag = std::string(arm.context) == "rag",
               oracle = std::string(arm.context) == "oracle";
    const bool trained = item.meta.at("slice").starts_with(options_.slices[0]);
    const bool hit = oracle || Rng(number, "hit").uniform() < .8;
    double chance = trained ? arm.trained : arm.untrained;
    if (rag) chance = hit ? std::min(1.0, chance * 1.2) : chance * .2;
    const bool answerable = is_answerable(item);
    const bool right = answerable && .4 * luck.uniform() + .6 * rng.uniform() < chance;
    RecordRow record;
    record.item_no = static_cast<std::int64_t>(number);
    record.prompt = fmt::format("<|im_start|>user\n{}{}{}{}<|im_end|>\n<|im_start|>assistant\n",
                                rag || oracle ? "Context:\nThe badge register. " : "",
                                item.question, options_.hostile, filler());
    record.output = right ? "The badge is " + item.targets[0] + "." + options_.hostile
                          : "I think it is " + std::string(answerable ? "grey" : "unknown") + ".";
    if (number == 0 && !options_.long_output.empty()) record.output = options_.long_output;
    record.stop = rng.uniform() < .1 ? "length" : "eos";
    record.prompt_tokens = static_cast<std::int64_t>(context_tokens(arm.context)) +
                           static_cast<std::int64_t>(rng.below(9));
    record.output_tokens = 3 + static_cast<std::int64_t>(rng.below(6));
    record.prefill_ms = static_cast<double>(record.prompt_tokens) * .7;
    record.decode_ms = static_cast<double>(record.output_tokens) * 9;
    if (rag) record.retrieve_ms = 4;
    if (rag || oracle) {
      record.delivered = answerable && hit;
      for (int k = 0; k < (rag ? 3 : 1); ++k) {
        const bool gold = answerable && hit && k == (oracle ? 0 : static_cast<int>(number % 3));
        record.retrieval.push_back(
            {fmt::format("Badge register, page {}: {} wears {}.{}{}", k, item.cluster,
                         gold ? item.targets[0] : "nothing", options_.hostile, filler()),
             gold ? item.cluster : fmt::format("doc{}", k), .9 - .1 * k, gold, true});
      }
    }
    record.scores = {{"contains", "1", right ? 1.0 : 0.0},
                     {"exact_match", "1", right && rng.uniform() < .7 ? 1.0 : 0.0},
                     {"abstained", "1", !answerable && rng.uniform() < .3 ? 1.0 : 0.0}};
    return record;
  }

  Store& store_;
  const FixtureOptions& options_;
  std::vector<Item> items_;
  std::string suite_;
  std::int64_t run_ = 0, dataset_ = 0, training_set_ = 0;
};

}  // namespace

std::int64_t fill_store(Store& store, const FixtureOptions& options) {
  return Builder(store, options).build();
}

Fixture::Fixture(const FixtureOptions& options) {
  static int number = 0;
  folder_ = std::filesystem::temp_directory_path() /
            fmt::format("quadrant-report-test-{}-{}", ::getpid(), ++number);
  std::filesystem::create_directories(folder_);
  store_ = std::make_unique<Store>(folder_ / "report.db", Store::Open::kCreate);
  run = fill_store(*store_, options);
}

Fixture::~Fixture() {
  store_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace quadrant::test
