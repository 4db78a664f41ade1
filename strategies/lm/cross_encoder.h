// Cross-encoders: BertForSequenceClassification with one label (transformers
// models/bert/modeling_bert.py), as sentence-transformers' CrossEncoder saves them.
#pragma once

#include <filesystem>
#include <memory>

#include "harness/core/interfaces.h"

namespace quadrant {

// By config.json's "architectures".
bool is_cross_encoder(const std::filesystem::path& folder);

// `folder` holds config.json, model.safetensors, vocab.txt and tokenizer_config.json. The scores
// are logits: a sigmoid behind them would leave their order as it is. Error when the head has more
// labels than one or a tensor is not what this model computes.
std::unique_ptr<PairScorer> load_cross_encoder(const std::filesystem::path& folder);

}  // namespace quadrant
