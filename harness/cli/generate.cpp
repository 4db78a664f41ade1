// quadrant generate: greedy answers to raw prompts or to chat messages.
#include <nlohmann/json.hpp>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/error.h"

namespace quadrant {
namespace {

constexpr std::size_t kPromptsAtOnce = 32;

std::vector<Message> messages_of(const InputLine& line) {
  const nlohmann::json& list = line.value["messages"];
  const auto refuse = [&] {
    throw Error("\"messages\" is no list of {\"role\", \"content\"}", line.where,
                R"(write {"messages": [{"role": "user", "content": "..."}]})");
  };
  if (!list.is_array() || list.empty()) refuse();
  std::vector<Message> messages;
  for (const nlohmann::json& message : list) {
    if (!message.is_object() || !message.contains("role") || !message["role"].is_string() ||
        !message.contains("content") || !message["content"].is_string()) {
      refuse();
    }
    messages.push_back({message["role"], message["content"]});
  }
  return messages;
}

// The prompt as text and which of it is trusted.
MarkedText prompt_of(const LanguageModel& model, const InputLine& line) {
  if (line.has("messages")) return model.chat_template().render(messages_of(line), true);
  MarkedText prompt{line.text("prompt"), {}};
  if (line.flag("special")) prompt.trusted = {{0, prompt.text.size()}};
  return prompt;
}

}  // namespace

void add_generate(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("generate", "greedy answers to prompts or messages");
  auto options = std::make_shared<LineOptions>();
  auto decoding = std::make_shared<Decoding>();
  add_model_options(*verb, *options);
  add_line_options(*verb, *options);
  verb->add_option("--adapter", options->adapter, "folder of a tuned model");
  verb->add_option("--max-new-tokens", decoding->max_new_tokens, "longest answer")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb->add_option("--stop", decoding->stop, "text that ends an answer (may be repeated)");
  verb->callback([&action, options, decoding] {
    action = [options, decoding] {
      const auto engine = load_tool_model(*options);
      LanguageModel& model = engine->model();
      return convert_lines(*options, [&](const std::vector<InputLine>& lines) {
        std::vector<MarkedText> prompts;
        std::vector<TokenIds> ids;
        for (const InputLine& line : lines) {
          prompts.push_back(prompt_of(model, line));
          ids.push_back(model.tokenizer().encode(prompts.back()));
        }
        std::vector<nlohmann::json> results;
        for (std::size_t begin = 0; begin < ids.size(); begin += kPromptsAtOnce) {
          const std::size_t size = std::min(kPromptsAtOnce, ids.size() - begin);
          for (const Generation& row :
               model.generate(std::span(ids).subspan(begin, size), *decoding)) {
            results.push_back({{"prompt", prompts[results.size()].text},
                               {"text", row.text},
                               {"ids", row.ids},
                               {"stop", to_string(row.stop)}});
            if (!row.error.empty()) results.back()["error"] = row.error;
          }
        }
        return results;
      });
    };
  });
}

}  // namespace quadrant
