// The model families: how each is found, read and built.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "strategies/lm/arch/config.h"
#include "strategies/lm/loader.h"

namespace quadrant {

struct Architecture {
  std::string model_type;  // in config.json
  std::string gguf;        // general.architecture; "": GGUF files call it by another family's name
  DecoderConfig (*read)(const ConfigReader&);
  std::vector<WeightName> names;
  std::unique_ptr<Decoder> (*build)(DecoderConfig, WeightLoader&);
};

// Every family. Adding one: its file beside this one, and a line in architectures.cpp.
const std::vector<Architecture>& architectures();

// By general.architecture or model_type. Error naming those there are.
const Architecture& find_architecture(const ConfigReader& read);

// The names that all families share: embedding, head and the layers' linear weights, and
// `more`. `rows`: how GGUF files hold the rows of q and k.
std::vector<WeightName> weight_names(Stored rows, std::vector<WeightName> more);

}  // namespace quadrant
