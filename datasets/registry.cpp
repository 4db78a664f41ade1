#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "datasets/common/save_suite.h"
#include "datasets/company_qa/writer.h"
#include "datasets/suite.h"
#include "harness/core/error.h"

namespace quadrant {
namespace {

namespace fs = std::filesystem;

// A folder of its own under the system's temporary folder, gone at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_((fs::temp_directory_path() / "quadrant-suite-XXXXXX").string()) {
    if (!::mkdtemp(path_.data())) {
      throw Error(fmt::format("cannot make a temporary folder: {}", std::strerror(errno)), path_,
                  "free some space there, or set TMPDIR to another folder");
    }
  }
  ~TemporaryFolder() {
    std::error_code ignored;  // a left-over temporary folder must not end the program
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  fs::path path() const { return path_; }

 private:
  std::string path_;
};

struct NamedSuite {
  std::string name;
  const BuiltInSuite* suite;
  Tier tier;
};

// Every built-in suite in every tier.
std::vector<NamedSuite> named_suites() {
  std::vector<NamedSuite> named;
  for (const BuiltInSuite& suite : built_in_suites()) {
    named.push_back({suite.name, &suite, Tier::kCpu});
    named.push_back({suite.name + "_smoke", &suite, Tier::kSmoke});
    named.push_back({suite.name + "_full", &suite, Tier::kFull});
  }
  return named;
}

bool is_built_in(const std::string& name) {
  const std::vector<NamedSuite> named = named_suites();
  return std::any_of(named.begin(), named.end(),
                     [&](const NamedSuite& suite) { return suite.name == name; });
}

}  // namespace

const std::vector<BuiltInSuite>& built_in_suites() {
  static const std::vector<BuiltInSuite> kSuites{
      {"company_qa", "facts of an invented company: trained, in documents only, or nowhere",
       [](Tier tier, std::uint64_t seed) {
         return company_qa::make_suite(company_qa::plan_of(tier), seed);
       }},
  };
  return kSuites;
}

void write_built_in_suite(const std::string& name, std::uint64_t seed, const fs::path& folder) {
  std::vector<std::string> names, all_names;
  for (const NamedSuite& named : named_suites()) {
    if (named.name == name) {
      Suite suite = named.suite->make(named.tier, seed);
      suite.name = name;
      return save_suite(suite, folder);
    }
    all_names.push_back(named.name);
    if (named.tier == Tier::kCpu) names.push_back(named.name);
  }
  const std::string near = nearest_name(name, all_names);
  throw Error(fmt::format("there is no suite \"{}\"", name), name,
              (near.empty() ? "" : fmt::format("did you mean \"{}\"? ", near)) +
                  fmt::format("name a folder with suite.toml, or one of: {} (smaller and larger: "
                              "with _smoke or _full behind the name)",
                              fmt::join(names, ", ")));
}

Suite find_suite(const std::string& name_or_folder) {
  if (!is_built_in(name_or_folder) && fs::is_directory(name_or_folder)) {
    return load_suite(name_or_folder);
  }
  const TemporaryFolder folder;
  write_built_in_suite(name_or_folder, 0, folder.path());
  return load_suite(folder.path());
}

}  // namespace quadrant
