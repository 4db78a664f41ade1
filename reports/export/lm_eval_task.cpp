#include "reports/export/lm_eval_task.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/utf8.h"
#include "harness/metrics/filters.h"
#include "harness/metrics/metric.h"
#include "harness/stats/interval.h"

namespace quadrant {
namespace {

using nlohmann::json;

json document(const Item& item) {
  json doc{{"id", item.id},
           {"question", item.question},
           {"targets", item.targets},
           {"cluster", item.cluster},
           {"meta", item.meta}};
  if (!item.choices.empty()) doc["choices"] = item.choices;
  if (item.answer) doc["answer"] = *item.answer;
  if (!item.gold_docs.empty()) doc["gold_docs"] = item.gold_docs;
  return doc;
}

// A scored answer as lm-eval writes it: for each choice (or the one continuation) its request, and
// log-probability and greediness as texts; of a whole text the log-probability alone.
void add_options(json& line, const Item& item, const RecordRow& record, bool whole_text) {
  const auto options = options_from_text(record.answer);
  const std::string delimiter = json::parse(*record.answer).value("delimiter", "");
  const bool choices = options.size() == item.choices.size();
  json arguments = json::object(), all = json::array(), first = json::array();
  for (std::size_t i = 0; i < options.size(); ++i) {
    const std::string text = choices ? item.choices[i] : item.targets.front();
    json request{{"arg_0", record.prompt}, {"arg_1", delimiter + text}};
    json response = json::array({json(options[i].logprob).dump()});
    if (whole_text) {
      request = {{"arg_0", text}};
    } else {
      response.push_back(options[i].greedy ? "True" : "False");
    }
    arguments[fmt::format("gen_args_{}", i)] = request;
    all.push_back(json::array({response}));
    first.push_back(response);
  }
  line.update({{"arguments", arguments}, {"resps", all}, {"filtered_resps", first}});
}

// As the task's filter_list calls it; lm-eval's own name for the lack of one.
std::string filter_name(const Item& item) {
  const auto found = item.meta.find("filter_name");
  return found == item.meta.end() ? "none" : found->second;
}

}  // namespace

LmEvalTask::LmEvalTask(const ExportRun& run, const ExportCell& cell, bool answerable)
    : run_(run),
      cell_(cell),
      answerable_(answerable),
      name_(cell.row.cell.suite + (answerable ? "" : "_unanswerable")) {
  for (const Item& item : run.items(cell)) {
    items_ += is_answerable(item) == answerable;
    filter_ = filter_name(item);
  }
  for (const std::string& metric : cell.metrics) values_[metric];
}

void LmEvalTask::write_samples(const TextSink& out) {
  int number = 0;
  Sha256 hash;
  for_each_record(run_, cell_, [&](const Item& item, const RecordRow& record) {
    if (is_answerable(item) != answerable_) return;
    out(json_text(sample(number++, item, record, hash)) + "\n");
  });
  hash_ = hash.hex();
}

json LmEvalTask::sample(int number, const Item& item, const RecordRow& record, Sha256& hash) {
  const json doc = document(item);
  const std::string type = output_type();
  const std::string target = type == "multiple_choice" && item.answer
                                 ? fmt::format("{}", *item.answer)
                                 : (item.targets.empty() ? "" : item.targets.front());
  // The hashes are over the texts that a reader of the file sees, as lm-eval makes them.
  const std::string doc_hash = sha256_hex(json_text(doc, 2));
  const std::string prompt_hash = sha256_hex(to_valid_utf8(record.prompt));
  const std::string target_hash = sha256_hex(target);
  hash.update(doc_hash + prompt_hash + target_hash);
  const auto scores = latest_scores(record);
  clusters_.push_back(item.cluster);
  json metrics = json::array();
  json line{{"doc_id", number},
            {"doc", doc},
            {"target", target},
            {"arguments", {{"gen_args_0", {{"arg_0", record.prompt}, {"arg_1", generation()}}}}},
            {"resps", json::array({json::array({record.output})})},
            {"filtered_resps", json::array({filtered(record.output, item)})},
            {"filter", filter_},
            {"doc_hash", doc_hash},
            {"prompt_hash", prompt_hash},
            {"target_hash", target_hash},
            {"error", null_or(record.error)}};
  if (record.answer) add_options(line, item, record, type == "loglikelihood_rolling");
  for (auto& [metric, values] : values_) {
    const auto score = scores.find(metric);
    values.push_back(score == scores.end() ? kUnknown : score->second);
    line[metric] = values.back();
    metrics.push_back(metric);
  }
  line["metrics"] = metrics;
  return line;
}

std::string LmEvalTask::output_type() const {
  const json decoding = json::parse(cell_.row.cell.decoding, nullptr, false);
  const std::string method = decoding.value("method", "greedy");
  return method == "greedy" ? "generate_until" : method;
}

json LmEvalTask::generation() const {
  const json decoding = json::parse(cell_.row.cell.decoding, nullptr, false);
  return {{"until", decoding.value("stop", json::array())},
          {"max_gen_toks", decoding.value("max_new_tokens", json())},
          {"do_sample", false},
          {"temperature", 0.0}};
}

json LmEvalTask::scores() const {
  const std::vector<int> clusters = number_clusters(clusters_);
  json scores{{"name", name_}, {"alias", name_}, {"sample_len", items_}};
  const auto summaries = cell_.row.attempt_id && answerable_
                             ? run_.store.summaries(*cell_.row.attempt_id)
                             : std::vector<SummaryRow>{};
  for (const auto& [metric, values] : values_) {
    const MeanInterval interval = cluster_t_interval(values, clusters);
    scores[metric + "," + filter_] = interval.mean;
    for (const SummaryRow& row : summaries) {
      if (row.metric == metric && row.method == kCorpusMethod)
        scores[metric + "," + filter_] = row.mean;
    }
    scores[metric + "_stderr," + filter_] =
        std::isnan(interval.se) ? json("N/A") : json(interval.se);
  }
  return scores;
}

int LmEvalTask::shots() const {
  const json spec = json::parse(cell_.row.cell.spec, nullptr, false);
  const json context = spec.value("context", json::object());
  return context.value("kind", "") == "few_shot" ? context.value("k", 0) : 0;
}

json LmEvalTask::config() const {
  json metrics = json::array();
  for (const std::string& metric : cell_.metrics) {
    metrics.push_back({{"metric", metric},
                       {"aggregation", "mean"},
                       {"higher_is_better", higher_is_better(metric)}});
  }
  const json spec = json::parse(cell_.row.cell.spec, nullptr, false);
  const json prompt = spec.value("prompt", json::object());
  return {{"task", name_},
          {"dataset_name", cell_.row.cell.suite},
          {"test_split", cell_.split},
          {"description", prompt.value("system", "")},
          {"doc_to_text", prompt.value("question", "")},
          {"doc_to_target", "{{targets[0]}}"},
          {"num_fewshot", shots()},
          {"metric_list", metrics},
          {"output_type", output_type()},
          {"generation_kwargs", output_type() == "generate_until" ? generation() : json()},
          {"repeats", 1},
          {"should_decontaminate", false},
          {"metadata", {{"version", version()}, {"cell", cell_.row.cell.hash}}}};
}

json LmEvalTask::counts() const {
  int scored = 0;
  if (!cell_.metrics.empty()) {
    for (const double value : values_.at(cell_.metrics.front())) scored += !std::isnan(value);
  }
  return {{"original", items_}, {"effective", scored}};
}

json LmEvalTask::directions() const {
  json directions = json::object();
  for (const std::string& metric : cell_.metrics) directions[metric] = higher_is_better(metric);
  return directions;
}

}  // namespace quadrant
