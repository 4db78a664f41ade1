#include "datasets/lm_eval/task_keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/utf8.h"
#include "harness/jinja/template.h"

namespace quadrant::lm_eval {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

// Keys with a meaning here, and keys that say nothing of prompts or answers.
const std::vector<std::string> kKnownKeys{"task",
                                          "dataset_path",
                                          "dataset_kwargs",
                                          "training_split",
                                          "validation_split",
                                          "test_split",
                                          "fewshot_split",
                                          "output_type",
                                          "doc_to_text",
                                          "doc_to_target",
                                          "doc_to_choice",
                                          "description",
                                          "target_delimiter",
                                          "fewshot_delimiter",
                                          "num_fewshot",
                                          "generation_kwargs",
                                          "filter_list",
                                          "metric_list",
                                          "metadata",
                                          "task_alias",
                                          "tag",
                                          "group",
                                          "repeats",
                                          "dataset_name",
                                          "should_decontaminate",
                                          "doc_to_decontamination_query"};

// lm-eval's jinja2 environment.
constexpr jinja::Options kJinja{.keep_trailing_newline = true, .strict_undefined = true};

// doc_to_text and the like: the name of a field, or a template; lm-eval's choice of the two.
jinja::Value field_or_template(const TaskKeys& task, const std::string& key, const json& document) {
  const json& source = task.value(key);
  if (!source.is_string()) return jinja::from_json(source);
  const std::string text = source;
  if (document.contains(text)) return jinja::from_json(document[text]);
  jinja::Variables variables;
  for (const auto& [name, value] : document.items()) {
    variables.emplace_back(name, jinja::from_json(value));
  }
  return jinja::Template(text, fmt::format("{}, {}", task.file().string(), key), kJinja)
      .evaluate(variables);
}

std::string as_text(const jinja::Value& value) { return to_nfc(jinja::to_text(value).bytes()); }

std::vector<std::string> choices_of(const TaskKeys& task, const json& document) {
  const jinja::Value value = field_or_template(task, "doc_to_choice", document);
  std::vector<std::string> choices;
  if (const auto* list = value.list()) {
    for (const jinja::Value& choice : list->items) choices.push_back(as_text(choice));
  } else if (const auto* dict = value.dict()) {
    for (const auto& [name, choice] : dict->entries) choices.push_back(as_text(choice));
  }
  if (choices.empty()) {
    task.refuse("doc_to_choice", "doc_to_choice gives no list of choices",
                "name a field that holds a list, or write {{ [a, b] }}");
  }
  return choices;
}

// The place of the right choice: a number, or the choice itself.
int answer_of(const TaskKeys& task, const json& document, const std::vector<std::string>& choices) {
  const jinja::Value target = field_or_template(task, "doc_to_target", document);
  const std::string text = as_text(target);
  const auto same = std::ranges::find(choices, text);
  const bool digits =
      !text.empty() && text.size() < 6 && text.find_first_not_of("0123456789") == std::string::npos;
  const std::size_t place =
      digits ? std::stoul(text) : static_cast<std::size_t>(same - choices.begin());
  if (place >= choices.size()) {
    task.refuse("doc_to_target", fmt::format("the target \"{}\" is none of the choices", text),
                fmt::format("it must be one of {}, or its place", fmt::join(choices, " | ")));
  }
  return static_cast<int>(place);
}

}  // namespace

TaskKeys::TaskKeys(json keys, fs::path file)
    : keys_(std::make_shared<const json>(std::move(keys))), file_(std::move(file)) {
  for (const auto& [key, value] : keys_->items()) {
    if (std::ranges::count(kKnownKeys, key)) continue;
    const std::string near = nearest_name(key, kKnownKeys);
    refuse(key, fmt::format("the key \"{}\" is not supported", key),
           near.empty() ? "take it out" : fmt::format("did you mean \"{}\"?", near));
  }
}

void TaskKeys::refuse(const std::string& key, const std::string& problem,
                      const std::string& mend) const {
  throw Error(problem, fmt::format("{}, {}", file_.string(), key), mend);
}

bool TaskKeys::has(const std::string& key) const {
  return keys_->contains(key) && !keys_->at(key).is_null();
}

const json& TaskKeys::value(const std::string& key) const {
  if (!has(key)) refuse(key, fmt::format("\"{}\" is missing", key), "add it to the task");
  return keys_->at(key);
}

std::string TaskKeys::text(const std::string& key, const std::string& otherwise) const {
  if (!has(key)) return otherwise;
  if (!value(key).is_string()) refuse(key, fmt::format("\"{}\" is not a text", key), "quote it");
  return value(key);
}

void TaskKeys::require(const std::string& key, const std::string& wanted) const {
  if (text(key, wanted) == wanted) return;
  refuse(key, fmt::format("another {} than {} is not supported", key, json(wanted).dump()),
         "write what stands there into doc_to_text");
}

Item read_item(const TaskKeys& task, const json& document, std::size_t number) {
  Item item;
  item.id = fmt::format("{}", number);
  item.number = static_cast<int>(number);
  if (task.has("doc_to_text")) {
    item.question = as_text(field_or_template(task, "doc_to_text", document));
  }
  if (task.has("doc_to_choice")) {
    item.choices = choices_of(task, document);
    item.answer = answer_of(task, document, item.choices);
    item.targets = {item.choices[static_cast<std::size_t>(*item.answer)]};
    return item;
  }
  const jinja::Value target = field_or_template(task, "doc_to_target", document);
  if (const auto* list = target.list()) {
    for (const jinja::Value& one : list->items) item.targets.push_back(as_text(one));
  } else {
    item.targets.push_back(as_text(target));
  }
  return item;
}

std::vector<fs::path> files_of(const TaskKeys& task, const std::string& split) {
  const json& kwargs = task.value("dataset_kwargs");
  json files = kwargs.is_object() ? kwargs.value("data_files", json()) : json();
  if (files.is_object()) files = files.value(split, json());
  if (files.is_string()) files = json::array({files});
  std::vector<fs::path> paths;
  for (const json& file : files) {
    if (file.is_string()) paths.push_back(task.file().parent_path() / file.get<std::string>());
  }
  if (paths.empty()) {
    task.refuse("dataset_kwargs", fmt::format("no data file for the split \"{}\"", split),
                "write data_files: {" + split + ": FILE.jsonl} under dataset_kwargs");
  }
  return paths;
}

}  // namespace quadrant::lm_eval
