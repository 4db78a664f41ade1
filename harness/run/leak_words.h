// Texts as runs of numbered words, and the texts of a training line; internal to the leak guard.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "datasets/suite.h"

namespace quadrant {

using Words = std::vector<int>;

class WordNumbers {
 public:
  Words of(const std::string& text);  // its normalised words; the same word, the same number

 private:
  std::unordered_map<std::string, int> numbers_;
};

Words part(const Words& words, std::size_t begin, std::size_t size);
bool has(const Words& words, const Words& run);  // `run` is not empty and stands there in order

// What a line asks: question, prompt, user turns, or the text itself.
std::vector<std::string> asked_texts(const TrainingExample& example);
std::vector<std::string> all_texts(const TrainingExample& example);

// The template with what stands around "{question}" only.
std::string without_placeholder(std::string text);

}  // namespace quadrant
