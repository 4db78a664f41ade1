#include "harness/cli/workbench.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.h"
#include "harness/run/noise_floor.h"
#include "harness/run/provenance.h"
#include "retrieval/neighbours.h"
#include "strategies/context/query_likelihood.h"
#include "strategies/engine.h"
#include "strategies/remote/remote_engine.h"
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

void add_reranker(const std::string& folder, const Experiment& experiment, Workbench& bench) {
  if (folder.empty() || bench.rerankers.contains(folder)) return;
  if (folder == kQueryLikelihood) {
    if (experiment.server) {
      throw Error("a model behind a server cannot put passages in order",
                  "rerank = \"query_likelihood\"",
                  "name the folder of a cross-encoder, or leave `rerank` out");
    }
    bench.rerankers[folder] = load_query_likelihood(experiment.model, experiment.deterministic);
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

void add_model_files(const ModelSpec& spec, Workbench& bench) {
  const auto model = model_file(spec.path);
  for (const auto& file : files_of_model(model)) {
    bench.files.push_back(
        {file == model ? "model file" : "model file " + file.filename().string(), file});
  }
}

bool scores_texts(const Suite& suite) { return suite.output_type != "generate_until"; }

// What a server cannot do is an obstacle of the arms that need it.
void connect_server(const ServerSpec& spec, Workbench& bench) {
  const bool scoring = std::any_of(bench.suites.begin(), bench.suites.end(), scores_texts);
  RemoteEngine remote = load_remote_engine(spec, scoring);
  bench.engine = std::move(remote.engine);
  bench.usage = std::move(remote.usage);
  bench.engine_id = remote_identity(spec);
  bench.makers.tuning_obstacle = [](const TuningSpec&, const Suite&) {
    return std::string("a model behind a server cannot be tuned from here");
  };
  bench.makers.context_obstacle = [reason = remote.cannot_score](const ContextSpec& context,
                                                                 const Suite& suite) {
    if (scores_texts(suite) && !reason.empty()) {
      return "the server cannot score texts: " + reason;
    }
    return context_obstacle(context, suite);
  };
  bench.notes.push_back(
      "A server answers: the same question may get another answer tomorrow, tokens of prompts are "
      "counted by the server, and its FLOPs, energy and memory are not known.");
  if (!remote.logprobs) {
    bench.notes.push_back(
        "The server gives no log-probabilities of its answers: what is made of them is left out.");
  }
  bench.environment = [logprobs = remote.logprobs] {
    return collect_environment(build_facts(),
                               {{"faiss", faiss_version()}, {"curl", curl_version_text()}},
                               {{"deterministic", "not promised by the server"},
                                {"logprobs", logprobs ? "given" : "not given"}});
  };
}

}  // namespace

Workbench load_workbench(const Experiment& experiment) {
  Workbench bench;
  for (const std::string& suite : experiment.suites) bench.suites.push_back(find_suite(suite));
  if (!experiment.server) add_model_files(experiment.model, bench);
  if (embeds(experiment)) {
    const auto folder = embedder_folder(experiment.embedder);
    bench.files.push_back({"embedder file model.safetensors", folder / "model.safetensors"});
    bench.files.push_back({"embedder file vocab.txt", folder / "vocab.txt"});
    bench.embedder = load_embedder(experiment.embedder);
  }
  for (const ContextSpec& context : experiment.contexts)
    add_reranker(context.rerank, experiment, bench);
  if (experiment.model.device == "cuda") bench.device_search = device_search("cuda");
  bench.makers = {context_obstacle, make_context, tuning_obstacle, make_training_set, make_dev_set};
  if (experiment.server) {
    connect_server(*experiment.server, bench);
    return bench;
  }
  bench.engine = load_engine(experiment.model, experiment.deterministic);
  bench.engine_id = engine_identity(experiment.model);
  // The engine keeps its place when the workbench moves.
  bench.environment = [deterministic = experiment.deterministic, engine = bench.engine.get()] {
    return environment_of(deterministic, engine->model());
  };
  return bench;
}

}  // namespace quadrant
