// Specifications: canonical JSON of everything that decides what a training or a cell gives.
//
// Whatever could change an answer must be in here; names that the user chose must not.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>

#include "harness/run/workbench.h"

namespace quadrant {

// SHA-256 over token ids and learn flags, in order.
std::string sequences_hash(std::span<const TrainingSequence> sequences);

// Base weights, tokenizer, template, device, engine: the same in every cell of an experiment.
nlohmann::json model_identity(const Experiment& experiment, Workbench& bench);

nlohmann::json training_spec(const nlohmann::json& model, const TuningSpec& tuning,
                             std::uint64_t seed, const std::string& dataset_hash);

struct CellParts {
  const Suite& suite;
  std::string items_hash;
  const ContextSpec& context;
  std::string embedder_hash;  // "" = the context needs none
  std::string training_hash;  // "" = base
  std::optional<std::uint64_t> seed;
  std::string reranker_hash = {};  // "" = the context needs none
  std::string search_hash = {};    // of the trials that its prompt is chosen from; "" = none
};
// Choices are scored without their question, too, where a metric reads that.
bool asks_without_question(const Suite& suite);
nlohmann::json decoding_spec(const Experiment& experiment, const Suite& suite);
nlohmann::json cell_spec(const nlohmann::json& model, const Experiment& experiment,
                         const CellParts& parts);

}  // namespace quadrant
