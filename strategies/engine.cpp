#include "strategies/engine.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <fmt/format.h>
#include <torch/version.h>

#include <cstdlib>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/sha256.h"
#include "harness/core/training_cost.h"
#include "strategies/context/query_likelihood.h"
#include "strategies/lm/cross_encoder.h"
#include "strategies/lm/device_search.h"
#include "strategies/lm/encoder.h"
#include "strategies/lm/language_model.h"
#include "strategies/lm/loader.h"
#include "strategies/lm/tensor_file.h"
#include "strategies/lm/tokenizer/tokenizer.h"
#include "strategies/tuning/adapter.h"
#include "strategies/tuning/checkpoint.h"
#include "strategies/tuning/lora.h"
#include "strategies/tuning/model_folder.h"
#include "strategies/tuning/trainer.h"

namespace quadrant {
namespace {

class TorchEngine : public ModelEngine {
 public:
  TorchEngine(const ModelSpec& spec, std::shared_ptr<Ranks> ranks)
      : spec_(spec), model_(load_model(spec)), ranks_(std::move(ranks)) {
    keep_base(model_.decoder());
  }

  LanguageModel& model() override { return model_; }
  std::string base_hash() const override { return model_.loaded().weights_hash; }

  void use_base() override {
    detach_lora(model_.decoder());
    if (base_.empty()) read_base_again();
    const auto weights = model_.decoder().weights();
    for (std::size_t i = 0; i < weights.size(); ++i) *weights[i].tensor = base_[i];
  }

  void use_tuned(const std::filesystem::path& folder) override {
    use_base();
    if (is_adapter(folder)) {
      load_adapter(model_.decoder(), folder);
      merge_lora(model_.decoder());
      model_.decoder().join_weights();
      return;
    }
    TensorFile file(folder / kModelWeights);
    for (const NamedTensor& weight : model_.decoder().weights()) {
      const Tensor& base = *weight.tensor;
      *weight.tensor = file.take(weight.name, base.sizes().vec()).to(base.options());
    }
    file.require_all_taken();
    model_.decoder().join_weights();
  }

  Training train(const TrainingJob& job,
                 const std::function<bool(const TrainingStep&)>& observe) override {
    use_base();
    if (spec_.device == "cpu" && model_.decoder().head().scalar_type() != at::kFloat) {
      throw Error("training in bfloat16 is not supported on a processor", "model.dtype",
                  "leave model.dtype out, or take the tunings out of the grid");
    }
    ranks_->require_same(base_hash(), "base model");
    const bool lora = job.tuning.method == "lora";
    if (lora) {
      attach_lora(model_.decoder(), job.tuning, job.seed);
    } else {
      own_weights();
    }
    const auto parameters = lora ? lora_parameters(model_.decoder()) : exact_weights();
    const auto save = [&](const std::filesystem::path& folder) {
      if (ranks_->rank() != 0) return;
      std::filesystem::create_directories(folder);
      if (lora) {
        save_adapter(model_.decoder(), job.tuning, model_.loaded().name, folder);
      } else {
        write_model_folder(model_.decoder(), spec_, folder);
      }
    };
    const TrainingTotals totals = train_decoder(
        model_.decoder(), job, parameters, observe, [&] { save(job.folder / kEarlyStop); },
        *ranks_);
    Training training;
    training.finished = totals.finished;
    training.result.steps = totals.steps;
    training.result.tokens = totals.tokens;
    training.result.seconds = totals.seconds;
    training.result.flops = training_flops(totals, job.tuning);
    for (const NamedTensor& parameter : parameters) {
      training.result.trainable_parameters += parameter.tensor->numel();
    }
    if (totals.finished && ranks_->rank() == 0) {
      save(job.folder);
      training.result.weights_hash =
          sha256_file(job.folder / (lora ? kAdapterWeights : kModelWeights));
      std::filesystem::remove(checkpoint_file(job.folder));
    }
    use_base();
    return training;
  }

 private:
  void keep_base(Decoder& decoder) {
    for (const NamedTensor& weight : decoder.weights()) base_.push_back(*weight.tensor);
  }

  void read_base_again() {
    const LoadedModel loaded = load_model(spec_);
    if (loaded.weights_hash != base_hash()) {
      throw Error("the model's file has changed since it was first read", spec_.path,
                  "leave it as it is during a run, and start again");
    }
    keep_base(*loaded.decoder);
  }

