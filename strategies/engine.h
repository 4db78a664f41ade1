// The model engine on libtorch: one base model, tuned forms swapped in, training.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/interfaces.h"
#include "retrieval/dense.h"
#include "strategies/model_files.h"
#include "strategies/tuning/ranks.h"

namespace quadrant {

// Loads and de-quantises the model. With `deterministic`, libtorch is held to kernels whose results
// are the same every time.
// Of several ranks, each has an engine and calls its train() with the same job: rank 0 alone writes
// to the job's folder, and knows the hash of what it wrote.
std::unique_ptr<ModelEngine> load_engine(const ModelSpec& spec, bool deterministic,
                                         std::shared_ptr<Ranks> ranks = std::make_shared<Ranks>());

std::unique_ptr<Tokenizer> load_model_tokenizer(const std::string& path);
std::unique_ptr<Embedder> load_embedder(const std::string& path);

// A folder that holds a cross-encoder (strategies/lm/cross_encoder.h says which).
bool is_pair_scorer(const std::filesystem::path& folder);
std::unique_ptr<PairScorer> load_pair_scorer(const std::filesystem::path& folder);
// The language model as one (strategies/context/query_likelihood.h), in memory of its own: no
// tuning reaches it.
std::unique_ptr<PairScorer> load_query_likelihood(const ModelSpec& spec, bool deterministic);

// Exact search by torch on "cpu" or "cuda".
DeviceSearchMaker device_search(const std::string& device);

// A finished training's folder as the engine writes it: adapter_config.json means LoRA.
bool is_adapter(const std::filesystem::path& folder);

// Writes the base with the adapter folded into its weights as a Hugging Face folder.
void merge_adapter(const ModelSpec& spec, const std::filesystem::path& adapter,
                   const std::filesystem::path& output);

// What decides the numbers of this engine besides its inputs: library version, device, kernels.
std::string engine_identity(const ModelSpec& spec);

// torch version, thread count and the like, for the environment row.
std::vector<std::pair<std::string, std::string>> engine_facts();

}  // namespace quadrant
