#include "strategies/tuning/recipe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/core/error.h"
#include "strategies/tuning/purposes.h"

namespace quadrant {
namespace {

const std::vector<Purpose>& purposes() {
  static const std::vector<Purpose> list{continued_pretraining_purpose(), domain_qa_purpose(),
                                         reading_purpose(), format_only_purpose(), sham_purpose()};
  return list;
}

const Purpose& find_purpose(const std::string& name) {
  const auto found = std::find_if(purposes().begin(), purposes().end(),
                                  [&](const Purpose& purpose) { return purpose.name == name; });
  if (found != purposes().end()) return *found;
  const std::string near = nearest_name(name, purpose_names());
  throw Error(fmt::format("\"{}\" is not a purpose of training", name), "tuning.purpose",
              near.empty() ? fmt::format("use {}", fmt::join(purpose_names(), " or "))
                           : fmt::format("did you mean \"{}\"?", near));
}

std::vector<TrainingExample> dev_examples(const Suite& suite) {
  std::vector<TrainingExample> examples;
  for (const Item& item : suite.dev) {
    if (item.targets.empty() || !is_answerable(item)) continue;
    TrainingExample example;
    example.kind = TrainingExample::Kind::kQuestionAnswer;
    example.question = item.question;
    example.answer = item.targets.front();
    example.cluster = item.cluster;
    example.gold_docs = item.gold_docs;
    examples.push_back(std::move(example));
  }
  return examples;
}

}  // namespace

std::vector<TuningKind> tuning_kinds() {
  std::vector<TuningKind> kinds{
      {"base", "method: the model as it is"},
      {"lora",
       "method: low-rank branches on linear layers (target_modules, use_rslora, use_dora, "
       "loraplus_lr_ratio)"},
      {"full", "method: all weights"}};
  for (const Purpose& purpose : purposes()) {
    kinds.push_back({purpose.name, purpose.description});
    for (const std::string& alias : purpose_aliases(purpose.name)) {
      kinds.push_back({alias, "purpose: another name of " + purpose.name +
                                  "; what is learnt lies in the suite"});
    }
  }
  return kinds;
}

std::vector<std::string> possible_purposes(const Suite& suite) {
  std::vector<std::string> names;
  for (const Purpose& purpose : {continued_pretraining_purpose(), domain_qa_purpose()}) {
    if (purpose.obstacle(suite).empty()) names.push_back(purpose.name);
  }
  return names;
}

std::string tuning_obstacle(const TuningSpec& tuning, const Suite& suite) {
  if (tuning.method == "base") return "";
  for (const std::string& name : tuning.purpose) {
    std::string obstacle = find_purpose(name).obstacle(suite);
    if (!obstacle.empty()) return obstacle;
  }
  if (tuning.early_stop && dev_examples(suite).empty()) {
    return "no question with an answer in dev.jsonl, by which early_stop chooses";
  }
  return "";
}

std::vector<TrainingSequence> make_training_set(const TuningSpec& tuning, const Suite& suite,
                                                const LanguageModel& model) {
  std::vector<TrainingSequence> sequences;
  const Material material{tuning, suite, model};
  for (const std::string& name : tuning.purpose) find_purpose(name).add(material, sequences);
  if (!tuning.replay.empty()) add_replay(material, sequences);
  return sequences;
}

std::vector<TrainingSequence> make_dev_set(const TuningSpec& tuning, const Suite& suite,
                                           const LanguageModel& model) {
  if (!tuning.early_stop) return {};
  Suite dev = suite;
  dev.train = dev_examples(suite);
  TuningSpec asking = tuning;
  asking.replay.clear();
  asking.purpose = {"domain_qa"};
  if (has_purpose(tuning, "reading")) asking.purpose.push_back("reading");
  return make_training_set(asking, dev, model);
}

}  // namespace quadrant
