#include "datasets/common/suite_parts.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/core/json.h"

namespace quadrant {

Suite generated_suite(const std::string& what, std::uint64_t seed, const std::string& kind,
                      const std::vector<std::string>& metrics) {
  Suite suite;
  suite.version = "1";
  suite.language = "en";
  suite.licence = "CC0-1.0";
  suite.source = fmt::format("generated: {}, seed {}", what, seed);
  suite.kind = kind;
  suite.metrics = metrics;
  suite.prompt.context = "Context:\n{passages}\n\n{question}";
  return suite;
}

TrainingExample text_example(const std::string& text, const std::string& cluster) {
  TrainingExample example;
  example.kind = TrainingExample::Kind::kText;
  example.text = text;
  example.cluster = cluster;
  return example;
}

TrainingExample qa_example(const std::string& question, const std::string& answer,
                           const std::string& cluster) {
  TrainingExample example;
  example.kind = TrainingExample::Kind::kQuestionAnswer;
  example.question = question;
  example.answer = answer;
  example.cluster = cluster;
  return example;
}

std::string meta_list(const std::vector<std::string>& texts) {
  return canonical_json(nlohmann::json(texts));
}

}  // namespace quadrant
