#include "strategies/lm/chat/chat.h"

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "strategies/lm/tokenizer/hf_config.h"
#include "strategies/lm/weights/gguf.h"

namespace quadrant {
namespace {

using Tokens = std::map<std::string, std::string>;

Tokens tokens_of(const GgufFile& gguf) {
  constexpr std::pair<const char*, const char*> kNames[] = {
      {"bos_token", "tokenizer.ggml.bos_token_id"},
      {"eos_token", "tokenizer.ggml.eos_token_id"},
      {"pad_token", "tokenizer.ggml.padding_token_id"},
      {"unk_token", "tokenizer.ggml.unknown_token_id"}};
  Tokens tokens;
  std::vector<std::string_view> texts;
  for (const auto& [name, key] : kNames) {
    const auto id = gguf.find_integer(key);
    if (!id) continue;
    if (texts.empty()) texts = gguf.texts("tokenizer.ggml.tokens");
    if (*id >= 0 && *id < std::ssize(texts)) tokens[name] = texts[static_cast<std::size_t>(*id)];
  }
  return tokens;
}

Tokens tokens_of(const WeightSource& source) {
  if (const auto* gguf = dynamic_cast<const GgufFile*>(&source)) return tokens_of(*gguf);
  return read_tokenizer_config(source.path()).tokens;
}

}  // namespace

std::unique_ptr<ChatTemplate> load_chat_template(const std::string& choice,
                                                 const WeightSource& source) {
  if (choice == "none") return make_plain_template();
  if (choice != "model") return make_jinja_template(read_text(choice), choice, tokens_of(source));
  const auto jinja = source.find_text("tokenizer.chat_template");
  if (!jinja) {
    throw Error("the model has no chat template: it is a base model", source.path().string(),
                "set chat_template = \"none\" in [model]");
  }
  return make_jinja_template(*jinja, source.path().string() + ", tokenizer.chat_template",
                             tokens_of(source));
}

}  // namespace quadrant
