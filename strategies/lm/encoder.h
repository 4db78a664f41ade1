// Sentence embeddings by a BERT encoder (transformers models/bert/modeling_bert.py) in a
// sentence-transformers folder: mean pooling, length 1.
#pragma once

#include <filesystem>
#include <memory>

#include "harness/core/interfaces.h"

namespace quadrant {

// `folder` holds config.json, model.safetensors, vocab.txt, 1_Pooling/config.json. Error when the
// architecture, the pooling or a tensor is not what this encoder computes.
std::unique_ptr<Embedder> load_encoder(const std::filesystem::path& folder);

}  // namespace quadrant
