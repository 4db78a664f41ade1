// quadrant import: a bundle's runs and files into a store.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/server_spec.h"
#include "harness/store/bundle.h"

namespace quadrant {
namespace {

// Somebody else chose where `reproduce` would send the prompts, and a key.
void warn_of_servers(const Store& bundle) {
  for (const RunRow& run : bundle.runs()) {
    const auto config = nlohmann::json::parse(bundle.run(run.id).config);
    const auto model = config.value("/model/path"_json_pointer, std::string());
    if (!is_url(model)) continue;
    fmt::print(
        stderr,
        "warning: {} asks the server {}: `quadrant reproduce` would send it the prompts, and "
        "QUADRANT_API_KEY if that is set\n",
        run.experiment, model);
  }
}

int import_file(const std::string& store_file, const std::string& file) {
  const Store bundle(file);
  Store store = open_store(store_file, Store::Open::kCreate);
  const Imported imported = import_bundle(store, bundle);
  fmt::print("{}: {} runs with {} records taken into {}, {} were there already; {} files\n", file,
             imported.merged.runs, imported.merged.records, store_file, imported.merged.known,
             imported.files);
  warn_of_servers(bundle);
  return kOk;
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("import", "take a bundle into a store");
  auto file = std::make_shared<std::string>(), store = std::make_shared<std::string>();
  verb->add_option("BUNDLE", *file, "a file that `quadrant bundle` wrote")->required();
  add_store_option(*verb, *store);
  verb->footer(
      "The bundle is checked whole first: hashes, references, counts, names of files. Then\n"
      "`quadrant reproduce latest` repeats its newest run here; it needs the same base model.");
  verb->callback(
      [&action, file, store] { action = [file, store] { return import_file(*store, *file); }; });
}

}  // namespace quadrant
