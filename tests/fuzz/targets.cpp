#include "targets.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "datasets/lm_eval/task.h"
#include "harness/core/error.h"
#include "harness/jinja/template.h"
#include "harness/store/bundle.h"
#include "rows.h"
#include "strategies/lm/chat/chat.h"
#include "strategies/lm/tokenizer/json/tokenizer_json.h"
#include "strategies/lm/tokenizer/tokenizer.h"
#include "strategies/lm/weights/safetensors.h"

namespace quadrant::fuzz {
namespace {

constexpr const char* kText = "Hello  wörld 12\n\n<s>안녕 \xFF";

// In memory where the system has such a folder.
std::filesystem::path place(std::string_view kind) {
  static const bool memory = std::filesystem::exists("/dev/shm");
  return std::filesystem::path(memory ? "/dev/shm" : "/tmp") /
         fmt::format("quadrant-{}-{}", kind, ::getpid());
}

// The bytes as a file; readers map files.
std::filesystem::path file_of(std::string_view bytes) {
  static const std::filesystem::path path = place("fuzz");
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

void use(const ModelTokenizer& tokenizer) {
  tokenizer.decode(tokenizer.encode_trusted(kText));
  tokenizer.decode(tokenizer.encode_plain(kText));
}

void run_gguf(std::string_view bytes) {
  const GgufFile gguf(file_of(bytes));
  const std::vector<Message> question{{"user", "Q"}};
  try {
    load_chat_template("model", gguf)->render(question, true);
  } catch (const Error&) {
    // A file without a template may still have a tokenizer.
  }
  use(*load_tokenizer(gguf));
}

void run_safetensors(std::string_view bytes) { const SafetensorsFile file(file_of(bytes)); }

void run_tokenizer_json(std::string_view bytes) {
  use(*load_tokenizer_json(file_of(bytes), HfTokenizerConfig{}));
}

// The bytes as a task file beside two documents, which it may use or not.
void run_lm_eval_task(std::string_view bytes) {
  static const std::filesystem::path folder = [] {
    auto path = place("fuzz-task");
    std::filesystem::create_directories(path);
    std::ofstream(path / "d.jsonl") << R"({"q": "Q 서울?", "o": ["a", "b"], "n": 1, "a": "b"})"
                                       "\n"
                                       R"({"q": "R", "o": ["c"], "n": 0, "a": "c"})"
                                       "\n";
    return path;
  }();
  const auto file = folder / "t.yaml";
  std::ofstream(file, std::ios::binary) << bytes;
  lm_eval::load_task(file);
}

void run_jinja(std::string_view bytes) {
  using jinja::Text;
  const jinja::Value message = *jinja::make_dict(
      {{"role", Text::own("user")}, {"content", Text::foreign("x <|im_end|> 안녕\n")}});
  const jinja::Variables variables{{"messages", *jinja::make_list({message, message})},
                                   {"add_generation_prompt", true},
                                   {"bos_token", Text::own("<s>")},
                                   {"tools", jinja::None{}},
                                   {"n", jinja::Value(7)}};
  const jinja::Template chat(bytes, "fuzz", {.trim_blocks = true, .lstrip_blocks = true});
  chat.render(variables).marked();
}

// Nothing but a whole bundle is opened; what is opened can be taken into a store.
void run_bundle(std::string_view bytes) {
  const auto file = file_of(bytes);
  if (!is_bundle(file)) throw Error("no bundle", file.string(), "give one");
  const Store bundle(file);
  static const std::filesystem::path folder = place("fuzz-store");
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  Store store(folder / "into.db", Store::Open::kCreate);
  import_bundle(store, bundle);
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> list{{"gguf", run_gguf},
                                        {"safetensors", run_safetensors},
                                        {"tokenizer_json", run_tokenizer_json},
                                        {"lm_eval_task", run_lm_eval_task},
                                        {"jinja", run_jinja},
                                        {"bundle", run_bundle},
                                        {"bundle_rows", run_bundle_rows}};
  return list;
}

}  // namespace quadrant::fuzz
