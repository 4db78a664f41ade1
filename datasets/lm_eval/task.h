// Task files of the LM Evaluation Harness (EleutherAI/lm-evaluation-harness, docs/task_guide.md) as
// suites: a YAML file, and local JSON, JSONL or CSV data beside it.
//
// Goals: questions, choices and targets are those of lm-eval, and with chat_template = "none" so
// are the prompts. The experiment's context says how many demonstrations there are, not
// num_fewshot; which ones, its seed. Non-goals: data from the Hugging Face hub, Python functions in
// YAML, groups of tasks. What is left out is an Error that names the key.
//
// A task becomes a suite of the same output type: multiple_choice of kind "choice" (`choices` and
// `answer` of each item), generate_until and loglikelihood of kind "qa", loglikelihood_rolling of
// kind "text". Filters: those of harness/metrics/filters.h, one list of them. The few-shot examples
// of a task are the suite's train.jsonl.
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
