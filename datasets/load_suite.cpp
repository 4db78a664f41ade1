#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "datasets/lm_eval/task.h"
#include "datasets/suite.h"
#include "datasets/suite_files.h"
#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/core/sha256.h"

namespace quadrant {
namespace {

namespace fs = std::filesystem;

bool any_example(const Suite& suite, bool text) {
  return std::any_of(suite.train.begin(), suite.train.end(), [&](const TrainingExample& example) {
    return (example.kind == TrainingExample::Kind::kText) == text;
  });
}

// What is scored must be there.
void demand_options(const Suite& suite, const fs::path& folder) {
  for (const auto* items : {&suite.dev, &suite.test}) {
    for (const Item& item : *items) {
      const bool choices = suite.output_type == "multiple_choice";
      if (suite.output_type == "generate_until" ||
          !(choices ? item.choices : item.targets).empty()) {
        continue;
      }
      throw Error(fmt::format("item {} has no \"{}\", and {} scores them", item.id,
                              choices ? "choices" : "targets", suite.output_type),
                  (folder / "suite.toml").string(), "add them, or take output_type out");
    }
  }
}

void demand_folder(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    throw Error("this suite folder does not exist", folder.string(),
                "name a folder with suite.toml and test.jsonl, or a built-in suite");
  }
  if (!fs::exists(folder / "suite.toml")) {
    throw Error("this folder has no suite.toml, so it is not a suite", folder.string(),
                "add suite.toml with at least name, kind and metrics");
  }
}

}  // namespace

Suite load_suite(const fs::path& folder) {
  if (const auto task = lm_eval::find_task(folder)) return lm_eval::load_task(*task);
  demand_folder(folder);
  Suite suite;
  // Calls `read` when the file is there, and remembers its hash.
  const auto file = [&](const char* name, const auto& read) {
    const fs::path path = folder / name;
    if (!fs::exists(path)) return;
    read(path);
    suite.file_hashes[name] = sha256_file(path);
  };
  file("suite.toml", [&](const fs::path& path) { read_manifest(path, suite); });
  file("corpus.jsonl", [&](const fs::path& path) { suite.corpus = read_corpus(path); });
  file("train.jsonl",
       [&](const fs::path& path) { suite.train = read_training_examples(path, suite.corpus); });
  file("dev.jsonl",
       [&](const fs::path& path) { suite.dev = read_items(path, suite.kind, suite.corpus); });
  file("test.jsonl",
       [&](const fs::path& path) { suite.test = read_items(path, suite.kind, suite.corpus); });
  if (suite.test.empty()) {
    throw Error("the suite has no test questions", (folder / "test.jsonl").string(),
                "write one {\"id\", \"question\", \"targets\"} a line");
  }
  demand_options(suite, folder);
  suite.hash = json_hash(suite.file_hashes);
  return suite;
}

std::vector<std::string> suite_limits(const Suite& suite) {
  std::vector<std::string> limits;
  const auto gold = [](const Item& item) { return !item.gold_docs.empty(); };
  if (suite.corpus.empty()) {
    limits.push_back("no corpus.jsonl: rag and oracle cannot run");
  } else if (std::none_of(suite.test.begin(), suite.test.end(), gold)) {
    limits.push_back("no gold_docs in test.jsonl: oracle cannot run, and retrieval is not scored");
  }
  if (suite.corpus.empty() && !any_example(suite, true)) {
    limits.push_back(
        "neither corpus.jsonl nor \"text\" lines in train.jsonl: continued_pretraining cannot run");
  }
  if (!any_example(suite, false)) {
    limits.push_back("no question-answer lines in train.jsonl: few_shot and domain_qa cannot run");
  }
  if (suite.dev.empty())
    limits.push_back("no dev.jsonl: settings cannot be chosen on held-out data");
  return limits;
}

}  // namespace quadrant
