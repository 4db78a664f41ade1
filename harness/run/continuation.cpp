#include "harness/run/continuation.h"

#include <algorithm>
#include <numeric>

#include "harness/core/error.h"
#include "harness/core/utf8.h"

namespace quadrant {
namespace {

// What Python's str.rstrip() takes away: white space, and the ASCII separators.
bool python_space(char32_t c) { return is_space(c) || (c >= 0x1c && c <= 0x1f); }

// Bytes of the text without the spaces at its end.
std::size_t stripped_size(const std::string& text) {
  const auto characters = decode_utf8(text);
  const auto kept = std::find_if_not(characters.rbegin(), characters.rend(), python_space);
  std::string tail;
  for (auto c = kept.base(); c != characters.end(); ++c) append_utf8(tail, *c);
  return text.size() - tail.size();
}

int first_largest(const std::vector<double>& values) {
  return static_cast<int>(std::max_element(values.begin(), values.end()) - values.begin());
}

ChoiceScores judge(const ChoiceQuestion& question, std::span<const TokenScores> scores) {
  ChoiceScores result;
  std::vector<double> by_character;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto& logprobs = scores[i].logprobs;
    result.logprobs.push_back(std::accumulate(logprobs.begin(), logprobs.end(), 0.0));
    const auto characters = std::max<std::size_t>(1, decode_utf8(question.choices[i]).size());
    by_character.push_back(result.logprobs.back() / static_cast<double>(characters));
  }
  result.best = first_largest(result.logprobs);
  result.best_by_character = first_largest(by_character);
  return result;
}

}  // namespace

ScoreRequest continuation_request(const Tokenizer& tokenizer, std::string context,
                                  std::string continuation, bool trusted,
                                  const std::string& where) {
  const auto encode = [&](const std::string& text) {
    return trusted ? tokenizer.encode_trusted(text) : tokenizer.encode_plain(text);
  };
  const std::size_t kept = stripped_size(context);
  continuation = context.substr(kept) + continuation;
  context.resize(kept);
  const std::size_t first = encode(context).size();
  ScoreRequest request{encode(context + continuation), first};
  if (first == 0) {
    const auto start = tokenizer.end_of_text();
    if (!start) {
      throw Error("the context is empty and the model has no token to start with", where,
                  "give a context");
    }
    if (request.ids.empty() || request.ids.front() != *start) {
      request.ids.insert(request.ids.begin(), *start);
    }
    request.first = 1;
  }
  return request;
}

std::vector<ChoiceScores> score_choices(LanguageModel& model,
                                        std::span<const ChoiceQuestion> questions) {
  std::vector<ScoreRequest> requests;
  for (const ChoiceQuestion& question : questions) {
    for (const std::string& choice : question.choices) {
      requests.push_back(continuation_request(model.tokenizer(), question.context,
                                              question.delimiter + choice, false,
                                              question.context + question.delimiter + choice));
    }
  }
  const auto scores = model.score(requests);
  std::vector<ChoiceScores> results;
  std::size_t begin = 0;
  for (const ChoiceQuestion& question : questions) {
    results.push_back(judge(question, std::span(scores).subspan(begin, question.choices.size())));
    begin += question.choices.size();
  }
  return results;
}

}  // namespace quadrant
