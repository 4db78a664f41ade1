// suite.toml.
#include <fmt/format.h>

#include "datasets/suite_files.h"
#include "harness/config/toml.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/utf8.h"

namespace quadrant {
namespace {

void demand_place(const TomlReader& table, const std::string& key, const std::string& text,
                  const std::string& place) {
  if (text.find(place) != std::string::npos) return;
  table.fail(key, fmt::format("`prompt.{}` has no {}", key, place),
             fmt::format("write {} where it is to stand", place));
}

// One text or a list, for question and context alike: the wordings that take turns. A key that is
// not there has its usual text in each.
void read_wordings(TomlReader& table, PromptTemplate& prompt) {
  auto questions = table.text_or_texts("question", prompt.question);
  auto contexts = table.text_or_texts("context", prompt.context);
  if (!table.has("question")) questions.resize(contexts.size(), questions[0]);
  if (!table.has("context")) contexts.resize(questions.size(), contexts[0]);
  if (questions.size() != contexts.size()) {
    table.fail("context",
               fmt::format("`prompt.question` has {} wordings and `prompt.context` {}",
                           questions.size(), contexts.size()),
               "write as many of the one as of the other: they belong together in pairs");
  }
  for (std::size_t i = 0; i < questions.size(); ++i) {
    demand_place(table, "question", questions[i], "{question}");
    demand_place(table, "context", contexts[i], "{question}");
    demand_place(table, "context", contexts[i], "{passages}");
    const PromptTemplate::Wording wording{to_nfc(questions[i]), to_nfc(contexts[i])};
    if (i > 0) prompt.more.push_back(wording);
  }
  prompt.question = to_nfc(questions[0]);
  prompt.context = to_nfc(contexts[0]);
}

PromptTemplate read_prompt(TomlReader table) {
  PromptTemplate prompt;
  prompt.system = to_nfc(table.text("system", prompt.system));
  read_wordings(table, prompt);
  prompt.max_new_tokens =
      static_cast<int>(table.integer("max_new_tokens", prompt.max_new_tokens, 1, 1'000'000));
  prompt.stop = table.texts("stop", prompt.stop);
  table.finish();
  return prompt;
}

}  // namespace

void read_manifest(const std::filesystem::path& file, Suite& suite) {
  const std::string text = read_text(file);
  if (const auto bad = first_invalid_utf8(text)) {
    throw Error("the file is not UTF-8", fmt::format("{}, byte {}", file.string(), *bad),
                "save the file as UTF-8");
  }
  const TomlValue root = parse_toml(text, file.string());
  TomlReader table(root, "");
  suite.name = to_nfc(table.text("name"));
  suite.version = table.text("version", "1");
  suite.language = table.text("language", "en");
  suite.licence = table.text("licence", "");
  suite.source = table.text("source", "");
  suite.kind = table.choice("kind", {"qa", "choice", "classify", "summarise", "translate", "style",
                                     "refusal", "instruct", "text"});
  suite.metrics = table.texts("metrics");
  suite.output_type =
      table.choice("output_type",
                   {"generate_until", "multiple_choice", "loglikelihood", "loglikelihood_rolling"},
                   suite.output_type);
  if (auto prompt = table.table("prompt")) suite.prompt = read_prompt(*prompt);
  table.finish();
}

}  // namespace quadrant
