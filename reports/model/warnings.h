// What a reader must know before believing the numbers, as sentences; not for others.
#pragma once

#include <vector>

#include "harness/store/report_queries.h"
#include "reports/model/report_model.h"

namespace quadrant {

// After everything else is loaded.
void add_warnings(const Store& store, const std::vector<ReportCellRow>& cells, ReportModel& model);

}  // namespace quadrant
