// How the answers to a task are had and judged: output_type, generation_kwargs, filter_list,
// metric_list.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "datasets/lm_eval/task_keys.h"

namespace quadrant::lm_eval {
namespace {

using nlohmann::json;

void read_generation(const TaskKeys& task, PromptTemplate& prompt) {
  prompt.max_new_tokens = 256;  // lm-eval's default
  prompt.stop = {"\n\n"};
  if (!task.has("generation_kwargs")) return;
  const json& kwargs = task.value("generation_kwargs");
  for (const auto& [key, value] : kwargs.items()) {
    if (key == "until" && (value.is_string() || value.is_array())) {
      prompt.stop.clear();
      for (const json& stop : value.is_array() ? value : json::array({value})) {
        if (stop == "") {
          task.refuse("generation_kwargs", "an empty stop string would end every answer",
                      "take it out of until");
        }
        if (stop.is_string()) prompt.stop.push_back(stop);
      }
    } else if ((key == "max_gen_toks" || key == "max_new_tokens") && value.is_number_integer() &&
               value > 0 && value <= 1'000'000) {
      prompt.max_new_tokens = value;
    } else if (key != "do_sample" && key != "temperature") {
      task.refuse("generation_kwargs", fmt::format("\"{}\" is not supported", key),
                  "use until and max_gen_toks");
    } else if (value != json(false) && value != json(0) && value != json(0.0)) {
      task.refuse("generation_kwargs", "answers are greedy: sampling is not supported",
                  "write do_sample: false");
    }
  }
}

// Into the meta of each item, where metrics look (harness/metrics/metric.h).
void read_filters(const TaskKeys& task, std::map<std::string, std::string>& meta) {
  static const std::vector<std::string> kKnown{"take_first", "regex", "lowercase",
                                               "remove_whitespace", "map"};
  if (!task.has("filter_list")) return;
  const json& lists = task.value("filter_list");
  if (lists.size() > 1) {
    task.refuse("filter_list",
                fmt::format("{} lists of filters give {} scores", lists.size(), lists.size()),
                "keep one of them");
  }
  json filters = json::array();
  for (const json& list : lists) {
    const json called = list.is_object() ? list.value("name", json()) : json();
    if (called.is_string()) meta["filter_name"] = called.get<std::string>();
    const json steps = list.is_object() ? list.value("filter", json::array()) : json::array();
    for (const json& step : steps) {
      const json name = step.is_object() ? step.value("function", json("")) : json("");
      if (!name.is_string() || !std::ranges::count(kKnown, name.get<std::string>())) {
        task.refuse("filter_list", fmt::format("the filter {} is not supported", name.dump()),
                    fmt::format("use {}", fmt::join(kKnown, ", ")));
      }
      if (name != "take_first") filters.push_back(step);
    }
  }
  if (!filters.empty()) meta["filters"] = filters.dump();
}

// exact_match compares to the letter, unless an entry of metric_list says otherwise.
void read_comparison(const TaskKeys& task, std::map<std::string, std::string>& meta) {
  json rule = json::object();
  const json entries = task.has("metric_list") ? task.value("metric_list") : json::array();
  for (const json& metric : entries) {
    if (!metric.is_object() || metric.value("metric", json()) != "exact_match") continue;
    for (const char* key : {"ignore_case", "ignore_punctuation", "ignore_numbers"}) {
      const json value = metric.value(key, json(false));
      if (!value.is_boolean()) {
        task.refuse("metric_list", fmt::format("\"{}\" is not true or false", key), "mend it");
      }
      rule[key] = value;
    }
    const json patterns = metric.value("regexes_to_ignore", json::array());
    const bool texts = patterns.is_array() &&
                       std::ranges::all_of(patterns, [](const json& p) { return p.is_string(); });
    if (!texts) {
      task.refuse("metric_list", "\"regexes_to_ignore\" is no list of patterns", "mend it");
    }
    rule["regexes_to_ignore"] = patterns;
  }
  meta["exact_match"] = rule.dump();
}

// What an output type can be judged by: lm-eval's names and ours.
struct Judging {
  const char* output_type;
  const char* kind;                          // of the suite
  std::vector<std::string> usual;            // lm-eval's metrics when none are named
  std::map<std::string, std::string> names;  // lm-eval's to ours
};

const std::vector<Judging>& judgings() {
  static const std::vector<Judging> list{{"multiple_choice",
                                          "choice",
                                          {"acc", "acc_norm"},
                                          {{"acc", "acc"},
                                           {"acc_norm", "acc_norm"},
                                           {"acc_bytes", "acc_bytes"},
                                           {"acc_mutual_info", "acc_mutual_info"},
                                           {"brier_score", "brier_score"}}},
                                         {"loglikelihood",
                                          "qa",
                                          {"perplexity", "acc"},
                                          {{"perplexity", "perplexity"}, {"acc", "acc"}}},
                                         {"loglikelihood_rolling",
                                          "text",
                                          {"word_perplexity", "byte_perplexity", "bits_per_byte"},
                                          {{"word_perplexity", "word_perplexity"},
                                           {"byte_perplexity", "byte_perplexity"},
                                           {"bits_per_byte", "bits_per_byte"}}},
                                         {"generate_until",
                                          "qa",
                                          {"exact_match"},
                                          {{"exact_match", "exact_match"},
                                           {"f1", "f1"},
                                           {"bleu", "bleu"},
                                           {"chrf", "chrf"},
                                           {"rouge1", "rouge1"},
                                           {"rouge2", "rouge2"},
                                           {"rougeL", "rougeL"}}}};
  return list;
}

const Judging& judging_of(const TaskKeys& task) {
  const std::string type = task.text("output_type", "generate_until");
  for (const Judging& judging : judgings()) {
    if (judging.output_type == type) return judging;
  }
  task.refuse("output_type", fmt::format("the output_type \"{}\" is not known", type),
              "use multiple_choice, loglikelihood, loglikelihood_rolling or generate_until");
}

void read_metrics(const TaskKeys& task, const Judging& judging, Suite& suite) {
  std::vector<std::string> wanted;
  if (task.has("metric_list")) {
    for (const json& metric : task.value("metric_list")) {
      const bool named =
          metric.is_object() && metric.contains("metric") && metric["metric"].is_string();
      wanted.push_back(named ? metric["metric"].get<std::string>() : "");
    }
  }
  if (wanted.empty()) wanted = judging.usual;
  for (const std::string& name : wanted) {
    const auto known = judging.names.find(name);
    if (known == judging.names.end()) {
      std::string list;
      for (const auto& [other, ours] : judging.names) list += (list.empty() ? "" : ", ") + other;
      task.refuse(
          "metric_list",
          fmt::format("the metric \"{}\" is not supported for {}", name, judging.output_type),
          "use one of: " + list);
    }
    suite.metrics.push_back(known->second);
  }
  // The first metric decides, so it must have bounds; perplexities have none.
  const auto accuracy = std::ranges::find_if(
      suite.metrics, [](const std::string& name) { return name.starts_with("acc"); });
  if (judging.output_type == std::string("generate_until")) return;
  if (accuracy != suite.metrics.end()) {
    std::rotate(suite.metrics.begin(), accuracy, accuracy + 1);
  } else {
    suite.metrics.insert(suite.metrics.begin(), suite.kind == "choice" ? "acc" : "byte_likelihood");
  }
}

}  // namespace

std::map<std::string, std::string> read_answers(const TaskKeys& task, Suite& suite) {
  const Judging& judging = judging_of(task);
  suite.output_type = judging.output_type;
  suite.kind = judging.kind;
  if (suite.kind == "choice") task.value("doc_to_choice");
  read_metrics(task, judging, suite);
  std::map<std::string, std::string> meta;
  read_filters(task, meta);
  if (suite.output_type == "generate_until") {
    read_generation(task, suite.prompt);
    read_comparison(task, meta);
  }
  return meta;
}

}  // namespace quadrant::lm_eval
