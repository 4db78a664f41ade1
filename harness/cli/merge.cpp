// quadrant merge: the runs of several machines' stores in one.
#include "harness/store/merge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/common.h"
#include "harness/cli/merge_file.h"
#include "harness/cli/verbs.h"
#include "harness/core/error.h"
#include "harness/run/run_lock.h"
#include "harness/store/bundle.h"

namespace quadrant {

void merge_file(Store& into, const std::string& file) {
  const Store from(file);
  if (is_bundle(from.database())) {
    throw Error("this is a bundle", file, "take it into a store with `quadrant import`");
  }
  std::optional<IdleStore> idle;  // where no folder is, no run is going on
  if (std::filesystem::exists(from.artifact_folder())) idle.emplace(from.artifact_folder());
  const Merged merged = merge_runs(into, from);
  std::vector<std::int64_t> lost;
  const std::int64_t files = copy_training_files(into, from, merged, lost);
  fmt::print("{}: {} runs with {} records taken, {} were there already; {} files of trainings\n",
             file, merged.runs, merged.records, merged.known, files);
  if (lost.empty()) return;
  fmt::print(stderr,
             "{}: the files of training {} are not in {}: such a training is done again when it is "
             "needed\n",
             file, fmt::join(lost, ", "), from.artifact_folder().string());
}

namespace {

int merge(const std::string& into_file, const std::vector<std::string>& from) {
  Store into = open_store(into_file, Store::Open::kCreate);
  for (const std::string& file : from) merge_file(into, file);
  return kOk;
}

}  // namespace

void add_merge(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("merge", "take the runs of other stores into one");
  auto into = std::make_shared<std::string>();
  auto from = std::make_shared<std::vector<std::string>>();
  verb->add_option("INTO", *into, "the store that gets them; made if it is not there")->required();
  verb->add_option("FROM", *from, "stores to read")->required();
  verb->footer(
      "What both have is kept once, by content hash. A run that is in both and went on in one of\n"
      "them alone is a conflict: it is named, and nothing of that store is taken. Lay a store's\n"
      "folder NAME.artifacts beside it, and the trained weights come along. The cells of runs "
      "made\n"
      "in several places serve one run: repeat `quadrant run` on the merged store.");
  verb->callback([&action, into, from] { action = [into, from] { return merge(*into, *from); }; });
}

}  // namespace quadrant
