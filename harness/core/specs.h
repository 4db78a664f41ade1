// What an experiment asks for, as validated plain data: contexts (what the model sees) and tunings
// (what the model is). describe() gives the canonical form that is hashed and stored; it names
// only the keys that matter to the kind, so that an unused default never changes a hash.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace quadrant {

struct ContextSpec {
  std::string name;                 // the user's name for it: [context.NAME]
  std::string kind = "zero_shot";   // `quadrant list contexts` has them all
  int k = 4;                        // few_shot: examples; rag: passages
  int trials = 12;                  // optimised: prompts that are tried on dev items
  int trial = -1;                   // optimised: one of them (prompt_variant.h); -1 = the best
  std::string retriever = "dense";  // what searches: dense | bm25 | hybrid
  int chunk_tokens = 180;           // rag: passage size in tokens of the model that reads it
  int budget_tokens = 1024;         // rag, oracle: most tokens of passages in a prompt
  // rotated (the best one stands in another place for each item) | best_first | best_last
  std::string passage_order = "rotated";
  // What searches passages (rag, distractor, shuffled_index):
  std::string chunker = "sentences";  // sentences | tokens | recursive | headings
  int chunk_overlap = 0;              // tokens, less than chunk_tokens
  std::string index = "Flat";         // a FAISS factory string
  int nprobe = 16, ef_search = 64;    // of an IVF, of an HNSW index
  std::string fusion = "rrf";         // hybrid: rrf | convex
  double mmr_lambda = 1;              // below 1: diverse passages
  bool drop_near_duplicates = false;
  std::string rerank;  // a cross-encoder's folder, "query_likelihood"; "": as searched
};

bool retrieves_passages(const ContextSpec& context);  // rag, distractor, shuffled_index
bool shows_examples(const ContextSpec& context);      // few_shot, dynamic_few_shot, constrained
bool needs_embedder(const ContextSpec& context);      // something in it searches vectors

struct TuningSpec {
  std::string name;                  // [tuning.NAME]; the built-in "base" has method "base"
  std::string method = "base";       // base | lora | full
  std::vector<std::string> purpose;  // continued_pretraining, domain_qa; in this order
  std::string data;                  // the suite it learns from; "": the one that is asked
  int rank = 16;                     // lora
  double alpha = 32;                 // lora: scale = alpha / rank
  double dropout = 0;                // lora
  // lora: which linear layers, by the last part of their names, in the order of
  // linear_layer_names(); empty: all of them.
  std::vector<std::string> target_modules;
  bool use_rslora = false;       // lora: scale = alpha / sqrt(rank)
  bool use_dora = false;         // lora: a magnitude of its own for each output
  double loraplus_lr_ratio = 1;  // lora: B (and DoRA's magnitudes) learn this much faster than A
  double learning_rate = 1e-4;   // peak
  int trials = 1;                // learning rates that are tried; the best on dev items is used
  int epochs = 8;                // passes over the whole training set
  int batch_size = 16;           // sequences per optimizer step
  double warmup_ratio = 0.05;    // share of all steps
  // constant | linear | cosine | warmup_stable_decay; after warm-up
  std::string lr_scheduler_type = "linear";
  double weight_decay = 0;              // of matrices; norms and biases are left alone
  double max_grad_norm = 1.0;           // 0 = no clipping
  bool gradient_checkpointing = false;  // layers are computed again for their gradients
  bool early_stop = false;              // the model of the lowest loss on dev, not the last one
  int distractors = 3;                  // reading: passages beside the one that holds the answer
  double gold_share = 0.8;              // reading: how many examples show that one at all
  std::string replay;                   // a file of general examples to mix in; "": none
  double replay_share = 0.1;            // of all tokens
};

bool has_purpose(const TuningSpec& tuning, const std::string& purpose);

inline constexpr int kMostRates = 9;
// One of the trials, as a tuning of its own ("lora#2") with its learning rate: that of the tuning,
// its half, its double, a quarter, four times as much, and so on.
TuningSpec rate_trial(const TuningSpec& tuning, int trial);

struct ModelSpec {
  std::string path;                     // as written: a name, a .gguf file, an HF folder
  std::string chat_template = "model";  // "model" | "none" | a file
  std::string device = "cpu";           // "cpu" | "cuda"
  std::string dtype = "float32";        // of weights and activations: "float32" | "bfloat16"
  bool tf32 = false;                    // cuda, float32: products may round their inputs to 10 bits
};

// What a training set is made for: continued_pretraining, domain_qa, reading, format_only, sham.
const std::vector<std::string>& purpose_names();
// Other names of a purpose. What they teach lies in the suite, and nothing else differs: of
// "domain_qa" these are "instruction", "refusal" and "style".
std::vector<std::string> purpose_aliases(const std::string& purpose);

// The linear layers of a decoder's layer ("q_proj", ..., "down_proj"), the same in every family.
const std::vector<std::string>& linear_layer_names();

// transformers' names of the learning-rate schedules that there are.
const std::vector<std::string>& schedule_names();

nlohmann::json describe(const ContextSpec& context);
nlohmann::json describe(const TuningSpec& tuning);

// Does the seed change what this context shows (few-shot draws its examples)?
bool uses_seed(const ContextSpec& context);
// A tuned model depends on the seed through its order of examples and LoRA's start.
bool uses_seed(const TuningSpec& tuning);

}  // namespace quadrant
