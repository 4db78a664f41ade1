// The plain data every part of the program speaks of: documents, questions, messages, passages.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace quadrant {

using TokenIds = std::vector<std::int32_t>;

// Where a page or a section of a document begins.
struct Mark {
  std::size_t begin = 0;  // bytes of Document::text
  int page = 0;           // from 1; 0 = the source has no pages
  std::string heading;    // with those above it: "Install > Debian"; "" = under none
};

// One line of corpus.jsonl (BEIR: "_id", "title", "text"), or a file.
struct Document {
  std::string id, title, text;
  std::vector<Mark> marks = {};  // ascending; empty where the source has none
  int line = 0;                  // of corpus.jsonl, where it was read from it
};

// One line of dev.jsonl or test.jsonl.
struct Item {
  std::string id;
  std::string question;
  std::vector<std::string> targets;    // accepted answers; the first is the canonical one
  std::vector<std::string> choices;    // multiple choice only
  std::optional<int> answer;           // index into choices
  std::vector<std::string> gold_docs;  // documents that hold the answer
  int number = 0;                      // its place in the file, from 0: what takes turns goes by it
  std::string cluster;                 // unit of the statistics: document or entity; "" = the item
  std::map<std::string, std::string> meta;  // "slice", "answerable" ("false"), and the user's own
  int line = 0;                             // of its file, where it was read from one
};

// A test item that nothing in the suite answers; scored apart from the rest (hallucination).
inline bool is_answerable(const Item& item) {
  const auto found = item.meta.find("answerable");
  return found == item.meta.end() || found->second != "false";
}

struct Message {
  std::string role;  // "system", "user" or "assistant"
  std::string content;
};

// Text of which only the trusted byte ranges may hold special tokens: what users or documents
// wrote is always plain text. Ranges are half-open, ascending, disjoint.
struct MarkedText {
  std::string text;
  std::vector<std::pair<std::size_t, std::size_t>> trusted;
  bool complete = false;  // a chat template wrote it all: the tokenizer adds no BOS or EOS
};

// A piece of a document, and where it stands there (bytes of Document::text).
struct Passage {
  std::string doc_id, title, text;
  std::size_t begin = 0, end = 0;
  int page = 0;              // of its first byte, from 1; 0 = the source has no pages
  std::string heading = {};  // of its first byte; "" = under none
};

struct ScoredPassage {
  Passage passage;
  double score = 0;
};

// The retrieval index behind a prompt.
struct IndexUse {
  std::string hash;  // "" = none
  std::int64_t bytes = 0;
};

// One training example as the model sees it. Loss is taken on ids[i] where learn[i] is true.
struct TrainingSequence {
  TokenIds ids;
  std::vector<bool> learn;  // same length as ids
  int stage = 1;            // all epochs of a stage are over before the next one begins
};

}  // namespace quadrant
