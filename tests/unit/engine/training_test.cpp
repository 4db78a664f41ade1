// Training against transformers and PEFT, and against itself after an interruption.
#include <doctest/doctest.h>

#include "golden_training.h"
#include "strategies/tuning/lora.h"
#include "strategies/tuning/trainer.h"

using namespace quadrant;
namespace fs = std::filesystem;

namespace {

// The folder of a full tuning is a model of its own, with the base's tokenizer and template.
void check_folder(const fs::path& folder, const LanguageModel& base) {
  const LoadedModel loaded = load_model({folder.string()});
  const std::vector<Message> chat{{"user", "Who is it?"}, {"assistant", "<|im_end|>"}};
  const MarkedText prompt = base.chat_template().render(chat, true);
  const MarkedText again = loaded.chat_template->render(chat, true);
  CHECK(again.text == prompt.text);
  CHECK(loaded.tokenizer->encode(again) == base.tokenizer().encode(prompt));
  CHECK(loaded.end_tokens.front() == 2);
}

std::unique_ptr<ModelEngine> engine() { return load_engine({"smollm2-135m-instruct"}, true); }

}  // namespace

TEST_CASE("loss and gradient norm follow transformers and PEFT for 10 steps") {
  const auto reference = golden("training.json");
  const auto model = engine();
  for (const std::string method : {"full", "lora"}) {
    CAPTURE(method);
    const ScratchFolder folder;
    const auto steps = train(*model, golden_job(reference, method, folder.path));
    check_steps(steps, reference[method]["steps"]);
    model->use_tuned(folder.path);
    std::size_t i = 0;
    for (const auto& json : reference["held_out"]) {
      const TrainingSequence sequence = sequence_of(json);
      const ScoreRequest request{sequence.ids, json["learn_from"].get<std::size_t>()};
      const auto scores = model->model().score(std::span(&request, 1));
      double nll = 0;
      for (const double logprob : scores[0].logprobs) nll -= logprob;
      nll /= static_cast<double>(scores[0].logprobs.size());
      CHECK(nll ==
            doctest::Approx(reference[method]["held_out_after"][i++].get<double>()).epsilon(1e-3));
    }
    model->use_base();
  }
}

TEST_CASE("a training that was stopped goes on bit for bit") {
  const auto reference = golden("training.json");
  const auto model = engine();
  for (const std::string method : {"lora", "full"}) {
    CAPTURE(method);
    TrainingJob job = golden_job(reference, method, {});
    job.tuning.dropout = method == "lora" ? 0.1 : 0;
    job.tuning.epochs = 1;
    // LoRA in two stages: what was stopped in the first one goes on into the second.
    for (std::size_t i = 0; method == "lora" && i < 12; ++i) job.sequences[i].stage = 2;
    const ScratchFolder folder;
    job.folder = folder.path / "whole";
    const auto whole = model->train(job, [](const TrainingStep&) { return true; });
    job.folder = folder.path / "cut";
    CHECK(train(*model, job, 2).size() == 2);
    const auto cut = model->train(job, [](const TrainingStep&) { return true; });
    REQUIRE(cut.finished);
    CHECK(cut.result.steps == 5);
    CHECK(cut.result.weights_hash == whole.result.weights_hash);
    if (method == "full") check_folder(job.folder, model->model());
  }
}

TEST_CASE("stages: one after the other, each with its own warm-up") {
  TrainingJob job = golden_job(golden("training.json"), "lora", {});
  const ScratchFolder folder;
  job.folder = folder.path;
  job.tuning.epochs = 1;
  job.sequences.resize(4);
  std::int64_t later = 0;
  for (std::size_t i = 0; i < 2; ++i) {  // the first two lines are learnt last
    job.sequences[i].stage = 7;
    later += static_cast<std::int64_t>(job.sequences[i].ids.size());
  }
  const std::string hash = job_hash(job);
  const auto steps = train(*engine(), job);
  REQUIRE(steps.size() == 2);
  CHECK(steps[1].tokens == later);
  CHECK(steps[0].learning_rate == steps[1].learning_rate);
  job.sequences[0].stage = 1;
  CHECK(job_hash(job) != hash);
}

TEST_CASE("LoRA: merged equals unmerged; taking it off restores the base bit for bit") {
  auto& model = smollm2();
  Decoder& decoder = model.decoder();
  const std::string before = weights_hash(decoder);
  TuningSpec tuning;
  attach_lora(decoder, tuning, 7);
  for (Linear* linear : decoder.linears()) {  // a branch that does something
    const at::NoGradGuard no_grad;
    linear->lora->b.copy_(linear->weight.slice(1, 0, tuning.rank).mul(0.05));
  }
  const ScoreRequest request{model.tokenizer().encode_plain("The archive is closed on Monday."), 1};
  const auto unmerged = model.score(std::span(&request, 1))[0].logprobs;
  std::vector<Tensor> base;
  for (Linear* linear : decoder.linears()) base.push_back(linear->weight);
  merge_lora(decoder);
  const auto merged = model.score(std::span(&request, 1))[0].logprobs;
  for (std::size_t i = 0; i < merged.size(); ++i) {
    CHECK(std::abs(merged[i] - unmerged[i]) < 1e-4);
  }
  CHECK(weights_hash(decoder) != before);
  std::size_t i = 0;
  for (Linear* linear : decoder.linears()) linear->weight = base[i++];
  CHECK(weights_hash(decoder) == before);
}

TEST_CASE("equal sequences and shared prefixes train like separate ones") {
  auto& model = smollm2();
  const auto reference = golden("training.json");
  std::vector<TrainingSequence> sequences;
  for (int i = 15; i < 19; ++i) sequences.push_back(sequence_of(reference["sequences"][i]));
  std::vector<const TrainingSequence*> group;
  double separate = 0;
  const at::NoGradGuard no_grad;
  for (const auto& sequence : sequences) {
    group.push_back(&sequence);
    const TrainingSequence* alone = &sequence;
    separate += sequence_loss(model.decoder(), std::span(&alone, 1), 1);
  }
  const double together = sequence_loss(model.decoder(), group, 1);
  CHECK(together == doctest::Approx(separate).epsilon(1e-5));
}
