#include "harness/cli/workbench.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.h"
#include "harness/run/noise_floor.h"
#include "harness/run/provenance.h"
#include "retrieval/neighbours.h"
#include "strategies/context/query_likelihood.h"
#include "strategies/engine.h"
#include "strategies/tuning/recipe.h"

namespace quadrant {
namespace {

bool embeds(const Experiment& experiment) {
  return std::any_of(experiment.contexts.begin(), experiment.contexts.end(),
                     [](const ContextSpec& context) { return needs_embedder(context); });
}

EnvironmentRow environment_of(bool deterministic, LanguageModel& model) {
  std::map<std::string, std::string> libraries, determinism;
  for (const auto& [name, value] : engine_facts()) {
    (name == "torch" ? libraries : determinism)[name] = value;
  }
  libraries["faiss"] = faiss_version();
  determinism["deterministic"] = deterministic ? "true" : "false";
  determinism["logprob_noise_floor"] = fmt::format("{:.2g}", logprob_noise_floor(model));
  return collect_environment(build_facts(), libraries, determinism);
}

void add_reranker(const std::string& folder, const ModelSpec& model, Workbench& bench) {
  if (folder.empty() || bench.rerankers.contains(folder)) return;
  if (folder == kQueryLikelihood) {
    bench.rerankers[folder] = load_query_likelihood(model);
    return;
  }
  if (!is_pair_scorer(folder)) {
    throw Error("this is no folder of a cross-encoder", folder,
                "name one with the config.json of a BertForSequenceClassification, write "
                "\"query_likelihood\", or leave `rerank` out");
  }
  for (const char* name : {"model.safetensors", "vocab.txt"}) {
    bench.files.push_back(
        {"reranker file " + std::string(name), std::filesystem::path(folder) / name});
  }
  bench.rerankers[folder] = load_pair_scorer(folder);
}

}  // namespace

Workbench load_workbench(const Experiment& experiment) {
  Workbench bench;
  for (const std::string& suite : experiment.suites) bench.suites.push_back(find_suite(suite));
  const auto model = model_file(experiment.model.path);
  for (const auto& file : files_of_model(model)) {
    bench.files.push_back(
        {file == model ? "model file" : "model file " + file.filename().string(), file});
  }
  if (embeds(experiment)) {
    const auto folder = embedder_folder(experiment.embedder);
    bench.files.push_back({"embedder file model.safetensors", folder / "model.safetensors"});
    bench.files.push_back({"embedder file vocab.txt", folder / "vocab.txt"});
    bench.embedder = load_embedder(experiment.embedder);
  }
  for (const ContextSpec& context : experiment.contexts)
    add_reranker(context.rerank, experiment.model, bench);
  if (experiment.model.device == "cuda") bench.device_search = device_search("cuda");
  bench.engine = load_engine(experiment.model, experiment.deterministic);
  bench.makers = {context_obstacle, make_context, tuning_obstacle, make_training_set, make_dev_set};
  bench.engine_id = engine_identity(experiment.model);
  // The engine keeps its place when the workbench moves.
  bench.environment = [deterministic = experiment.deterministic, engine = bench.engine.get()] {
    return environment_of(deterministic, engine->model());
  };
  return bench;
}

}  // namespace quadrant
