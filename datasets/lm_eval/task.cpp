#include "datasets/lm_eval/task.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "datasets/lm_eval/task_keys.h"
#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/core/sha256.h"
#include "harness/core/utf8.h"

namespace quadrant::lm_eval {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

class SuiteMaker {
 public:
  explicit SuiteMaker(const fs::path& file) : task_(read_yaml(file, read_), file) {}

  Suite make() {
    suite_.name = task_.text("task", "");
    if (suite_.name.empty()) task_.refuse("task", "the task has no name", "write task: NAME");
    suite_.version = version();
    suite_.source = "an lm-eval task";
    suite_.prompt.system = to_nfc(strip_end(task_.text("description", "")));
    const std::string path = task_.text("dataset_path", "");
    if (path != "json" && path != "csv") {
      task_.refuse("dataset_path", fmt::format("data of \"{}\" is not at hand", path),
                   "save the data as .jsonl and write dataset_path: json");
    }
    task_.require("fewshot_delimiter", "\n\n");
    suite_.prompt.delimiter = to_nfc(task_.text("target_delimiter", " "));
    meta_ = read_answers(task_, suite_);
    read_splits();
    for (const fs::path& file : read_) {
      suite_.file_hashes[fs::relative(file, task_.file().parent_path()).string()] =
          sha256_file(file);
    }
    suite_.hash = json_hash(suite_.file_hashes);
    return std::move(suite_);
  }

 private:
  // Prompts put an empty line behind the description, as lm-eval does with the usual "\n\n".
  static std::string strip_end(std::string text) {
    while (text.ends_with('\n') || text.ends_with(' ')) text.pop_back();
    return text;
  }

  std::string version() const {
    if (!task_.has("metadata")) return "1";
    const json version = task_.value("metadata").is_object()
                             ? task_.value("metadata").value("version", json(1))
                             : json(1);
    return version.is_string() ? version.get<std::string>() : version.dump();
  }

  std::vector<json> documents(const std::string& split) {
    std::vector<json> all;
    for (const fs::path& path : files_of(task_, split)) {
      const std::vector<json> some = read_documents(path);
      all.insert(all.end(), some.begin(), some.end());
      if (!std::ranges::count(read_, path)) read_.push_back(path);
    }
    return all;
  }

  std::vector<Item> items(const std::string& split) {
    std::vector<Item> items;
    for (const json& document : documents(split)) {
      items.push_back(read_item(task_, document, items.size()));
      items.back().meta = meta_;
      if (items.back().question.empty() && suite_.output_type != "loglikelihood_rolling") {
        task_.refuse("doc_to_text", "an empty question", "mend the template");
      }
    }
    return items;
  }

  // lm-eval asks the test split, or the validation split when there is no other.
  void read_splits() {
    const std::string validation = task_.text("validation_split", "");
    const std::string test = task_.text("test_split", validation);
    if (test.empty()) task_.refuse("test_split", "no split to ask", "write test_split: test");
    suite_.test = items(test);
    if (suite_.test.empty()) task_.refuse("test_split", "the test split is empty", "add documents");
    if (!validation.empty() && validation != test) suite_.dev = items(validation);
    const std::string shots = task_.text("fewshot_split", task_.text("training_split", ""));
    if (shots.empty() || shots == test) return;
    for (const Item& item : items(shots)) {
      TrainingExample example;
      if (suite_.output_type == "loglikelihood_rolling") {
        example.text = item.targets.front();
      } else {
        example.kind = TrainingExample::Kind::kQuestionAnswer;
        example.question = item.question;
        example.answer = item.targets.front();
      }
      suite_.train.push_back(std::move(example));
    }
  }

  std::vector<fs::path> read_;
  TaskKeys task_;
  Suite suite_;
  std::map<std::string, std::string> meta_;  // of each item
};

}  // namespace

std::optional<fs::path> find_task(const fs::path& path) {
  const auto is_yaml = [](const fs::path& file) {
    return file.extension() == ".yaml" || file.extension() == ".yml";
  };
  if (fs::is_regular_file(path) && is_yaml(path)) return path;
  if (!fs::is_directory(path) || fs::exists(path / "suite.toml")) return std::nullopt;
  std::vector<fs::path> tasks, included;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (!entry.is_regular_file() || !is_yaml(entry.path())) continue;
    std::vector<fs::path> files;
    if (read_yaml(entry.path(), files).contains("task")) tasks.push_back(entry.path());
    included.insert(included.end(), files.begin() + 1, files.end());
  }
  std::erase_if(tasks,
                [&](const fs::path& task) { return std::ranges::count(included, task) > 0; });
  if (tasks.size() > 1) {
    std::ranges::sort(tasks);
    throw Error("this folder holds several lm-eval tasks", path.string(),
                "name one of them: " + tasks[0].filename().string() + ", " +
                    tasks[1].filename().string() + " ...");
  }
  return tasks.empty() ? std::nullopt : std::optional(tasks[0]);
}

Suite load_task(const fs::path& file) { return SuiteMaker(file).make(); }

}  // namespace quadrant::lm_eval
