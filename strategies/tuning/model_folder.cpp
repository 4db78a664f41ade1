#include "strategies/tuning/model_folder.h"

#include <nlohmann/json.hpp>

#include "harness/core/files.h"
#include "strategies/lm/tensor_file.h"
#include "strategies/lm/tokenizer/gguf_vocabulary.h"
#include "strategies/lm/weights/gguf.h"
#include "strategies/lm/weights/hf_folder.h"
#include "strategies/model_files.h"
#include "strategies/tuning/gguf_tokenizer.h"

namespace quadrant {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr char kConfig[] = "config.json", kGeneration[] = "generation_config.json";
constexpr char kTokenizerConfig[] = "tokenizer_config.json";

void write_json(const fs::path& file, const ordered_json& json) {
  write_atomically(file, json.dump(2) + "\n");
}

ordered_json read_json(const fs::path& file) {
  if (!fs::exists(file)) return ordered_json::object();
  return ordered_json::parse(read_text(file));
}

// In tokenizer_config.json, where every version of transformers looks for it.
std::string template_of(const ModelSpec& base, const WeightSource& source) {
  if (base.chat_template == "none") return "";
  if (base.chat_template != "model") return read_text(base.chat_template);
  return source.find_text("tokenizer.chat_template").value_or("");
}

void put_template(ordered_json& config, const std::string& text) {
  config.erase("chat_template");
  if (!text.empty()) config["chat_template"] = text;
}

void write_from_folder(Decoder& decoder, const ModelSpec& base, const fs::path& from,
                       const fs::path& to) {
  ordered_json config = read_json(from / kConfig);
  config.erase("quantization_config");
  config[config.contains("dtype") ? "dtype" : "torch_dtype"] = "float32";
  config["tie_word_embeddings"] = decoder.config().tied;
  write_json(to / kConfig, config);
  for (const char* name : {kGeneration, "tokenizer.json", "tokenizer.model", "vocab.json",
                           "merges.txt", "added_tokens.json", "special_tokens_map.json"}) {
    if (fs::exists(from / name)) write_atomically(to / name, read_text(from / name));
  }
  ordered_json tokenizer = read_json(from / kTokenizerConfig);
  put_template(tokenizer, template_of(base, HfFolder(from)));
  write_json(to / kTokenizerConfig, tokenizer);
}

void write_from_gguf(Decoder& decoder, const ModelSpec& base, const fs::path& from,
                     const fs::path& to) {
  const GgufFile gguf(from);
  const SpecialIds ids = special_ids(gguf, GgufVocabulary(gguf));
  ordered_json config = ordered_json::parse(decoder.hugging_face_config());
  ordered_json generation;
  const auto name = [&](const char* key, const std::optional<std::int32_t>& id) {
    if (id) config[key] = generation[key] = *id;
  };
  name("bos_token_id", ids.bos);
  name("eos_token_id", ids.eos);
  name("pad_token_id", ids.pad);
  if (ids.ends.size() > 1) generation["eos_token_id"] = ids.ends;
  generation["do_sample"] = false;
  write_json(to / kConfig, config);
  write_json(to / kGeneration, generation);
  const TokenizerFiles files = hugging_face_tokenizer(gguf, decoder.config().context);
  write_atomically(to / "tokenizer.json", files.tokenizer);
  ordered_json tokenizer = ordered_json::parse(files.config);
  put_template(tokenizer, template_of(base, gguf));
  write_json(to / kTokenizerConfig, tokenizer);
}

}  // namespace

void write_model_folder(Decoder& decoder, const ModelSpec& base, const fs::path& folder) {
  std::vector<std::pair<std::string, Tensor>> tensors;
  for (const NamedTensor& weight : decoder.weights()) {
    tensors.emplace_back(weight.name, weight.tensor->detach());
  }
  fs::create_directories(folder);
  save_tensors(folder / kModelWeights, tensors, {{"format", "pt"}});
  const fs::path from = model_file(base.path);
  if (fs::is_directory(from)) {
    write_from_folder(decoder, base, from, folder);
  } else {
    write_from_gguf(decoder, base, from, folder);
  }
}

}  // namespace quadrant
