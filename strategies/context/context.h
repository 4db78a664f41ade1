// Contexts: what the model sees. One object turns the questions of a suite into final prompts and
// says what it showed: passages, whether the gold text arrived, what had to be left out.
//
// Rule of truncation: passages (lowest rank first), then examples (last first) are left out whole
// until prompt + max_new_tokens (or the longest choice) fits the context window; the question and
// the system text are never cut. A prompt that still does not fit becomes a record with an error.
// The token budget of passages works the same way before it: the numbered passages are counted
// together, and the lowest ranks are left out whole until the rest is within the budget. A prompt
// without any passage left is the plain question. `truncated` says that either rule took something.
//
// A target counts as found in a passage when the passage's title or text, as shown, contains it:
// lower case, white space squashed, and not as a part of a longer ASCII word or number. Where the
// item names gold documents, only their passages count.
//
// Two things take turns by the number of the item, so that no strategy owes its score to one of
// them: the wording of the prompt (PromptTemplate::more), and the order of the passages. Those that
// are shown begin with rank 1 + number modulo their count, go on to the last and then from the
// first; where the gold passage stands in the prompt is thereby spread evenly.
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
#include "retrieval/dense.h"

namespace quadrant {

struct ShownPassage {
  ScoredPassage passage;  // in order of rank
  bool relevant = false;  // comes from a gold document and holds a target
  bool in_prompt = false;
};

struct BuiltPrompt {
  TokenIds ids;
  std::string text;  // the final prompt as text, template included
  std::vector<std::pair<std::size_t, std::size_t>> trusted;  // of the text, as in MarkedText
  bool complete = false;
  std::string delimiter;  // what stands between it and a choice that is scored behind it
  std::vector<ShownPassage> passages;
  int wording = 0;                // of the prompt template, from 0
  bool truncated = false;         // something was left out to fit, or the rest did not fit either
  std::optional<bool> delivered;  // a target is in a passage of the final prompt; unset when
                                  // there were no passages or nothing answers the item
  double retrieve_ms = 0;
  std::shared_ptr<AnswerForm> form;  // that the answer cannot leave; null: it is free
  std::string error;                 // not empty: this item cannot be asked
};

class Context {
 public:
  virtual ~Context() = default;
  virtual std::vector<BuiltPrompt> build(std::span<const Item> items) = 0;
  virtual IndexUse index() const { return {}; }
};

struct ContextEnvironment {
  const Suite& suite;                  // these must outlive the context
  const LanguageModel& model;          // tokenizer, chat template, window
  Embedder* embedder = nullptr;        // needed by what searches vectors
  std::filesystem::path index_folder;  // where an index is kept and found again; "" = memory only
  std::uint64_t seed = 0;
  PairScorer* reranker = nullptr;        // needed by what names one
  DeviceSearchMaker device_search = {};  // none: exact searches run on this machine's cores
};

struct ContextKind {
  std::string name, description;
  std::string (*obstacle)(const ContextSpec& spec, const Suite& suite);
  std::unique_ptr<Context> (*make)(const ContextSpec& spec, const ContextEnvironment& environment);
};
const std::vector<ContextKind>& context_kinds();

// Why this context cannot run on this suite ("no corpus.jsonl"), or an empty string.
std::string context_obstacle(const ContextSpec& spec, const Suite& suite);

// Error for an unknown kind, or when context_obstacle() has something to say.
std::unique_ptr<Context> make_context(const ContextSpec& spec,
                                      const ContextEnvironment& environment);

}  // namespace quadrant
