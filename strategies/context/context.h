// Contexts: what the model sees. One object turns the questions of a suite into final prompts and
// says what it showed: passages, whether the gold text arrived, what had to be left out.
//
// Rule of truncation: passages (lowest rank first), then examples (last first) are left out whole
// until prompt + max_new_tokens fits the context window; the question and the system text are
// never cut. A prompt that still does not fit becomes a record with an error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "datasets/suite.h"
#include "harness/core/interfaces.h"
#include "harness/core/specs.h"

namespace quadrant {

struct ShownPassage {
  ScoredPassage passage;  // in order of rank
  bool relevant = false;  // comes from a gold document and holds a target
  bool in_prompt = false;
};

struct BuiltPrompt {
  TokenIds ids;
  std::string text;                     // the final prompt as text, template included
  std::vector<ShownPassage> passages;
  bool truncated = false;               // something was left out to fit
  std::optional<bool> delivered;        // gold text is in the final prompt; unset without passages
  double retrieve_ms = 0;
  std::string error;                    // not empty: this item cannot be asked
};

class Context {
 public:
  virtual ~Context() = default;
  virtual std::vector<BuiltPrompt> build(std::span<const Item> items) = 0;
  virtual std::string index_hash() const { return ""; }  // of the retrieval index, if there is one
};

struct ContextEnvironment {
  const Suite& suite;
  const LanguageModel& model;           // tokenizer, chat template, window
  Embedder* embedder = nullptr;         // needed by rag
  std::filesystem::path index_folder;   // where an index is kept and found again; "" = memory only
  std::uint64_t seed = 0;
};

// Why this context cannot run on this suite ("no corpus.jsonl"), or an empty string.
std::string context_obstacle(const ContextSpec& spec, const Suite& suite);

std::unique_ptr<Context> make_context(const ContextSpec& spec, const ContextEnvironment& environment);

}  // namespace quadrant
