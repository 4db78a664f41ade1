// From records to conclusions: scores and summaries of an attempt.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/core/types.h"
#include "harness/run/plan.h"
#include "harness/run/progress.h"
#include "harness/store/store.h"

namespace quadrant {

inline constexpr const char* kSummaryMethod = "cluster_t";
inline constexpr const char* kUnanswerableMethod = "cluster_t unanswerable";

// One score per metric; an output that was never made (an error) cannot be scored.
std::vector<ScoreRow> score_record(const std::vector<std::string>& metrics, const RecordRow& record,
                                   const Item& item);

// Per metric: mean and interval over the answerable items, and apart from it over the others; for a
// corpus metric its value too. `scores` gives those of a record: the stored ones, or others.
using ScoreSource = std::function<std::vector<ScoreRow>(const RecordRow&, const Item&)>;
std::vector<ScoreRow> stored_scores(const RecordRow& record, const Item& item);
std::vector<SummaryRow> summarise(const Store& store, std::int64_t attempt_id,
                                  const std::vector<std::string>& metrics,
                                  std::span<const Item> items,
                                  const ScoreSource& scores = stored_scores);

// Scores and summaries by the metrics' present versions, where the store lacks them.
void bring_scores_up_to_date(Store& store, const AttemptRow& attempt,
                             const std::vector<std::string>& metrics, std::span<const Item> items);

// Closed-book and oracle accuracy of the base model per suite, from the summaries of a run, on dev
// items where there are some; and what the test items could find.
std::vector<KnowledgeGate> knowledge_gates(const Store& store, std::int64_t run_id,
                                           const Plan& plan, const std::vector<Suite>& suites);

}  // namespace quadrant
