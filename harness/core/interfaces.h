// What the harness needs from a model, whoever provides it: libtorch, a scripted fake in a test.
//
// Goals: the runner, the reports and their tests never see a tensor. Non-goals: sampling,
// streaming, several models at once.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/core/specs.h"
#include "harness/core/types.h"

namespace quadrant {

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  // Adds the model's own BOS (or CLS/SEP) where its rule says so. Special tokens are recognised
  // inside the trusted ranges only.
  virtual TokenIds encode(const MarkedText& text) const = 0;
  virtual std::string decode(
      std::span<const std::int32_t> ids) const = 0;  // special tokens left out
  virtual std::string hash() const = 0;              // SHA-256 of everything that decides the ids
  // What each token adds to a text, by id: bytes, not always whole characters; "" for special
  // tokens. Nothing at all where the tokenizer cannot say it.
  virtual std::vector<std::string> token_bytes() const { return {}; }
  // The token that ends a document in pre-training, where the vocabulary has one.
  virtual std::optional<std::int32_t> end_of_text() const { return std::nullopt; }
  // What a text is read behind when nothing stands before it: BOS, or else EOS, as in lm-eval
  // (models/huggingface.py, prefix_token_id).
  virtual std::optional<std::int32_t> start_of_text() const { return end_of_text(); }

  TokenIds encode_plain(std::string_view text) const {  // no special tokens inside
    return encode(MarkedText{std::string(text), {}});
  }
  TokenIds encode_trusted(std::string_view text) const {
    return encode(MarkedText{std::string(text), {{0, text.size()}}});
  }
};

class ChatTemplate {
 public:
  virtual ~ChatTemplate() = default;
  // With `add_generation_prompt` the text ends where the assistant's answer begins.
  virtual MarkedText render(std::span<const Message> messages,
                            bool add_generation_prompt) const = 0;
  virtual std::string hash() const = 0;
  // The special-token text with which the model closes its answer ("<|im_end|>"); "" = none, and
  // then the tokenizer's end of text does it. render() puts it, trusted, after each assistant turn.
  virtual std::string end_of_turn() const { return ""; }
  // False: turns are written one after the other as plain text, without marks of who speaks.
  virtual bool is_chat() const { return true; }
};

// kChoice: nothing was generated, what was to choose from was scored.
enum class StopReason { kEos, kLength, kStopString, kChoice, kError };
const char* to_string(StopReason reason);  // eos, length, stop_string, choice, error

// The form that an answer must have, read byte by byte. Every state can still become a complete
// answer: what could not is no state.
class AnswerForm {
 public:
  static constexpr int kNone = -1;
  virtual ~AnswerForm() = default;
  virtual int start() = 0;                              // kNone: no text has this form
  virtual int next(int state, unsigned char byte) = 0;  // kNone: nothing goes on like this
  virtual bool is_complete(int state) = 0;              // the answer may end here
};

struct Decoding {  // greedy
  int max_new_tokens = 32;
  std::vector<std::string> stop;  // the text ends before the first of these
  // One a prompt, null where the answer is free; none at all: all are. A token is taken only where
  // its bytes can still become an answer of the form, and the end token where it is complete.
  std::vector<std::shared_ptr<AnswerForm>> forms = {};
};

struct Generation {
  TokenIds ids;      // without the end token
  std::string text;  // decoded, cut at the stop string
  StopReason stop = StopReason::kLength;
  double logprob = 0;                    // natural log, summed over ids and the end token if any
  double prefill_ms = 0, decode_ms = 0;  // this row's equal share of its batch
  std::string error;                     // not empty: the row could not be answered
};

// Log-probabilities of ids[first..] given all tokens before each.
struct ScoreRequest {
  TokenIds ids;
  std::size_t first = 1;  // at least 1
};
struct TokenScores {
  std::vector<double> logprobs;  // natural log; ids.size() - first of them
  bool greedy = true;            // every scored token was the most likely one
};

class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  virtual const Tokenizer& tokenizer() const = 0;
  virtual const ChatTemplate& chat_template() const = 0;
  virtual int context_window() const = 0;      // tokens, prompt and answer together
  virtual double flops_per_token() const = 0;  // forward, without attention: 2 x parameters used
  // Answers in the order of the prompts. A row that does not fit the context window gets an error.
  virtual std::vector<Generation> generate(std::span<const TokenIds> prompts,
                                           const Decoding& decoding) = 0;
  virtual std::vector<TokenScores> score(std::span<const ScoreRequest> requests) = 0;
};

class Embedder {
 public:
  virtual ~Embedder() = default;
  virtual int dimension() const = 0;
  virtual std::string hash() const = 0;  // weights, tokenizer, pooling, normalisation, max length
  // Row-major [texts, dimension], each row of length 1. Longer texts are cut at the model's limit.
  virtual std::vector<float> embed(std::span<const std::string> texts) = 0;
  // The same for questions, where the model wants them marked by a prefix of their own.
  virtual std::vector<float> embed_questions(std::span<const std::string> questions) {
    return embed(questions);
  }
  // What hash() covers besides the weights, in words: pooling, prefixes, longest input.
  virtual std::map<std::string, std::string> description() const { return {}; }
};

// A cross-encoder: reads a question and a passage together.
class PairScorer {
 public:
  virtual ~PairScorer() = default;
  virtual std::string hash() const = 0;  // weights, tokenizer, longest input
  // How well each passage answers the question, higher is better. What is too long for the model
  // is cut, the longer of the two texts first.
  virtual std::vector<double> score(const std::string& question,
                                    std::span<const std::string> passages) = 0;
};

// In a training's folder: the model as it was when its loss on the dev sequences was lowest.
inline constexpr char kEarlyStop[] = "early_stop";

// Sequences by stage, each stage for `tuning.epochs` epochs.
struct TrainingJob {
  TuningSpec tuning;
  std::vector<TrainingSequence> sequences;
  std::uint64_t seed = 0;
  std::filesystem::path folder;            // checkpoint while running, the tuned weights at the end
  std::vector<TrainingSequence> dev = {};  // never trained on; their loss is taken after each epoch
};

struct TrainingStep {
  int step = 0, steps = 0;  // from 1
  double loss = 0;          // mean over the step's learnt tokens
  double grad_norm = 0, learning_rate = 0;
  std::int64_t tokens = 0;  // tokens put through the model in this step
  double seconds = 0;
  std::optional<double> dev_loss;  // mean over the dev sequences' learnt tokens, after an epoch
};

struct TrainingResult {
  std::string weights_hash;  // of the files written to the job's folder
  int steps = 0;
  std::int64_t trainable_parameters = 0, tokens = 0;
  double flops = 0, seconds = 0;
};

// One base model in memory, whose tuned forms are swapped in and out.
class ModelEngine {
 public:
  virtual ~ModelEngine() = default;
  virtual LanguageModel& model() = 0;         // in the form chosen last
  virtual std::string base_hash() const = 0;  // SHA-256 of the de-quantised base weights
  virtual void use_base() = 0;
  virtual void use_tuned(const std::filesystem::path& folder) = 0;
  // Goes on from the folder's checkpoint when there is one of the same job. `observe` is called
  // after each step, and returns false to stop there with a checkpoint; then `finished` is false.
  struct Training {
    bool finished = false;
    TrainingResult result;
  };
  virtual Training train(const TrainingJob& job,
                         const std::function<bool(const TrainingStep&)>& observe) = 0;
};

}  // namespace quadrant