  // Full tuning changes the weights in place. The base is gone then, until it is read again: beside
  // gradients and the optimizer's state a copy of it would be a fifth of all memory.
  void own_weights() {
    base_.clear();
    for (const NamedTensor& weight : model_.decoder().weights()) {
      *weight.tensor = weight.tensor->detach().set_requires_grad(true);
    }
  }

  // All weights, with what those in bfloat16 were rounded from.
  std::vector<NamedTensor> exact_weights() {
    std::vector<NamedTensor> weights = model_.decoder().weights();
    if (model_.decoder().head().scalar_type() == at::kFloat) return weights;
    ModelSpec exact = spec_;
    exact.device = "cpu";
    exact.dtype = "float32";
    const LoadedModel loaded = load_model(exact);
    const auto values = loaded.decoder->weights();
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i].exact = *values[i].tensor;
    return weights;
  }

  // Without attention; the head is computed for learnt tokens only.
  double training_flops(const TrainingTotals& totals, const TuningSpec& tuning) {
    const double head = 2.0 * static_cast<double>(model_.decoder().head().numel());
    const double layers = model_.flops_per_token() - head;
    const TrainingPasses passes = training_passes(tuning);
    return passes.layers * layers * static_cast<double>(totals.tokens) +
           passes.head * head * static_cast<double>(totals.learnt_tokens);
  }

  ModelSpec spec_;
  DecoderModel model_;
  std::shared_ptr<Ranks> ranks_;
  std::vector<Tensor> base_;  // in the order of Decoder::weights()
};

void hold_to_deterministic_kernels() {
  // What would differ on a GPU sees to it itself: strategies/lm/gpu/same_gradients.h.
  at::globalContext().setDeterministicAlgorithms(!at::hasCUDA(), /*warn_only=*/false);
  at::globalContext().setDeterministicFillUninitializedMemory(false);
}

}  // namespace

std::unique_ptr<Tokenizer> load_model_tokenizer(const std::string& path) {
  const auto file = model_file(path);
  if (std::filesystem::is_directory(file)) return load_tokenizer(file);
  return load_tokenizer(GgufFile(file));
}

std::unique_ptr<Embedder> load_embedder(const std::string& path) {
  return load_encoder(embedder_folder(path));
}

bool is_pair_scorer(const std::filesystem::path& folder) { return is_cross_encoder(folder); }

std::unique_ptr<PairScorer> load_pair_scorer(const std::filesystem::path& folder) {
  return load_cross_encoder(folder);
}

std::unique_ptr<PairScorer> load_query_likelihood(const ModelSpec& spec, bool deterministic) {
  const std::shared_ptr<ModelEngine> engine = load_engine(spec, deterministic);
  return query_likelihood({engine, &engine->model()}, engine->base_hash());
}

DeviceSearchMaker device_search(const std::string& device) {
  return torch_search(at::Device(device));
}

std::unique_ptr<ModelEngine> load_engine(const ModelSpec& spec, bool deterministic,
                                         std::shared_ptr<Ranks> ranks) {
  if (deterministic) hold_to_deterministic_kernels();
  at::globalContext().setAllowTF32CuBLAS(spec.tf32);
  return std::make_unique<TorchEngine>(spec, std::move(ranks));
}

void merge_adapter(const ModelSpec& spec, const std::filesystem::path& adapter,
                   const std::filesystem::path& output) {
  LoadedModel loaded = load_model(spec);
  load_adapter(*loaded.decoder, adapter);
  merge_lora(*loaded.decoder);
  write_model_folder(*loaded.decoder, spec, output);
}

bool is_adapter(const std::filesystem::path& folder) {
  return std::filesystem::exists(folder / kAdapterConfig);
}

std::string engine_identity(const ModelSpec& spec) {
  const std::string type = spec.dtype == "float32" ? spec.tf32 ? "tf32" : "fp32" : spec.dtype;
  return fmt::format("libtorch {} {} {} {} v5", TORCH_VERSION, spec.device, type,
                     at::get_cpu_capability());
}

std::vector<std::pair<std::string, std::string>> engine_facts() {
  return {{"torch", TORCH_VERSION},
          {"cpu_capability", at::get_cpu_capability()},
          {"threads", std::to_string(at::get_num_threads())}};
}

}  // namespace quadrant
