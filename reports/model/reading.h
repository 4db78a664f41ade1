// What the answers take from the passages in their prompts; not for others.
#pragma once

#include <vector>

#include "harness/store/report_queries.h"
#include "reports/model/loading.h"
#include "reports/model/report_model.h"

namespace quadrant {

// Fills K-Precision and the counts of swapped values, after add_answer_figures().
void add_reading_figures(const Store& store, const std::vector<ReportCellRow>& cells,
                         const std::vector<SuiteData>& data, ReportModel& model);

}  // namespace quadrant
