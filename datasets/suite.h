// A suite: the task, its documents, its training data and its questions, read from a folder.
// Format: README "Bring your own data". Missing files limit what can run; they are not errors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/types.h"

namespace quadrant {

struct PromptTemplate {
  std::string system;                                // "" = no system message
  std::string question = "{question}";               // {question}
  std::string context = "{passages}\n\n{question}";  // {passages}, {question}
  int max_new_tokens = 32;
  std::vector<std::string> stop;
  // lm-eval's target_delimiter: what stands before each answer, those of demonstrations too. Only
  // where no chat template says it; unset: as the model's template for plain text has it.
  std::optional<std::string> delimiter;
  // Further wordings of the same prompt. Items and seeds take turns through all of them: item i
  // under seed s is asked in wording (i + s) modulo their number, in every strategy.
  struct Wording {
    std::string question, context;
  };
  std::vector<Wording> more;

  int wordings() const { return 1 + static_cast<int>(more.size()); }
};

// Training takes turns through the first wordings only; the others show what an unseen one costs.
inline constexpr int kTrainedWordings = 3;

// One line of train.jsonl; which fields are set depends on the kind.
struct TrainingExample {
  enum class Kind { kText, kQuestionAnswer, kPromptCompletion, kMessages };
  Kind kind = Kind::kText;
  std::string text;                // kText
  std::string question, answer;    // kQuestionAnswer
  std::string prompt, completion;  // kPromptCompletion
  std::vector<Message> messages;   // kMessages
  std::string cluster;             // entity or document, "" = unknown; keeps examples from leaking
  std::vector<std::string> gold_docs = {};  // documents that hold the answer; empty: not said
  int stage = 1;  // of the training: learnt for all epochs before the next stage
  int line = 0;   // of train.jsonl, where it was read from it
};

struct Suite {
  std::string name, version, language, licence, source;
  std::string kind;                  // qa | choice | classify | summarise | translate | style | ...
  std::vector<std::string> metrics;  // the first is the primary one
  // How items are answered, in lm-eval's names: generate_until; by log-probabilities:
  // multiple_choice (of each choice), loglikelihood (of the first target behind the prompt),
  // loglikelihood_rolling (of the first target as a whole text, without a prompt).
  std::string output_type = "generate_until";
  PromptTemplate prompt;
  std::vector<Document> corpus;
  std::vector<TrainingExample> train;
  std::vector<Item> dev, test;
  std::map<std::string, std::string> file_hashes;  // "suite.toml", "corpus.jsonl", ... -> SHA-256
  std::string hash;                                // SHA-256 over file_hashes: the suite's identity
};

// Reads and checks a suite folder. Error (file:line, mend) for bad UTF-8 or JSON, missing or
// wrongly typed fields, duplicate ids, gold_docs that are not in the corpus, an empty test set,
// unknown keys in suite.toml (nearest known key named). A folder with the YAML of one lm-eval task
// instead of suite.toml, or that file itself, is read as lm_eval/task.h says.
Suite load_suite(const std::filesystem::path& folder);

// What is missing and what it prevents, one sentence each ("no corpus.jsonl: RAG cannot run").
std::vector<std::string> suite_limits(const Suite& suite);

// How large a built-in suite is: seconds (tests), minutes on two cores, or for a GPU.
enum class Tier { kSmoke, kCpu, kFull };

// A built-in suite and its generator. The same seed gives the same bytes on every machine, another
// seed another world with the same statistics. The name and the hashes are set later.
struct BuiltInSuite {
  std::string name, description;
  Suite (*make)(Tier tier, std::uint64_t seed);
};
const std::vector<BuiltInSuite>& built_in_suites();

Tier parse_tier(const std::string& name);  // smoke | cpu | full; Error otherwise

// The name of a built-in suite in a tier: "slack" in kFull is "slack_full". A name that has its
// tier, or is no built-in suite's, stays as it is.
std::string name_in_tier(const std::string& name, Tier tier);

// Writes "slack" (tier cpu), "slack_smoke" or "slack_full" as a folder. Error with the nearest
// known name, or when a file cannot be written.
void write_built_in_suite(const std::string& name, std::uint64_t seed,
                          const std::filesystem::path& folder);

// A built-in name as above (seed 0, through a temporary folder), or whatever load_suite takes.
Suite find_suite(const std::string& name_or_folder);

}  // namespace quadrant
