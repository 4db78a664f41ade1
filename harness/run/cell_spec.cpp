#include "harness/run/cell_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/core/sha256.h"

namespace quadrant {

std::string sequences_hash(std::span<const TrainingSequence> sequences) {
  Sha256 hash;
  for (const TrainingSequence& sequence : sequences) {
    std::string line;
    for (const std::int32_t id : sequence.ids) line += std::to_string(id) + ' ';
    line += '|';
    for (const bool learnt : sequence.learn) line += learnt ? '1' : '0';
    if (sequence.stage != 1) line += fmt::format("|{}", sequence.stage);
    hash.update(line + '\n');
  }
  return hash.hex();
}

nlohmann::json model_identity(const Experiment& experiment, Workbench& bench) {
  LanguageModel& model = bench.engine->model();
  return {{"weights", bench.engine->base_hash()},
          {"tokenizer", model.tokenizer().hash()},
          {"chat_template", model.chat_template().hash()},
          {"context_window", model.context_window()},
          {"device", experiment.model.device},
          {"engine", bench.engine_id},
          {"deterministic", experiment.deterministic}};
}

nlohmann::json training_spec(const nlohmann::json& model, const TuningSpec& tuning,
                             std::uint64_t seed, const std::string& dataset_hash) {
  return {{"model", model}, {"tuning", describe(tuning)}, {"data", dataset_hash}, {"seed", seed}};
}

bool asks_without_question(const Suite& suite) {
  return std::count(suite.metrics.begin(), suite.metrics.end(), "acc_mutual_info") > 0;
}

nlohmann::json decoding_spec(const Experiment& experiment, const Suite& suite) {
  // The batch size is in here because it may move the last bits of a log-probability.
  if (suite.output_type != "generate_until") {
    return {{"method", suite.output_type},
            {"without_question", asks_without_question(suite)},
            {"batch_size", experiment.batch_size}};
  }
  return {{"method", "greedy"},
          {"max_new_tokens", suite.prompt.max_new_tokens},
          {"stop", suite.prompt.stop},
          {"batch_size", experiment.batch_size}};
}

nlohmann::json cell_spec(const nlohmann::json& model, const Experiment& experiment,
                         const CellParts& parts) {
  const PromptTemplate& prompt = parts.suite.prompt;
  nlohmann::json spec{
      {"model", model},
      {"suite", parts.suite.hash},
      {"items", parts.items_hash},
      {"prompt",
       {{"system", prompt.system}, {"question", prompt.question}, {"context", prompt.context}}},
      {"decoding", decoding_spec(experiment, parts.suite)},
      {"context", describe(parts.context)}};
  if (spec["context"].contains("budget_tokens") && !spec["context"].contains("passage_order")) {
    spec["passages"] = "turned by item number";
  }
  if (prompt.delimiter) spec["prompt"]["delimiter"] = *prompt.delimiter;
  for (const PromptTemplate::Wording& wording : prompt.more) {
    spec["prompt"]["more"].push_back(
        {{"question", wording.question}, {"context", wording.context}});
    spec["prompt"]["trained"] = std::min(prompt.wordings(), kTrainedWordings);
  }
  if (!parts.embedder_hash.empty()) spec["embedder"] = parts.embedder_hash;
  if (!parts.reranker_hash.empty()) spec["reranker"] = parts.reranker_hash;
  if (!parts.search_hash.empty()) spec["search"] = parts.search_hash;
  if (!parts.training_hash.empty()) spec["training"] = parts.training_hash;
  if (parts.seed) spec["seed"] = *parts.seed;
  return spec;
}

}  // namespace quadrant
