// Every technique against transformers and PEFT, on a tiny model (tests/golden/README-families.md).
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "harness/core/error.h"
#include "strategies/lm/tensor_file.h"
#include "strategies/tuning/adapter.h"
#include "tiny_training.h"

using namespace quadrant;
namespace fs = std::filesystem;

namespace {

// Of the logits that the golden file has, in all its rows.
double logit_difference(Decoder& decoder, const nlohmann::json& wanted) {
  const at::NoGradGuard no_grad;
  const auto families = golden("families/families.json");
  const auto ids = families["ids"].get<TokenIds>();
  const TokenTree tree = build_token_tree(std::span(&ids, 1));
  TreeAttention attention(tree, at::kCPU);
  const Tensor logits = at::linear(
      decoder.hidden(id_tensor(ids, at::kCPU), index_tensor(tree.positions, at::kCPU), attention),
      decoder.head());
  double worst = 0;
  for (std::size_t r = 0; r < wanted.size(); ++r) {
    const auto row = wanted[r].get<std::vector<double>>();
    const Tensor ours = logits[families["rows"][r].get<int>()].to(at::kDouble);
    worst = std::max(worst, (ours - at::tensor(row, at::kDouble)).abs().max().item<double>());
  }
  return worst;
}

void check_gradients(Decoder& decoder, const std::vector<NamedTensor>& parameters,
                     const std::string& file) {
  require_gradients(parameters);
  const auto all = sequences();
  std::vector<const TrainingSequence*> group;
  double learnt = 0;
  for (const TrainingSequence& sequence : all) {
    group.push_back(&sequence);
    learnt += std::count(sequence.learn.begin(), sequence.learn.end(), true);
  }
  sequence_loss(decoder, group, 1 / learnt);
  TensorFile gradients(kGolden / "tuning" / file);
  for (const NamedTensor& parameter : parameters) {
    CAPTURE(parameter.name);
    const Tensor wanted = gradients.take(parameter.name, parameter.tensor->sizes().vec());
    const double error = (parameter.tensor->grad() - wanted).norm().item<double>();
    CHECK(error < 1e-4 * wanted.norm().item<double>());
  }
  gradients.require_all_taken();
}

std::string refusal(const nlohmann::json& changes) {
  const ScratchFolder scratch;
  fs::copy(kGolden / "tuning/lora", scratch.path, fs::copy_options::recursive);
  auto config = nlohmann::json::parse(read_text(scratch.path / kAdapterConfig));
  config.update(changes);
  write_atomically(scratch.path / kAdapterConfig, config.dump());
  try {
    load_adapter(*base(), scratch.path);
  } catch (const Error& error) {
    return error.problem();
  }
  return "";
}

}  // namespace

TEST_CASE("20 steps of every technique follow transformers and PEFT, and end in the same model") {
  for (const auto& [name, variant] : reference()["variants"].items()) {
    CAPTURE(name);
    const ScratchFolder scratch;
    const auto decoder = base();
    TrainingJob job{tuning_of(variant["tuning"]), sequences(), reference()["seed"], scratch.path};
    std::vector<TrainingStep> steps;
    train_decoder(*decoder, job, start(*decoder, job.tuning), [&](const TrainingStep& step) {
      steps.push_back(step);
      return true;
    });
    const auto& wanted = variant["steps"];
    REQUIRE(steps.size() == 20);
    REQUIRE(wanted.size() == 20);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      CAPTURE(i);
      CHECK(steps[i].loss == doctest::Approx(wanted[i]["loss"].get<double>()).epsilon(1e-4));
      CHECK(steps[i].grad_norm ==
            doctest::Approx(wanted[i]["grad_norm"].get<double>()).epsilon(1e-3));
      CHECK(steps[i].learning_rate == doctest::Approx(wanted[i]["lr"].get<double>()));
    }
    CHECK(logit_difference(*decoder, variant["logits"]) < 2e-3);
  }
}

TEST_CASE("adapters that PEFT wrote: the same logits, branches apart or merged, and gradients") {
  for (const std::string name : {"lora", "rslora", "dora", "loraplus", "patterns"}) {
    CAPTURE(name);
    const bool patterns = name == "patterns";
    const auto& wanted =
        (patterns ? reference()["patterns"] : reference()["variants"][name])["logits"];
    const auto decoder = base();
    load_adapter(*decoder, kGolden / "tuning" / name);
    CHECK(logit_difference(*decoder, wanted) < 1e-4);
    if (!patterns) {
      check_gradients(*decoder, lora_parameters(*decoder), "gradients_" + name + ".safetensors");
    }
    merge_lora(*decoder);
    CHECK(logit_difference(*decoder, wanted) < 1e-4);
  }
}

TEST_CASE("gradients of all weights equal transformers'") {
  const auto decoder = base();
  check_gradients(*decoder, start(*decoder, tuning_of(reference()["variants"]["full"]["tuning"])),
                  "gradients_full.safetensors");
}

