#include "strategies/context/examples.h"

#include <fmt/format.h>

#include <map>

#include "strategies/context/delivery.h"

namespace quadrant {

std::vector<Candidate> candidates_of(const Suite& suite) {
  std::vector<Candidate> candidates;
  for (const TrainingExample& example : suite.train) {
    if (example.kind != TrainingExample::Kind::kQuestionAnswer) continue;
    candidates.push_back(
        {{example.question, example.answer}, example.cluster, comparable(example.question)});
  }
  return candidates;
}

bool gives_away(const Candidate& candidate, const Item& item, const std::string& question_form) {
  return (!item.cluster.empty() && candidate.cluster == item.cluster) ||
         candidate.question_form == question_form;
}

// Counts over indexes, not over all pairs: a suite may hold many thousands of lines on either side.
std::string few_shot_obstacle(const ContextSpec& spec, const Suite& suite) {
  const std::vector<Candidate> candidates = candidates_of(suite);
  if (candidates.empty()) return "no question-answer lines in train.jsonl";
  std::map<std::string, std::size_t> of_cluster;
  std::map<std::string, std::vector<const Candidate*>> of_question;
  for (const Candidate& candidate : candidates) {
    ++of_cluster[candidate.cluster];
    of_question[candidate.question_form].push_back(&candidate);
  }
  const auto usable = [&](const Item& item) {
    std::size_t left = candidates.size();
    if (!item.cluster.empty()) left -= of_cluster[item.cluster];
    for (const Candidate* same : of_question[comparable(item.question)]) {
      if (item.cluster.empty() || same->cluster != item.cluster) --left;
    }
    return left;
  };
  for (const std::vector<Item>* items : {&suite.dev, &suite.test}) {
    for (const Item& item : *items) {
      const std::size_t left = usable(item);
      if (left >= static_cast<std::size_t>(spec.k)) continue;
      return fmt::format(
          "few_shot needs {} examples, and train.jsonl has {} that do not give away "
          "the answer of item {}",
          spec.k, left, item.id);
    }
  }
  return "";
}

}  // namespace quadrant
