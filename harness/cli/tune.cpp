// quadrant tune: train on a file of examples; the result is a PEFT adapter or a full model. Behind
// mpirun or srun, one training in several processes, of which the first one speaks and writes.
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "datasets/suite_files.h"
#include "harness/cli/common.h"
#include "harness/cli/live_line.h"
#include "harness/cli/verbs.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "strategies/engine.h"
#include "strategies/tuning/launch.h"
#include "strategies/tuning/ranks.h"
#include "strategies/tuning/recipe.h"

namespace quadrant {
namespace {

struct TuneOptions {
  LineOptions model;
  std::string train, dev, output;
  TuningSpec tuning;
  std::uint64_t seed = 0;
};

// trainer_state.json, as transformers' Trainer leaves it beside a model: what each step saw. Steps
// of a training that goes on from a checkpoint join those before.
class StepLog {
 public:
  explicit StepLog(const std::filesystem::path& folder) : file_(folder / "trainer_state.json") {
    if (!std::filesystem::exists(file_)) return;
    const auto before = nlohmann::json::parse(read_text(file_), nullptr, false);
    if (before.is_object()) history_ = before.value("log_history", nlohmann::json::array());
  }

  void add(const TrainingStep& step) {
    while (!history_.empty() && history_.back().value("step", 0) >= step.step) {
      history_.erase(history_.size() - 1);
    }
    history_.push_back({{"step", step.step},
                        {"loss", step.loss},
                        {"grad_norm", step.grad_norm},
                        {"learning_rate", step.learning_rate},
                        {"tokens", step.tokens},
                        {"seconds", step.seconds}});
    if (step.dev_loss) history_.back()["eval_loss"] = *step.dev_loss;
    last_ = step;
  }

  void write() const {
    const nlohmann::json state{
        {"global_step", last_.step}, {"max_steps", last_.steps}, {"log_history", history_}};
    write_atomically(file_, state.dump(1) + "\n");
  }

