// The files of a suite folder, one reader each; load_suite() puts them together.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/suite.h"

namespace quadrant {

// Sets everything that suite.toml says. Error as load_suite().
void read_manifest(const std::filesystem::path& file, Suite& suite);

std::vector<Document> read_corpus(const std::filesystem::path& file);
std::vector<TrainingExample> read_training_examples(const std::filesystem::path& file);

// Questions of a suite of this kind; gold_docs must name documents of `corpus` unless it is empty.
std::vector<Item> read_items(const std::filesystem::path& file, const std::string& kind,
                             const std::vector<Document>& corpus);

}  // namespace quadrant
