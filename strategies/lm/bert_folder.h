// The folder of a model of the BERT family, as transformers and sentence-transformers write it.
#pragma once

#include <cstddef>
#include <filesystem>

#include <nlohmann/json_fwd.hpp>

#include "strategies/lm/arch/bert.h"
#include "strategies/lm/tensor_file.h"

namespace quadrant {

inline constexpr std::size_t kEncoderTokensAtOnce = 2048;  // of texts packed into one forward pass

// Error when the file is no JSON object.
nlohmann::json read_model_json(const std::filesystem::path& file);

// Error when it is not a BERT encoder with exact GELU and absolute positions.
BertConfig read_bert_config(const std::filesystem::path& file);

// In tokens: sentence-transformers' own limit, else the tokenizer's; never more than there are
// positions.
int longest_input(const std::filesystem::path& folder, const BertConfig& config);

// The encoder's tensors; a model saved with a head keeps them below "bert.". The file must outlive
// the result.
Bert::WeightLookup encoder_weights(TensorFile& file);

}  // namespace quadrant
