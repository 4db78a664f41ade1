#include "strategies/lm/encoder.h"
#include "strategies/lm/layers/memory.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/sha256.h"
#include "strategies/lm/bert_folder.h"
#include "strategies/lm/tensor_file.h"
#include "strategies/lm/tokenizer/wordpiece.h"

namespace quadrant {
namespace {

enum class Pooling { kMean, kMeanSqrtLength, kMax, kCls };

struct PoolingMode {
  const char* key;   // in 1_Pooling/config.json
  const char* name;  // as newer files say it, under "pooling_mode"
  Pooling pooling;
};
constexpr PoolingMode kPoolingModes[] = {
    {"pooling_mode_mean_tokens", "mean", Pooling::kMean},
    {"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", Pooling::kMeanSqrtLength},
    {"pooling_mode_max_tokens", "max", Pooling::kMax},
    {"pooling_mode_cls_token", "cls", Pooling::kCls}};

const PoolingMode& read_pooling(const std::filesystem::path& file) {
  const nlohmann::json json = read_model_json(file);
  const PoolingMode* chosen = nullptr;
  const auto choose = [&](const std::string& written) {
    for (const PoolingMode& mode : kPoolingModes) {
      if (written != mode.key && written != mode.name) continue;
      if (!chosen) chosen = &mode;
      if (chosen == &mode) return;
    }
    throw Error("this pooling is not supported", file.string() + ", " + written,
                "use an embedder with one of: mean, mean_sqrt_len, max, cls");
  };
  for (const auto& [key, value] : json.items()) {
    if (key == "pooling_mode" && value.is_string()) choose(value.get<std::string>());
    if (key.starts_with("pooling_mode_") && value == true) choose(key);
  }
  if (!chosen) {
    throw Error("no pooling is chosen", file.string(), "get the model again");
  }
  return *chosen;
}

// modules.json lists the steps; one that this encoder does not take would change the vectors.
void require_known_modules(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return;
  const auto modules = nlohmann::json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
  if (!modules.is_array()) {
    throw Error("this list of modules is not a JSON array", file.string(), "get the model again");
  }
  for (const nlohmann::json& module : modules) {
    const std::string type = module.is_object() ? module.value("type", "") : "";
    const std::string name = type.substr(type.find_last_of('.') + 1);
    if (name == "Transformer" || name == "Pooling" || name == "Normalize") continue;
    throw Error(fmt::format("the step \"{}\" is not supported", type), file.string(),
                "use an embedder of the steps Transformer, Pooling and Normalize");
  }
}

// What stands before questions and passages, as the model was trained with it.
struct Prefixes {
  std::string question, passage;
};
Prefixes read_prefixes(const std::filesystem::path& file) {
  Prefixes prefixes;
  if (!std::filesystem::exists(file)) return prefixes;
  const nlohmann::json json = read_model_json(file);
  const auto prompts = json.find("prompts");
  if (prompts == json.end() || !prompts->is_object()) return prefixes;
  const auto read = [&](std::initializer_list<const char*> names) {
    for (const char* name : names) {
      const auto found = prompts->find(name);
      if (found != prompts->end() && found->is_string()) return found->get<std::string>();
    }
    return std::string();
  };
  prefixes.question = read({"query", "question"});
  prefixes.passage = read({"document", "passage", "corpus"});
  return prefixes;
}

struct Reading {
  const PoolingMode* pooling;
  Prefixes prefixes;
  int max_tokens;

  std::map<std::string, std::string> description() const {
    return {{"pooling", pooling->name},
            {"question prefix", prefixes.question},
            {"passage prefix", prefixes.passage},
            {"longest input", fmt::format("{} tokens", max_tokens)}};
  }
};

class Encoder : public Embedder {
 public:
  Encoder(const BertConfig& config, const Bert::WeightLookup& lookup, Reading reading,
          std::unique_ptr<Tokenizer> tokenizer, std::string hash)
      : width_(config.width),
        reading_(std::move(reading)),
        bert_(config, lookup),
        tokenizer_(std::move(tokenizer)),
        hash_(std::move(hash)) {}

