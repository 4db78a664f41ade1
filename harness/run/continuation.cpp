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

MarkedText joined(MarkedText first, const MarkedText& second) {
  for (const auto& [begin, end] : second.trusted) {
    first.trusted.emplace_back(first.text.size() + begin, first.text.size() + end);
  }
  first.text += second.text;
  return first;
}

MarkedText cut_at(MarkedText text, std::size_t size) {
  text.text.resize(size);
  std::erase_if(text.trusted, [&](const auto& range) { return range.first >= size; });
  for (auto& range : text.trusted) range.second = std::min(range.second, size);
  return text;
}

std::int32_t start_token(const Tokenizer& tokenizer, const std::string& where) {
  const auto start = tokenizer.start_of_text();
  if (start) return *start;
  throw Error("the context is empty and the model has no token to start with", where,
              "give a context");
}

OptionScore option_score(const TokenScores& scores, const std::string& text) {
  OptionScore option;
  option.logprob = std::accumulate(scores.logprobs.begin(), scores.logprobs.end(), 0.0);
  option.tokens = static_cast<std::int64_t>(scores.logprobs.size());
  option.characters = static_cast<std::int64_t>(decode_utf8(text).size());
  option.bytes = static_cast<std::int64_t>(text.size());
  option.greedy = scores.greedy;
  return option;
}

// The windows of one text; a window's context is ids[0, first).
std::vector<ScoreRequest> windows_of(const LanguageModel& model, const std::string& text) {
  TokenIds ids = model.tokenizer().encode_plain(text);
  const std::int32_t start = start_token(model.tokenizer(), "a text to score");
  if (ids.empty() || ids.front() != start) ids.insert(ids.begin(), start);
  const auto window = static_cast<std::size_t>(model.context_window());
  std::vector<ScoreRequest> requests;
  for (std::size_t predicted = 1; predicted < ids.size();) {
    const std::size_t end = std::min(predicted + window, ids.size());
    // The model reads all but the last token.
    const std::size_t begin = end - std::min(end, window + 1);
    const auto at = [&](std::size_t i) { return ids.begin() + static_cast<std::ptrdiff_t>(i); };
    requests.push_back({TokenIds(at(begin), at(end)), predicted - begin});
    predicted = end;
  }
  return requests;
}

}  // namespace

ScoreRequest continuation_request(const Tokenizer& tokenizer, const MarkedText& context,
                                  const MarkedText& continuation, const std::string& where) {
  const MarkedText stripped = cut_at(context, stripped_size(context.text));
  const std::size_t first = tokenizer.encode(stripped).size();
  ScoreRequest request{tokenizer.encode(joined(context, continuation)), first};
  if (first == 0) {
    const std::int32_t start = start_token(tokenizer, where);
    if (request.ids.empty() || request.ids.front() != start) {
      request.ids.insert(request.ids.begin(), start);
    }
    request.first = 1;
  }
  return request;
}

std::vector<std::vector<OptionScore>> score_choices(LanguageModel& model,
                                                    std::span<const ChoiceQuestion> questions) {
  std::vector<ScoreRequest> requests;
  const auto ask = [&](const MarkedText& context, const std::string& text) {
    requests.push_back(
        continuation_request(model.tokenizer(), context, {text, {}}, context.text + text));
  };
  for (const ChoiceQuestion& question : questions) {
    for (const std::string& choice : question.choices) {
      ask(question.context, question.delimiter + choice);
      if (question.without_question) ask({}, question.delimiter + choice);
    }
  }
  const auto scores = model.score(requests);
  std::vector<std::vector<OptionScore>> results;
  auto next = scores.begin();
  for (const ChoiceQuestion& question : questions) {
    results.emplace_back();
    for (const std::string& choice : question.choices) {
      results.back().push_back(option_score(*next++, choice));
      if (question.without_question) {
        results.back().back().without_question = option_score(*next++, choice).logprob;
      }
    }
  }
  return results;
}

std::vector<OptionScore> score_texts(LanguageModel& model, std::span<const std::string> texts) {
  std::vector<ScoreRequest> requests;
  std::vector<std::size_t> owner;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (ScoreRequest& request : windows_of(model, texts[i])) {
      requests.push_back(std::move(request));
      owner.push_back(i);
    }
  }
  std::vector<TokenScores> whole(texts.size());
  const auto scores = model.score(requests);
  for (std::size_t r = 0; r < requests.size(); ++r) {
    TokenScores& text = whole[owner[r]];
    text.logprobs.insert(text.logprobs.end(), scores[r].logprobs.begin(), scores[r].logprobs.end());
    text.greedy = text.greedy && scores[r].greedy;
  }
  std::vector<OptionScore> results;
  for (std::size_t i = 0; i < texts.size(); ++i)
    results.push_back(option_score(whole[i], texts[i]));
  return results;
}

}  // namespace quadrant
