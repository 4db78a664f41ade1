#include "datasets/common/save_suite.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/json.h"

namespace quadrant {
namespace {

using nlohmann::json;

// JSON's escapes are TOML's.
std::string quoted(const std::string& text) { return json(text).dump(); }

std::string quoted_list(const std::vector<std::string>& texts) {
  std::vector<std::string> entries;
  for (const std::string& text : texts) entries.push_back(quoted(text));
  return fmt::format("[{}]", fmt::join(entries, ", "));
}

std::string manifest(const Suite& suite) {
  std::string text;
  const auto key = [&](const char* name, const std::string& value) {
    text += fmt::format("{} = {}\n", name, value);
  };
  key("name", quoted(suite.name));
  key("version", quoted(suite.version));
  if (!suite.language.empty()) key("language", quoted(suite.language));
  if (!suite.licence.empty()) key("licence", quoted(suite.licence));
  if (!suite.source.empty()) key("source", quoted(suite.source));
  key("kind", quoted(suite.kind));
  key("metrics", quoted_list(suite.metrics));
  text += "\n[prompt]\n";
  if (!suite.prompt.system.empty()) key("system", quoted(suite.prompt.system));
  const PromptTemplate& prompt = suite.prompt;
  if (prompt.more.empty()) {
    key("question", quoted(prompt.question));
    key("context", quoted(prompt.context));
  } else {
    std::vector<std::string> questions{prompt.question}, contexts{prompt.context};
    for (const PromptTemplate::Wording& wording : prompt.more) {
      questions.push_back(wording.question);
      contexts.push_back(wording.context);
    }
    key("question", quoted_list(questions));
    key("context", quoted_list(contexts));
  }
  key("max_new_tokens", std::to_string(suite.prompt.max_new_tokens));
  key("stop", quoted_list(suite.prompt.stop));
  return text;
}

json fields(const Document& document) {
  return {{"_id", document.id}, {"title", document.title}, {"text", document.text}};
}

json fields(const TrainingExample& example) {
  using Kind = TrainingExample::Kind;
  json line;
  switch (example.kind) {
    case Kind::kText:
      line["text"] = example.text;
      break;
    case Kind::kQuestionAnswer:
      line["question"] = example.question;
      line["answer"] = example.answer;
      break;
    case Kind::kPromptCompletion:
      line["prompt"] = example.prompt;
      line["completion"] = example.completion;
      break;
    case Kind::kMessages:
      for (const Message& message : example.messages) {
        line["messages"].push_back({{"role", message.role}, {"content", message.content}});
      }
      break;
  }
  if (!example.cluster.empty()) line["cluster"] = example.cluster;
  if (!example.gold_docs.empty()) line["gold_docs"] = example.gold_docs;
  if (example.stage != 1) line["stage"] = example.stage;
  return line;
}

json fields(const Item& item) {
  json line{{"id", item.id}, {"question", item.question}};
  if (!item.targets.empty()) line["targets"] = item.targets;
  if (!item.choices.empty()) line["choices"] = item.choices;
  if (item.answer) line["answer"] = *item.answer;
  if (!item.gold_docs.empty()) line["gold_docs"] = item.gold_docs;
  if (!item.cluster.empty()) line["cluster"] = item.cluster;
  if (!item.meta.empty()) line["meta"] = item.meta;
  return line;
}

template <class Line>
void save_lines(const std::vector<Line>& lines, const std::filesystem::path& file) {
  if (lines.empty()) return;
  std::string text;
  for (const Line& line : lines) text += canonical_json(fields(line)) + "\n";
  write_atomically(file, text);
}

}  // namespace

void save_suite(const Suite& suite, const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) {
    throw Error("cannot make the suite folder: " + failure.message(), folder.string(),
                "name a folder that you may write");
  }
  write_atomically(folder / "suite.toml", manifest(suite));
  save_lines(suite.corpus, folder / "corpus.jsonl");
  save_lines(suite.train, folder / "train.jsonl");
  save_lines(suite.dev, folder / "dev.jsonl");
  save_lines(suite.test, folder / "test.jsonl");
}

}  // namespace quadrant
