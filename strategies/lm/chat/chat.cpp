#include "strategies/lm/chat/chat.h"

#include "harness/core/error.h"
#include "harness/core/files.h"

namespace quadrant {

std::unique_ptr<ChatTemplate> load_chat_template(const std::string& choice,
                                                 const WeightSource& source) {
  if (choice == "none") return make_plain_template();
  if (choice != "model") return make_chatml(read_text(choice), choice);
  const auto jinja = source.find_text("tokenizer.chat_template");
  if (!jinja) {
    throw Error("the model has no chat template: it is a base model", source.path().string(),
                "set chat_template = \"none\" in [model]");
  }
  return make_chatml(*jinja, source.path().string() + ", tokenizer.chat_template");
}

}  // namespace quadrant
