// Sentence embeddings by a BERT encoder (transformers models/bert/modeling_bert.py) in a
// sentence-transformers folder: pooling, prefixes and longest input as the folder says, length 1
// whether or not it says so.
#pragma once

#include <filesystem>
#include <memory>

#include "harness/core/interfaces.h"

namespace quadrant {

// `folder` holds config.json, model.safetensors, vocab.txt, 1_Pooling/config.json; where they are
// there, modules.json, sentence_bert_config.json (max_seq_length) and
// config_sentence_transformers.json (prompts: "query"; "document" or "passage") count too. Error
// when the architecture, a step, the pooling or a tensor is not what this encoder computes.
std::unique_ptr<Embedder> load_encoder(const std::filesystem::path& folder);

}  // namespace quadrant
