// A suite folder for one test, gone afterwards.
#pragma once

#include <filesystem>
#include <string>

class SuiteFolder {
 public:
  SuiteFolder();  // empty
  ~SuiteFolder();
  SuiteFolder(const SuiteFolder&) = delete;
  SuiteFolder& operator=(const SuiteFolder&) = delete;

  const SuiteFolder& write(const std::string& file, const std::string& text) const;
  const SuiteFolder& write_good() const;  // a small qa suite with all files
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};
