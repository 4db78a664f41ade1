// The files of a suite folder, one reader each; load_suite() puts them together.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "datasets/json_fields.h"
#include "datasets/suite.h"

namespace quadrant {

// "gold_docs" of a line, each checked to be one of a corpus, where there is one.
class GoldDocuments {
 public:
  explicit GoldDocuments(const std::vector<Document>& corpus);
  std::vector<std::string> read(const JsonFields& fields) const;

 private:
  std::set<std::string> ids_;
};

// Sets everything that suite.toml says. Error as load_suite().
void read_manifest(const std::filesystem::path& file, Suite& suite);

std::vector<Document> read_corpus(const std::filesystem::path& file);

// One example a line in any of the usual forms: {"text"}, {"question", "answer"}, {"prompt",
// "completion"}, chats as {"messages"} (OpenAI) or {"conversations"} (sharegpt), {"instruction",
// "input", "output", "system", "history"} (alpaca). A .json file holds a list of them instead.
// Their gold_docs must name documents of `corpus` unless it is empty.
std::vector<TrainingExample> read_training_examples(const std::filesystem::path& file,
                                                    const std::vector<Document>& corpus = {});

// Questions of a suite of this kind; gold_docs as above.
std::vector<Item> read_items(const std::filesystem::path& file, const std::string& kind,
                             const std::vector<Document>& corpus);

}  // namespace quadrant
