// Task files of the LM Evaluation Harness (EleutherAI/lm-evaluation-harness, docs/task_guide.md) as
// suites: a YAML file, and local JSON, JSONL or CSV data beside it.
//
// Goals: questions, choices and targets are those of lm-eval. With chat_template = "none" so are
// the prompts, for the usual doc_to_text that ends with a colon: behind it the answer follows after
// a space, and an empty line stands between demonstrations. The experiment's context says how many
// there are, not num_fewshot. Non-goals: data from the Hugging Face hub, Python functions in
// YAML, groups of tasks. What is left out is an Error that names the key.
//
// A multiple_choice task becomes a suite of kind "choice": `choices` and `answer` of each item. A
// generate_until task becomes one of kind "qa". Tasks of output_type loglikelihood and
// loglikelihood_rolling, and filters beside take_first, are refused: a run has no way to carry
// them out. The few-shot examples of a task are the suite's train.jsonl.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "datasets/suite.h"

namespace quadrant::lm_eval {

// The task that a path means: itself when it is a .yaml file; of a folder without suite.toml, its
// one YAML file that names a task and that no other one includes. nullopt: not a task. Error when
// there are several.
std::optional<std::filesystem::path> find_task(const std::filesystem::path& path);

// Error with file, key and mend.
Suite load_task(const std::filesystem::path& file);

// For load_task and the fuzzer: the YAML as JSON, `include` carried out (an included file's keys
// give way to those that include it); `files` gets every file read. Error with the line for YAML
// that cannot be read, for "!function", and for a document that grows beyond bounds.
nlohmann::json read_yaml(const std::filesystem::path& file,
                         std::vector<std::filesystem::path>& files);

// The documents of a data file, by its ending (.json, .jsonl, .csv). Error with file and line.
std::vector<nlohmann::json> read_documents(const std::filesystem::path& file);

}  // namespace quadrant::lm_eval
