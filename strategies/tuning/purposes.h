// What the purposes share, and each one's functions; recipe.cpp lists them.
#pragma once

#include <string>
#include <vector>

#include "datasets/suite.h"
#include "harness/core/interfaces.h"
#include "harness/core/specs.h"

namespace quadrant {

struct Material {
  const TuningSpec& tuning;
  const Suite& suite;
  const LanguageModel& model;
};

struct Purpose {
  std::string name;  // one of purpose_names()
  const char* description;
  std::string (*obstacle)(const Suite& suite);
  void (*add)(const Material& material, std::vector<TrainingSequence>& sequences);
};

Purpose continued_pretraining_purpose();
Purpose domain_qa_purpose();
Purpose reading_purpose();
Purpose format_only_purpose();
Purpose sham_purpose();

// Documents (title, newline, text), then "text" lines.
std::vector<std::string> plain_texts(const Suite& suite);

// Of a line that answers: the prompt without passages, in this wording, and the answer.
std::vector<Message> conversation_of(const TrainingExample& example, const PromptTemplate& prompt);

inline bool has_answer(const TrainingExample& example) {
  return example.kind != TrainingExample::Kind::kText;
}

// Examples for all lines that answer, in the wordings that training uses in turn.
void learn_lines(const std::vector<TrainingExample>& lines, const PromptTemplate& prompt,
                 const LanguageModel& model, std::vector<TrainingSequence>& sequences);

// Examples of tuning.replay in a fixed random order, until they are tuning.replay_share of all
// tokens. Error when the file has too few.
void add_replay(const Material& material, std::vector<TrainingSequence>& sequences);

}  // namespace quadrant
