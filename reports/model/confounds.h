// Asymmetries between the arms of a comparison: what could explain a difference besides the arms.
#pragma once

#include <string>
#include <vector>

#include "harness/store/report_queries.h"
#include "reports/model/report_model.h"

namespace quadrant {

// One sentence each: unlike decoding, prompts or passage budgets, unlike shares of failed,
// truncated or unscored items, unlike effort of search. After everything else is loaded.
std::vector<std::string> confounds(const std::vector<ReportCellRow>& cells,
                                   const ReportModel& model, const SuiteReport& suite);

}  // namespace quadrant
