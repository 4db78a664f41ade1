// quadrant suite write: a built-in suite as a folder.
#include <filesystem>

#include <fmt/format.h>

#include "datasets/suite.h"
#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/error.h"

namespace quadrant {
namespace {

int write_suite(const std::string& name, std::uint64_t seed, const std::string& folder) {
  if (std::filesystem::exists(folder) && !std::filesystem::is_empty(folder)) {
    throw Error("the folder is not empty", folder, "name a new or an empty folder");
  }
  write_built_in_suite(name, seed, folder);
  const Suite written = load_suite(folder);
  fmt::print("{}: {} documents, {} training lines, {} dev and {} test questions\n", folder,
             written.corpus.size(), written.train.size(), written.dev.size(), written.test.size());
  return kOk;
}

}  // namespace

void add_suite(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("suite", "built-in suites");
  verb->require_subcommand(1);
  auto* write = verb->add_subcommand("write", "write a built-in suite as a folder");
  auto name = std::make_shared<std::string>(), folder = std::make_shared<std::string>();
  auto seed = std::make_shared<std::uint64_t>(0);
  write->add_option("NAME", *name, "company_qa, company_qa_smoke, company_qa_full, ...")
      ->required();
  write->add_option("DIR", *folder, "a new or an empty folder")->required();
  write->add_option("--seed", *seed, "another seed, another world")->capture_default_str();
  write->callback([&action, name, folder, seed] {
    action = [name, folder, seed] { return write_suite(*name, *seed, *folder); };
  });
}

}  // namespace quadrant
