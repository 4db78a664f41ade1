#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

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

}  // namespace

const std::vector<BuiltInSuite>& built_in_suites() {
  static const std::vector<BuiltInSuite> kSuites{
      {"company_qa", "facts of an invented company: trained, in documents only, or nowhere",
       [](std::uint64_t seed, const fs::path& folder) {
         company_qa::write_suite(company_qa::demo_plan(), seed, folder);
       }},
      {"company_qa_smoke", "the same in very small, for tests",
       [](std::uint64_t seed, const fs::path& folder) {
         company_qa::write_suite(company_qa::smoke_plan(), seed, folder);
       }},
  };
  return kSuites;
}

Suite find_suite(const std::string& name_or_folder) {
  std::vector<std::string> names;
  for (const BuiltInSuite& suite : built_in_suites()) {
    if (suite.name == name_or_folder) {
      const TemporaryFolder folder;
      suite.write(0, folder.path());
      return load_suite(folder.path());
    }
    names.push_back(suite.name);
  }
  if (fs::is_directory(name_or_folder)) return load_suite(name_or_folder);
  const std::string near = nearest_name(name_or_folder, names);
  throw Error(
      fmt::format("there is no suite \"{}\"", name_or_folder), name_or_folder,
      (near.empty() ? "" : fmt::format("did you mean \"{}\"? ", near)) +
          fmt::format("name a folder with suite.toml, or one of: {}", fmt::join(names, ", ")));
}

}  // namespace quadrant
