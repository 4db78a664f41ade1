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

// One example a line in any of the usual forms: {"text"}, {"question", "answer"}, {"prompt",
// "completion"}, chats as {"messages"} (OpenAI) or {"conversations"} (sharegpt), {"instruction",
// "input", "output", "system", "history"} (alpaca). A .json file holds a list of them instead.
std::vector<TrainingExample> read_training_examples(const std::filesystem::path& file);

// Questions of a suite of this kind; gold_docs must name documents of `corpus` unless it is empty.
std::vector<Item> read_items(const std::filesystem::path& file, const std::string& kind,
                             const std::vector<Document>& corpus);

}  // namespace quadrant
