#include "strategies/context/query_likelihood.h"

#include <numeric>

namespace quadrant {
namespace {

ScoreRequest request_for(const LanguageModel& model, const std::string& question,
                         const Passage& passage) {
  const Tokenizer& tokenizer = model.tokenizer();
  TokenIds ids = tokenizer.encode_plain("Passage: " + searched_text(passage));
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

}  // namespace

Reranker query_likelihood(LanguageModel& model) {
  return [&model](const std::string& question, std::span<const Passage> passages) {
    std::vector<ScoreRequest> requests;
    for (const Passage& passage : passages) {
      requests.push_back(request_for(model, question, passage));
    }
    std::vector<double> scores;
    for (const TokenScores& score : model.score(requests)) {
      const double sum = std::accumulate(score.logprobs.begin(), score.logprobs.end(), 0.0);
      scores.push_back(sum / static_cast<double>(score.logprobs.size()));
    }
    return scores;
  };
}

}  // namespace quadrant
