#include "strategies/context/query_likelihood.h"

#include <numeric>

#include "harness/core/sha256.h"

namespace quadrant {
namespace {

ScoreRequest request_for(const LanguageModel& model, const std::string& question,
                         const std::string& passage) {
  const Tokenizer& tokenizer = model.tokenizer();
  TokenIds ids = tokenizer.encode_plain("Passage: " + passage);
  const std::size_t added = tokenizer.encode_plain("").size();  // before every text: BOS
  const auto append = [&](const std::string& text) {
    const TokenIds more = tokenizer.encode_plain(text);
    ids.insert(ids.end(), more.begin() + static_cast<std::ptrdiff_t>(added), more.end());
  };
  const std::string request = "\nPlease write a question based on this passage.\nQuestion:";
  const std::size_t rest = tokenizer.encode_plain(request).size() +
                           tokenizer.encode_plain(" " + question).size() - 2 * added;
  const auto window = static_cast<std::size_t>(model.context_window());
  if (ids.size() + rest > window) ids.resize(window > rest ? window - rest : 1);
  append(request);
  const std::size_t first = ids.size();
  append(" " + question);
  ids.resize(std::min(ids.size(), window));  // a question that alone is too long
  return {std::move(ids), std::min(first, window - 1)};
}

class QueryLikelihood : public PairScorer {
 public:
  QueryLikelihood(std::shared_ptr<LanguageModel> model, std::string hash)
      : model_(std::move(model)), hash_(std::move(hash)) {}

  std::string hash() const override { return hash_; }

  std::vector<double> score(const std::string& question,
                            std::span<const std::string> passages) override {
    std::vector<ScoreRequest> requests;
    for (const std::string& passage : passages) {
      requests.push_back(request_for(*model_, question, passage));
    }
    std::vector<double> scores;
    for (const TokenScores& score : model_->score(requests)) {
      const double sum = std::accumulate(score.logprobs.begin(), score.logprobs.end(), 0.0);
      scores.push_back(sum / static_cast<double>(score.logprobs.size()));
    }
    return scores;
  }

 private:
  std::shared_ptr<LanguageModel> model_;
  std::string hash_;
};

}  // namespace

std::unique_ptr<PairScorer> query_likelihood(std::shared_ptr<LanguageModel> model,
                                             const std::string& weights_hash) {
  std::string hash = sha256_hex(kQueryLikelihood + weights_hash + model->tokenizer().hash());
  return std::make_unique<QueryLikelihood>(std::move(model), std::move(hash));
}

}  // namespace quadrant
