// quadrant suite write: a built-in suite as a folder.
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "datasets/suite.h"
#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/error.h"

namespace quadrant {
namespace {

int write_suite(const std::string& name, std::uint64_t seed, const std::string& folder) {
  std::vector<std::string> names;
  for (const BuiltInSuite& suite : built_in_suites()) {
    if (suite.name == name) {
      if (std::filesystem::exists(folder) && !std::filesystem::is_empty(folder)) {
        throw Error("the folder is not empty", folder, "name a new or an empty folder");
      }
      suite.write(seed, folder);
      const Suite written = load_suite(folder);
      fmt::print("{}: {} documents, {} training lines, {} dev and {} test questions\n", folder,
                 written.corpus.size(), written.train.size(), written.dev.size(),
                 written.test.size());
      return kOk;
    }
    names.push_back(suite.name);
  }
  throw Error("no such built-in suite", name,
              fmt::format("use one of: {}", fmt::join(names, ", ")));
}

}  // namespace

void add_suite(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("suite", "built-in suites");
  verb->require_subcommand(1);
  auto* write = verb->add_subcommand("write", "write a built-in suite as a folder");
  auto name = std::make_shared<std::string>(), folder = std::make_shared<std::string>();
  auto seed = std::make_shared<std::uint64_t>(0);
  write->add_option("NAME", *name, "company_qa, ...")->required();
  write->add_option("DIR", *folder, "a new or an empty folder")->required();
  write->add_option("--seed", *seed, "another seed, another world")->capture_default_str();
  write->callback([&action, name, folder, seed] {
    action = [name, folder, seed] { return write_suite(*name, *seed, *folder); };
  });
}

}  // namespace quadrant
