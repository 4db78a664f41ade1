// Everything a run reads, by name and hash, and which of it has changed since.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/workbench.h"
#include "harness/store/rows.h"

namespace quadrant {

// Model weights, tokenizer, chat template, embedder, each suite file, each of bench.files, and the
// experiment itself.
std::vector<InputRow> collect_inputs(const Experiment& experiment, const Workbench& bench);

struct ChangedInput {
  std::string name, path;
  std::string before, now;  // hashes; now is "" when it is gone
};

// Hashes the stored inputs that are files again, before anything is loaded: a damaged file is named
// even where it could not be read.
std::vector<ChangedInput> changed_files(const std::vector<InputRow>& stored);
std::vector<ChangedInput> changed_inputs(const std::vector<InputRow>& stored,
                                         const std::vector<InputRow>& now);

// The experiment with each suite where it is now: one that came in a bundle (store/bundle.h) and is
// not where it was lies in the artifact folder. For loading only; a run keeps what was written.
Experiment relocated(const Experiment& experiment, const std::vector<InputRow>& stored,
                     const std::filesystem::path& artifact_folder);

// A stored run's inputs, found and loaded again. `changed` is empty, or `bench` is.
struct Reloaded {
  std::optional<Workbench> bench;
  std::vector<ChangedInput> changed;
};
Reloaded reload(const Experiment& experiment, const std::vector<InputRow>& stored,
                const std::filesystem::path& artifact_folder, const WorkbenchLoader& load);

// "suite company_qa/corpus.jsonl (/data/qa/corpus.jsonl) has changed"
std::string describe(const ChangedInput& change);

}  // namespace quadrant
