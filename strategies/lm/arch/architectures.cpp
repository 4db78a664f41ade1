#include "strategies/lm/arch/architectures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/core/error.h"

namespace quadrant {

Architecture gemma3(), llama(), mistral(), qwen2(), qwen3(), smollm3();  // NAME.cpp

const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> list{gemma3(), llama(), mistral(),
                                              qwen2(),  qwen3(), smollm3()};
  return list;
}

const Architecture& find_architecture(const ConfigReader& read) {
  const std::string name =
      read.source().text(read.is_gguf() ? "general.architecture" : "model_type");
  std::vector<std::string> known;
  for (const Architecture& architecture : architectures()) {
    const std::string& own = read.is_gguf() ? architecture.gguf : architecture.model_type;
    if (own == name) return architecture;
    if (!own.empty()) known.push_back(own);
  }
  throw Error(fmt::format("no support for models of architecture \"{}\"", name),
              read.source().path().string(), fmt::format("use one of: {}", fmt::join(known, ", ")));
}

std::vector<WeightName> weight_names(Stored rows, std::vector<WeightName> more) {
  std::vector<WeightName> names{{"model.embed_tokens.weight", "token_embd.weight"},
                                {"lm_head.weight", "output.weight"},
                                {"self_attn.q_proj.weight", "attn_q.weight", rows},
                                {"self_attn.k_proj.weight", "attn_k.weight", rows},
                                {"self_attn.v_proj.weight", "attn_v.weight"},
                                {"self_attn.o_proj.weight", "attn_output.weight"},
                                {"mlp.gate_proj.weight", "ffn_gate.weight"},
                                {"mlp.up_proj.weight", "ffn_up.weight"},
                                {"mlp.down_proj.weight", "ffn_down.weight"}};
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

}  // namespace quadrant
