// Every family against transformers, on tiny random models (tests/golden/README-families.md).
#include <doctest/doctest.h>

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "golden.h"
#include "harness/core/error.h"
#include "strategies/lm/layers/blocks.h"
#include "strategies/lm/layers/cache.h"
#include "strategies/lm/layers/logits.h"
#include "strategies/lm/layers/product.h"
#include "strategies/lm/weights/gguf.h"
#include "strategies/lm/weights/hf_folder.h"

using namespace quadrant;
namespace fs = std::filesystem;

namespace {

const fs::path kFamilies = fs::path(QUADRANT_SOURCE_DIR) / "tests/golden/families";

std::unique_ptr<Decoder> folder_decoder(const fs::path& folder) {
  return load_decoder(HfFolder(folder), at::kCPU);
}

Tensor logits(Decoder& decoder, const TokenIds& ids) {
  const c10::InferenceMode inference;
  const TokenTree tree = build_token_tree(std::span(&ids, 1));
  TreeAttention attention(tree, at::kCPU);
  const Tensor hidden = decoder.hidden(id_tensor(tree.ids, at::kCPU),
                                       index_tensor(tree.positions, at::kCPU), attention);
  return at::linear(hidden, decoder.head());
}

double largest_difference(const Tensor& logits, const nlohmann::json& rows,
                          const nlohmann::json& wanted) {
  double worst = 0;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < wanted[r].size(); ++i) {
      const double ours = logits[rows[r].get<int>()][static_cast<int>(i)].item<double>();
      worst = std::max(worst, std::abs(ours - wanted[r][i].get<double>()));
    }
  }
  return worst;
}

// Logits of each of the sequences' last tokens when the tokens after `known` come one by one.
std::vector<Tensor> decoded(Decoder& decoder, const std::vector<TokenIds>& sequences,
                            std::size_t known, bool fixed_shapes = false) {
  const c10::InferenceMode inference;
  std::vector<TokenIds> prompts;
  for (const TokenIds& ids : sequences) prompts.emplace_back(ids.begin(), ids.end() - known);
  const TokenTree tree = build_token_tree(prompts);
  CachedAttention cache(tree, static_cast<int>(known));
  TreeAttention prefill(tree, at::kCPU, [&cache](const Tensor& keys, const Tensor& values) {
    cache.add_layer(keys, values);
  });
  decoder.hidden(id_tensor(tree.ids, at::kCPU), index_tensor(tree.positions, at::kCPU), prefill);
  if (fixed_shapes) cache.fix_shapes();
  Tensor hidden;
  for (std::size_t step = 0; step < known; ++step) {
    std::vector<std::int64_t> ids, positions;
    for (const std::size_t r : tree.order) {
      positions.push_back(std::ssize(prompts[r]) + static_cast<std::int64_t>(step));
      ids.push_back(sequences[r][static_cast<std::size_t>(positions.back())]);
    }
    cache.begin_token();
    hidden = decoder.hidden(index_tensor(ids, at::kCPU), index_tensor(positions, at::kCPU), cache);
    cache.next_token();
  }
  std::vector<Tensor> rows(sequences.size());
  for (std::size_t r = 0; r < tree.order.size(); ++r) {
    rows[tree.order[r]] = at::linear(hidden[static_cast<int>(r)], decoder.head());
  }
  return rows;
}

class FolderCopy {
 public:
  explicit FolderCopy(const std::string& name)
      : path_(fs::temp_directory_path() / ("quadrant_family_" + std::to_string(getpid()))) {
    fs::remove_all(path_);
    fs::copy(kFamilies / name, path_);
  }
  ~FolderCopy() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }
  void replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = read_text(path_ / file);
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    std::ofstream(path_ / file, std::ios::binary) << text.replace(at, from.size(), to);
  }

 private:
  fs::path path_;
};