 private:
  std::filesystem::path file_;
  nlohmann::json history_ = nlohmann::json::array();
  TrainingStep last_;
};

std::vector<TrainingSequence> sequences_of(const std::string& file, TuningSpec tuning,
                                           const LanguageModel& model) {
  Suite suite;
  suite.train = read_training_examples(file);
  tuning.purpose = possible_purposes(suite);
  if (tuning.purpose.empty()) throw Error("no training examples", file, "add some lines");
  return make_training_set(tuning, suite, model);
}

int tune(const TuneOptions& options) {
  TuningSpec tuning = options.tuning;
  const Launch launch = read_launch(std::getenv);
  const std::string device = device_of(launch, options.model.device);
  const auto ranks = join_ranks(launch, device);
  const bool speaks = ranks->rank() == 0;
  const auto engine = load_engine(
      {options.model.model, options.model.chat_template, device, options.model.dtype}, true, ranks);
  TrainingJob job{tuning, sequences_of(options.train, tuning, engine->model()), options.seed,
                  options.output};
  if (!options.dev.empty()) {
    tuning.replay.clear();
    job.dev = sequences_of(options.dev, tuning, engine->model());
  }
  const auto line = speaks ? make_live_line() : std::make_unique<Progress>();
  TrainingProgress progress{1, 1, options.train, tuning.method, {}};
  line->training_started(progress);
  StepLog log(options.output);
  const auto training = engine->train(job, [&](const TrainingStep& step) {
    log.add(step);
    progress.step = step;
    line->training_advanced(progress);
    return !stop_requested();
  });
  if (speaks) log.write();
  line->training_finished(progress, training.finished ? "done" : "interrupted", "");
  if (!training.finished) {
    if (speaks) fmt::print(stderr, "stopped; the same command goes on from the checkpoint\n");
    return kPartial;
  }
  if (!speaks) return kOk;
  fmt::print("{}: {} steps, {} trainable parameters, sha256 {}\n", options.output,
             training.result.steps, training.result.trainable_parameters,
             training.result.weights_hash);
  return kOk;
}

template <class Value>
CLI::Option* number(CLI::App& verb, const char* flag, Value& value, const char* what) {
  return verb.add_option(flag, value, what)->capture_default_str();
}

void add_lora_options(CLI::App& verb, TuningSpec& tuning) {
  number(verb, "--rank", tuning.rank, "LoRA: rank")->check(CLI::PositiveNumber);
  number(verb, "--alpha", tuning.alpha, "LoRA: scale = alpha / rank")->check(CLI::PositiveNumber);
  number(verb, "--dropout", tuning.dropout, "LoRA: dropout")->check(CLI::Range(0.0, 0.99));
  verb.add_option("--target-modules", tuning.target_modules,
                  "LoRA: linear layers, as in q_proj,v_proj; otherwise all")
      ->delimiter(',')
      ->check(CLI::IsMember(linear_layer_names()));
  verb.add_flag("--use-rslora", tuning.use_rslora, "LoRA: scale = alpha / sqrt(rank)");
  verb.add_flag("--use-dora", tuning.use_dora, "LoRA: a magnitude of its own for each output");
  number(verb, "--loraplus-lr-ratio", tuning.loraplus_lr_ratio, "LoRA+: B learns faster than A")
      ->check(CLI::Range(1.0, 1000.0));
}

void add_schedule_options(CLI::App& verb, TuningSpec& tuning) {
  number(verb, "--learning-rate", tuning.learning_rate, "peak learning rate")
      ->check(CLI::PositiveNumber);
  number(verb, "--epochs", tuning.epochs, "passes over the examples")->check(CLI::PositiveNumber);
  number(verb, "--batch-size", tuning.batch_size, "examples a step")->check(CLI::PositiveNumber);
  number(verb, "--warmup-ratio", tuning.warmup_ratio, "share of the steps")
      ->check(CLI::Range(0.0, 0.99));
  verb.add_option("--lr-scheduler-type", tuning.lr_scheduler_type,
                  fmt::format("{}", fmt::join(schedule_names(), " | ")))
      ->check(CLI::IsMember(schedule_names()))
      ->capture_default_str();
  number(verb, "--weight-decay", tuning.weight_decay, "AdamW's weight decay, of matrices")
      ->check(CLI::NonNegativeNumber);
  number(verb, "--max-grad-norm", tuning.max_grad_norm, "clipping; 0 = none")
      ->check(CLI::NonNegativeNumber);
}

}  // namespace

void add_tune(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("tune", "train on a file of examples");
  auto options = std::make_shared<TuneOptions>();
  TuningSpec& tuning = options->tuning;
  tuning.name = "tune";
  tuning.method = "lora";
  add_model_options(*verb, options->model);
  verb->add_option("--train", options->train, "examples: .jsonl, or a list in a .json file")
      ->required();
  verb->add_option(
      "--dev", options->dev,
      "examples to measure after each epoch; the best model goes to OUTPUT/early_stop");
  verb->add_option("--output", options->output, "folder to write")->required();
  verb->add_option("--method", tuning.method, "lora | full")
      ->check(CLI::IsMember({"lora", "full"}))
      ->capture_default_str();
  verb->add_option("--replay", tuning.replay, "general examples to mix in");
  number(*verb, "--replay-share", tuning.replay_share, "of all tokens")
      ->check(CLI::Range(0.0001, 0.99));
  add_lora_options(*verb, tuning);
  verb->add_flag("--gradient-checkpointing", tuning.gradient_checkpointing,
                 "less memory: layers are computed again for their gradients");
  add_schedule_options(*verb, tuning);
  verb->add_option("--seed", options->seed, "order of examples, start of LoRA")
      ->capture_default_str();
  verb->callback([&action, options] { action = [options] { return tune(*options); }; });
}

}  // namespace quadrant