TEST_CASE("an adapter is written with PEFT's tensors and keys") {
  for (const std::string name : {"lora", "rslora", "dora"}) {
    CAPTURE(name);
    const ScratchFolder scratch;
    const fs::path golden_folder = kGolden / "tuning" / name;
    const auto decoder = base();
    load_adapter(*decoder, golden_folder);
    save_adapter(*decoder, tuning_of(reference()["variants"][name]["tuning"]), "base",
                 scratch.path);
    const auto read = [](const fs::path& folder) {
      return nlohmann::json::parse(read_text(folder / kAdapterConfig));
    };
    const auto ours = read(scratch.path), theirs = read(golden_folder);
    for (const auto& [key, value] : ours.items()) {
      if (key == "base_model_name_or_path") continue;
      CAPTURE(key);
      if (key == "target_modules") {
        std::set<std::string> leaves;  // PEFT writes "all-linear" out, module by module
        for (const auto& module : theirs[key]) leaves.insert(leaf_name(module));
        CHECK(value.get<std::set<std::string>>() == leaves);
      } else {
        CHECK(value == theirs[key]);
      }
    }
    const SafetensorsFile written(scratch.path / kAdapterWeights);
    const SafetensorsFile wanted(golden_folder / kAdapterWeights);
    REQUIRE(written.tensors().size() == wanted.tensors().size());
    for (const TensorView& tensor : wanted.tensors()) {
      CHECK(written.tensor(tensor.name).bytes == tensor.bytes);
    }
  }
}

TEST_CASE("what an adapter asks for and nobody supports is refused by name") {
  CHECK(refusal({{"inference_mode", false}, {"eva_config", nullptr}}) == "");
  CHECK(refusal({{"peft_type", "IA3"}}).find("no LoRA adapter") != std::string::npos);
  CHECK(refusal({{"modules_to_save", {"lm_head"}}}).starts_with("modules_to_save = [\"lm_head\"]"));
  CHECK(refusal({{"bias", "all"}}).starts_with("bias = \"all\""));
  CHECK(refusal({{"fan_in_fan_out", true}}).starts_with("fan_in_fan_out"));
  CHECK(refusal({{"init_lora_weights", "pissa"}}).starts_with("init_lora_weights = \"pissa\""));
  CHECK(refusal({{"something_new", 3}}).starts_with("something_new = 3"));
  CHECK(refusal({{"rank_pattern", {{"q_proj", 5}}}}).find("has shape") != std::string::npos);
  CHECK(refusal({{"alpha_pattern", {{"(", 5}}}}).find("regular expression") != std::string::npos);
  CHECK(refusal({{"lora_alpha", nullptr}}).find("alpha is not a number") != std::string::npos);
  CHECK(refusal({{"use_dora", true}}).find("lora_magnitude_vector") != std::string::npos);
}

TEST_CASE("DoRA without a change is the base, and with dropout it trains on") {
  const auto decoder = base();
  TuningSpec tuning;
  tuning.use_dora = true;
  attach_lora(*decoder, tuning, 1);
  const auto untouched = golden("families/families.json")["models"]["llama"]["logits"];
  CHECK(logit_difference(*decoder, untouched) < 1e-4);
  const Linear& linear = *decoder->linears().front();
  const Tensor x = at::ones({4, linear.weight.size(1)});
  const Tensor plain = linear.forward(x);
  decoder->linears().front()->lora->dropout = 0.5;
  at::manual_seed(1);
  const Tensor once = linear.forward(x);
  at::manual_seed(1);
  CHECK(at::equal(once, linear.forward(x)));
  CHECK(at::allclose(once, plain, 1e-4, 1e-4));  // the factor is 1: there is nothing to drop
}

TEST_CASE("the model of the lowest dev loss is kept, measured without dropout, after a cut too") {
  const auto decoder = base();
  auto all = sequences();
  const std::vector<TrainingSequence> dev(all.end() - 4, all.end());
  all.resize(10);
  TuningSpec tuning = tuning_of(reference()["variants"]["lora"]["tuning"]);
  tuning.dropout = 0.3;
  tuning.learning_rate = 0.05;
  tuning.epochs = 6;
  const ScratchFolder scratch;
  TrainingJob job{tuning, all, 1, scratch.path / "whole", dev};
  struct Kept {
    std::vector<double> losses;
    std::vector<Tensor> best;
  };
  const auto train = [&](int stop_at, Kept& kept) {
    detach_lora(*decoder);
    const auto parameters = start(*decoder, tuning);
    return train_decoder(
        *decoder, job, parameters,
        [&](const TrainingStep& step) {
          CHECK(step.dev_loss.has_value() == (step.step % 3 == 0));
          if (step.dev_loss) kept.losses.push_back(*step.dev_loss);
          return step.step != stop_at;
        },
        [&] {
          kept.best.clear();
          for (const NamedTensor& p : parameters) kept.best.push_back(p.tensor->detach().clone());
        });
  };
  Kept whole, cut;
  CHECK(train(0, whole).finished);
  REQUIRE(whole.losses.size() == 6);
  job.folder = scratch.path / "cut";
  CHECK_FALSE(train(10, cut).finished);
  CHECK(train(0, cut).finished);
  CHECK(cut.losses == whole.losses);
  for (std::size_t i = 0; i < whole.best.size(); ++i) CHECK(at::equal(whole.best[i], cut.best[i]));
  // The kept weights have the lowest of the losses.
  const auto parameters = lora_parameters(*decoder);
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].tensor->copy_(whole.best[i]);
  for (Linear* linear : decoder->linears()) linear->lora->dropout = 0;
  double loss = 0, learnt = 0;
  for (const TrainingSequence& sequence : dev) {
    const TrainingSequence* one = &sequence;
    loss += sequence_loss(*decoder, std::span(&one, 1), 1);
    learnt += std::count(sequence.learn.begin(), sequence.learn.end(), true);
  }
  CHECK(loss / learnt ==
        doctest::Approx(*std::min_element(whole.losses.begin(), whole.losses.end())).epsilon(1e-5));
}
