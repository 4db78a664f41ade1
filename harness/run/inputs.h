// Everything a run reads, by name and hash, and which of it has changed since.
#pragma once

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

// "suite company_qa/corpus.jsonl (/data/qa/corpus.jsonl) has changed"
std::string describe(const ChangedInput& change);

}  // namespace quadrant
