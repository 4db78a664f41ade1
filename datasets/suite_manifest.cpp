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

PromptTemplate read_prompt(TomlReader table) {
  PromptTemplate prompt;
  prompt.system = to_nfc(table.text("system", prompt.system));
  prompt.question = to_nfc(table.text("question", prompt.question));
  prompt.context = to_nfc(table.text("context", prompt.context));
  prompt.max_new_tokens =
      static_cast<int>(table.integer("max_new_tokens", prompt.max_new_tokens, 1, 1'000'000));
  prompt.stop = table.texts("stop", prompt.stop);
  demand_place(table, "question", prompt.question, "{question}");
  demand_place(table, "context", prompt.context, "{question}");
  demand_place(table, "context", prompt.context, "{passages}");
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
  if (auto prompt = table.table("prompt")) suite.prompt = read_prompt(*prompt);
  table.finish();
}

}  // namespace quadrant
