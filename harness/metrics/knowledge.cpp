#include "harness/metrics/knowledge.h"

#include <algorithm>
#include <limits>

#include "harness/core/error.h"

namespace quadrant {
namespace {

constexpr double kChanceOfAPair = 0.5;

}  // namespace

const char* to_string(KnowledgeClass known) {
  switch (known) {
    case KnowledgeClass::kUnknown:
      return "unknown";
    case KnowledgeClass::kWeaklyKnown:
      return "weakly known";
    case KnowledgeClass::kMaybeKnown:
      return "maybe known";
    case KnowledgeClass::kHighlyKnown:
      return "highly known";
  }
  QUADRANT_CHECK(!"a class without a name");
  return "";
}

KnowledgeClass knowledge_class(const std::vector<bool>& greedy, const std::vector<bool>& sampled) {
  QUADRANT_CHECK(!greedy.empty());
  const auto right = std::count(greedy.begin(), greedy.end(), true);
  if (right == static_cast<std::ptrdiff_t>(greedy.size())) return KnowledgeClass::kHighlyKnown;
  if (right > 0) return KnowledgeClass::kMaybeKnown;
  const bool ever = std::find(sampled.begin(), sampled.end(), true) != sampled.end();
  return ever ? KnowledgeClass::kWeaklyKnown : KnowledgeClass::kUnknown;
}

double knowledge_gap(double ranked_share, double exact_match) {
  return (ranked_share - kChanceOfAPair) / (1 - kChanceOfAPair) - exact_match;
}

double recovered_share(double gap, double before, double after) {
  if (!(gap > 0)) return std::numeric_limits<double>::quiet_NaN();
  return (after - before) / gap;
}

}  // namespace quadrant
