#include "harness/core/prompt_variant.h"

#include <algorithm>
#include <vector>

#include "harness/core/error.h"
#include "harness/core/rng.h"

namespace quadrant {
namespace {

constexpr const char* kInstructions[] = {
    "", "Answer with the shortest text that is right.",
    "Answer in exactly the form that is asked for, and write nothing else.",
    "You know this subject well. Be exact."};
constexpr const char* kLayouts[] = {
    "", "{question}", "Question: {question}\nAnswer:", "{question}\nReply with the answer only."};
constexpr int kExamples[] = {0, 2, 4, kMostVariantExamples};
constexpr int kDraws = 3;

bool same(const PromptVariant& a, const PromptVariant& b) {
  return a.instruction == b.instruction && a.layout == b.layout && a.examples == b.examples &&
         a.draw == b.draw;
}

std::vector<PromptVariant> all_variants() {
  std::vector<PromptVariant> first{{"", "", 0, 0}, {"", "", 4, 0}}, others;
  for (const char* instruction : kInstructions) {
    for (const char* layout : kLayouts) {
      for (const int examples : kExamples) {
        for (int draw = 0; draw < (examples == 0 ? 1 : kDraws); ++draw) {
          const PromptVariant variant{instruction, layout, examples, draw};
          const bool known = std::any_of(first.begin(), first.end(),
                                         [&](const PromptVariant& v) { return same(v, variant); });
          if (!known) others.push_back(variant);
        }
      }
    }
  }
  Rng(0, "prompt variants").shuffle(others);
  first.insert(first.end(), others.begin(), others.end());
  return first;
}

}  // namespace

PromptVariant prompt_variant(int trial) {
  static const std::vector<PromptVariant> kVariants = all_variants();
  QUADRANT_CHECK(trial >= 0 && trial < kMostTrials);
  return kVariants.at(static_cast<std::size_t>(trial));
}

}  // namespace quadrant
