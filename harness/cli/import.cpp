// quadrant import: a bundle's runs and files into a store.
#include <fmt/format.h>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/store/bundle.h"

namespace quadrant {
namespace {

int import_file(const std::string& store_file, const std::string& file) {
  const Store bundle(file);
  Store store = open_store(store_file, Store::Open::kCreate);
  const Imported imported = import_bundle(store, bundle);
  fmt::print("{}: {} runs with {} records taken into {}, {} were there already; {} files\n", file,
             imported.merged.runs, imported.merged.records, store_file, imported.merged.known,
             imported.files);
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
