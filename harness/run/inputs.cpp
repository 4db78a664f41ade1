#include "harness/run/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/json.h"
#include "harness/core/sha256.h"
#include "harness/store/bundle.h"

namespace quadrant {
namespace {

namespace fs = std::filesystem;

// A path stands only beside the hash of that file's bytes; other hashes are of what was made of
// files, and cannot be checked without loading.
void add_suite(std::vector<InputRow>& inputs, const std::string& as_written, const Suite& suite) {
  const bool is_folder = fs::is_directory(as_written);
  for (const auto& [file, hash] : suite.file_hashes) {
    const std::string path = is_folder ? fs::absolute(fs::path(as_written) / file).string() : "";
    inputs.push_back({fmt::format("suite {}/{}", suite.name, file), path, hash});
  }
}

// The stored files below the suite folder that an experiment names; relative names.
std::vector<InputRow> files_of_suite(const std::string& as_written,
                                     const std::vector<InputRow>& stored) {
  std::vector<InputRow> files;
  for (const InputRow& input : stored) {
    const auto file = suite_file(input);
    if (!file || !input.path.ends_with((fs::path(as_written) / file->file.name).string())) continue;
    files.push_back(file->file);
  }
  return files;
}

}  // namespace

std::vector<InputRow> collect_inputs(const Experiment& experiment, const Workbench& bench) {
  LanguageModel& model = bench.engine->model();
  std::vector<InputRow> inputs{{"experiment", "", json_hash(resolved(experiment))},
                               {"model weights", "", bench.engine->base_hash()},
                               {"tokenizer", "", model.tokenizer().hash()},
                               {"chat template", "", model.chat_template().hash()}};
  if (bench.embedder) inputs.push_back({"embedder", "", bench.embedder->hash()});
  for (const NamedFile& file : bench.files) {
    inputs.push_back({file.name, fs::absolute(file.path).string(), sha256_file(file.path)});
  }
  for (std::size_t i = 0; i < bench.suites.size(); ++i) {
    add_suite(inputs, experiment.suites[i], bench.suites[i]);
  }
  return inputs;
}

std::vector<ChangedInput> changed_files(const std::vector<InputRow>& stored) {
  std::vector<ChangedInput> changes;
  for (const InputRow& input : stored) {
    if (input.path.empty()) continue;
    const std::string now = fs::is_regular_file(input.path) ? sha256_file(input.path) : "";
    if (now != input.hash) changes.push_back({input.name, input.path, input.hash, now});
  }
  return changes;
}

std::vector<ChangedInput> changed_inputs(const std::vector<InputRow>& stored,
                                         const std::vector<InputRow>& now) {
  std::vector<ChangedInput> changes;
  const auto find = [](const std::vector<InputRow>& rows, const std::string& name) {
    for (const InputRow& row : rows) {
      if (row.name == name) return &row;
    }
    return static_cast<const InputRow*>(nullptr);
  };
  for (const InputRow& before : stored) {
    const InputRow* after = find(now, before.name);
    if (after && after->hash == before.hash) continue;
    changes.push_back({before.name, before.path, before.hash, after ? after->hash : ""});
  }
  for (const InputRow& after : now) {
    if (!find(stored, after.name)) changes.push_back({after.name, after.path, "", after.hash});
  }
  return changes;
}

Experiment relocated(const Experiment& experiment, const std::vector<InputRow>& stored,
                     const fs::path& artifact_folder) {
  Experiment now = experiment;
  for (std::string& suite : now.suites) {
    const std::vector<InputRow> files = files_of_suite(suite, stored);
    if (files.empty() || changed_files(files).empty()) continue;
    const fs::path place = artifact_folder / suite_place(files);
    if (fs::is_directory(place)) suite = place.string();
  }
  return now;
}

Reloaded reload(const Experiment& experiment, const std::vector<InputRow>& stored,
                const fs::path& artifact_folder, const WorkbenchLoader& load) {
  // What is gone may be elsewhere on this machine; that is known when it is loaded.
  const std::vector<ChangedInput> before = changed_files(stored);
  Reloaded result;
  const Experiment here = relocated(experiment, stored, artifact_folder);
  const bool moved = here.suites != experiment.suites;
  std::copy_if(before.begin(), before.end(), std::back_inserter(result.changed),
               [&](const ChangedInput& change) { return !change.now.empty() && !moved; });
  if (!result.changed.empty()) return result;
  try {
    result.bench = load(here);
  } catch (const Error&) {
    if (before.empty()) throw;
    result.changed = before;
    return result;
  }
  result.changed = changed_inputs(stored, collect_inputs(experiment, *result.bench));
  if (!result.changed.empty()) result.bench.reset();
  return result;
}

std::string describe(const ChangedInput& change) {
  const std::string path = change.path.empty() ? "" : fmt::format(" ({})", change.path);
  const char* what = change.now.empty()      ? "is gone"
                     : change.before.empty() ? "is new"
                                             : "has changed";
  return fmt::format("{}{} {}", change.name, path, what);
}

}  // namespace quadrant
