// The configuration of a decoder: the keys that all families share, read from config.json or from
// GGUF metadata (ggml docs/gguf.md), and written as config.json.
#pragma once

#include <optional>
#include <string>

#include "strategies/lm/arch/decoder.h"
#include "strategies/lm/weights/weight_source.h"

namespace quadrant {

// A setting by its key in either format, without GGUF's architecture prefix; "": not there.
struct Key {
  std::string hugging_face, gguf;
};

class ConfigReader {
 public:
  explicit ConfigReader(const WeightSource& source);
  bool is_gguf() const { return !prefix_.empty(); }
  const WeightSource& source() const { return source_; }

  std::optional<std::int64_t> integer(const Key& key) const;
  std::optional<double> number(const Key& key) const;
  std::optional<std::string> text(const Key& key) const;
  std::optional<bool> flag(const Key& key) const;
  int size(const Key& key) const;  // Error: absent, or no size that a model has

  [[noreturn]] void refuse(const std::string& problem) const;

 private:
  std::string name(const Key& key) const;  // "" when the format has no such key

  const WeightSource& source_;
  std::string prefix_;  // "llama."; empty: config.json
};

// Sizes, rotary positions, tied head. Error when they do not fit together or ask for what is not
// supported; `activation` is the only one allowed.
DecoderConfig read_config(const ConfigReader& read, const char* activation);

// Rotary positions from "rope_parameters" (also `layer_type`'s own, when named) or "rope_theta" and
// "rope_scaling"; from GGUF's rope.* keys and its tensor rope_freqs.
RopeConfig read_rope(const ConfigReader& read, double default_base,
                     const std::string& layer_type = "");

// Windows from "layer_types" and the window's size; nothing when config.json has no such list.
std::vector<int> read_layer_types(const ConfigReader& read, int layers, int window);

// The text of config.json, in the keys that transformers 4 and 5 both read.
std::string write_config(const DecoderConfig& config);

}  // namespace quadrant
