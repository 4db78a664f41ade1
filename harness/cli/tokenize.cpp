// quadrant tokenize: {"text"} -> {"ids"}, with the model's own rule for the first token.
#include <nlohmann/json.hpp>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "strategies/engine.h"

namespace quadrant {

void add_tokenize(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("tokenize", "texts to token ids");
  auto options = std::make_shared<LineOptions>();
  add_model_options(*verb, *options);
  add_line_options(*verb, *options);
  verb->callback([&action, options] {
    action = [options] {
      const auto tokenizer = load_model_tokenizer(options->model);
      return convert_lines(*options, [&](const std::vector<InputLine>& lines) {
        std::vector<nlohmann::json> results;
        for (const InputLine& line : lines) {
          const std::string text = line.text("text");
          results.push_back({{"ids", line.flag("special") ? tokenizer->encode_trusted(text)
                                                          : tokenizer->encode_plain(text)}});
        }
        return results;
      });
    };
  });
}

}  // namespace quadrant
