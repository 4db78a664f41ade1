#include "harness/core/specs.h"

#include <nlohmann/json.hpp>

namespace quadrant {

nlohmann::json describe(const ContextSpec& context) {
  nlohmann::json spec{{"kind", context.kind}};
  if (context.kind == "few_shot") spec["k"] = context.k;
  if (context.kind == "rag") {
    spec["k"] = context.k;
    spec["retriever"] = context.retriever;
    spec["chunk_tokens"] = context.chunk_tokens;
  }
  if (context.kind == "rag" || context.kind == "oracle") {
    spec["budget_tokens"] = context.budget_tokens;
  }
  return spec;
}

nlohmann::json describe(const TuningSpec& tuning) {
  nlohmann::json spec{{"method", tuning.method}};
  if (tuning.method == "base") return spec;
  spec["purpose"] = tuning.purpose;
  spec["learning_rate"] = tuning.learning_rate;
  spec["epochs"] = tuning.epochs;
  spec["batch_size"] = tuning.batch_size;
  spec["warmup_ratio"] = tuning.warmup_ratio;
  spec["lr_scheduler_type"] = tuning.lr_scheduler_type;
  spec["weight_decay"] = tuning.weight_decay;
  spec["max_grad_norm"] = tuning.max_grad_norm;
  if (tuning.method == "lora") {
    spec["rank"] = tuning.rank;
    spec["alpha"] = tuning.alpha;
    spec["dropout"] = tuning.dropout;
  }
  return spec;
}

bool uses_seed(const ContextSpec& context) { return context.kind == "few_shot"; }
bool uses_seed(const TuningSpec& tuning) { return tuning.method != "base"; }

}  // namespace quadrant
