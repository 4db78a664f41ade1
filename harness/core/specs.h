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
  std::string name;                          // [tuning.NAME]; the built-in "base" has method "base"
  std::string method = "base";               // base | lora | full
  std::vector<std::string> purpose;          // continued_pretraining, domain_qa; in this order
  std::string data;                          // the suite it learns from; "": the one that is asked
  int rank = 16;                             // lora
  double alpha = 32;                         // lora: scale = alpha / rank
  double dropout = 0;                        // lora
  double learning_rate = 1e-4;               // peak
  int epochs = 8;                            // passes over the whole training set
  int batch_size = 16;                       // sequences per optimizer step
  double warmup_ratio = 0.05;                // share of all steps
  std::string lr_scheduler_type = "linear";  // constant | linear | cosine; after warm-up
  double weight_decay = 0;
  double max_grad_norm = 1.0;  // 0 = no clipping
};

struct ModelSpec {
  std::string path;                     // as written: a name, a .gguf file, an HF folder
  std::string chat_template = "model";  // "model" | "none" | a file
  std::string device = "cpu";           // "cpu" | "cuda"
  std::string dtype = "float32";        // of weights and activations: "float32" | "bfloat16"
  bool tf32 = false;                    // cuda, float32: products may round their inputs to 10 bits
};

nlohmann::json describe(const ContextSpec& context);
nlohmann::json describe(const TuningSpec& tuning);

// Does the seed change what this context shows (few-shot draws its examples)?
bool uses_seed(const ContextSpec& context);
// A tuned model depends on the seed through its order of examples and LoRA's start.
bool uses_seed(const TuningSpec& tuning);

}  // namespace quadrant
