#include "harness/run/leak_words.h"

#include <algorithm>

#include "harness/metrics/normalise.h"

namespace quadrant {

Words WordNumbers::of(const std::string& text) {
  Words words;
  for (std::string& word : normalised_words(text)) {
    const int next = static_cast<int>(numbers_.size());
    words.push_back(numbers_.emplace(std::move(word), next).first->second);
  }
  return words;
}

Words part(const Words& words, std::size_t begin, std::size_t size) {
  const auto first = words.begin() + static_cast<std::ptrdiff_t>(begin);
  return {first, first + static_cast<std::ptrdiff_t>(size)};
}

bool has(const Words& words, const Words& run) {
  return !run.empty() &&
         std::search(words.begin(), words.end(), run.begin(), run.end()) != words.end();
}

std::vector<std::string> asked_texts(const TrainingExample& example) {
  using Kind = TrainingExample::Kind;
  switch (example.kind) {
    case Kind::kText:
      return {example.text};
    case Kind::kQuestionAnswer:
      return {example.question};
    case Kind::kPromptCompletion:
      return {example.prompt};
    case Kind::kMessages:
      break;
  }
  std::vector<std::string> turns;
  for (const Message& message : example.messages) {
    if (message.role == "user") turns.push_back(message.content);
  }
  return turns;
}

std::vector<std::string> all_texts(const TrainingExample& example) {
  std::vector<std::string> texts{example.text, example.question, example.answer, example.prompt,
                                 example.completion};
  for (const Message& message : example.messages) texts.push_back(message.content);
  std::erase(texts, "");
  return texts;
}

std::string without_placeholder(std::string text) {
  static const std::string kPlaceholder = "{question}";
  const std::size_t at = text.find(kPlaceholder);
  if (at != std::string::npos) text.replace(at, kPlaceholder.size(), "\n");
  return text;
}

}  // namespace quadrant
