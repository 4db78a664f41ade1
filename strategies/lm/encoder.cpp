#include "strategies/lm/encoder.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/sha256.h"
#include "strategies/lm/arch/bert.h"
#include "strategies/lm/tensor_file.h"
#include "strategies/lm/tokenizer/wordpiece.h"

namespace quadrant {
namespace {

constexpr std::size_t kTokensAtOnce = 2048;

nlohmann::json read_json(const std::filesystem::path& file) {
  auto json = nlohmann::json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    throw Error("this configuration is not a JSON object", file.string(), "get the model again");
  }
  return json;
}

BertConfig read_config(const std::filesystem::path& file) {
  const nlohmann::json json = read_json(file);
  if (json.value("model_type", "") != "bert" || json.value("hidden_act", "gelu") != "gelu") {
    throw Error("this embedder is not a BERT encoder with GELU", file.string(),
                "use a sentence-transformers folder of the BERT family, such as all-minilm-l6-v2");
  }
  const auto size = [&](const char* key) {
    if (!json.contains(key) || !json[key].is_number_integer() || json[key] < 1) {
      throw Error(fmt::format("{} is missing or no positive number", key), file.string(),
                  "get the model again");
    }
    return json[key].get<int>();
  };
  return {size("num_hidden_layers"),          size("hidden_size"), size("intermediate_size"),
          size("num_attention_heads"),        size("vocab_size"),  size("max_position_embeddings"),
          json.value("layer_norm_eps", 1e-12)};
}

void require_mean_pooling(const std::filesystem::path& file) {
  const nlohmann::json json = read_json(file);
  for (const auto& [key, value] : json.items()) {
    if (!key.starts_with("pooling_mode_")) continue;
    if (value != (key == "pooling_mode_mean_tokens")) {
      throw Error("only mean pooling is supported", file.string() + ", " + key,
                  "use an embedder with mean pooling, such as all-minilm-l6-v2");
    }
  }
}

int max_tokens(const std::filesystem::path& folder, const BertConfig& config) {
  const auto file = folder / "sentence_bert_config.json";
  if (!std::filesystem::exists(file)) return config.positions;
  return std::min(config.positions, read_json(file).value("max_seq_length", config.positions));
}

class Encoder : public Embedder {
 public:
  Encoder(const BertConfig& config, const Bert::WeightLookup& lookup,
          std::unique_ptr<Tokenizer> tokenizer, std::string hash)
      : width_(config.width),
        bert_(config, lookup),
        tokenizer_(std::move(tokenizer)),
        hash_(std::move(hash)) {}

  int dimension() const override { return width_; }
  std::string hash() const override { return hash_; }

  std::vector<float> embed(std::span<const std::string> texts) override {
    std::vector<TokenIds> ids;
    for (const std::string& text : texts) ids.push_back(tokenizer_->encode_plain(text));
    std::vector<float> rows(texts.size() * static_cast<std::size_t>(width_));
    std::size_t begin = 0;
    for (const std::size_t end : split_by_tokens(ids, kTokensAtOnce)) {
      embed_group({ids.begin() + static_cast<std::ptrdiff_t>(begin),
                   ids.begin() + static_cast<std::ptrdiff_t>(end)},
                  rows.data() + begin * static_cast<std::size_t>(width_));
      begin = end;
    }
    return rows;
  }

 private:
  void embed_group(const std::vector<TokenIds>& ids, float* rows) const {
    const c10::InferenceMode inference;
    std::vector<std::int64_t> sizes;
    for (const TokenIds& sequence : ids) sizes.push_back(std::ssize(sequence));
    std::vector<Tensor> means;
    for (const Tensor& part : bert_.forward(ids).split_with_sizes(sizes)) {
      means.push_back(part.mean(0));
    }
    const Tensor pooled = at::stack(means);
    const Tensor length = pooled.norm(2, 1, /*keepdim=*/true).clamp_min(1e-12);
    const Tensor unit = (pooled / length).contiguous();
    std::copy_n(unit.const_data_ptr<float>(), unit.numel(), rows);
  }

  int width_;
  Bert bert_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::string hash_;
};

}  // namespace

std::unique_ptr<Embedder> load_encoder(const std::filesystem::path& folder) {
  const BertConfig config = read_config(folder / "config.json");
  require_mean_pooling(folder / "1_Pooling" / "config.json");
  auto tokenizer = load_wordpiece(folder, max_tokens(folder, config));
  TensorFile file(folder / "model.safetensors");
  const auto lookup = [&](const std::string& name, const std::vector<std::int64_t>& shape) {
    return file.take(name, shape);
  };
  const std::string hash =
      sha256_hex(sha256_file(folder / "model.safetensors") + tokenizer->hash() +
                 sha256_file(folder / "config.json") + "mean pooling, unit length");
  return std::make_unique<Encoder>(config, lookup, std::move(tokenizer), hash);
}

}  // namespace quadrant