std::string error_of(const fs::path& folder) {
  try {
    folder_decoder(folder);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("logits equal transformers' within 1e-4, from folders and from GGUF files") {
  const auto reference = golden("families/families.json");
  const auto ids = reference["ids"].get<TokenIds>();
  for (const auto& [name, model] : reference["models"].items()) {
    CAPTURE(name);
    const auto decoder = folder_decoder(kFamilies / name);
    CHECK(largest_difference(logits(*decoder, ids), reference["rows"], model["logits"]) < 1e-4);
    if (!model.contains("gguf")) continue;
    const auto gguf =
        load_decoder(GgufFile(kFamilies / model["gguf"].get<std::string>()), at::kCPU);
    CHECK(largest_difference(logits(*gguf, ids), reference["rows"], model["logits"]) < 1e-4);
  }
}

TEST_CASE("a product of few rows is torch's, and the same to the bit for any number of rows") {
  const c10::InferenceMode inference;
  at::manual_seed(3);
  for (const std::int64_t width : {5, 16, 77}) {
    const Tensor weight = at::randn({23, width}), x = at::randn({32, width});
    const Tensor all = product(x, weight);
    CHECK(at::allclose(all, at::linear(x, weight), 1e-5, 1e-5));
    for (const std::int64_t rows : {1, 2, 3, 4, 31}) {
      CHECK(at::equal(product(x.narrow(0, 1, rows), weight), all.narrow(0, 1, rows)));
    }
  }
}

TEST_CASE("passes over rows give what torch's operations give") {
  const c10::InferenceMode inference;
  at::manual_seed(5);
  for (const std::int64_t width : {1, 7, 16, 1000, 49152}) {
    CAPTURE(width);
    Tensor both = at::randn({5, 2 * width}) * 8;
    both[0].fill_(-200);
    both[1].fill_(200);
    const Tensor gate = both.narrow(1, 0, width), up = both.narrow(1, width, width);
    CHECK(at::allclose(silu_gated(gate, up), at::silu(gate) * up, 1e-5, 1e-5));
    CHECK(at::allclose(gelu_tanh_gated(gate, up), at::gelu(gate, "tanh") * up, 1e-5, 1e-5));
    Tensor logits = at::randn({6, width}) * 10;
    logits[1].fill_(3);  // all equal: the first is the best
    logits[2].fill_(-std::numeric_limits<double>::infinity());
    logits[2][width / 2] = 1;
    const RowTotals totals = totals_of(logits);
    CHECK(at::equal(totals.best, logits.argmax(-1)));
    CHECK(at::allclose(totals.log_sum_exp, logits.logsumexp(-1), 1e-6, 1e-6));
    logits[0][width - 1] = std::nan("");
    CHECK(std::isnan(totals_of(logits).log_sum_exp[0].item<float>()));
  }
}

TEST_CASE("token by token, beside others and with a shared prefix, gives the same logits") {
  const auto reference = golden("families/families.json");
  const auto ids = reference["ids"].get<TokenIds>();
  // 40 tokens in common (more than any window), then branches of unequal length, one of them
  // nested.
  TokenIds stem = ids;
  stem.insert(stem.end(), ids.begin(), ids.begin() + 16);
  std::vector<TokenIds> sequences;
  for (const int extra : {5, 9, 24}) {
    sequences.push_back(stem);
    sequences.back().insert(sequences.back().end(), ids.begin() + extra - 5, ids.begin() + extra);
  }
  TokenIds deep = stem;
  deep.insert(deep.end(), ids.rbegin(), ids.rbegin() + 20);
  for (const int end : {4, 7}) {
    sequences.push_back(deep);
    sequences.back().insert(sequences.back().end(), ids.begin() + end - 4, ids.begin() + end);
  }
  sequences.push_back({ids.begin(), ids.begin() + 11});  // shares what the others have in common
  sequences.push_back({ids.rbegin(), ids.rbegin() + 13});
  for (const auto& [name, model] : reference["models"].items()) {
    CAPTURE(name);
    const auto decoder = folder_decoder(kFamilies / name);
    const auto rows = decoded(*decoder, sequences, 3),
               fixed = decoded(*decoder, sequences, 3, true);
    for (std::size_t s = 0; s < sequences.size(); ++s) {
      CAPTURE(s);
      const Tensor wanted = logits(*decoder, sequences[s])[-1];
      CHECK((rows[s] - wanted).abs().max().item<double>() < 1e-4);
      CHECK((fixed[s] - wanted).abs().max().item<double>() < 1e-4);
    }
  }
}

// Rounding to 8 bits at every step: a bound on what it may do, not a target.
TEST_CASE("bfloat16 stays near float32, read whole and token by token") {
  const auto reference = golden("families/families.json");
  const auto ids = reference["ids"].get<TokenIds>();
  TokenIds longer = ids;
  longer.insert(longer.end(), ids.rbegin(), ids.rbegin() + 3);
  for (const auto& [name, model] : reference["models"].items()) {
    CAPTURE(name);
    const auto exact = folder_decoder(kFamilies / name);
    const auto halved =
        load_decoder(HfFolder(kFamilies / name), at::TensorOptions(at::kCPU).dtype(at::kBFloat16));
    const Tensor wanted = logits(*exact, ids);
    const double spread = wanted.std().item<double>();
    CHECK((logits(*halved, ids).to(at::kFloat) - wanted).abs().max().item<double>() < 0.2 * spread);
    const auto rows = decoded(*halved, {ids, longer}, 3);
    CHECK((rows[0].to(at::kFloat) - wanted[-1]).abs().max().item<double>() < 0.2 * spread);
  }
}

TEST_CASE("what is written as config.json is read back as the same model") {
  const auto reference = golden("families/families.json");
  const auto ids = reference["ids"].get<TokenIds>();
  for (const auto& [name, model] : reference["models"].items()) {
    CAPTURE(name);
    const FolderCopy copy(name);
    const std::string text = folder_decoder(copy.path())->hugging_face_config();
    std::ofstream(copy.path() / "config.json") << text;
    const auto decoder = folder_decoder(copy.path());
    CHECK(largest_difference(logits(*decoder, ids), reference["rows"], model["logits"]) < 1e-4);
  }
}

TEST_CASE("a tensor that is missing, unexpected or mis-shaped is named") {
  const FolderCopy copy("llama");
  copy.replace("model.safetensors", "layers.1.mlp.up_proj", "layers.1.mlp.up_prog");
  CHECK(error_of(copy.path()).find("no tensor \"model.layers.1.mlp.up_proj.weight\"") !=
        std::string::npos);
  copy.replace("config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1");
  CHECK(error_of(copy.path()).find("unexpected tensor model.layers.1.") != std::string::npos);
  copy.replace("config.json", "\"intermediate_size\": 24", "\"intermediate_size\": 25");
  CHECK(error_of(copy.path()).find("has shape [24, 16], not [25, 16]") != std::string::npos);
}

TEST_CASE("what a model asks for and nobody supports is refused by name") {
  struct Case {
    const char *model, *from, *to, *problem;
  };
  for (const Case& c :
       {Case{"qwen3_yarn", "\"yarn\"", "\"longrope\"", "rotary scaling \"longrope\""},
        Case{"llama", "\"silu\"", "\"relu\"", "activation \"relu\""},
        Case{"llama", "\"llama\"", "\"gpt2\"", "architecture \"gpt2\""},
        Case{"gemma3_scaled", "\"full_attention\"\n", "\"chunked\"\n", "type \"chunked\""},
        Case{"llama_llama3_sharded", "\"factor\"", "\"fact\"", "without its factor"}}) {
    CAPTURE(c.model);
    const FolderCopy copy(c.model);
    copy.replace("config.json", c.from, c.to);
    CHECK(error_of(copy.path()).find(c.problem) != std::string::npos);
  }
}

TEST_CASE("index and shards must agree") {
  const FolderCopy copy("llama_llama3_sharded");
  copy.replace("model.safetensors.index.json", "model.norm.weight", "model.nose.weight");
  CHECK(error_of(copy.path()).find("tensor model.nose.weight is missing") != std::string::npos);
  copy.replace("model.safetensors.index.json", "model-00001", "../odel-00001");
  CHECK(error_of(copy.path()).find("lies in no file of this folder") != std::string::npos);
}
