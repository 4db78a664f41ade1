// quadrant bundle: runs in one file, to report and to repeat elsewhere.
#include "harness/store/bundle.h"

#include <fmt/format.h>

#include "harness/cli/bundle_file.h"
#include "harness/cli/verbs.h"

namespace quadrant {

int bundle_runs(const std::string& store_file, const std::vector<std::string>& runs, bool adapters,
                const std::string& output) {
  const Store store(store_file);
  std::vector<std::int64_t> ids;
  for (const std::string& run : runs) ids.push_back(store.find_run(run));
  const BundleContents contents = write_bundle(store, ids, adapters, output);
  fmt::print("{}: {} runs, {} files of suites, {} of adapters, {:.1f} MB\n", output, contents.runs,
             contents.suite_files, contents.adapter_files,
             static_cast<double>(contents.bytes) / 1e6);
  return kOk;
}

void add_bundle(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("bundle", "runs in one file, to report and to repeat elsewhere");
  auto runs = std::make_shared<std::vector<std::string>>();
  auto store = std::make_shared<std::string>(), output = std::make_shared<std::string>();
  auto adapters = std::make_shared<bool>(false);
  verb->add_option("RUN", *runs, "runs: numbers, hashes, or \"latest\"")->required();
  verb->add_option("-o,--output", *output, "the file to write")->required();
  verb->add_flag("--adapters", *adapters, "with the LoRA adapters that were trained");
  add_store_option(*verb, *store);
  verb->footer(
      "It holds settings, records, scores, hashes and the files of your own suites; of the base\n"
      "model only the hash. `quadrant report latest --store FILE` reads it as it is; to repeat "
      "its\n"
      "runs, take it into a store with `quadrant import FILE`.");
  verb->callback([&action, runs, store, output, adapters] {
    action = [runs, store, output, adapters] {
      return bundle_runs(*store, *runs, *adapters, *output);
    };
  });
}

}  // namespace quadrant
