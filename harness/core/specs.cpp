#include "harness/core/specs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/prompt_variant.h"

namespace quadrant {

namespace {

// These came later than the others: left out at their default, so that older cells keep their hash.
void describe_search(const ContextSpec& context, nlohmann::json& spec) {
  const ContextSpec usual;
  if (context.passage_order != usual.passage_order) spec["passage_order"] = context.passage_order;
  if (context.chunker != usual.chunker) spec["chunker"] = context.chunker;
  if (context.chunk_overlap != usual.chunk_overlap) spec["chunk_overlap"] = context.chunk_overlap;
  if (context.fusion != usual.fusion) spec["fusion"] = context.fusion;
  if (context.mmr_lambda != usual.mmr_lambda) spec["mmr_lambda"] = context.mmr_lambda;
  if (context.drop_near_duplicates) spec["drop_near_duplicates"] = true;
  if (!context.rerank.empty()) spec["rerank"] = context.rerank;
  if (context.index == usual.index) return;
  spec["index"] = context.index;
  spec["nprobe"] = context.nprobe;
  spec["ef_search"] = context.ef_search;
}

void describe_lora(const TuningSpec& tuning, nlohmann::json& spec) {
  const TuningSpec usual;
  spec["rank"] = tuning.rank;
  spec["alpha"] = tuning.alpha;
  spec["dropout"] = tuning.dropout;
  // As above.
  if (!tuning.target_modules.empty()) spec["target_modules"] = tuning.target_modules;
  if (tuning.use_rslora) spec["use_rslora"] = true;
  if (tuning.use_dora) spec["use_dora"] = true;
  if (tuning.loraplus_lr_ratio != usual.loraplus_lr_ratio) {
    spec["loraplus_lr_ratio"] = tuning.loraplus_lr_ratio;
  }
}

}  // namespace

const std::vector<std::string>& purpose_names() {
  static const std::vector<std::string> names{"continued_pretraining", "domain_qa", "reading",
                                              "format_only", "sham"};
  return names;
}

std::vector<std::string> purpose_aliases(const std::string& purpose) {
  if (purpose == "domain_qa") return {"instruction", "refusal", "style"};
  return {};
}

const std::vector<std::string>& linear_layer_names() {
  static const std::vector<std::string> names{"q_proj",    "k_proj",  "v_proj",   "o_proj",
                                              "gate_proj", "up_proj", "down_proj"};
  return names;
}

const std::vector<std::string>& schedule_names() {
  static const std::vector<std::string> names{"constant", "linear", "cosine",
                                              "warmup_stable_decay"};
  return names;
}

nlohmann::json describe(const ContextSpec& context) {
  nlohmann::json spec{{"kind", context.kind}};
  if (context.kind == "optimised" && context.trial >= 0) {
    const PromptVariant variant = prompt_variant(context.trial);
    spec["trial"] = context.trial;
    spec["instruction"] = variant.instruction;
    spec["layout"] = variant.layout;
    spec["examples"] = variant.examples;
    spec["draw"] = variant.draw;
  } else if (context.kind == "optimised") {
    spec["trials"] = context.trials;
  }
  const bool retrieves = retrieves_passages(context);
  const bool dynamic = context.kind == "dynamic_few_shot";
  if (retrieves || shows_examples(context)) spec["k"] = context.k;
  if (retrieves || dynamic) spec["retriever"] = context.retriever;
  if (retrieves) {
    spec["chunk_tokens"] = context.chunk_tokens;
    describe_search(context, spec);
  }
  if (retrieves || context.kind == "oracle" || context.kind == "counterfactual") {
    spec["budget_tokens"] = context.budget_tokens;
  }
  return spec;
}

bool retrieves_passages(const ContextSpec& context) {
  return context.kind == "rag" || context.kind == "distractor" || context.kind == "shuffled_index";
}

bool shows_examples(const ContextSpec& context) {
  return context.kind == "few_shot" || context.kind == "dynamic_few_shot" ||
         context.kind == "constrained";
}

bool needs_embedder(const ContextSpec& context) {
  if (context.kind == "dynamic_few_shot") return context.retriever != "bm25";
  return retrieves_passages(context) && (context.retriever != "bm25" || context.mmr_lambda < 1);
}

bool has_purpose(const TuningSpec& tuning, const std::string& purpose) {
  return std::find(tuning.purpose.begin(), tuning.purpose.end(), purpose) != tuning.purpose.end();
}

TuningSpec rate_trial(const TuningSpec& tuning, int trial) {
  TuningSpec one = tuning;
  one.name += fmt::format("#{}", trial);
  one.learning_rate = std::ldexp(tuning.learning_rate, trial % 2 ? -(trial + 1) / 2 : trial / 2);
  one.trials = 1;
  return one;
}

nlohmann::json describe(const TuningSpec& tuning) {
  nlohmann::json spec{{"method", tuning.method}};
  if (tuning.method == "base") return spec;
  spec["purpose"] = tuning.purpose;
  if (!tuning.data.empty()) spec["data"] = tuning.data;
  spec["learning_rate"] = tuning.learning_rate;
  spec["epochs"] = tuning.epochs;
  spec["batch_size"] = tuning.batch_size;
  spec["warmup_ratio"] = tuning.warmup_ratio;
  spec["lr_scheduler_type"] = tuning.lr_scheduler_type;
  spec["weight_decay"] = tuning.weight_decay;
  spec["max_grad_norm"] = tuning.max_grad_norm;
  if (tuning.trials > 1) spec["trials"] = tuning.trials;
  if (tuning.early_stop) spec["early_stop"] = true;
  if (tuning.gradient_checkpointing) spec["gradient_checkpointing"] = true;
  if (has_purpose(tuning, "reading")) {
    spec["distractors"] = tuning.distractors;
    spec["gold_share"] = tuning.gold_share;
  }
  if (!tuning.replay.empty()) {
    spec["replay"] = tuning.replay;
    spec["replay_share"] = tuning.replay_share;
  }
  if (tuning.method == "lora") describe_lora(tuning, spec);
  return spec;
}

bool uses_seed(const ContextSpec& context) {
  return shows_examples(context) && context.kind != "dynamic_few_shot";
}
bool uses_seed(const TuningSpec& tuning) { return tuning.method != "base"; }

}  // namespace quadrant
