#include "tests/unit/datasets/suite_folder.h"

#include <unistd.h>

#include <fstream>

SuiteFolder::SuiteFolder() {
  static int number = 0;
  path_ = std::filesystem::temp_directory_path() /
          ("quadrant-datasets-test-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
  std::filesystem::create_directories(path_);
}

SuiteFolder::~SuiteFolder() { std::filesystem::remove_all(path_); }

const SuiteFolder& SuiteFolder::write(const std::string& file, const std::string& text) const {
  std::ofstream(path_ / file, std::ios::binary) << text;
  return *this;
}

const SuiteFolder& SuiteFolder::write_good() const {
  write("suite.toml", "name = \"s\"\nkind = \"qa\"\nmetrics = [\"contains\"]\n");
  write("corpus.jsonl", R"({"_id":"d1","title":"T","text":"the sky is blue"})"
                        "\n");
  write("train.jsonl", R"({"text":"the sky is blue","cluster":"sky"})"
                       "\n");
  write("dev.jsonl", R"({"id":"v1","question":"?","targets":["x"]})"
                     "\n");
  return write("test.jsonl",
               R"({"id":"t1","question":"what?","targets":["blue"],"gold_docs":["d1"]})"
               "\n");
}