  int dimension() const override { return width_; }
  std::string hash() const override { return hash_; }
  std::map<std::string, std::string> description() const override { return reading_.description(); }

  std::vector<float> embed(std::span<const std::string> texts) override {
    return embed(texts, reading_.prefixes.passage);
  }
  std::vector<float> embed_questions(std::span<const std::string> questions) override {
    return embed(questions, reading_.prefixes.question);
  }

 private:
  // Longest first, so that texts of one length are neighbours: they share one attention.
  std::vector<float> embed(std::span<const std::string> texts, const std::string& prefix) const {
    std::vector<TokenIds> ids;
    for (const std::string& text : texts) ids.push_back(tokenizer_->encode_plain(prefix + text));
    std::vector<std::size_t> order(ids.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return ids[a].size() > ids[b].size(); });
    std::vector<TokenIds> sorted;
    for (const std::size_t i : order) sorted.push_back(std::move(ids[i]));
    const auto width = static_cast<std::size_t>(width_);
    std::vector<float> rows(texts.size() * width);
    std::size_t begin = 0;
    for (const std::size_t end : split_by_tokens(sorted, kEncoderTokensAtOnce)) {
      const Tensor vectors = embed_group({sorted.begin() + static_cast<std::ptrdiff_t>(begin),
                                          sorted.begin() + static_cast<std::ptrdiff_t>(end)});
      for (std::size_t i = begin; i < end; ++i) {
        std::copy_n(vectors.const_data_ptr<float>() + (i - begin) * width, width,
                    rows.data() + order[i] * width);
      }
      begin = end;
    }
    return rows;
  }

  Tensor pooled(const Tensor& tokens) const {  // [tokens, width] -> [width]
    switch (reading_.pooling->pooling) {
      case Pooling::kMean:
        return tokens.mean(0);
      case Pooling::kMeanSqrtLength:
        return tokens.sum(0) / std::sqrt(static_cast<double>(tokens.size(0)));
      case Pooling::kMax:
        return tokens.amax(0);
      case Pooling::kCls:
        return tokens[0];
    }
    throw Bug("unknown pooling");
  }

  Tensor embed_group(const std::vector<TokenIds>& ids) const {  // [texts, width], on the CPU
    const c10::InferenceMode inference;
    std::vector<std::int64_t> sizes;
    for (const TokenIds& sequence : ids) sizes.push_back(std::ssize(sequence));
    std::vector<Tensor> texts;
    for (const Tensor& part : bert_.forward(ids).split_with_sizes(sizes)) {
      texts.push_back(pooled(part));
    }
    const Tensor all = at::stack(texts);
    const Tensor length = all.norm(2, 1, /*keepdim=*/true).clamp_min(1e-12);
    return (all / length).cpu().contiguous();
  }

  int width_;
  Reading reading_;
  Bert bert_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::string hash_;
};

}  // namespace

std::unique_ptr<Embedder> load_encoder(const std::filesystem::path& folder) {
  keep_freed_memory();
  const BertConfig config = read_bert_config(folder / "config.json");
  require_known_modules(folder / "modules.json");
  Reading reading{&read_pooling(folder / "1_Pooling" / "config.json"),
                  read_prefixes(folder / "config_sentence_transformers.json"),
                  longest_input(folder, config)};
  auto tokenizer = load_wordpiece(folder, reading.max_tokens);
  TensorFile file(folder / "model.safetensors");
  std::string identity = sha256_file(folder / "model.safetensors") + tokenizer->hash() +
                         sha256_file(folder / "config.json") + "unit length";
  for (const auto& [key, value] : reading.description()) identity += "\n" + key + "=" + value;
  return std::make_unique<Encoder>(config, encoder_weights(file), std::move(reading),
                                   std::move(tokenizer), sha256_hex(identity));
}

}  // namespace quadrant
