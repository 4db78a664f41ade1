// quadrant embed: {"text"} -> {"embedding"}, of length 1.
#include <nlohmann/json.hpp>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "strategies/engine.h"

namespace quadrant {

void add_embed(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("embed", "texts to sentence embeddings");
  auto options = std::make_shared<LineOptions>();
  verb->add_option("--model", options->model, "a sentence-transformers folder or a known name")
      ->required();
  add_line_options(*verb, *options);
  verb->callback([&action, options] {
    action = [options] {
      const auto embedder = load_embedder(options->model);
      return convert_lines(*options, [&](const std::vector<InputLine>& lines) {
        std::vector<std::string> texts;
        for (const InputLine& line : lines) texts.push_back(line.text("text"));
        const std::vector<float> rows = embedder->embed(texts);
        std::vector<nlohmann::json> results;
        const auto width = static_cast<std::ptrdiff_t>(embedder->dimension());
        for (auto row = rows.begin(); row != rows.end(); row += width) {
          results.push_back({{"embedding", std::vector<float>(row, row + width)}});
        }
        return results;
      });
    };
  });
}

}  // namespace quadrant
