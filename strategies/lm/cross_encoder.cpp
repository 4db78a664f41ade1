#include "strategies/lm/cross_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/sha256.h"
#include "strategies/lm/bert_folder.h"
#include "strategies/lm/tokenizer/wordpiece.h"

namespace quadrant {
namespace {

struct Head {
  Tensor pooler, pooler_bias;          // [width, width], [width]
  Tensor classifier, classifier_bias;  // [1, width], [1]
};

// As the library behind transformers' tokenizers cuts by "longest_first": the longer text gives way
// until both have half of the room.
void cut_longest_first(TokenIds& first, TokenIds& second, std::size_t room) {
  if (first.size() + second.size() <= room) return;
  const bool swapped = first.size() > second.size();
  std::size_t shorter = std::min(first.size(), second.size());
  std::size_t longer = shorter > room ? shorter : std::max(shorter, room - shorter);
  if (shorter + longer > room) {
    shorter = room / 2;
    longer = shorter + room % 2;
  }
  first.resize(swapped ? longer : shorter);
  second.resize(swapped ? shorter : longer);
}

class CrossEncoder : public PairScorer {
 public:
  CrossEncoder(const BertConfig& config, const Bert::WeightLookup& lookup, Head head,
               std::unique_ptr<Tokenizer> tokenizer, std::size_t max_tokens, std::string hash)
      : bert_(config, lookup),
        head_(std::move(head)),
        tokenizer_(std::move(tokenizer)),
        max_tokens_(max_tokens),
        hash_(std::move(hash)) {}

  std::string hash() const override { return hash_; }

  // Longest first, so that pairs of one length are neighbours: they share one attention.
  std::vector<double> score(const std::string& question,
                            std::span<const std::string> passages) override {
    std::vector<TokenIds> pairs;
    std::vector<std::size_t> seconds;
    const TokenIds asked = tokenizer_->encode_plain(question);
    for (const std::string& passage : passages) {
      seconds.push_back(0);
      pairs.push_back(pair_of(asked, tokenizer_->encode_plain(passage), seconds.back()));
    }
    std::vector<std::size_t> order(pairs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return pairs[a].size() > pairs[b].size();
    });
    std::vector<TokenIds> sorted;
    std::vector<std::size_t> begins;
    for (const std::size_t i : order) {
      sorted.push_back(std::move(pairs[i]));
      begins.push_back(seconds[i]);
    }
    std::vector<double> scores(passages.size());
    std::size_t begin = 0;
    for (const std::size_t end : split_by_tokens(sorted, kEncoderTokensAtOnce)) {
      const auto from = static_cast<std::ptrdiff_t>(begin), to = static_cast<std::ptrdiff_t>(end);
      const Tensor logits = classify({sorted.begin() + from, sorted.begin() + to},
                                     {begins.begin() + from, begins.begin() + to});
      for (std::size_t i = begin; i < end; ++i) {
        scores[order[i]] = logits.const_data_ptr<float>()[i - begin];
      }
      begin = end;
    }
    return scores;
  }

 private:
  // [CLS] question [SEP] passage [SEP], each text given as [CLS] text [SEP]; `second` gets the
  // place where the passage begins.
  TokenIds pair_of(const TokenIds& question, const TokenIds& passage, std::size_t& second) const {
    TokenIds first(question.begin() + 1, question.end() - 1);
    TokenIds other(passage.begin() + 1, passage.end() - 1);
    cut_longest_first(first, other, max_tokens_ - 3);
    TokenIds ids{question.front()};
    ids.insert(ids.end(), first.begin(), first.end());
    ids.push_back(question.back());
    second = ids.size();
    ids.insert(ids.end(), other.begin(), other.end());
    ids.push_back(question.back());
    return ids;
  }

  Tensor classify(const std::vector<TokenIds>& pairs,
                  const std::vector<std::size_t>& seconds) const {  // [pairs], on the CPU
    const c10::InferenceMode inference;
    std::vector<std::int64_t> firsts;  // rows of the [CLS]
    std::int64_t row = 0;
    for (const TokenIds& pair : pairs) {
      firsts.push_back(row);
      row += std::ssize(pair);
    }
    const Tensor states = bert_.forward(pairs, seconds);
    const Tensor cls = states.index_select(0, index_tensor(firsts, states.device()));
    const Tensor pooled = at::tanh(at::linear(cls, head_.pooler, head_.pooler_bias));
    return at::linear(pooled, head_.classifier, head_.classifier_bias).squeeze(1).cpu();
  }

  Bert bert_;
  Head head_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::size_t max_tokens_;
  std::string hash_;
};

void require_one_label(const std::filesystem::path& file) {
  const nlohmann::json json = read_model_json(file);
  const auto labels = json.find("id2label");
  if (labels == json.end() || labels->size() == 1) return;
  throw Error(fmt::format("this classifier has {} labels", labels->size()), file.string(),
              "use a cross-encoder with one label, which is the score");
}

}  // namespace

bool is_cross_encoder(const std::filesystem::path& folder) {
  const auto file = folder / "config.json";
  if (!std::filesystem::is_regular_file(file)) return false;
  const nlohmann::json json = read_model_json(file);
  const auto names = json.find("architectures");
  return names != json.end() && names->is_array() &&
         std::find(names->begin(), names->end(), "BertForSequenceClassification") != names->end();
}

std::unique_ptr<PairScorer> load_cross_encoder(const std::filesystem::path& folder) {
  const BertConfig config = read_bert_config(folder / "config.json");
  require_one_label(folder / "config.json");
  const int longest = longest_input(folder, config);
  if (longest < 4) {
    throw Error("this model has no room for two texts", folder.string(), "get the model again");
  }
  auto tokenizer = load_wordpiece(folder, std::numeric_limits<int>::max());
  TensorFile file(folder / "model.safetensors");
  const std::int64_t width = config.width;
  Head head{file.take("bert.pooler.dense.weight", {width, width}),
            file.take("bert.pooler.dense.bias", {width}),
            file.take("classifier.weight", {1, width}), file.take("classifier.bias", {1})};
  const std::string identity =
      fmt::format("{} {} {} pair of {}", sha256_file(folder / "model.safetensors"),
                  tokenizer->hash(), sha256_file(folder / "config.json"), longest);
  return std::make_unique<CrossEncoder>(config, encoder_weights(file), std::move(head),
                                        std::move(tokenizer), static_cast<std::size_t>(longest),
                                        sha256_hex(identity));
}

}  // namespace quadrant
