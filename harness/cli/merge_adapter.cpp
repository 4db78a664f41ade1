// quadrant merge-adapter: a base model and a LoRA adapter to one Hugging Face folder.
#include <fmt/format.h>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "strategies/engine.h"

namespace quadrant {

void add_merge_adapter(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("merge-adapter", "fold a LoRA adapter into its base model");
  auto options = std::make_shared<LineOptions>();
  add_model_options(*verb, *options);
  verb->add_option("--adapter", options->adapter, "a PEFT adapter's folder")->required();
  verb->add_option("--output", options->output, "folder to write")->required();
  verb->callback([&action, options] {
    action = [options] {
      merge_adapter({options->model, options->chat_template, options->device, options->dtype},
                    options->adapter, options->output);
      fmt::print("{}\n", options->output);
      return int{kOk};
    };
  });
}

}  // namespace quadrant
