#include "harness/metrics/metric.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.h"
#include "harness/metrics/chrf.h"
#include "harness/metrics/filters.h"
#include "harness/metrics/scorers.h"

namespace quadrant {
namespace {

std::vector<Metric> make_metrics() {
  constexpr bool kLower = false;  // is better
  std::vector<Metric> metrics{
      {"exact_match", "1", exact_match, "the output is a target, after SQuAD normalisation"},
      {"f1", "1", f1, "words shared with the nearest target, after SQuAD normalisation"},
      {"contains", "1", contains, "the words of a target stand in the output"},
      {"accuracy", "1", accuracy, "the output names the right one of the choices"},
      {"macro_f1", "1", accuracy, "mean over the labels of F1; of one item: accuracy", true,
       confusion_counts, macro_f1},
      {"mcc", "1", accuracy, "Matthews' correlation of labels; of one item: accuracy", true,
       confusion_counts, matthews},
      {"rouge1", "1", rouge1, "words shared with the nearest target (F-measure)"},
      {"rouge2", "1", rouge2, "pairs of words shared with the nearest target (F-measure)"},
      {"rougeL", "1", rouge_l, "longest common subsequence of words (F-measure)"},
      {"rougeLsum", "1", rouge_lsum, "the same, line by line"},
      {"rouge1_stem", "1", rouge1_stem, "rouge1 of stemmed English words"},
      {"rouge2_stem", "1", rouge2_stem, "rouge2 of stemmed English words"},
      {"rougeL_stem", "1", rouge_l_stem, "rougeL of stemmed English words"},
      {"rougeLsum_stem", "1", rouge_lsum_stem, "rougeLsum of stemmed English words"},
      {"bleu", "1", bleu, "BLEU|nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp, from 0 to 1", true,
       bleu_counts, corpus_bleu},
      {"chrf", "1", chrf, "chrF2|nrefs:var|case:mixed|eff:yes|nc:6|nw:0|space:no, from 0 to 1",
       true, chrf_counts, chrf_from_statistics},
      {"json_valid", "1", json_valid, "the output is JSON"},
      {"schema_valid", "1", schema_valid, "the output is JSON and fits the item's \"schema\""},
      {"field_accuracy", "1", field_accuracy, "fields of the target that the output has right"},
      {"field_accuracy_valid", "1", field_accuracy_valid, "the same, where the output is JSON"},
      {"regex", "1", regex, "the output matches the item's \"regex\""},
      {"prompt_level_strict_acc", "1", prompt_level_strict, "all \"constraints\" are followed"},
      {"inst_level_strict_acc", "1", instruction_level_strict, "share of \"constraints\" followed",
       true, strict_counts, share_of_counts},
      {"prompt_level_loose_acc", "1", prompt_level_loose,
       "all are followed, first and last line and asterisks aside"},
      {"inst_level_loose_acc", "1", instruction_level_loose,
       "share followed, first and last line and asterisks aside", true, loose_counts,
       share_of_counts},
      {"refused", "1", refused, "the output refuses the task (half: in part)"},
      {"over_refusal", "1", over_refusal, "refused where an answer was wanted", kLower},
      {"under_refusal", "1", under_refusal, "answered where a refusal was wanted", kLower},
      {"refusal_balance", "1", refusal_balance, "refused and answered where each was wanted", true,
       refusal_counts, balanced_refusal},
      {"abstained", "2", abstained, "the output says that it does not know or will not answer"},
      {"hallucinated", "1", hallucinated, "the output asserts something wrong", kLower},
      {"stale", "1", stale, "the output gives a value that is no longer right", kLower},
      {"completed", "1", completed, "the task is done: enough words and keywords"},
      {"deferred", "1", deferred, "the task is put off and not done", kLower},
      {"terse", "1", terse, "at most 12 words"},
      {"lower_case", "1", lower_case, "no capital letter"},
  };
  for (Metric& metric : option_metrics()) metrics.push_back(std::move(metric));
  return metrics;
}

}  // namespace

const std::vector<Metric>& all_metrics() {
  static const std::vector<Metric> metrics = make_metrics();
  return metrics;
}

double score_of(const Metric& metric, const std::string& output,
                std::span<const OptionScore> options, const Item& item) {
  return metric.score_options ? metric.score_options(options, item)
                              : metric.score(filtered(output, item), item);
}

std::vector<double> statistics_of(const Metric& metric, const std::string& output,
                                  std::span<const OptionScore> options, const Item& item) {
  return metric.option_statistics ? metric.option_statistics(options, item)
                                  : metric.statistics(filtered(output, item), item);
}

const Metric* known_metric(const std::string& name) {
  const std::vector<Metric>& all = all_metrics();
  const auto found = std::ranges::find(all, name, &Metric::name);
  return found == all.end() ? nullptr : &*found;
}

bool higher_is_better(const std::string& metric) {
  const Metric* const known = known_metric(metric);
  return !known || known->higher_is_better;
}

const Metric& find_metric(const std::string& name) {
  if (const Metric* const known = known_metric(name)) return *known;
  std::vector<std::string> names;
  std::string list;
  for (const auto& metric : all_metrics()) {
    names.push_back(metric.name);
    list += (list.empty() ? "" : ", ") + metric.name;
  }
  const std::string near = nearest_name(name, names);
  throw Error("unknown metric \"" + name + "\"", "metrics",
              near.empty() ? "use one of: " + list : "did you mean \"" + near + "\"?");
}

void check_parameters(std::span<const std::string> metrics, std::span<const Item> items) {
  for (const std::string& name : metrics) {
    const Metric& metric = find_metric(name);
    std::size_t size = 0;
    std::string first;
    for (const Item& item : items) {
      metric.score(filtered("", item), item);
      if (!metric.statistics) continue;
      const std::size_t found = metric.statistics("", item).size();
      if (found == 0) continue;
      if (size == 0) first = item.id;
      if (size != 0 && found != size) {
        throw Error("metric \"" + name + "\" needs the same choices in all items",
                    "items " + first + " and " + item.id, "use accuracy instead");
      }
      size = found;
    }
  }
}

void check_metrics(std::span<const std::string> metrics, const std::string& output_type) {
  const bool generated = output_type == "generate_until";
  for (const std::string& name : metrics) {
    const Metric& metric = find_metric(name);
    if (metric.score_options && generated) {
      throw Error(
          fmt::format("\"{}\" reads log-probabilities, and answers here are generated", name),
          "metrics", "write output_type = \"multiple_choice\", or use another metric");
    }
    // The output of a scored item is the choice that was the most likely; a text has none.
    if (!metric.score_options && !generated && output_type != "multiple_choice") {
      throw Error(fmt::format("\"{}\" reads an output, and {} gives none", name, output_type),
                  "metrics", "use bits_per_byte, byte_likelihood or perplexity");
    }
  }
  if (!metrics.empty() && !find_metric(metrics[0]).bounded) {
    throw Error(fmt::format("\"{}\" has no bounds, and the first metric decides", metrics[0]),
                "metrics", "name acc or byte_likelihood before it");
  }
}

}  // namespace quadrant
