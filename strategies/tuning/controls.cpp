// The purposes that teach nothing of the suite, to tell what training itself does from what its
// content does.
#include <algorithm>

#include "harness/core/error.h"
#include "harness/metrics/target_in_text.h"
#include "strategies/tuning/purposes.h"
#include "strategies/tuning/sequences.h"

namespace quadrant {
namespace {

// Worlds of other seeds than a suite is likely to have.
constexpr std::uint64_t kFirstSeed = 1'000'003;

const BuiltInSuite& built_in(const std::string& name) {
  const auto& all = built_in_suites();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const BuiltInSuite& suite) { return suite.name == name; });
  QUADRANT_CHECK(found != all.end());
  return *found;
}

bool is_korean(const Suite& suite) { return suite.language == "ko"; }

// ---- sham

// Text about something else, in the suite's language.
const BuiltInSuite& unrelated(const Suite& suite) {
  if (is_korean(suite)) {
    return built_in(suite.name.starts_with("company_qa") ? "slack_ko" : "company_qa_ko");
  }
  return built_in(suite.name.starts_with("domain_text") ? "company_qa" : "domain_text");
}

// Every sequence keeps its length and the places of its loss, and says something else.
void replace_by_unrelated(const Material& material, std::vector<TrainingSequence>& sequences) {
  const Tokenizer& tokenizer = material.model.tokenizer();
  const std::size_t added = tokenizer.encode_plain("").size();  // BOS
  const BuiltInSuite& source = unrelated(material.suite);
  TokenIds stream;
  std::size_t at = 0;
  std::uint64_t seed = kFirstSeed;
  for (TrainingSequence& sequence : sequences) {
    const std::size_t wanted = sequence.ids.size() - std::min(added, sequence.ids.size());
    while (stream.size() - at < wanted) {
      for (const std::string& text : plain_texts(source.make(Tier::kCpu, seed++))) {
        const TokenIds ids = tokenizer.encode_plain(text + "\n");
        stream.insert(stream.end(), ids.begin() + static_cast<std::ptrdiff_t>(added), ids.end());
      }
    }
    const auto begin = stream.begin() + static_cast<std::ptrdiff_t>(at);
    std::copy_n(begin, wanted, sequence.ids.end() - static_cast<std::ptrdiff_t>(wanted));
    at += wanted;
  }
}

// ---- format_only

// All that the suite says, to look names up in.
std::string everything_said(const Suite& suite) {
  std::string all;
  for (const std::string& text : plain_texts(suite)) all += text + "\n";
  for (const TrainingExample& line : suite.train) all += line.question + "\n";
  for (const auto* items : {&suite.dev, &suite.test}) {
    for (const Item& item : *items) all += item.question + "\n";
  }
  return comparable(all);
}

// As many questions as the suite has lines that answer, about a company that it does not know.
void add_other_questions(const Material& material, std::vector<TrainingSequence>& sequences) {
  const Suite& suite = material.suite;
  const auto wanted = std::count_if(suite.train.begin(), suite.train.end(), has_answer);
  const BuiltInSuite& source = built_in(is_korean(suite) ? "company_qa_ko" : "company_qa");
  const std::string said = everything_said(suite);
  const auto is_known = [&](const std::string& entity) {
    return said.find(comparable(entity)) != std::string::npos;
  };
  std::vector<TrainingExample> lines;
  for (std::uint64_t seed = kFirstSeed; std::ssize(lines) < wanted; ++seed) {
    for (const TrainingExample& line : source.make(Tier::kCpu, seed).train) {
      if (std::ssize(lines) == wanted) break;
      if (has_answer(line) && !is_known(line.cluster)) lines.push_back(line);
    }
  }
  learn_lines(lines, suite.prompt, material.model, sequences);
}

std::string format_obstacle(const Suite& suite) {
  if (suite.kind != "qa") return "format_only has questions of kind \"qa\" alone";
  if (std::any_of(suite.train.begin(), suite.train.end(), has_answer)) return "";
  return "no question-answer lines in train.jsonl, whose number it would copy";
}

}  // namespace

Purpose format_only_purpose() {
  return {"format_only",
          "control: as many questions in the same prompts about facts that the suite does not hold",
          format_obstacle, add_other_questions};
}

Purpose sham_purpose() {
  return {"sham",
          "control: with other purposes, the same steps and tokens, filled with unrelated text",
          [](const Suite&) -> std::string { return ""; }, replace_by_unrelated};
}

}  // namespace quadrant
